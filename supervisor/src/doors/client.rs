//! What a client must know before it can do anything: how its customers sign in, and over what it may talk.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::router::Doors;
use crate::settings::{Identity, Settings};

/// What a customer is asked for: who they are, and how to address them.
const SCOPE: &str = "openid profile";

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(client))
}

/// What a client must know. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ClientConfiguration {
    /// How callers are told apart: demo, anonymous, oidc or gateway.
    #[schema(example = "oidc")]
    identity: &'static str,
    /// Where customers sign in; null where they cannot.
    oidc: Option<SignIn>,
    /// Over what a turn may be sent: rest, sse, websocket.
    transports: Vec<&'static str>,
    /// Where to open a WebSocket; null: at `/v1/socket` of this server.
    #[schema(example = "wss://example.execute-api.eu-central-1.amazonaws.com/prod")]
    socket_url: Option<String>,
}

/// Where customers sign in, by the code flow with PKCE.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
struct SignIn {
    /// The issuer; `/.well-known/openid-configuration` below it says where to go.
    issuer: String,
    /// As which client.
    client_id: String,
    /// For what.
    scope: &'static str,
}

impl From<&Settings> for ClientConfiguration {
    fn from(settings: &Settings) -> Self {
        let Settings { identity, oidc, web, .. } = settings;
        let verifies = matches!(identity, Identity::Oidc | Identity::Gateway) && !oidc.issuer.is_empty();
        let client = oidc.client_id.clone().filter(|_| verifies);
        Self {
            identity: identity.name(),
            oidc: client.map(|client_id| SignIn { issuer: oidc.issuer.clone(), client_id, scope: SCOPE }),
            transports: vec!["rest", "sse", "websocket"],
            socket_url: web.socket_url.clone(),
        }
    }
}

impl ClientConfiguration {
    /// As it is for a function, which holds no connection: it streams where the gateway lets it, and sockets are another's.
    #[cfg(feature = "aws")]
    pub(crate) fn of_a_function(settings: &Settings) -> Self {
        let held = |transport: &&str| match *transport {
            "sse" => settings.lambda_streams,
            "websocket" => settings.web.socket_url.is_some(),
            _ => true,
        };
        let mut all = Self::from(settings);
        all.transports.retain(held);
        all
    }
}

/// Says how customers sign in, and over what a turn may be sent. Needs no credential.
#[utoipa::path(get, path = "/v1/client", tag = "operation", responses((status = 200, description = "What a client must know.", body = ClientConfiguration)))]
async fn client(State(doors): State<Doors>) -> Json<ClientConfiguration> {
    Json(ClientConfiguration::clone(&doors.client))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::settings::Sources;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let flags = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Settings::resolve(&Sources { flags, ..Sources::default() }).unwrap()
    }

    fn described(pairs: &[(&str, &str)]) -> serde_json::Value {
        serde_json::to_value(ClientConfiguration::from(&settings(pairs))).unwrap()
    }

    const ISSUER: (&str, &str) = ("oidc.issuer", "https://login.example.com");

    #[test]
    fn a_client_learns_where_to_sign_in_and_where_to_connect() {
        let all = ["rest", "sse", "websocket"];
        let demo = json!({"identity": "demo", "oidc": null, "transports": all, "socket_url": null});
        assert_eq!(described(&[ISSUER, ("oidc.client_id", "web")]), demo, "nobody signs in to the demonstration");
        let sign_in = json!({"issuer": "https://login.example.com", "client_id": "web", "scope": "openid profile"});
        for identity in ["oidc", "gateway"] {
            let found = described(&[
                ISSUER,
                ("identity", identity),
                ("oidc.audience", "motorline"),
                ("oidc.client_id", "web"),
                ("web.socket_url", "wss://socket.example.com"),
            ]);
            assert_eq!((&found["identity"], &found["oidc"]), (&json!(identity), &sign_in));
            assert_eq!(found["socket_url"], "wss://socket.example.com");
        }
        assert_eq!(described(&[ISSUER, ("identity", "gateway")])["oidc"], json!(null), "no client, no sign-in");
    }

    #[test]
    #[cfg(feature = "aws")]
    fn a_function_offers_only_what_its_gateway_lets_it() {
        let transports = |pairs| ClientConfiguration::of_a_function(&settings(pairs)).transports;
        assert_eq!(transports(&[]), ["rest"]);
        let all = [("lambda.response", "stream"), ("web.socket_url", "wss://socket.example.com")];
        assert_eq!(transports(&all), ["rest", "sse", "websocket"]);
    }
}
