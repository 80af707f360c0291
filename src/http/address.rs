//! Where a request comes from: the peer's address, or behind proxies that the settings name, the one that they say.

use super::field::{self, Backslash};
use ::http::{HeaderMap, HeaderName};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What proxies say of where a request comes from.
pub const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What one household or machine has: an IPv4 address, or the 2^64 addresses of an IPv6 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// One address.
    V4(Ipv4Addr),
    /// The first half of the address.
    V6(u64),
}

impl Network {
    /// That of an address.
    pub fn of(address: IpAddr) -> Network {
        match address.to_canonical() {
            IpAddr::V4(address) => Network::V4(address),
            IpAddr::V6(address) => Network::V6((address.to_bits() >> 64) as u64),
        }
    }
}

/// Who sent a request that came from `peer`. Of what a proxy says only what is behind the last proxy of ours
/// counts: a client may write anything before it.
pub fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let ours = |address: &IpAddr| proxies.iter().any(|proxy| proxy.to_canonical() == address.to_canonical());
    if !ours(&peer) {
        return peer;
    }
    let said: Vec<&str> = field::members(headers, &FORWARDED_FOR, Backslash::Plain).collect();
    for text in said.into_iter().rev() {
        match read(text) {
            Some(address) if ours(&address) => {}
            Some(address) => return address,
            None => return peer,
        }
    }
    peer
}

/// An address, with or without brackets; some proxies add a port.
fn read(text: &str) -> Option<IpAddr> {
    let bare =
        text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(text, |(address, _)| address);
    let without_port = || bare.parse::<std::net::SocketAddrV4>().map(|socket| IpAddr::V4(*socket.ip()));
    bare.parse().or_else(|_| bare.parse::<Ipv6Addr>().map(IpAddr::V6)).or_else(|_| without_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::http::HeaderValue;

    #[test]
    fn only_proxies_of_ours_are_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = [ip("127.0.0.1"), ip("10.0.0.1")];
        for (peer, said, client_is) in [
            ("192.0.2.9", &["198.51.100.1"][..], "192.0.2.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["1.1.1.1", "198.51.100.1, 10.0.0.1"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("127.0.0.1", &["[2001:db8::1]:80"], "2001:db8::1"),
            ("127.0.0.1", &["1.1.1.1, unknown"], "127.0.0.1"),
            ("::ffff:127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ] {
            let headers: HeaderMap =
                said.iter().map(|line| (FORWARDED_FOR, HeaderValue::from_static(line))).collect();
            assert_eq!(client(ip(peer), &headers, &proxies), ip(client_is), "{peer} {said:?}");
        }
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        let of = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
