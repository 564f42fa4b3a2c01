//! Characters that a name may have only beside certain others (RFC 5892, appendix A).

use icu_properties::CodePointMapData;
use icu_properties::props::{CanonicalCombiningClass, JoiningType, Script};

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const ARABIC_DIGITS: std::ops::RangeInclusive<char> = '\u{660}'..='\u{669}';
const EXTENDED_ARABIC_DIGITS: std::ops::RangeInclusive<char> = '\u{6f0}'..='\u{6f9}';

/// Whether the character is one of these.
pub(super) fn has_rule(character: char) -> bool {
    matches!(character, NON_JOINER | JOINER | '·' | '\u{375}' | '\u{5f3}' | '\u{5f4}' | '\u{30fb}')
        || ARABIC_DIGITS.contains(&character)
        || EXTENDED_ARABIC_DIGITS.contains(&character)
}

/// Whether it may be at this place of the name.
pub(super) fn permits(name: &[char], place: usize) -> bool {
    let (before, after) = (&name[..place], &name[place + 1..]);
    match name[place] {
        NON_JOINER => follows_virama(before) || breaks_connection(before, after),
        JOINER => follows_virama(before),
        '·' => before.last() == Some(&'l') && after.first() == Some(&'l'),
        '\u{375}' => is_of(after.first(), &[Script::Greek]),
        '\u{5f3}' | '\u{5f4}' => is_of(before.last(), &[Script::Hebrew]),
        '\u{30fb}' => {
            name.iter().any(|other| is_of(Some(other), &[Script::Hiragana, Script::Katakana, Script::Han]))
        }
        digit if ARABIC_DIGITS.contains(&digit) => {
            !name.iter().any(|other| EXTENDED_ARABIC_DIGITS.contains(other))
        }
        _ => !name.iter().any(|other| ARABIC_DIGITS.contains(other)),
    }
}

fn is_of(character: Option<&char>, scripts: &[Script]) -> bool {
    let script = |character| const { CodePointMapData::<Script>::new() }.get(character);
    character.is_some_and(|character| scripts.contains(&script(*character)))
}

fn follows_virama(before: &[char]) -> bool {
    let class = |character| const { CodePointMapData::<CanonicalCombiningClass>::new() }.get(character);
    before.last().is_some_and(|last| class(*last) == CanonicalCombiningClass::Virama)
}

/// Whether it stands between letters that would be joined, marks aside.
fn breaks_connection(before: &[char], after: &[char]) -> bool {
    use JoiningType as J;
    let joining = |character: &char| const { CodePointMapData::<J>::new() }.get(*character);
    let letter = |is: &J| *is != J::Transparent;
    before
        .iter()
        .rev()
        .map(joining)
        .find(letter)
        .is_some_and(|is| [J::LeftJoining, J::DualJoining].contains(&is))
        && after
            .iter()
            .map(joining)
            .find(letter)
            .is_some_and(|is| [J::RightJoining, J::DualJoining].contains(&is))
}
