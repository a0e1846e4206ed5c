//! Where a call comes from, as far as the network can be believed.
//!
//! The peer's own address is a fact. What `X-Forwarded-For` adds is only as good as whoever wrote it,
//! so it is read from the right, and only past proxies of our own: this machine, and those that
//! `REMIT_TRUSTED_PROXIES` names.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, HeaderMap, request::Parts},
};

use crate::base::{app::App, config::Proxies};

const FORWARDED: &str = "x-forwarded-for";

/// The caller's address, or the network that counts as one caller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Client {
    /// The name under which its calls are counted.
    pub name: String,
    /// The address itself, where it is known.
    pub ip: Option<IpAddr>,
}

impl Client {
    pub fn of(extensions: &Extensions, headers: &HeaderMap, proxies: &Proxies) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let ip = peer.map(|peer| believed(peer, headers, proxies));
        Self { name: ip.map_or_else(String::new, network), ip }
    }
}

impl FromRequestParts<App> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions, &parts.headers, &app.settings.trusted_proxies))
    }
}

/// From the peer outwards, for as long as a proxy of ours is speaking.
fn believed(peer: IpAddr, headers: &HeaderMap, proxies: &Proxies) -> IpAddr {
    let mut address = peer.to_canonical();
    let lines = headers.get_all(FORWARDED).iter();
    let hops = lines.flat_map(|line| line.to_str().unwrap_or_default().split(','));
    for hop in hops.rev() {
        match ip(hop.trim()) {
            Some(ip) if proxies.trust(address) => address = ip,
            _ => break,
        }
    }
    address
}

/// Some proxies write the port, too.
fn ip(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse().ok().map(|address: SocketAddr| address.ip());
    hop.parse().ok().or_else(with_port).map(|ip: IpAddr| ip.to_canonical())
}

/// One household of IPv6 has 2⁶⁴ addresses, so it counts as one.
pub(crate) fn network(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whom a call from `peer` counts for, with these lines of `X-Forwarded-For`.
    fn client(peer: &str, lines: &[&str], proxies: &str) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        Client::of(&extensions, &headers, &proxies.parse().unwrap()).name
    }

    #[test]
    fn a_stranger_speaks_only_for_itself() {
        assert_eq!(client("203.0.113.9", &["6.6.6.6"], ""), "203.0.113.9");
        assert_eq!(client("10.0.0.2", &["6.6.6.6"], ""), "10.0.0.2");
    }

    #[test]
    fn a_proxy_on_this_machine_is_believed_for_one_hop() {
        for here in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(client(here, &["6.6.6.6, 203.0.113.7"], ""), "203.0.113.7", "{here}");
            assert_eq!(client(here, &["6.6.6.6", "203.0.113.7:5123"], ""), "203.0.113.7");
        }
        assert_eq!(client("127.0.0.1", &[], ""), "127.0.0.1");
    }

    #[test]
    fn proxies_elsewhere_are_believed_when_they_are_named() {
        let ours = "10.0.0.0/8, 2001:db8::7";
        let path = ["6.6.6.6, 203.0.113.7, 10.1.1.1", "10.2.2.2"];
        assert_eq!(client("10.0.0.2", &path, ours), "203.0.113.7");
        assert_eq!(client("::ffff:10.0.0.2", &path, ours), "203.0.113.7");
        assert_eq!(client("2001:db8::7", &["203.0.113.7"], ours), "203.0.113.7");
        assert_eq!(client("127.0.0.1", &["203.0.113.7, 10.1.1.1"], ours), "203.0.113.7");
        assert_eq!(client("203.0.113.9", &path, ours), "203.0.113.9");
    }

    #[test]
    fn what_cannot_be_read_ends_the_walk() {
        let ours = "10.0.0.0/8";
        for junk in ["unknown", "", "203.0.113.7, junk"] {
            assert_eq!(client("10.0.0.2", &[junk], ours), "10.0.0.2", "{junk:?}");
        }
        assert_eq!(client("10.0.0.2", &["junk, 10.0.0.3"], ours), "10.0.0.3");
    }

    #[test]
    fn one_household_counts_as_one() {
        let key = |ip: &str| network(ip.parse().unwrap());
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), key("2001:db8:1:2::9"));
        assert_ne!(key("2001:db8:1:2::9"), key("2001:db8:1:3::9"));
    }
}
