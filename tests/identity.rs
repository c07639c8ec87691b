//! Who is calling: only good tokens and keys make a caller, a caller sees what is theirs, and no token ever leaks.

mod issuer;
mod keys;
pub mod leaks;
mod rotation;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use contract::ports::Clock;
use contract::testing::ManualClock;
use local::{Database, NoMetrics, SqliteConversations, SystemEntropy};
use serde_json::{Value, json};
use supervisor::doors::{Doors, router};
use supervisor::settings::{Settings, Sources};
use supervisor::turn::Ports;
use supervisor::wiring::Product;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::house::tools;
use issuer::{Issuer, signed};

const AUDIENCE: &str = "motorline";
const CAR: &str = "WVELDRA0000000001";
/// The SHA-256 of `mlp_of-the-tests`.
const PARTNERS: &str = r#"
[[partner]]
id = "acme"
name = "Acme Fleet"
key_sha256 = "2f902e05677e2587bb8914914ca21811cf02bad3a113437c0c76ebaea70bb3a0"
"#;

/// The product behind an issuer, under a clock of the test's own.
struct Bench {
    router: Router,
    issuer: Issuer,
    clock: Arc<ManualClock>,
    _folder: TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Bench {
    async fn open(keys: &[keys::SigningKey]) -> Self {
        let issuer = Issuer::start(keys).await;
        Self::of(issuer, &[])
    }

    fn of(issuer: Issuer, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let partners = folder.path().join("partners.toml");
        std::fs::write(&partners, PARTNERS).unwrap();
        let named = [
            ("identity", "oidc"),
            ("oidc.issuer", &issuer.url),
            ("oidc.audience", "somebody-else,motorline"),
            ("partners", partners.to_str().unwrap()),
            ("turn.deadline_ms", "20000"),
        ];
        let flags = named.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let settings = Settings::resolve(&Sources { flags, ..Sources::default() }).unwrap();
        let clock = Arc::new(ManualClock::default());
        let database = Database::open(&folder.path().join("identity.db")).unwrap();
        let conversations = Arc::new(SqliteConversations::new(database, clock.clone()));
        let tools = tools();
        let handoffs = tools.office.handoffs.clone();
        let ports = Ports { conversations, handoffs, clock: clock.clone(), metrics: Arc::new(NoMetrics) };
        let product = Product::of(tools, ports, Arc::new(SystemEntropy), &settings).unwrap();
        let doors = Doors::over(product, &settings).unwrap();
        Self { router: router(doors), issuer, clock, _folder: folder }
    }

    /// Claims that are good for an hour, with others in their place.
    fn claims(&self, others: &Value) -> Value {
        let now = self.clock.now().as_second();
        let mut claims = json!({"iss": self.issuer.url, "aud": AUDIENCE, "exp": now + 3_600, "sub": "ada"});
        for (name, value) in others.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    /// A good token with these claims.
    fn token(&self, others: &Value) -> String {
        signed(&keys::first(), &self.claims(others))
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        }
    }

    /// Posts a turn with this credential.
    async fn turn_with(&self, name: &str, value: &str, body: &Value) -> Answer {
        let request = Request::post("/v1/turns").header("content-type", "application/json").header(name, value);
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    async fn turn(&self, token: &str, body: &Value) -> Answer {
        self.turn_with("authorization", &format!("Bearer {token}"), body).await
    }

    async fn hello(&self, token: &str) -> Answer {
        self.turn(token, &json!({"text": "hello"})).await
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

impl Answer {
    fn challenge(&self) -> &str {
        self.headers.get(header::WWW_AUTHENTICATE).map_or("", |value| value.to_str().unwrap())
    }
}

/// Everybody who has a token, and the VIN of whose car they may speak for.
fn everybody() -> [(&'static str, Value); 6] {
    [
        ("ada", json!({"sub": "ada"})),
        ("ben", json!({"sub": "ben", "roles": ["customer"]})),
        ("ada's car", json!({"sub": "ada", "roles": ["vehicle"], "vin": CAR})),
        ("an operator called ada", json!({"sub": "ada", "roles": ["operator", "customer"]})),
        ("an admin called ada", json!({"sub": "ada", "roles": "admin"})),
        ("ada's unbound car", json!({"sub": "ada", "roles": "vehicle"})),
    ]
}

#[tokio::test]
async fn everybody_sees_their_own_sessions_and_nobody_elses() {
    let bench = Bench::open(&[keys::first()]).await;
    for (who, claims) in everybody() {
        let channel = if who.ends_with("car") { "vehicle" } else { "web" };
        let own = bench.turn(&bench.token(&claims), &json!({"text": "hello", "channel": channel})).await;
        assert_eq!(own.status, 200, "{who}: {}", own.body);
        let path = format!("/v1/sessions/{}", own.body["session_id"].as_str().unwrap());
        for (other, claims) in everybody() {
            let expected = if who == other { 200 } else { 404 };
            assert_eq!(bench.get(&bench.token(&claims), &path).await.status, expected, "{who}'s session, for {other}");
        }
        let stranger = bench.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(stranger.status, 404, "{who}'s session, for a visitor");
    }
}

#[tokio::test]
async fn whoever_works_here_sees_no_customers_data() {
    let bench = Bench::open(&[keys::first()]).await;
    let question = json!({"text": "What tyre pressure does my car need?"});
    let ada = bench.turn(&bench.token(&json!({"sub": "ada"})), &question).await;
    assert!(ada.body["reply"].to_string().contains("Lumen"), "{}", ada.body);
    for role in ["operator", "admin"] {
        let token = bench.token(&json!({"sub": "ada", "roles": [role, "customer"]}));
        let answer = bench.turn(&token, &question).await;
        let turn = format!(
            "{}/turns/{}",
            answer.body["session_id"].as_str().unwrap(),
            answer.body["turn_id"].as_str().unwrap()
        );
        let why = bench.get(&token, &format!("/v1/sessions/{turn}")).await;
        assert_eq!((answer.status, why.status), (StatusCode::OK, StatusCode::OK), "{}", answer.body);
        let findings = why.body["reports"].to_string();
        assert!(!findings.contains(r#""finding":"profile""#) && !findings.contains("Ada"), "{role}: {findings}");
    }
}

#[tokio::test]
async fn a_car_speaks_for_itself_only() {
    let bench = Bench::open(&[keys::first()]).await;
    let token = bench.token(&json!({"roles": ["vehicle"], "vin": CAR}));
    let said = |more: Value| {
        let mut body = json!({"text": "hello", "channel": "vehicle"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for good in [json!({}), json!({"vehicle": {"speed_kph": 50}}), json!({"vehicle": {"vin": CAR}})] {
        let answer = bench.turn(&token, &said(good.clone())).await;
        assert_eq!(answer.status, 200, "{good} {}", answer.body);
        let turn = format!(
            "{}/turns/{}",
            answer.body["session_id"].as_str().unwrap(),
            answer.body["turn_id"].as_str().unwrap()
        );
        let why = bench.get(&token, &format!("/v1/sessions/{turn}")).await;
        assert_eq!(why.body["turn"]["vehicle"]["vin"], CAR, "the car is known without being named");
    }
    let another = bench.turn(&token, &said(json!({"vehicle": {"vin": "WVELDRA0000000002"}}))).await;
    assert_eq!((another.status, &another.body["field"]), (StatusCode::FORBIDDEN, &json!("vehicle.vin")));
    let elsewhere = bench.turn(&token, &said(json!({"channel": "web"}))).await;
    assert_eq!((elsewhere.status, &elsewhere.body["field"]), (StatusCode::FORBIDDEN, &json!("channel")));
}

#[tokio::test]
async fn a_good_token_for_nobody_is_refused_clearly() {
    let bench = Bench::open(&[keys::first()]).await;
    let roles = "admin, operator, vehicle, customer";
    for (claims, hint) in [
        (json!({"sub": null}), "\"sub\""),
        (json!({"sub": "auth0|ada"}), "A-Z a-z 0-9"),
        (json!({"roles": []}), roles),
        (json!({"roles": ["billing"]}), roles),
        (json!({"roles": ["vehicle"], "vin": "SHORT"}), "17 letters and digits"),
    ] {
        let answer = bench.hello(&bench.token(&claims)).await;
        assert_eq!(answer.status, 403, "{claims}");
        assert!(answer.body["hint"].as_str().unwrap().contains(hint), "{}", answer.body);
        assert_eq!(answer.challenge(), r#"Bearer error="insufficient_scope""#);
    }
}

#[tokio::test]
async fn a_partner_calls_with_a_key_and_sees_no_customers_data() {
    let bench = Bench::open(&[keys::first()]).await;
    let question = json!({"text": "What tyre pressure does my car need?", "session_id": "acme-1"});
    let key = "mlp_of-the-tests";
    let answer = bench.turn_with("x-api-key", key, &question).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let own = Request::get("/v1/sessions/acme-1").header("x-api-key", key).body(Body::empty()).unwrap();
    assert_eq!(bench.send(own).await.status, 200);
    assert_eq!(bench.get(&bench.token(&json!({"sub": "acme"})), "/v1/sessions/acme-1").await.status, 404);

    let unknown = bench.turn_with("x-api-key", "mlp_of-nobody", &question).await;
    assert_eq!((unknown.status, unknown.challenge()), (StatusCode::UNAUTHORIZED, "ApiKey"));
    let both = Request::post("/v1/turns").header("x-api-key", key);
    let both = both.header("authorization", format!("Bearer {}", bench.token(&json!({}))));
    let both = bench.send(both.body(Body::from(r#"{"text":"hello"}"#)).unwrap()).await;
    assert_eq!((both.status, both.challenge()), (StatusCode::BAD_REQUEST, r#"Bearer error="invalid_request""#));
}

#[tokio::test]
async fn a_client_learns_how_to_sign_in_without_a_credential() {
    let bench = Bench::of(Issuer::start(&[keys::first()]).await, &[("oidc.client_id", "web")]);
    let answer = bench.send(Request::get("/v1/client").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200);
    let sign_in = json!({"issuer": bench.issuer.url, "client_id": "web", "scope": "openid profile"});
    assert_eq!((&answer.body["identity"], &answer.body["oidc"]), (&json!("oidc"), &sign_in));
}
