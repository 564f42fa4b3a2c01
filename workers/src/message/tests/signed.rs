//! Signatures, judged by a verifier that shares no code with the signer.

use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use super::*;

/// Made for these tests and used nowhere else.
const ED25519_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

/// Its public half (RFC 8463 appendix A.2).
const ED25519_PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn signed() -> BuiltMessage {
    signed_in(Language::En)
}

fn signed_in(language: Language) -> BuiltMessage {
    let dkim = Dkim::from_pem("example.org", "one", ED25519_KEY.as_bytes()).unwrap();
    let parts = Parts::default();
    build(&MessageSpec { dkim: Some(&dkim), language, ..parts.spec(sample("reset_link")) }).unwrap()
}

/// A verifier for this one shape of signature.
fn verifies(message: &str) -> bool {
    let (headers, body) = canonical::split(message);
    let (name, value) = &headers[0];
    let (unsigned, signature) = value.split_once("; b=").or_else(|| value.split_once(" b=")).unwrap();
    let tag = |name: &str| value.split(';').find_map(|tag| tag.trim().strip_prefix(name)).unwrap().to_owned();
    let mut input = String::new();
    for wanted in tag("h=").replace("\r\n", "").replace(' ', "").split(':').step_by(2) {
        let (name, value) = headers.iter().rfind(|(name, _)| name.eq_ignore_ascii_case(wanted)).unwrap();
        input.push_str(&canonical::header(name, value));
    }
    input.push_str(canonical::header(name, &format!("{unsigned} b=")).trim_end());
    let signature = STANDARD.decode(signature.replace("\r\n ", "")).unwrap();
    let public = UnparsedPublicKey::new(&ED25519, STANDARD.decode(ED25519_PUBLIC).unwrap());
    tag("bh=") == STANDARD.encode(Sha256::digest(canonical::body(body)))
        && public.verify(&Sha256::digest(input), &signature).is_ok()
}

#[test]
fn a_signature_holds_until_something_is_changed() {
    let whole = text(&signed());
    assert!(whole.starts_with(
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; t=1795000000;\r\n d=example.org; s=one;"
    ));
    assert!(verifies(&whole));
    for (from, to) in [
        ("Hello ana", "Hello eve"),
        ("Subject: Reset", "Subject: Keep"),
        ("To: ana@", "To: eve@"),
        ("t=1795000000", "t=1795000001"),
    ] {
        assert!(whole.contains(from));
        assert!(!verifies(&whole.replace(from, to)), "{from}");
    }
    assert_eq!(signed(), signed());
}

#[test]
fn a_signature_holds_in_every_language() {
    assert!(Language::iter().all(|language| verifies(&text(&signed_in(language)))));
}

#[test]
fn keys_that_cannot_sign_are_refused() {
    let key = ED25519_KEY.as_bytes();
    assert_eq!(Dkim::from_pem("example.org", "one", b"no key").err(), Some(DkimError::Key));
    assert_eq!(Dkim::from_pem("a b", "one", key).err(), Some(DkimError::Domain));
    assert_eq!(Dkim::from_pem("example.org", "one;x", key).err(), Some(DkimError::Selector));
}
