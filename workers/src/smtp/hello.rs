//! How we name ourselves in EHLO.

use std::{fmt, net::IpAddr, str::FromStr};

use super::ConfigError;

/// A domain in A-labels, or an address literal (RFC 5321 sections 4.1.1.1 and 4.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelloName(String);

impl FromStr for HelloName {
    type Err = ConfigError;

    /// Takes a domain or an IP address, the latter also in brackets as URLs and literals have it.
    fn from_str(host: &str) -> Result<Self, ConfigError> {
        let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let address = bracketed.unwrap_or(host);
        match address.strip_prefix("IPv6:").unwrap_or(address).parse() {
            Ok(IpAddr::V4(address)) => Ok(Self(format!("[{address}]"))),
            Ok(IpAddr::V6(address)) => Ok(Self(format!("[IPv6:{address}]"))),
            Err(_) => domain(host).map(Self).ok_or(ConfigError::HelloName),
        }
    }
}

/// The domain as it goes over the wire, without the dot that ends an absolute name.
fn domain(host: &str) -> Option<String> {
    let host = host.strip_suffix('.').unwrap_or(host);
    idna::domain_to_ascii_strict(host).ok().filter(|domain| !domain.is_empty() && !domain.ends_with('.'))
}

impl fmt::Display for HelloName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(host: &str) -> Result<String, ConfigError> {
        host.parse::<HelloName>().map(|name| name.to_string())
    }

    #[test]
    fn a_domain_or_an_ip_address_becomes_the_name_for_ehlo() {
        for (host, name) in [
            ("login.example.org", "login.example.org"),
            ("Login.Example.ORG.", "login.example.org"),
            ("münchen.example", "xn--mnchen-3ya.example"),
            ("localhost", "localhost"),
            ("127.0.0.1", "[127.0.0.1]"),
            ("[127.0.0.1]", "[127.0.0.1]"),
            ("::1", "[IPv6:::1]"),
            ("[::1]", "[IPv6:::1]"),
            ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
        ] {
            assert_eq!(parse(host).as_deref(), Ok(name), "{host}");
        }
    }

    #[test]
    fn what_does_not_belong_into_ehlo_is_refused() {
        for host in [
            "",
            ".",
            "a b",
            "a..b",
            "-a.example",
            "under_score.example",
            "[login.example.org]",
            "a\r\nMAIL FROM:<x@y.org>",
        ] {
            assert_eq!(parse(host), Err(ConfigError::HelloName), "{host:?}");
        }
    }
}
