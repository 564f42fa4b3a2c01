//! `trusted_proxies`: addresses and networks of the proxies whose `X-Forwarded-For` is believed.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// Bits before the IPv4 address in an IPv4-mapped one (RFC 4291, section 2.5.5.2).
const MAPPED_BITS: u8 = 96;

/// Networks; a single address is a network of one. IPv4-mapped addresses are IPv4, in the networks and in what is
/// compared with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads addresses and networks, such as `10.0.0.1` and `10.0.0.0/8`; blanks around them are ignored.
    ///
    /// # Errors
    /// One is neither, or names an address inside its network. The text says what to write instead.
    pub fn parse(values: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, String> {
        let values = values.into_iter();
        values.map(|value| parse(value.as_ref().trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the address is one of theirs.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn parse(value: &str) -> Result<IpNet, String> {
    let parsed = match value.parse::<IpAddr>() {
        Ok(address) => Ok(IpNet::from(address)),
        Err(_) => value.parse::<IpNet>(),
    };
    let network = parsed.map_err(|_| {
        format!(
            "{value:?} is not an address or a network; write one such as \"10.0.0.1\", \"10.0.0.0/8\" or \
             \"2001:db8::/32\""
        )
    })?;
    if network.addr() != network.network() {
        // A slip: either the address or all of the network is meant, and only one of them is to be trusted.
        return Err(format!(
            "{value:?} is an address inside a network; write \"{}\" for the network or \"{}\" for the address",
            network.trunc(),
            network.addr()
        ));
    }
    Ok(canonical(network))
}

/// A network of IPv4-mapped addresses as one of IPv4 addresses.
fn canonical(network: IpNet) -> IpNet {
    let IpAddr::V4(address) = network.addr().to_canonical() else { return network };
    let bits = match network {
        IpNet::V4(_) => return network,
        IpNet::V6(mapped) => mapped.prefix_len().checked_sub(MAPPED_BITS),
    };
    bits.and_then(|bits| Ipv4Net::new(address, bits).ok()).map_or(network, IpNet::V4)
}

impl<'de> Deserialize<'de> for TrustedProxies {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Values)
    }
}

/// A list, or one text with commas as environment variables have it.
struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = TrustedProxies;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of addresses and networks, such as [\"10.0.0.1\", \"10.1.0.0/16\"]")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<TrustedProxies, E> {
        let values = text.split(',').filter(|value| !value.trim().is_empty());
        TrustedProxies::parse(values).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<TrustedProxies, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element::<String>()? {
            values.push(value);
        }
        // A variable that is set but empty is a list of one empty text.
        values.retain(|value| !value.trim().is_empty());
        TrustedProxies::parse(values).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusts(networks: &[&str], address: &str) -> bool {
        TrustedProxies::parse(networks).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn an_address_is_trusted_by_itself_or_by_its_network() {
        for (network, inside, outside) in [
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            (" 172.16.0.0/12 ", "172.31.255.255", "172.32.0.0"),
            ("2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
            ("::1", "::1", "::2"),
            ("fd00::/8", "fdff::1", "fe80::1"),
        ] {
            assert!(trusts(&[network], inside), "{network} {inside}");
            assert!(!trusts(&[network], outside), "{network} {outside}");
            assert!(trusts(&["192.0.2.1", network], inside), "{network} {inside}");
        }
        assert!(!trusts(&[], "127.0.0.1"));
    }

    #[test]
    fn an_ipv4_mapped_address_is_the_ipv4_address_on_both_sides() {
        for network in ["10.0.0.0/8", "::ffff:10.0.0.0/104"] {
            for address in ["10.1.2.3", "::ffff:10.1.2.3"] {
                assert!(trusts(&[network], address), "{network} {address}");
            }
            assert!(!trusts(&[network], "::ffff:11.0.0.1"), "{network}");
        }
        assert!(trusts(&["::ffff:10.0.0.1"], "10.0.0.1"));
        // All of IPv6 is not all of IPv4.
        assert!(!trusts(&["::/0"], "::ffff:10.0.0.1"));
    }

    #[test]
    fn what_is_neither_address_nor_network_is_named_with_what_to_write() {
        for (value, says) in [
            ("10.0.0.0/33", "\"10.0.0.0/33\" is not an address or a network"),
            ("10.0.0.", "such as \"10.0.0.1\""),
            ("proxy.example.org", "\"proxy.example.org\" is not"),
            ("10.0.0.1:80", "\"10.0.0.1:80\" is not"),
            ("", "\"\" is not"),
            ("10.0.0.7/8", "write \"10.0.0.0/8\" for the network or \"10.0.0.7\" for the address"),
        ] {
            let error = TrustedProxies::parse([value]).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_list_may_be_one_text_with_commas_and_blanks() {
        let list: TrustedProxies = serde_json::from_str(r#"["10.0.0.1", " 10.1.0.0/16 "]"#).unwrap();
        let text: TrustedProxies = serde_json::from_str(r#"" 10.0.0.1 ,10.1.0.0/16, ""#).unwrap();
        assert_eq!(list, text);
        assert!(text.contains("10.1.2.3".parse().unwrap()));
        for empty in [r#""""#, "[]", r#"[""]"#] {
            assert_eq!(serde_json::from_str::<TrustedProxies>(empty).unwrap(), TrustedProxies::default());
        }
    }
}
