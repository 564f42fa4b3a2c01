//! Usernames and addresses, folded for comparison.

use precis_profiles::UsernameCaseMapped;
use precis_profiles::precis_core::profile::PrecisFastInvocation;

/// A username folded for comparison (RFC 8265, section 3.3): width and case
/// mapped, normalised. `None` when it is no username at all.
#[must_use]
pub fn username_key(username: &str) -> Option<String> {
    UsernameCaseMapped::enforce(username.trim()).ok().map(std::borrow::Cow::into_owned)
}

/// An address folded for comparison: case only. Look-alikes stay apart; a mail
/// goes to the address on file whatever was typed.
#[must_use]
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_width_do_not_matter() {
        assert_eq!(username_key("Ana"), Some("ana".to_owned()));
        assert_eq!(username_key(" ana "), username_key("ＡＮＡ"));
        assert_eq!(email_key(" Ana@Example.org"), "ana@example.org");
    }

    #[test]
    fn what_is_no_username_matches_nobody() {
        for text in ["", "  ", "a b", "a\u{0}b", "a\nb"] {
            assert_eq!(username_key(text), None, "{text:?}");
        }
    }

    #[test]
    fn look_alikes_stay_apart() {
        assert_ne!(username_key("ana"), username_key("аna"));
        assert_ne!(email_key("mike@example.org"), email_key("mıke@example.org"));
    }
}
