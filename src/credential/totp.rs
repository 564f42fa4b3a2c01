//! Time-based one-time codes (RFC 6238): six digits, 30 s, one step either way.

use rekey_events::text::{GeneralCategory, category, digit, is_invisible};
use rekey_events::{Env, Moment, env::random};
use totp_rs::{Builder, Secret, Totp};

/// A fresh secret: 160 bits, as RFC 4226 (section 4, R6) recommends.
#[must_use]
pub fn secret(env: &dyn Env) -> Vec<u8> {
    random::<20>(env).to_vec()
}

/// The step whose code this is, within one step of now. Codes are compared
/// whole, in the digits of any script, without blanks and dashes; whether the step was used before is the rules' business.
#[must_use]
pub fn matching_step(secret: &[u8], code: &str, now: Moment) -> Option<u64> {
    let digits: String = code.chars().filter(|character| !is_filler(*character)).map(plain_digit).collect();
    totp(secret, "", "")?.check(&digits, seconds(now))
}

/// What groups digits, or came along when they were copied.
fn is_filler(character: char) -> bool {
    character.is_whitespace()
        || is_invisible(character)
        || category(character) == GeneralCategory::DashPunctuation
}

/// The ASCII digit of the same value; what is no digit stays.
fn plain_digit(character: char) -> char {
    digit(character).map_or(character, |value| char::from(b'0' + value))
}

/// The code of now: for the demonstration, and tests.
#[must_use]
pub fn code(secret: &[u8], now: Moment) -> Option<String> {
    Some(totp(secret, "", "")?.generate(seconds(now)).to_string())
}

/// The `otpauth:` address that authenticator apps read from the QR code.
#[must_use]
pub fn address(secret: &[u8], product: &str, username: &str) -> Option<String> {
    totp(secret, product, username)?.to_url().ok()
}

/// The secret in Base32 (RFC 4648), for those who type it.
#[must_use]
pub fn written(secret: &[u8]) -> String {
    Secret::from(secret.to_vec()).to_base32()
}

fn totp(secret: &[u8], product: &str, username: &str) -> Option<Totp> {
    // A colon separates the two in the address; neither may have one.
    let plain = |text: &str| text.replace(':', " ");
    let builder = Builder::new().with_secret(secret.to_vec()).with_account_name(plain(username));
    builder.with_issuer((!product.is_empty()).then(|| plain(product))).build().ok()
}

fn seconds(now: Moment) -> u64 {
    u64::try_from(now.seconds()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, for SHA-1, cut to six digits.
    #[test]
    fn the_rfcs_own_codes() {
        for (at, expected) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            let now = Moment::from_micros(at * 1_000_000);
            assert_eq!(code(b"12345678901234567890", now).as_deref(), Some(expected));
            assert_eq!(matching_step(b"12345678901234567890", expected, now), Some(at as u64 / 30));
        }
    }

    #[test]
    fn a_step_either_way_and_no_more() {
        let now = Moment::from_micros(1_234_567_890_000_000);
        let code = code(b"12345678901234567890", now).unwrap();
        for (seconds, found) in [(-61, false), (-30, true), (0, true), (30, true), (61, false)] {
            let then = Moment::from_micros(now.micros() + seconds * 1_000_000);
            assert_eq!(matching_step(b"12345678901234567890", &code, then).is_some(), found, "{seconds}");
        }
    }

    /// RFC 6238's code of 59 s, `287082`, as keyboards and clipboards give it.
    #[test]
    fn a_code_may_be_typed_in_any_digits_and_groups() {
        let now = Moment::from_micros(59_000_000);
        for typed in [
            "287 082",
            "287-082",
            "２８７０８２",
            "٢٨٧٠٨٢",
            "۲۸۷۰۸۲",
            "\u{200e}287\u{a0}082\u{200b}",
            "287–082",
        ] {
            assert_eq!(matching_step(b"12345678901234567890", typed, now), Some(1), "{typed:?}");
        }
        for other in ["287.082", "2870822", "２８７０８３", "²87082"] {
            assert_eq!(matching_step(b"12345678901234567890", other, now), None, "{other:?}");
        }
    }

    #[test]
    fn what_is_no_code_matches_nothing() {
        for text in ["", "12345", "1234567", "+12345", "abcdef", "１２３４５６"] {
            assert_eq!(matching_step(b"12345678901234567890", text, Moment::default()), None);
        }
    }
}
