//! The string class of usernames: IdentifierClass (RFC 8264, sections 4.2 and 8), by the current Unicode tables.

use icu_properties::props::{
    DefaultIgnorableCodePoint, GeneralCategory, HangulSyllableType, NoncharacterCodePoint,
};
use icu_properties::{CodePointMapData, CodePointSetData};

use super::context;
use crate::text::{category, nfkc};

/// Whether every character of a name may be there, where it is.
pub(super) fn is_identifier(name: &str) -> bool {
    let characters: Vec<char> = name.chars().collect();
    !characters.is_empty() && (0..characters.len()).all(|place| is_allowed(&characters, place))
}

/// Each case is a category of RFC 8264, section 9, in the order of section 8.
fn is_allowed(name: &[char], place: usize) -> bool {
    match name[place] {
        // Exceptions (F).
        'ß' | 'ς' | '\u{6fd}' | '\u{6fe}' | '\u{f0b}' | '\u{3007}' => true,
        '\u{640}' | '\u{7fa}' | '\u{302e}' | '\u{302f}' | '\u{3031}'..='\u{3035}' | '\u{303b}' => false,
        character if context::has_rule(character) => context::permits(name, place),
        // ASCII7 (K).
        '!'..='~' => true,
        character => is_letter_or_digit(character),
    }
}

/// What is left of section 8 for this class: unassigned, spaces, symbols, punctuation and controls are none of these.
fn is_letter_or_digit(character: char) -> bool {
    let text = character.to_string();
    is_letter_digit(category(character))
        && !is_old_jamo(character)
        && !is_ignorable(character)
        && nfkc(&text) == text
}

/// LetterDigits (A).
fn is_letter_digit(category: GeneralCategory) -> bool {
    use GeneralCategory as C;
    matches!(
        category,
        C::UppercaseLetter
            | C::LowercaseLetter
            | C::ModifierLetter
            | C::OtherLetter
            | C::NonspacingMark
            | C::SpacingMark
            | C::DecimalNumber
    )
}

fn is_old_jamo(character: char) -> bool {
    use HangulSyllableType as Jamo;
    let kind = const { CodePointMapData::<Jamo>::new() }.get(character);
    [Jamo::LeadingJamo, Jamo::VowelJamo, Jamo::TrailingJamo].contains(&kind)
}

fn is_ignorable(character: char) -> bool {
    const { CodePointSetData::new::<DefaultIgnorableCodePoint>() }.contains(character)
        || const { CodePointSetData::new::<NoncharacterCodePoint>() }.contains(character)
}
