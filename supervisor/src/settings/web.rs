//! The settings of browsers: which pages may call us, and what our own pages may connect to.

use axum::http::Uri;
use reqwest::Url;

use super::read::Reader;

/// What browsers may bring together with us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Web {
    /// Where the web client opens its WebSocket, when that is elsewhere.
    pub socket_url: Option<String>,
    /// Origins of others whose pages may call the API and open sockets.
    pub origins: Vec<String>,
    /// Further origins that our own pages connect to.
    pub connect: Vec<String>,
}

impl Reader {
    pub(super) fn web(&mut self) -> Option<Web> {
        let socket_url = self.address("web.socket_url", &["wss", "ws"]);
        let (origins, connect) = (self.origins("web.origins"), self.origins("web.connect"));
        Some(Web { socket_url: socket_url?, origins: origins?, connect: connect? })
    }

    fn origins(&mut self, key: &str) -> Option<Vec<String>> {
        let expected = "a list of origins as browsers write them, such as https://www.example.com";
        self.each(key, expected, |origin| is_origin(origin).then(|| origin.to_owned()))
    }
}

/// The origin of an address, as browsers write it.
pub(crate) fn origin_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    Some(url.origin().ascii_serialization())
}

/// Scheme, host and, unless usual, port; nothing behind, nothing in capitals.
fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return false;
    };
    let usual = matches!((scheme, authority.port_u16()), ("http", Some(80)) | ("https", Some(443)));
    !usual && text == format!("{scheme}://{authority}") && !text.contains(['@', '*']) && text == text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn an_origin_is_exact_or_refused() {
        let origins = |value: &str| Settings::of_flags(&[("web.origins", value)]).map(|settings| settings.web.origins);
        let two = "https://www.example.com,http://localhost:3000";
        assert_eq!(origins(two).unwrap(), two.split(',').collect::<Vec<_>>());
        for wrong in
            ["*", "https://*", "https://a.example/", "https://a.example:443", "HTTPS://a.example", "a.example", "null"]
        {
            assert!(origins(wrong).unwrap_err().contains("web.origins"), "{wrong}");
        }
    }

    #[test]
    fn an_address_has_an_origin() {
        assert_eq!(origin_of("https://login.example.com/realms/a").as_deref(), Some("https://login.example.com"));
        assert_eq!(origin_of("wss://a.example:444/prod").as_deref(), Some("wss://a.example:444"));
        assert_eq!(origin_of("nothing"), None);
    }
}
