//! The secret of a reset link: derived when the mail is rendered, verified
//! before any database is touched, stored nowhere.
//!
//! A token is base64url (RFC 4648, section 5, no padding) of
//! `key id (1) ‖ reset (16) ‖ account (16) ‖ expiry in s (8) ‖ HMAC-SHA256 (32)`.
//! It names account and expiry, because without them the MAC could not be
//! checked before reading a row.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::ids::{AccountId, ResetId};
use crate::keys::LinkKeys;
use crate::moment::Moment;

const CLAIMS: usize = 1 + 16 + 16 + 8;
const MAC: usize = 32;
/// Characters of a token: base64url without padding.
const CHARS: usize = ((CLAIMS + MAC) * 4).div_ceil(3);
/// The longest text that a token is looked for in, in bytes: a link that mail gateways have wrapped twice is shorter.
const MAX_TEXT_BYTES: usize = 8 << 10;
/// How often a text may have been percent-encoded: by a mail program, and by each gateway that wraps links.
const MAX_DECODINGS: usize = 3;

/// What a token's holder may do: use this reset, of this account, until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The reset.
    pub reset: ResetId,
    /// The account.
    pub account: AccountId,
    /// Until when, to the second.
    pub expires_at: Moment,
}

/// A token in clear. It can be exposed on purpose only.
#[derive(Clone, zeroize::ZeroizeOnDrop)]
pub struct Token(String);

impl Token {
    /// The token of `claims`, under the newest key. The same claims and key
    /// always give the same token.
    #[must_use]
    pub fn derive(keys: &LinkKeys, claims: &Claims) -> Self {
        let (id, key) = keys.newest();
        let mut bytes = claim_bytes(id, claims);
        bytes.extend_from_slice(&key.mac(&[b"rekey reset link", &bytes]));
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The token in clear, for the mail's text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What `text` claims, if one of our keys vouches for it. Says nothing about
/// whether the reset is (still) live.
#[must_use]
pub fn verify(keys: &LinkKeys, text: &str) -> Option<Claims> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
    let (claimed, mac) = bytes.split_at_checked(CLAIMS)?;
    let key = keys.get(claimed[0])?;
    let genuine = mac.len() == MAC && bool::from(key.mac(&[b"rekey reset link", claimed]).ct_eq(mac));
    genuine.then(|| parse_claims(claimed)).flatten()
}

/// What the first token in `text` claims that one of our keys vouches for. The text is a token, a whole link, or what
/// mail programs make of one: within brackets, with punctuation or parameters after it, broken into lines,
/// percent-encoded (RFC 3986, section 2.1) or quoted-printable (RFC 2045, section 6.7).
///
/// The MAC decides, so nothing else is taken for a token.
#[must_use]
pub fn find(keys: &LinkKeys, text: &str) -> Option<Claims> {
    let mut text = text.as_bytes()[..text.len().min(MAX_TEXT_BYTES)].to_vec();
    for _ in 0..=MAX_DECODINGS {
        if let Some(claims) = find_in(keys, &text).or_else(|| find_in(keys, &joined(&text))) {
            return Some(claims);
        }
        let decoded = decoded(&text, b'%');
        if decoded == text {
            break;
        }
        text = decoded;
    }
    find_in(keys, &joined(&decoded(&text, b'=')))
}

/// Looks at every place in `text` where a token could be.
fn find_in(keys: &LinkKeys, text: &[u8]) -> Option<Claims> {
    let runs = text.split(|byte| !is_token_byte(*byte));
    runs.flat_map(|run| run.windows(CHARS))
        .find_map(|window| std::str::from_utf8(window).ok().and_then(|text| verify(keys, text)))
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The text without what a line break leaves: blanks, quoted-printable soft breaks, quote marks, and characters that
/// are not ASCII, such as invisible ones (soft hyphen, U+200B).
fn joined(text: &[u8]) -> Vec<u8> {
    let soft = |at: usize| text[at] == b'=' && matches!(text.get(at + 1), Some(b'\r' | b'\n'));
    let is_left = |at: &usize| {
        let byte = text[*at];
        !(byte.is_ascii_whitespace() || byte == b'>' || !byte.is_ascii() || soft(*at))
    };
    (0..text.len()).filter(is_left).map(|at| text[at]).collect()
}

/// The text with each `%41` (or `=41`, by its `mark`) as the byte that it stands for.
fn decoded(text: &[u8], mark: u8) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == mark);
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    bytes
}

fn claim_bytes(key: u8, claims: &Claims) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(CLAIMS + MAC);
    bytes.push(key);
    bytes.extend_from_slice(claims.reset.0.as_bytes());
    bytes.extend_from_slice(claims.account.0.as_bytes());
    bytes.extend_from_slice(&claims.expires_at.seconds().to_be_bytes());
    bytes
}

