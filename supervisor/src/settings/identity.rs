//! The settings of identity: who callers are, and whose tokens say so.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;

use super::Settings;
use super::read::Reader;

/// Who callers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The fictional customers of the demonstration, each with a well-known token. Loopback only.
    Demo,
    /// Everybody is an anonymous visitor.
    Anonymous,
    /// Whom the tokens of an OpenID Connect issuer name; without one, a visitor.
    Oidc,
    /// Whom the authorizer of the API gateway in front of the function has verified; without one, a visitor.
    Gateway,
}

impl Identity {
    pub(super) const NAMES: [(&str, Self); 4] =
        [("demo", Self::Demo), ("anonymous", Self::Anonymous), ("oidc", Self::Oidc), ("gateway", Self::Gateway)];

    /// As the setting spells it.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, identity)| *identity == self).map_or("", |(name, _)| *name)
    }
}

/// Whose tokens are good, and what they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oidc {
    /// The issuer, exactly as its tokens name it; empty when none is needed.
    pub issuer: String,
    /// Whom tokens must be meant for: one of these.
    pub audience: Vec<String>,
    /// Where the issuer's keys are; `None`: where its discovery document says.
    pub jwks: Option<String>,
    /// The client as which the web client signs customers in.
    pub client_id: Option<String>,
    /// By so much the issuer's clock may differ from ours.
    pub leeway: Duration,
    /// Where a token says who it is about.
    pub claims: ClaimNames,
}

/// Where a token says who it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The claim that names the customer.
    pub customer: String,
    /// The claim that names the caller's roles.
    pub roles: String,
}

/// An address whose answers nobody on the way can change: https, or http on this machine. No credentials in it.
pub(crate) fn secure(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let trusted = match url.scheme() {
        "https" | "wss" => true,
        "http" | "ws" => url.host_str().is_some_and(is_loopback),
        _ => false,
    };
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (trusted && bare).then_some(url)
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl Reader {
    pub(super) fn oidc(&mut self) -> Option<Oidc> {
        let web = ["https", "http"];
        let issuer = self.address("oidc.issuer", &web);
        let jwks = self.address("oidc.jwks", &web);
        let leeway = self.within("oidc.leeway_s", 0..=300);
        let customer = self.filled("oidc.customer_claim", "the name of a claim, such as sub");
        let roles = self.filled("oidc.roles_claim", "the name of a claim, such as roles");
        let audience = self.optional("oidc.audience").unwrap_or_default();
        Some(Oidc {
            issuer: issuer?.unwrap_or_default(),
            audience: audience.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect(),
            jwks: jwks?,
            client_id: self.optional("oidc.client_id"),
            leeway: Duration::from_secs(leeway?),
            claims: ClaimNames { customer: customer?, roles: roles? },
        })
    }

    /// What identities need of other settings.
    pub(super) fn check_identity(&mut self, settings: &Settings) {
        if settings.identity == Identity::Demo && !settings.listen.ip().is_loopback() {
            self.problem(
                "identity",
                "demonstration identities would be open to the network".into(),
                "identity = \"anonymous\", or an address on this machine only, such as 127.0.0.1:8080",
            );
        }
        if settings.identity == Identity::Oidc && settings.oidc.issuer.is_empty() {
            let expected = "the URL of the issuer, such as https://login.example.com";
            self.problem("oidc.issuer", "identity = \"oidc\" needs an issuer".into(), expected);
        }
        if settings.identity == Identity::Oidc && settings.oidc.audience.is_empty() {
            let expected =
                "what the issuer writes into `aud` of tokens for Motorline: those for others are no good here";
            self.problem("oidc.audience", "identity = \"oidc\" needs an audience".into(), expected);
        }
    }

    /// A secure address, or none when it is empty. Kept as written: an issuer's name is compared letter by letter.
    pub(super) fn address(&mut self, key: &str, schemes: &[&str; 2]) -> Option<Option<String>> {
        let Some(text) = self.optional(key) else { return Some(None) };
        if secure(&text).is_some_and(|url| schemes.contains(&url.scheme())) {
            return Some(Some(text));
        }
        let [safe, on_loopback] = schemes;
        let expected = format!("{safe}://…, or {on_loopback}://… on this machine; without user name, password or #");
        self.problem(key, format!("{text:?}"), &expected);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_and_an_audience_make_tokens_good() {
        let issuer = "https://login.example.com/";
        let settings =
            Settings::of_flags(&[("identity", "oidc"), ("oidc.issuer", issuer), ("oidc.audience", "a, b,")]).unwrap();
        assert_eq!((settings.oidc.issuer.as_str(), settings.identity.name()), (issuer, "oidc"));
        assert_eq!(
            (settings.oidc.audience, settings.oidc.leeway),
            (vec!["a".into(), "b".into()], Duration::from_secs(60))
        );
        let missing = Settings::of_flags(&[("identity", "oidc")]).unwrap_err();
        assert!(missing.contains("oidc.issuer") && missing.contains("oidc.audience"), "{missing}");
    }

    #[test]
    fn addresses_are_secure_or_on_this_machine() {
        for good in ["https://a.example/x?y=z", "http://127.0.0.1:9150", "http://[::1]:1/", "http://localhost:9150"] {
            assert!(Settings::of_flags(&[("oidc.issuer", good)]).is_ok(), "{good}");
        }
        let bad = [
            "http://a.example",
            "http://localhost.example",
            "https://u:p@a.example",
            "https://a.example/#x",
            "file:///x",
            "a.example",
            "wss://a.example",
        ];
        for bad in bad {
            assert!(Settings::of_flags(&[("oidc.issuer", bad)]).unwrap_err().contains("oidc.issuer"), "{bad}");
        }
        assert!(Settings::of_flags(&[("web.socket_url", "wss://a.example/prod")]).is_ok());
        assert!(Settings::of_flags(&[("web.socket_url", "https://a.example")]).is_err());
    }

    #[test]
    fn demonstration_identities_stay_on_this_machine() {
        let open = |identity: &str| Settings::of_flags(&[("listen", "0.0.0.0:8080"), ("identity", identity)]);
        assert!(open("demo").unwrap_err().contains("identity"));
        assert!(open("anonymous").is_ok());
    }
}
