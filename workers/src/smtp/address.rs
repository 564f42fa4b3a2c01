//! An address, checked once, then carried exactly as it goes over the wire.

use std::fmt;

/// A mailbox address: a dot-string as local part (RFC 5321 section 4.1.2, RFC 6531 section 3.3 for letters beyond
/// ASCII) and a domain in A-labels (RFC 5890). Quoted local parts and address literals are refused: nobody signs up
/// with one, and reading them wrong has opened many holes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    text: String,
    at: usize,
}

/// Why a text is not an address. Never carries the text: that is personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no `@`.
    #[error("an address needs an @")]
    NoAt,
    /// The part before the `@` is empty, too long or has characters that do not belong there.
    #[error("the part before the @ is not a plain mailbox name")]
    Local,
    /// The part after the `@` is no domain name, also after conversion to A-labels.
    #[error("the part after the @ is not a domain name")]
    Domain,
    /// More than 254 octets (RFC 5321 section 4.5.3.1.3).
    #[error("the address is too long")]
    TooLong,
}

impl Address {
    /// Checks `text` and turns its domain into A-labels.
    ///
    /// # Errors
    /// Says which part is wrong.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::NoAt)?;
        if !is_dot_string(local) {
            return Err(AddressError::Local);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| AddressError::Domain)?;
        if domain.is_empty() || domain.ends_with('.') {
            return Err(AddressError::Domain);
        }
        let text = format!("{local}@{domain}");
        if text.len() > 254 {
            return Err(AddressError::TooLong);
        }
        Ok(Self { text, at: local.len() })
    }

    /// The whole address, as in MAIL and RCPT.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain, in A-labels.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// Whether it can be sent without SMTPUTF8.
    pub fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }
}

/// Shows no personal data.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

fn is_dot_string(local: &str) -> bool {
    local.len() <= 64 && local.split('.').all(is_atom)
}

fn is_atom(atom: &str) -> bool {
    !atom.is_empty() && atom.chars().all(is_atext)
}

/// `atext` of RFC 5322 section 3.2.3, with letters beyond ASCII as RFC 6532 section 3.2 adds them.
fn is_atext(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        _ if c.is_ascii() => "!#$%&'*+-/=?^_`{|}~".contains(c),
        _ => !c.is_control() && !c.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_goes_to_a_labels() {
        let address = Address::parse("ana@bücher.example").unwrap();
        assert_eq!(address.as_str(), "ana@xn--bcher-kva.example");
        assert_eq!((address.local(), address.domain()), ("ana", "xn--bcher-kva.example"));
    }

    #[test]
    fn letters_beyond_ascii_need_smtputf8() {
        assert!(!Address::parse("用户@example.org").unwrap().is_ascii());
        assert!(Address::parse("user@例え.jp").unwrap().is_ascii());
    }

    #[test]
    fn what_could_end_a_command_is_refused() {
        for bad in [
            "a\r\nRCPT TO:<b@c>@d.org",
            "a b@c.org",
            "a>@c.org",
            "\"a b\"@c.org",
            "a\u{85}@c.org",
            ".a@c.org",
        ] {
            assert_eq!(Address::parse(bad), Err(AddressError::Local), "{bad:?}");
        }
        for bad in ["a@b c.org", "a@b\r\n.org", "a@", "a@b..org", "a@[127.0.0.1]", "a@b_c.org", "a@b.org."] {
            assert_eq!(Address::parse(bad), Err(AddressError::Domain), "{bad:?}");
        }
        assert_eq!(Address::parse("nobody"), Err(AddressError::NoAt));
        let long = format!("{}@{}.example", "a".repeat(20), vec!["b".repeat(60); 4].join("."));
        assert_eq!(Address::parse(&long), Err(AddressError::TooLong));
    }

    #[test]
    fn debug_shows_nobody() {
        assert_eq!(format!("{:?}", Address::parse("ana@example.org").unwrap()), "Address(…)");
    }
}
