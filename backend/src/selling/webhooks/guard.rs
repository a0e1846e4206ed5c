//! Where a webhook may lead. Its address is chosen by somebody else and called from inside our network,
//! so only what is public is called: the URL is judged when it is given and again before each attempt,
//! and every address its name resolves to is judged before a connection is made to that very address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ton::network::Network;
use url::{Host, Url};

/// In characters.
const LONGEST: usize = 2048;
const PORTS: [u16; 2] = [443, 8443];

/// How far a webhook may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// https on the usual ports, to public addresses.
    Public,
    /// Also this machine, with http or https on any port, so that people can try it out.
    Sandbox,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("it is not an absolute https:// address of at most 2048 characters")]
    NotAnAddress,
    #[error("it must begin with https://")]
    NotHttps,
    #[error(
        "it must not carry a user name or a password; put a secret into the path if you need one"
    )]
    UserInfo,
    #[error("its port must be 443 or 8443")]
    Port,
    #[error("it does not lead to a public address")]
    NotPublic,
}

impl Reach {
    pub fn on(network: Network) -> Self {
        if network.is_sandbox() { Self::Sandbox } else { Self::Public }
    }

    /// Judges a URL by itself. A name may still lead to an address that is refused later.
    pub fn check(self, text: &str) -> Result<Url, Refused> {
        let url = Url::parse(text).map_err(|_| Refused::NotAnAddress)?;
        if !is_spelled_out(text) {
            return Err(Refused::NotAnAddress);
        }
        // The parser drops tabs and line ends; whoever writes them means something else.
        if text.len() > LONGEST || text.chars().any(|c| c.is_control() || c == ' ') {
            return Err(Refused::NotAnAddress);
        }
        let here = self == Self::Sandbox && is_this_machine(&url);
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            "http" => return Err(Refused::NotHttps),
            _ => return Err(Refused::NotAnAddress),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::UserInfo);
        }
        let port = url.port_or_known_default().ok_or(Refused::Port)?;
        if self == Self::Public && !PORTS.contains(&port) {
            return Err(Refused::Port);
        }
        let allowed = match url.host() {
            Some(Host::Ipv4(ip)) => self.allows(ip.into()),
            Some(Host::Ipv6(ip)) => self.allows(ip.into()),
            Some(Host::Domain(name)) => here || is_public_name(name),
            None => return Err(Refused::NotAnAddress),
        };
        if allowed { Ok(url) } else { Err(Refused::NotPublic) }
    }

    /// Judges an address that a connection would be made to.
    pub fn allows(self, ip: IpAddr) -> bool {
        is_public(ip) || (self == Self::Sandbox && ip.is_loopback())
    }
}

/// A name that the public DNS could know: it has a dot, and does not end in a word reserved for inside.
fn is_public_name(name: &str) -> bool {
    const INSIDE: [&str; 7] = ["localhost", "local", "internal", "intranet", "lan", "home", "corp"];
    let name = name.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default();
    name.contains('.') && !INSIDE.contains(&last)
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Everything in IPv4 that is not somebody's on the open internet (IANA's special-purpose registry).
const NOT_PUBLIC_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),        // "this network", RFC 791
    ([10, 0, 0, 0], 8),       // private, RFC 1918
    ([100, 64, 0, 0], 10),    // behind a carrier's NAT, RFC 6598; some clouds' metadata
    ([127, 0, 0, 0], 8),      // this machine, RFC 1122
    ([168, 63, 129, 16], 32), // Azure's wire server: public by its number only
    ([169, 254, 0, 0], 16),   // link-local, RFC 3927; most clouds' metadata
    ([172, 16, 0, 0], 12),    // private, RFC 1918
    ([192, 0, 0, 0], 24),     // IETF protocols, RFC 6890
    ([192, 0, 2, 0], 24),     // documentation, RFC 5737
    ([192, 31, 196, 0], 24),  // AS112, RFC 7535
    ([192, 52, 193, 0], 24),  // AMT, RFC 7450
    ([192, 88, 99, 0], 24),   // 6to4 relays, RFC 7526
    ([192, 168, 0, 0], 16),   // private, RFC 1918
    ([192, 175, 48, 0], 24),  // AS112, RFC 7534
    ([198, 18, 0, 0], 15),    // benchmarks, RFC 2544
    ([198, 51, 100, 0], 24),  // documentation, RFC 5737
    ([203, 0, 113, 0], 24),   // documentation, RFC 5737
    ([224, 0, 0, 0], 4),      // multicast, RFC 5771
    ([240, 0, 0, 0], 4),      // reserved, RFC 1112, with broadcast
];

