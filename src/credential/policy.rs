//! Which passwords are taken (NIST SP 800-63B-4, section 3.1.1.2; OWASP ASVS
//! 5.0, 6.2): length, and not what an attacker tries first. No composition rules.

use precis_profiles::OpaqueString;
use precis_profiles::precis_core::profile::PrecisFastInvocation;

/// Fewest characters without a second factor.
pub const LEAST: usize = 15;
/// Fewest characters with one.
pub const LEAST_WITH_SECOND_FACTOR: usize = 8;
/// Most bytes; all of them count.
pub const MOST: usize = 1024;
/// Fewest guesses, as a power of ten, that finding it must take (zxcvbn).
const GUESSES: f64 = 8.0;
/// What zxcvbn looks at; the rest only makes a password stronger.
const LOOKED_AT: usize = 64;

/// Why a password is not taken.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    strum::IntoStaticStr,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Rejection {
    /// Fewer than 15 characters (8 with a second factor).
    TooShort,
    /// More than 1,024 bytes.
    TooLong,
    /// Has characters that cannot be typed everywhere, such as control characters.
    Untypable,
    /// Contains the username, the address or the product's name.
    LikeYou,
    /// Among what an attacker tries first.
    TooCommon,
    /// The password it is to replace.
    Unchanged,
}

impl Rejection {
    /// What a person should do.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::TooShort => "Use at least 15 characters (8 with a second factor). Several words are fine.",
            Self::TooLong => "Use at most 1,024 bytes.",
            Self::Untypable => "Leave out control characters and line breaks.",
            Self::LikeYou => "Leave out your username, your address and the name of this service.",
            Self::Unchanged => "Use another password than the current one.",
            Self::TooCommon => {
                "This is among the first passwords an attacker tries. Use something less common."
            }
        }
    }
}

/// A password as it is hashed: normalised (RFC 8265, section 4.2). `None` when
/// it cannot be.
#[must_use]
pub fn normalise(password: &str) -> Option<String> {
    OpaqueString::enforce(password).ok().map(std::borrow::Cow::into_owned)
}

/// The normalised password, or every reason why it is not taken. `like` are
/// the words it must not resemble.
///
/// # Errors
/// All reasons at once.
pub fn check(password: &str, second_factor: bool, like: &[&str]) -> Result<String, Vec<Rejection>> {
    let normal = normalise(password);
    let text = normal.as_deref().unwrap_or(password);
    let least = if second_factor { LEAST_WITH_SECOND_FACTOR } else { LEAST };
    let reasons = [
        (text.chars().count() < least, Rejection::TooShort),
        (password.len() > MOST, Rejection::TooLong),
        (normal.is_none() && !password.is_empty(), Rejection::Untypable),
        (resembles(text, like), Rejection::LikeYou),
        (!text.is_empty() && is_common(text, like), Rejection::TooCommon),
    ];
    let reasons: Vec<_> = reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect();
    if reasons.is_empty() { Ok(text.to_owned()) } else { Err(reasons) }
}

/// The same, on a thread for blocking work: the estimate takes milliseconds,
/// for some passwords many.
///
/// # Errors
/// All reasons at once.
pub async fn check_aside(
    password: &str,
    second_factor: bool,
    like: Vec<String>,
) -> Result<String, Vec<Rejection>> {
    let password = password.to_owned();
    let checked = tokio::task::spawn_blocking(move || {
        let like: Vec<_> = like.iter().map(String::as_str).collect();
        check(&password, second_factor, &like)
    });
    // It ends by a panic only if the estimate has a fault: better refused than unchecked.
    checked.await.unwrap_or_else(|_| Err(vec![Rejection::TooCommon]))
}

/// How hard it is to guess, from 0 to 4 (zxcvbn).
#[must_use]
pub fn strength(password: &str, like: &[&str]) -> u8 {
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    zxcvbn::zxcvbn(&looked_at, like).score().into()
}

fn resembles(password: &str, like: &[&str]) -> bool {
    let password = password.to_lowercase();
    let words = like.iter().flat_map(|word| [*word, word.split('@').next().unwrap_or(word)]);
    words
        .map(str::to_lowercase)
        .any(|word| word.chars().count() >= 4 && password.contains(&word) || password == word)
}

fn is_common(password: &str, like: &[&str]) -> bool {
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    zxcvbn::zxcvbn(&looked_at, like).guesses_log10() < GUESSES
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIKE: [&str; 3] = ["ana", "ana.lopez@example.org", "rekey"];

    #[test]
    fn length_counts_characters_and_less_with_a_second_factor() {
        assert_eq!(check("vxq mbl wyz kdu", false, &LIKE), Ok("vxq mbl wyz kdu".to_owned()));
        assert_eq!(check("vxq mbl wyz kd", false, &LIKE), Err(vec![Rejection::TooShort]));
        assert!(check("ñxq mbl w", true, &LIKE).is_ok());
    }

    #[test]
    fn long_ones_are_taken_whole_up_to_a_limit() {
        assert!(check(&"vxq mbl ".repeat(128), false, &LIKE).is_ok());
        let reasons = check(&"vxq mbl ".repeat(129), false, &LIKE).unwrap_err();
        assert_eq!(reasons, vec![Rejection::TooLong]);
    }

    #[test]
    fn all_reasons_at_once() {
        let reasons = check("rekey\u{7}", false, &LIKE).unwrap_err();
        assert_eq!(
            reasons,
            vec![Rejection::TooShort, Rejection::Untypable, Rejection::LikeYou, Rejection::TooCommon]
        );
    }

    #[test]
    fn common_ones_are_refused_however_long() {
        for common in ["passwordpassword", "123456789012345", "qwertyuiopasdfgh", "aaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(check(common, false, &LIKE), Err(vec![Rejection::TooCommon]), "{common}");
        }
    }

    #[test]
    fn what_looks_the_same_is_the_same() {
        assert_eq!(normalise("caf\u{e9} au lait"), normalise("cafe\u{301} au\u{a0}lait"));
    }
}
