//! Texts as bodies may hold them: bounded, and without what cannot be typed.

use std::fmt;
use std::ops::Deref;

use rekey_events::text::trim;
use serde::{Deserialize, Deserializer, de};

/// One line of at least one and at most `MOST` characters, none of them a
/// control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<const MOST: usize>(String);

impl<const MOST: usize> Deref for Line<MOST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de, const MOST: usize> Deserialize<'de> for Line<MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if trim(&text).is_empty() {
            return Err(de::Error::custom("must not be empty"));
        }
        if Self::is_too_long(&text) {
            return Err(de::Error::custom(format!("must have at most {MOST} characters")));
        }
        if text.chars().any(char::is_control) {
            return Err(de::Error::custom("must not have control characters"));
        }
        Ok(Self(text))
    }
}

impl<const MOST: usize> Line<MOST> {
    /// Whether a text has more characters than such a line may have.
    #[must_use]
    pub fn is_too_long(text: &str) -> bool {
        text.chars().count() > MOST
    }

    /// What is wrong with a text as such a line, by the key of the words for it.
    #[must_use]
    pub fn fault(text: &str) -> Option<&'static str> {
        if trim(text).is_empty() {
            Some("field-needed")
        } else if Self::is_too_long(text) {
            Some("field-too-long")
        } else if text.chars().any(char::is_control) {
            Some("field-untypable")
        } else {
            None
        }
    }
}

/// A password as typed: anything of at most 4,096 bytes. Which ones are taken
/// is the policy's business. It is never shown.
#[derive(Clone, zeroize::ZeroizeOnDrop)]
pub struct Password(String);

impl Deref for Password {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text.is_empty() {
            return Err(de::Error::custom("must not be empty"));
        }
        if text.len() > 4096 {
            return Err(de::Error::custom("must have at most 4096 bytes"));
        }
        Ok(Self(text))
    }
}

/// A password as a form sends it: left out, or as long as the form may be. The page says beside its field what is
/// wrong with it.
///
/// # Errors
/// It is no text.
pub fn any_length<'de, D: Deserializer<'de>>(from: D) -> Result<Password, D::Error> {
    String::deserialize(from).map(Password)
}
