//! Which passwords are taken (NIST SP 800-63B-4, section 3.1.1.2; OWASP ASVS
//! 5.0, 6.2): length, and not what an attacker tries first. No composition rules.

use rekey_events::text::{GeneralCategory, category, nfc};

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
    /// Has control characters, or code points that are no characters yet.
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
            Self::Untypable => "Leave out control characters, such as tabs and line breaks.",
            Self::LikeYou => "Leave out your username, your address and the name of this service.",
            Self::Unchanged => "Use another password than the current one.",
            Self::TooCommon => {
                "This is among the first passwords an attacker tries. Use something less common."
            }
        }
    }
}

/// A password as it is hashed: blanks of all kinds as U+0020, and NFC (RFC 8265, section 4.2). `None` when it cannot
/// be: it is empty, or has a character that is refused.
///
/// Wider than the RFC's string class, whose tables of Unicode 6.3 know no newer emoji, and which refuses what joins
/// and varies them: every character is taken that is assigned, so that its normal form is settled, but for controls.
#[must_use]
pub fn normalise(password: &str) -> Option<String> {
    if password.is_empty() || !password.chars().all(is_allowed) {
        return None;
    }
    let plain: String = password.chars().map(plain_blank).collect();
    Some(nfc(&plain).into_owned())
}

fn is_allowed(character: char) -> bool {
    !matches!(category(character), GeneralCategory::Unassigned | GeneralCategory::Control)
}

fn plain_blank(character: char) -> char {
    if category(character) == GeneralCategory::SpaceSeparator { ' ' } else { character }
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

/// Whether this is longer than any password that is taken, also in its normal form.
#[must_use]
pub fn is_too_long(password: &str) -> bool {
    password.len() > MOST && normalise(password).is_none_or(|normal| normal.len() > MOST)
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
    fn emoji_are_taken_as_they_are_typed() {
        for typed in ["🙂", "❤️", "👍🏽", "👩‍👩‍👧‍👦", "🏴\u{e0067}\u{e0062}\u{e007f}", "🫨", "1️⃣", "🇩🇪", "\u{f8ff}"]
        {
            let password = format!("vxq mbl {typed} wyz kdu");
            assert_eq!(check(&password, false, &LIKE), Ok(password), "{typed}");
        }
        assert_ne!(normalise("❤"), normalise("❤️"));
    }

    #[test]
    fn controls_and_what_is_no_character_are_refused() {
        for refused in ['\0', '\t', '\n', '\r', '\u{7f}', '\u{85}', '\u{378}', '\u{fdd0}', '\u{10ffff}'] {
            let reasons = check(&format!("vxq mbl wyz{refused} kdu"), false, &LIKE);
            assert_eq!(reasons, Err(vec![Rejection::Untypable]), "{refused:?}");
        }
        assert_eq!(normalise(""), None);
    }

    /// What an earlier version hashed, by the crate it did that with.
    fn hashed_before(password: &str) -> Option<String> {
        use precis_profiles::precis_core::profile::PrecisFastInvocation;
        precis_profiles::OpaqueString::enforce(password).ok().map(std::borrow::Cow::into_owned)
    }

    #[test]
    fn every_character_that_was_in_a_password_before_is_hashed_as_before() {
        let mut known = 0;
        // Of Han and Hangul one in sixteen.
        let is_uniform =
            |c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{2ffff}');
        let all = ('\0'..='\u{2ffff}').filter(|c| !is_uniform(*c) || u32::from(*c).is_multiple_of(16));
        for character in all {
            for password in [character.to_string(), format!("l{character}l")] {
                if let Some(before) = hashed_before(&password) {
                    assert_eq!(normalise(&password), Some(before), "{password:?}");
                    known += 1;
                }
            }
        }
        assert!(known > 40_000, "{known}");
    }

    #[test]
    fn passwords_of_before_are_hashed_as_before() {
        for password in [
            "cafe\u{301} au\u{a0}lait",
            "\u{3000}Ｐａｓｓ\u{2003}wort\u{202f}",
            "ﬁancée ½ Ⅷ ☕",
            "A\u{30a}ngstro\u{308}m \u{212b}\u{2126}",
            "q\u{307}\u{323} \u{1e9b}\u{323}",
            "पासवर्ड क्\u{200d}ष",
            "سلام\u{64b} علیک",
            "شָׁלוֹם",
            "パスワードﾊﾟ",
            "한글 비밀번호",
            "ǅ İstanbul ß ẞ ς",
            "e\u{300}\u{323}\u{301}",
        ] {
            assert_eq!(normalise(password), hashed_before(password), "{password:?}");
        }
    }

    #[test]
    fn what_looks_the_same_is_the_same() {
        assert_eq!(normalise("caf\u{e9} au lait"), normalise("cafe\u{301} au\u{a0}lait"));
    }
}
