//! The address that a request comes from, through proxies that are trusted.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::extract::ConnectInfo;
use axum::http::HeaderName;
use axum::http::request::Parts;

use super::field_value::field_values;
use super::listener::Peer;
use crate::config::TrustedProxies;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The longest hop that is kept, in characters: an IPv6 address has at most 45.
const MAX_HOP_CHARS: usize = 64;
/// Proxies whose faulty header is remembered as logged. A network may hold more addresses than fit in memory.
const MAX_LOGGED: usize = 1024;

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Default)]
pub struct Proxies {
    trusted: TrustedProxies,
    /// Those that sent a hop that cannot be read: logged once each.
    logged: Mutex<HashSet<IpAddr>>,
}

impl Proxies {
    /// The proxies that the configuration trusts.
    #[must_use]
    pub fn new(trusted: TrustedProxies) -> Self {
        Self { trusted, logged: Mutex::default() }
    }

    /// The address that a request comes from: the peer or, if that is a trusted proxy, the nearest hop before it that
    /// is not. `None` without a connection.
    ///
    /// Hops are read from the right, because each proxy appends the address that it was called from: whatever a client
    /// sends stands to the left of its own address, and is never reached.
    pub(super) fn client_address(&self, parts: &Parts) -> Option<String> {
        let peer = parts.extensions.get::<ConnectInfo<Peer>>()?.0.0.ip().to_canonical();
        let lines: Vec<_> = field_values(&parts.headers, FORWARDED_FOR).collect();
        Some(self.nearest_untrusted(peer, &lines))
    }

    fn nearest_untrusted(&self, peer: IpAddr, lines: &[impl AsRef<str>]) -> String {
        let mut nearest = peer;
        let hops = lines.iter().rev().flat_map(|line| line.as_ref().rsplit(','));
        // Empty elements are no elements (RFC 9110, section 5.6.1).
        for hop in hops.map(str::trim).filter(|hop| !hop.is_empty()) {
            if !self.trusted.contains(nearest) {
                break;
            }
            match parse_hop(hop) {
                Some(address) => nearest = address,
                None => {
                    self.log_once(nearest);
                    return as_identity(hop);
                }
            }
        }
        nearest.to_string()
    }

    /// Logs the proxy that sent a hop that cannot be read; never the hop, which may be a person's address.
    fn log_once(&self, proxy: IpAddr) {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() < MAX_LOGGED && logged.insert(proxy) {
            tracing::warn!(
                %proxy,
                "Failed to read an address in X-Forwarded-For; counting its text as the client. Let the proxy send \
                 addresses."
            );
        }
    }
}

/// Reads a hop as proxies write it: an address, `ip:port`, `[v6]`, `[v6]:port`, with or without a zone (RFC 4007,
/// section 11) or quotes. An IPv4-mapped address is read as IPv4.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim_matches('"').trim();
    let (address, port) = match hop.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?,
        // A second colon makes it IPv6 without brackets, which has no port.
        None => match hop.split_once(':') {
            Some((_, rest)) if !rest.contains(':') => hop.split_at(hop.len() - rest.len() - 1),
            _ => (hop, ""),
        },
    };
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    let without_zone = address.split('%').next()?.trim();
    without_zone.parse::<IpAddr>().ok().filter(|_| is_port).map(|address| address.to_canonical())
}

