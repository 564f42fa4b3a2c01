//! Usernames and addresses, folded for comparison.

mod address;
mod bidi;
mod context;
mod identifier;

pub use address::{address_prefix, email_key};

use crate::text::{nfc, nfkc, trim};

/// A username folded for comparison (RFC 8265, section 3.3): width and case
/// mapped, normalised. `None` when it is no username at all. Blanks around it
/// are left out, and invisible characters, too, unless they belong to the name.
#[must_use]
pub fn username_key(username: &str) -> Option<String> {
    let typed = username.trim();
    fold(typed).or_else(|| fold(trim(typed)))
}

/// The part of what was typed that is the username, as typed.
///
/// A joiner may end a name in Indic scripts, where the character before it gives it a meaning (RFC 5892,
/// appendix A): so only what is no username as it stands loses the invisible characters at its ends.
#[must_use]
pub fn username_of(typed: &str) -> &str {
    let typed = typed.trim();
    if fold(typed).is_some() { typed } else { trim(typed) }
}

/// What was typed as a username, for comparing attempts with each other: also what can be no username.
#[must_use]
pub fn folded_username(username: &str) -> String {
    username_key(username).unwrap_or_else(|| nfc(&trim(username).to_lowercase()).into_owned())
}

/// Width, case, normalization and directionality, and the string class at the end, so that its context rules
/// see what is compared (RFC 8264, section 7).
fn fold(username: &str) -> Option<String> {
    let mapped: String =
        username.chars().map(narrow).collect::<String>().chars().flat_map(char::to_lowercase).collect();
    let key = nfc(&mapped);
    // Of the form before: a letter that composes with a mark after it may be the context that was asked for.
    let is_username =
        [&mapped, &*key].into_iter().any(identifier::is_identifier) && bidi::satisfies_rule(&key);
    is_username.then(|| key.into_owned())
}

/// A full-width or half-width form, as the plain one.
fn narrow(character: char) -> char {
    if !matches!(character, '\u{3000}' | '\u{ff00}'..='\u{ffef}') {
        return character;
    }
    let plain = nfkc(character.encode_utf8(&mut [0; 4])).into_owned();
    let mut plain = plain.chars();
    plain.next().filter(|_| plain.next().is_none()).unwrap_or(character)
}

#[cfg(test)]
mod tests;
