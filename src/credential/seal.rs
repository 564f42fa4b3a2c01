//! Sealing of second-factor secrets at rest: XChaCha20-Poly1305, by key id,
//! bound to the account and the factor.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rekey_events::env::random;
use rekey_events::keys::Key;
use rekey_events::{AccountId, Env, FactorId};

use crate::keys::Keys;

const NONCE: usize = 24;

/// `secret`, sealed under the newest key: hex of key id, nonce, ciphertext.
#[must_use]
pub fn seal(
    env: &dyn Env,
    keys: &Keys,
    account: AccountId,
    factor: FactorId,
    secret: &[u8],
) -> Option<String> {
    let (id, key) = keys.newest_seal();
    let nonce: [u8; NONCE] = random(env);
    let payload = Payload { msg: secret, aad: &bound_to(account, factor) };
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).ok()?;
    Some(hex::encode([&[id][..], &nonce, &sealed].concat()))
}

/// The secret, if it was sealed by us for this account and factor.
#[must_use]
pub fn open(keys: &Keys, account: AccountId, factor: FactorId, sealed: &str) -> Option<Vec<u8>> {
    let bytes = hex::decode(sealed).ok()?;
    let (id, rest) = bytes.split_first()?;
    let (nonce, sealed) = rest.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    let payload = Payload { msg: sealed, aad: &bound_to(account, factor) };
    cipher(keys.seal(*id)?).decrypt(&XNonce::from(nonce), payload).ok()
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose().into())
}

fn bound_to(account: AccountId, factor: FactorId) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(account.0.as_bytes());
    bytes[16..].copy_from_slice(factor.0.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekey_events::SystemEnv;

    #[test]
    fn only_the_same_account_and_factor_open_it() {
        let keys = Keys::generate(&SystemEnv, true);
        let (account, factor) = (AccountId::new(&SystemEnv), FactorId::new(&SystemEnv));
        let sealed = seal(&SystemEnv, &keys, account, factor, b"secret").unwrap();
        assert!(!sealed.contains(&hex::encode(b"secret")));
        assert_eq!(open(&keys, account, factor, &sealed), Some(b"secret".to_vec()));
        assert_eq!(open(&keys, AccountId::new(&SystemEnv), factor, &sealed), None);
        assert_eq!(open(&Keys::generate(&SystemEnv, true), account, factor, &sealed), None);
        assert_eq!(open(&keys, account, factor, "zz"), None);
    }
}