/// A hop that cannot be read, as the name of its client. Odd characters are replaced rather than dropped: without
/// them it could be the address of another client.
fn as_identity(hop: &str) -> String {
    let plain = |character: char| if character.is_ascii_graphic() { character } else { '?' };
    hop.chars().map(plain).take(MAX_HOP_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};
    use std::sync::Arc;

    use super::*;

    fn client(peer: &str, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:ffff::/48"].map(str::to_owned);
        let proxies = Proxies::new(TrustedProxies::parse(trusted.iter()).unwrap());
        proxies.nearest_untrusted(peer.parse().unwrap(), lines)
    }

    #[test]
    fn a_hop_is_read_in_every_way_that_proxies_write_it() {
        for (hop, read) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7:51234", "203.0.113.7"),
            (" 203.0.113.7 ", "203.0.113.7"),
            ("\"203.0.113.7:51234\"", "203.0.113.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:51234", "2001:db8::7"),
            ("\"[2001:db8::7]:51234\"", "2001:db8::7"),
            ("fe80::7%eth0", "fe80::7"),
            ("[fe80::7%25eth0]:51234", "fe80::7"),
            ("2001:DB8:0:0:0:0:0:7", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:cb00:7107]:51234", "203.0.113.7"),
        ] {
            assert_eq!(client("10.0.0.1", &[hop]), read, "{hop}");
        }
    }

    #[test]
    fn the_nearest_hop_that_is_not_a_trusted_proxy_is_the_client() {
        for (lines, read) in [
            (&["198.51.100.9, 203.0.113.7"][..], "203.0.113.7"),
            (&["198.51.100.9, 203.0.113.7, 10.0.0.2"][..], "203.0.113.7"),
            (&["198.51.100.9, 203.0.113.7, ::ffff:10.0.0.2"][..], "203.0.113.7"),
            (&["203.0.113.7, [2001:db8:ffff::2]:443, 10.0.0.2:80"][..], "203.0.113.7"),
            (&["203.0.113.7,, , 10.0.0.2,"][..], "203.0.113.7"),
            (&["198.51.100.9", "203.0.113.7", "10.0.0.2"][..], "203.0.113.7"),
            (&["", "203.0.113.7", " "][..], "203.0.113.7"),
            // All of them are proxies: the request began at the furthest.
            (&["10.0.0.3, 10.0.0.2"][..], "10.0.0.3"),
            (&[][..], "10.0.0.1"),
            (&[" , "][..], "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", lines), read, "{lines:?}");
        }
    }

    #[test]
    fn a_hop_that_cannot_be_read_is_the_client_and_not_the_proxy() {
        for (hop, read) in [
            ("unknown", "unknown"),
            ("_hidden", "_hidden"),
            ("203.0.113.7:http", "203.0.113.7:http"),
            ("203.0.113.7:99999", "203.0.113.7:99999"),
            ("203.0.113.07", "203.0.113.07"),
            ("203.0.113.\u{fffd}7", "203.0.113.?7"),
            ("[2001:db8::7", "[2001:db8::7"),
            ("a b", "a?b"),
        ] {
            assert_eq!(client("10.0.0.1", &[hop]), read);
            assert_eq!(client("10.0.0.1", &[&format!("198.51.100.9, {hop}, 10.0.0.2")]), read);
        }
        assert_eq!(client("10.0.0.1", &[&"x".repeat(500)]).len(), MAX_HOP_CHARS);
    }

    #[test]
    fn attack_what_a_client_sends_itself_is_never_reached() {
        for sent in
            ["garbage", "203.0.113.7\u{fffd}", "[", ", ,", "10.0.0.9", "198.51.100.9, unknown", "\"", "%"]
        {
            // The proxy appends the client's own address, in the same line or in one of its own.
            assert_eq!(client("10.0.0.1", &[&format!("{sent}, 203.0.113.7")]), "203.0.113.7", "{sent}");
            assert_eq!(client("10.0.0.1", &[sent, "203.0.113.7"]), "203.0.113.7", "{sent}");
            // Without a proxy the header counts for nothing.
            assert_eq!(client("203.0.113.7", &[sent]), "203.0.113.7", "{sent}");
            assert_eq!(client("203.0.113.7", &["10.0.0.1"]), "203.0.113.7");
        }
    }

    #[test]
    fn a_proxy_whose_hops_cannot_be_read_is_one_warning_without_the_hop() {
        let file = Arc::new(tempfile::tempfile().unwrap());
        let log = tracing_subscriber::fmt().with_ansi(false).with_writer(file.clone()).finish();
        let trusted = ["10.0.0.0/8".to_owned()];
        let proxies = Proxies::new(TrustedProxies::parse(trusted.iter()).unwrap());
        tracing::subscriber::with_default(log, || {
            for peer in ["10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.1"] {
                proxies.nearest_untrusted(peer.parse().unwrap(), &["_hidden"]);
            }
        });
        let mut text = String::new();
        (&*file).rewind().unwrap();
        (&*file).read_to_string(&mut text).unwrap();
        let of = |proxy: &str| text.lines().filter(|line| line.contains(proxy)).count();
        assert_eq!((of("10.0.0.1"), of("10.0.0.2"), text.lines().count()), (1, 1, 2), "{text}");
        assert!(!text.contains("_hidden"), "{text}");
    }
}