/// In IPv6 only 2000::/3 is handed out at all. That leaves out loopback, mapped and translated IPv4
/// (`::ffff:0:0/96`, `64:ff9b::/96`, `64:ff9b:1::/48`), `100::/64`, SRv6 `5f00::/16`, unique local
/// `fc00::/7`, link-local `fe80::/10`, site-local `fec0::/10` and multicast. Within it, this is not public:
const NOT_PUBLIC_V6: &[([u16; 8], u32)] = &[
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // IETF protocols, RFC 2928: Teredo, ORCHID, benchmarks
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation, RFC 3849
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), // 6to4, RFC 3056: holds an IPv4 address
    ([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), // AS112, RFC 7534
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation, RFC 9637
];

/// Whether an address is somebody's on the open internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let is_in = |(net, bits): &([u8; 4], u32)| {
                let differs = ip.to_bits() ^ Ipv4Addr::from(*net).to_bits();
                differs.leading_zeros() >= *bits
            };
            !NOT_PUBLIC_V4.iter().any(is_in)
        }
        IpAddr::V6(ip) => {
            let is_in = |(net, bits): &([u16; 8], u32)| {
                let differs = ip.to_bits() ^ Ipv6Addr::from(*net).to_bits();
                differs.leading_zeros() >= *bits
            };
            let handed_out = ip.segments()[0] & 0xe000 == 0x2000;
            handed_out && !NOT_PUBLIC_V6.iter().any(is_in)
        }
    }
}

