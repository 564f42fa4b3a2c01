//! Where people go on to afterwards: a page of ours, or one that the house allows.

use super::house::House;

/// The address when people may be sent there; nothing otherwise, as if it had not been given.
pub(super) fn allowed<'a>(house: &House, address: &'a str) -> Option<&'a str> {
    (is_ours(address) || host(house, address).is_some()).then_some(address)
}

/// The host of an allowed address elsewhere.
pub(super) fn host<'a>(house: &'a House, address: &str) -> Option<&'a str> {
    let is_below = |origin: &&String| {
        address
            .strip_prefix(origin.as_str())
            .is_some_and(|rest| (rest.is_empty() || rest.starts_with(['/', '?'])) && is_plain(rest))
    };
    let origin = house.return_to.iter().find(is_below)?;
    origin.split("://").nth(1)
}

/// A path here. Browsers take `//host` and `/\host` for another host.
fn is_ours(address: &str) -> bool {
    address.strip_prefix('/').is_some_and(|rest| !rest.starts_with(['/', '\\']) && is_plain(rest))
}

/// Browsers drop tabs and line ends out of addresses, and take `\` for `/`.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// `path`, keeping in mind where to go on to.
pub(super) fn kept(path: &str, return_to: &str) -> String {
    if return_to.is_empty() {
        return path.to_owned();
    }
    let join = if path.contains('?') { '&' } else { '?' };
    let pair = serde_urlencoded::to_string([("return_to", return_to)]).unwrap_or_default();
    format!("{path}{join}{pair}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use serde_json::json;

    #[test]
    fn only_our_pages_and_allowed_origins() {
        let config: Config = serde_json::from_value(json!({
            "public_url": "https://login.example.org", "key_file": "keys", "database": { "url": "sqlite:x" },
            "mail": { "from": "rekey@example.org", "host": "localhost" },
            "return_to": ["https://app.example.org"],
        }))
        .unwrap();
        let house = House::new(&config).unwrap();
        for good in [
            "/profile",
            "/utilities/mail?state=dead",
            "https://app.example.org",
            "https://app.example.org/a?b",
        ] {
            assert_eq!(allowed(&house, good), Some(good));
        }
        for bad in [
            "",
            "profile",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "https://app.example.org.evil.example",
            "https://app.example.org@evil.example",
            "https://app.example.org:444",
            "javascript:alert(1)",
            "https://app.example.org\\@evil.example",
            "http://app.example.org",
        ] {
            assert_eq!(allowed(&house, bad), None, "{bad}");
        }
        assert_eq!(host(&house, "https://app.example.org/x"), Some("app.example.org"));
        assert_eq!(kept("/sign-in", "/a?b=c&d"), "/sign-in?return_to=%2Fa%3Fb%3Dc%26d");
    }
}
