//! Addresses, folded for comparison.

use crate::text::{nfc, trim};

/// The signs that input methods give for `@`.
const AT: [char; 3] = ['@', '\u{ff20}', '\u{fe6b}'];

/// An address folded for comparison: the local part in lower case and NFC, the domain in A-labels (UTS #46,
/// nontransitional) without a final dot. Look-alikes stay apart; a mail goes to the address on file whatever was typed.
#[must_use]
pub fn email_key(email: &str) -> String {
    match parts(email) {
        Some((local, domain)) => format!("{}@{}", fold(local), domain_key(domain)),
        None => fold(email),
    }
}

/// What the keys of addresses begin with that begin with `typed`. Only of a domain's last label may a part be missing;
/// a part of a label beyond ASCII says nothing of its A-label but that it is one.
#[must_use]
pub fn address_prefix(typed: &str) -> String {
    let Some((local, domain)) = parts(typed) else { return fold(typed) };
    let domain = nfc(domain).to_lowercase();
    let (whole, last) = domain.rfind('.').map_or(("", &*domain), |dot| domain.split_at(dot + 1));
    let last = if last.is_ascii() { last } else { "xn--" };
    let dot = if whole.is_empty() { "" } else { "." };
    format!("{}@{}{dot}{last}", fold(local), domain_key(whole))
}

fn parts(email: &str) -> Option<(&str, &str)> {
    trim(email).rsplit_once(AT)
}

fn fold(text: &str) -> String {
    nfc(&trim(text).to_lowercase()).into_owned()
}

/// What is no domain name is compared as it is.
fn domain_key(domain: &str) -> String {
    let domain = trim(domain);
    let ascii = idna::domain_to_ascii(domain).unwrap_or_else(|_| fold(domain));
    ascii.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_in_unicode_and_in_a_labels() {
        let key = "rosa@xn--mnchen-3ya.example";
        for typed in [
            "rosa@münchen.example",
            "rosa@xn--mnchen-3ya.example",
            "Rosa@MÜNCHEN.Example",
            "rosa@XN--MNCHEN-3YA.example",
            "rosa@mu\u{308}nchen.example",
            " rosa@münchen.example. ",
            "\u{200e}rosa@münchen.example\u{200b}",
            "\u{a0}rosa\u{3000}@münchen.example\u{2003}",
            "rosa＠münchen.example",
            "rosa﹫ｍünchen。example",
            "\u{feff}rosa@mün\u{ad}chen.example",
        ] {
            assert_eq!(email_key(typed), key, "{typed:?}");
        }
    }

    #[test]
    fn the_local_part_is_compared_in_lower_case_and_nfc() {
        assert_eq!(email_key("Zoe\u{308}@example.org"), email_key("zoë@example.org"));
        assert_eq!(email_key("a@b@Example.org"), "a@b@example.org");
        assert_eq!(email_key(" Nobody "), "nobody");
    }

    #[test]
    fn sharp_s_and_ss_are_two_domains() {
        assert_eq!(email_key("a@straße.example"), "a@xn--strae-oqa.example");
        assert_ne!(email_key("a@straße.example"), email_key("a@strasse.example"));
    }

    #[test]
    fn what_is_no_domain_is_compared_as_it_is() {
        assert_eq!(email_key("a@XN--Zz--1"), "a@xn--zz--1");
        assert_eq!(email_key("a@b c.Example"), "a@b c.example");
        assert_eq!(email_key("a@"), "a@");
    }

    #[test]
    fn what_an_address_begins_with_is_found_by_a_part_of_it() {
        let key = email_key("Rosa@mail.münchen.example");
        for typed in [
            "",
            "r",
            "rosa@",
            "rosa@mail",
            "rosa@mail.",
            "rosa@mail.mün",
            "rosa＠MAIL.münchen.",
            "rosa@mail.münchen.ex",
        ] {
            let prefix = address_prefix(typed);
            assert!(key.starts_with(&prefix), "{typed:?}: {prefix}");
        }
        for other in ["rosa@mail.nurn", "rosa@mail.augsburg.", "ben@"] {
            assert!(!key.starts_with(&address_prefix(other)), "{other}");
        }
    }

    /// A key is the key of itself: keys on file can be derived from each other again.
    #[test]
    fn a_key_is_its_own_key() {
        for email in ["Rosa@münchen.example", "Zoe\u{308}@EXAMPLE.org", "a@b c", "İ@ı.example"] {
            let key = email_key(email);
            assert_eq!(email_key(&key), key);
        }
    }
}