/// Whether an address names its host as people read it, after `//`. A parser that means well finds one
/// in `https:evil`, too.
pub fn is_spelled_out(text: &str) -> bool {
    let host = text.split_once("://").map(|(_, rest)| rest);
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    host.is_some_and(|host| !host.is_empty() && !host.starts_with('/')) && !text.contains(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_public_is_allowed() {
        for good in [
            "https://shop.example/hooks",
            "https://shop.example:8443/hooks?key=a",
            "https://SHOP.example.",
            "https://пример.рф/hooks",
            "https://93.184.216.34/hooks",
            "https://[2606:4700::1111]/hooks",
            "https://0x5db8d822/",
            "https://1572395042/",
            "https://localhost.evil.example",
            "https://10.0.0.1.nip.io",
        ] {
            assert!(Reach::Public.check(good).is_ok(), "{good}: {:?}", Reach::Public.check(good));
        }
    }

    #[test]
    fn what_is_not_public_is_refused() {
        use Refused::{NotAnAddress, NotHttps, NotPublic, Port, UserInfo};
        for (bad, why) in [
            ("", NotAnAddress),
            ("shop.example", NotAnAddress),
            ("//shop.example", NotAnAddress),
            ("ftp://shop.example", NotAnAddress),
            ("file:///etc/passwd", NotAnAddress),
            ("gopher://shop.example:443/_x", NotAnAddress),
            ("javascript:alert(1)", NotAnAddress),
            ("unix:/var/run/docker.sock", NotAnAddress),
            ("data:text/plain,x", NotAnAddress),
            ("https://", NotAnAddress),
            ("https:evil.example", NotAnAddress),
            ("https:/evil.example", NotAnAddress),
            ("https:\\\\evil.example", NotAnAddress),
            ("https://shop.example/\r\nHost: x", NotAnAddress),
            ("https://shop.example/a b", NotAnAddress),
            ("https://sho\tp.example", NotAnAddress),
            ("http://shop.example", NotHttps),
            ("http://127.0.0.1", NotHttps),
            ("http://localhost:3000", NotHttps),
            ("https://me@shop.example", UserInfo),
            ("https://me:secret@shop.example", UserInfo),
            ("https://shop.example@127.0.0.1", UserInfo),
            ("https://shop.example:80", Port),
            ("https://shop.example:22", Port),
            ("https://shop.example:6379", Port),
            ("https://shop.example:0", Port),
            ("https://localhost", NotPublic),
            ("https://localhost.", NotPublic),
            ("https://api.localhost", NotPublic),
            ("https://printer.local", NotPublic),
            ("https://metadata.google.internal", NotPublic),
            ("https://intranet", NotPublic),
            ("https://db", NotPublic),
            ("https://127.0.0.1", NotPublic),
            ("https://127.1", NotPublic),
            ("https://0177.0.0.1", NotPublic),
            ("https://0x7f000001", NotPublic),
            ("https://2130706433", NotPublic),
            ("https://0", NotPublic),
            ("https://①②⑦.⓪.⓪.①", NotPublic),
            ("https://169.254.169.254/latest/meta-data", NotPublic),
            ("https://0xa9fea9fe", NotPublic),
            ("https://100.100.100.200", NotPublic),
            ("https://[::1]", NotPublic),
            ("https://[::]", NotPublic),
            ("https://[::ffff:127.0.0.1]", NotPublic),
            ("https://[::ffff:a9fe:a9fe]", NotPublic),
            ("https://[64:ff9b::7f00:1]", NotPublic),
            ("https://[fe80::1]", NotPublic),
            ("https://[fd00:ec2::254]", NotPublic),
        ] {
            assert_eq!(Reach::Public.check(bad), Err(why), "{bad}");
        }
        let long = format!("https://shop.example/{}", "a".repeat(LONGEST));
        assert_eq!(Reach::Public.check(&long), Err(NotAnAddress));
    }

    #[test]
    fn the_sandbox_reaches_this_machine_and_no_other() {
        for good in [
            "http://localhost:3000/hooks",
            "http://shop.localhost:3000",
            "http://127.0.0.1:9/x",
            "http://127.8.8.8:9",
            "http://[::1]:3000",
            "https://localhost:3443",
            "https://shop.example:4443",
        ] {
            assert!(Reach::Sandbox.check(good).is_ok(), "{good}");
        }
        for bad in [
            "http://shop.example",
            "http://localhost.evil.example",
            "http://10.0.0.1:3000",
            "https://10.0.0.1:3000",
            "https://169.254.169.254",
            "http://0.0.0.0:3000",
            "http://me@localhost:3000",
            "http://[::ffff:127.0.0.1]:3000",
        ] {
            assert!(Reach::Sandbox.check(bad).is_err(), "{bad}");
        }
        assert!(Reach::Sandbox.allows("127.0.0.1".parse().unwrap()));
        assert!(!Reach::Sandbox.allows("10.0.0.1".parse().unwrap()));
    }

    /// The first and the last address of each range, and their neighbours outside.
    #[test]
    fn every_range_is_closed_to_its_edges() {
        for inside in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.0.0",
            "169.254.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.0",
            "192.0.0.192",
            "192.0.0.255",
            "192.0.2.0",
            "192.0.2.255",
            "192.31.196.1",
            "192.52.193.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "192.175.48.1",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "64:ff9b::1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "1fff::1",
            "2001::1",
            "2001:0:53aa:64c:0:ffff:80ff:fffe",
            "2001:10::1",
            "2001:20::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002::1",
            "2002:7f00:1::1",
            "2002:a00:1::",
            "2620:4f:8000::1",
            "3fff::1",
            "3fff:fff:ffff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fdff::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "191.255.255.255",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "203.0.114.0",
            "223.255.255.255",
            "2000::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2001:db7::1",
            "2001:db9::1",
            "2003::1",
            "2606:4700::1111",
            "3ffe::1",
            "3fff:1000::1",
        ] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }
}
