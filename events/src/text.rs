//! What people type, by the current Unicode tables: normalized forms, characters that cannot be seen, digits.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
pub use icu_properties::props::GeneralCategory;
use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint};
use icu_properties::{CodePointMapData, CodePointSetData};

/// `text` in Normalization Form C (UAX #15).
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    const { ComposingNormalizerBorrowed::new_nfc() }.normalize(text)
}

/// `text` in Normalization Form KC (UAX #15): full-width and other compatibility forms become plain ones.
#[must_use]
pub fn nfkc(text: &str) -> Cow<'_, str> {
    const { ComposingNormalizerBorrowed::new_nfkc() }.normalize(text)
}

/// The character's General_Category.
#[must_use]
pub fn category(character: char) -> GeneralCategory {
    const { CodePointMapData::<GeneralCategory>::new() }.get(character)
}

/// Whether the character cannot be seen: Default_Ignorable_Code_Point, such as U+200B, U+2060, U+FEFF and U+00AD,
/// or a bidi control.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    const { CodePointSetData::new::<DefaultIgnorableCodePoint>() }.contains(character)
        || is_bidi_control(character)
}

/// Whether the character turns the direction of the text after it (Bidi_Control).
#[must_use]
pub fn is_bidi_control(character: char) -> bool {
    const { CodePointSetData::new::<BidiControl>() }.contains(character)
}

/// `text` without the blanks and invisible characters at its ends, which come along when text is copied.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_whitespace() || is_invisible(character))
}

/// The value of a decimal digit of any script: 3 for `3`, `３`, `٣` and `३`.
#[must_use]
pub fn digit(character: char) -> Option<u8> {
    // Decimal digits are encoded in runs of ten, from zero on (Unicode, section 4.6); runs may follow on each other.
    let is_decimal =
        |code: &u32| char::from_u32(*code).is_some_and(|c| category(c) == GeneralCategory::DecimalNumber);
    let run = (0..=u32::from(character)).rev().take_while(is_decimal).count();
    run.checked_sub(1).and_then(|place| u8::try_from(place % 10).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_at_the_ends_are_trimmed_and_no_others() {
        for invisible in
            "\u{200e}\u{200f}\u{200b}\u{feff}\u{2060}\u{ad}\u{61c}\u{202a}\u{2066}\u{2069}\u{180e}\u{e0001}"
                .chars()
        {
            assert!(is_invisible(invisible), "{invisible:?}");
            assert_eq!(trim(&format!(" {invisible}a{invisible}b\t{invisible}")), format!("a{invisible}b"));
        }
        assert!("aé€🙂٣".chars().all(|seen| !is_invisible(seen)));
    }

    #[test]
    fn digits_of_every_script_have_their_value() {
        for (digits, first) in
            [("0123456789", 0), ("７８９", 7), ("٠١٢٣", 0), ("۴۵۶", 4), ("३४", 3), ("𝟗", 9), ("𝟎", 0)]
        {
            for (digit_typed, value) in digits.chars().zip(first..) {
                assert_eq!(digit(digit_typed), Some(value), "{digit_typed}");
            }
        }
        assert!("a²½Ⅷ一 /:".chars().all(|other| digit(other).is_none()));
    }

    /// What the compatibility forms say, which is another table.
    #[test]
    fn digits_agree_with_their_compatibility_forms() {
        let decimal = ('\0'..=char::MAX).filter(|c| category(*c) == GeneralCategory::DecimalNumber);
        let plain = decimal.filter_map(|c| Some((c, nfkc(&c.to_string()).parse().ok()?)));
        let count = plain.inspect(|(c, value)| assert_eq!(digit(*c), Some(*value), "{c:?}")).count();
        assert!(count > 60, "{count}");
    }
}
