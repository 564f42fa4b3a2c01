//! What may stand in a mail, checked before anything is rendered; its plain text in lines, its HTML in ASCII.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::error::BuildError;

/// Characters in a line of plain text: what a terminal shows with room for quoting (RFC 5322 section 2.1.1 recommends
/// at most 78).
const LINE: usize = 72;

/// Leaves room in a line of 998 octets (RFC 5322 section 2.1.1) for the HTML around it.
const LONGEST_LINK: usize = 800;

/// One line of text without controls, of at most `longest` characters.
pub(super) fn check(field: &'static str, text: &str, longest: usize) -> Result<(), BuildError> {
    if text.chars().any(|c| c.is_control() || breaks_or_turns_the_line(c)) {
        return Err(BuildError::ControlCharacter(field));
    }
    if text.chars().count() > longest {
        return Err(BuildError::TooLong(field));
    }
    Ok(())
}

/// A URL that needs no escaping anywhere.
pub(super) fn check_link(field: &'static str, link: &str) -> Result<(), BuildError> {
    let is_web = link.starts_with("https://") || link.starts_with("http://");
    if !is_web || !link.bytes().all(is_url_octet) {
        return Err(BuildError::Link(field));
    }
    if link.len() > LONGEST_LINK {
        return Err(BuildError::TooLong(field));
    }
    Ok(())
}

/// Each line broken at blanks, and nowhere else: a link stays whole.
pub(super) fn wrapped(text: &str) -> String {
    let options = Options::new(LINE)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(text, options)
}

/// HTML with numbers for what is not ASCII (HTML, section 13.5), so that the part needs no encoding: that would take as
/// long as everything else about the mail.
pub(super) fn in_ascii(html: String) -> String {
    if html.is_ascii() {
        return html;
    }
    let mut ascii = String::with_capacity(html.len() + 128);
    for c in html.chars() {
        match c {
            c if c.is_ascii() => ascii.push(c),
            c => ascii.push_str(&format!("&#{};", u32::from(c))),
        }
    }
    ascii
}

/// Unicode's line and paragraph separators, and the invisible characters that turn the reading direction.
fn breaks_or_turns_the_line(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Unreserved and reserved characters and `%` (RFC 3986 section 2), less the quote.
fn is_url_octet(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&()*+,;=%".contains(&byte)
}
