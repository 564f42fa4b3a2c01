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
    fn it_is_never_shown() {
        let token = Token::derive(&keys(&[1]), &claims());
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