fn parse_claims(bytes: &[u8]) -> Option<Claims> {
    let seconds = i64::from_be_bytes(bytes.get(33..41)?.try_into().ok()?);
    Some(Claims {
        reset: ResetId(Uuid::from_slice(bytes.get(1..17)?).ok()?),
        account: AccountId(Uuid::from_slice(bytes.get(17..33)?).ok()?),
        expires_at: Moment::from_micros(seconds.checked_mul(1_000_000)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Key;

    fn keys(ids: &[u8]) -> LinkKeys {
        LinkKeys::new(ids.iter().map(|id| (*id, Key::new([*id; 32]))).collect()).unwrap()
    }

    fn claims() -> Claims {
        Claims {
            reset: ResetId(Uuid::from_u128(1)),
            account: AccountId(Uuid::from_u128(2)),
            expires_at: Moment::from_micros(3_600_000_000),
        }
    }

    #[test]
    fn a_token_says_what_it_was_derived_from() {
        let token = Token::derive(&keys(&[1]), &claims());
        assert_eq!(verify(&keys(&[1]), token.expose()), Some(claims()));
    }

    #[test]
    fn an_older_key_still_verifies_until_it_is_gone() {
        let token = Token::derive(&keys(&[1]), &claims());
        assert_eq!(verify(&keys(&[1, 2]), token.expose()), Some(claims()));
        assert_eq!(verify(&keys(&[2]), token.expose()), None);
    }

    #[test]
    fn any_changed_bit_is_refused() {
        let token = Token::derive(&keys(&[1]), &claims());
        let bytes = URL_SAFE_NO_PAD.decode(token.expose()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(verify(&keys(&[1]), &URL_SAFE_NO_PAD.encode(forged)), None, "bit {bit}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "a", "ä", "%00", &"A".repeat(97), &"A".repeat(10_000)] {
            assert_eq!(verify(&keys(&[1]), text), None);
        }
    }

    #[test]
    fn a_token_is_found_in_whatever_a_mail_program_makes_of_its_link() {
        let token = Token::derive(&keys(&[1]), &claims());
        let token = token.expose();
        assert_eq!(token.len(), CHARS);
        let (head, tail) = token.split_at(40);
        let escaped: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let link = format!("https://login.example.org/reset-password#{token}");
        let wrapped = link.replace(':', "%3A").replace('/', "%2F").replace('#', "%23");
        for text in [
            token.to_owned(),
            format!(" \t{token}\r\n"),
            link.clone(),
            format!("<{link}>"),
            format!("({link})."),
            format!("{link},"),
            format!("{link}/"),
            format!("{link}?utm_source=mail&utm_medium=email"),
            format!("{link}&amp;x=1"),
            format!("{link}-"),
            format!("__{token}__"),
            format!("{link}{link}"),
            format!("Use this link: {link} Thanks, Bob"),
            link.replace('#', "%23"),
            link.replace('#', "%2523"),
            link.replace('#', "/%23"),
            link.replace('#', "/"),
            link.replace('#', "=23"),
            format!("https://login.example.org/reset-password#{head}\n{tail}"),
            format!("#{head} {tail}"),
            format!("#{head}\r\n> {tail}"),
            format!("#{head}=\r\n{tail}"),
            format!("#{head}%20{tail}"),
            format!("#{head}%0D%0A{tail}"),
            format!("#{head}\u{200b}{tail}"),
            format!("#{head}\u{ad}{tail}\u{feff}"),
            format!("#{escaped}"),
            format!("?token=3D{token}"),
            token.replace('A', "=41"),
            format!("https://wrap.example/?url={wrapped}&data=05%7C01&reserved=0"),
            format!("https://wrap.example/?url={}&x", wrapped.replace('%', "%25")),
            format!("<a href=\"{link}\">{link}</a>"),
        ] {
            assert_eq!(find(&keys(&[1]), &text), Some(claims()), "{text}");
        }
    }

    #[test]
    fn what_is_no_token_is_not_found_and_takes_no_time() {
        let token = Token::derive(&keys(&[1]), &claims());
        let cut = &token.expose()[..CHARS - 1];
        let other = token.expose().replace('A', "B");
        for text in ["", "#", "%", "=", "%4", "ä", cut, &other, &"A".repeat(1 << 20), &"%41".repeat(1 << 16)]
        {
            assert_eq!(find(&keys(&[1]), text), None);
        }
        // Cut off in the middle of a character.
        assert_eq!(find(&keys(&[1]), &"ä".repeat(MAX_TEXT_BYTES)), None);
        assert_eq!(find(&keys(&[2]), token.expose()), None);
    }

    #[test]
    fn it_is_never_shown() {
        let token = Token::derive(&keys(&[1]), &claims());
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
