//! The rule for text that runs from right to left (RFC 5893, section 2).

use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass as B;

/// Whether a name without or with right-to-left characters reads in one way only.
pub(super) fn satisfies_rule(name: &str) -> bool {
    let classes: Vec<B> = name.chars().map(|c| const { CodePointMapData::<B>::new() }.get(c)).collect();
    let has = |wanted: &[B]| classes.iter().any(|class| wanted.contains(class));
    if !has(&[B::RightToLeft, B::ArabicLetter, B::ArabicNumber]) {
        return true;
    }
    let Some(first) = classes.first() else { return true };
    // Also in a name from left to right, which may then have none of them.
    let is_rtl = [B::RightToLeft, B::ArabicLetter].contains(first);
    let last = classes.iter().rfind(|class| **class != B::NonspacingMark);
    let ends_right = last.is_some_and(|last| {
        [B::RightToLeft, B::ArabicLetter, B::EuropeanNumber, B::ArabicNumber].contains(last)
    });
    let mixes_digits = has(&[B::EuropeanNumber]) && has(&[B::ArabicNumber]);
    is_rtl && ends_right && !mixes_digits && classes.iter().all(|class| ALLOWED.contains(class))
}

/// What a right-to-left name may have.
const ALLOWED: [B; 10] = [
    B::RightToLeft,
    B::ArabicLetter,
    B::ArabicNumber,
    B::EuropeanNumber,
    B::EuropeanSeparator,
    B::CommonSeparator,
    B::EuropeanTerminator,
    B::OtherNeutral,
    B::BoundaryNeutral,
    B::NonspacingMark,
];
