//! Where a request comes from: the other end of its connection, or whom a trusted proxy in front of it names.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use super::router::Doors;

/// By which a proxy names those in front of it, the nearest last.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of the connection: a client, or a proxy. Put into a request by what serves it, never by a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        // An IPv4 client of a socket that listens on both is that IPv4 client.
        Self(address.ip().to_canonical())
    }
}

/// The address that a request counts for; none where no connection carried it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub Option<IpAddr>);

impl FromRequestParts<Doors> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>();
        Ok(Self(peer.map(|peer| client(*peer, &parts.headers, &doors.limits.rules().trusted_proxies))))
    }
}

/// Who sent the request: going from the peer outwards, the first that is no trusted proxy. What a stranger wrote further out
/// counts for nothing.
fn client(peer: Peer, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let lines = headers.get_all(FORWARDED_FOR).iter().rev().map(|line| line.to_str().unwrap_or_default());
    let hops = lines.flat_map(|line| line.rsplit(',').map(str::trim));
    let mut nearest = peer.0;
    for hop in hops {
        if !is_among(trusted, nearest) {
            break;
        }
        let Some(address) = address(hop) else { break };
        nearest = address.to_canonical();
    }
    nearest
}

/// Whether one of the networks holds the address.
pub(super) fn is_among(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// Some proxies write the port too.
fn address(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| hop.parse().ok().map(|address: SocketAddr| address.ip()))
}

/// What one subscriber has: an IPv4 address, or all of an IPv6 /64, in which addresses cost nothing.
pub(super) fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn seen(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        client(Peer(peer.parse().unwrap()), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_may_say_who_sent_it() {
        let ours = ["10.0.0.0/8"];
        assert_eq!(seen("192.0.2.1", &["203.0.113.9"], &ours), "192.0.2.1", "a client that writes the header itself");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9"], &[]), "10.0.0.1", "nobody is trusted unless set");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9"], &ours), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["198.51.100.7, 203.0.113.9, 10.0.0.2"], &ours), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", &["198.51.100.7", "203.0.113.9"], &ours),
            "203.0.113.9",
            "the last line is nearest"
        );
        assert_eq!(seen("10.0.0.1", &["203.0.113.9:4711"], &ours), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.9, unknown"], &ours),
            "10.0.0.1",
            "what cannot be read ends the chain"
        );
        assert_eq!(seen("10.0.0.1", &[], &ours), "10.0.0.1");
    }

    #[test]
    fn addresses_that_one_subscriber_has_for_nothing_are_one() {
        let of = |address: &str| subscriber(address.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
        let mapped: SocketAddr = "[::ffff:192.0.2.1]:80".parse().unwrap();
        assert_eq!(Peer::from(mapped).0.to_string(), "192.0.2.1");
    }
}
