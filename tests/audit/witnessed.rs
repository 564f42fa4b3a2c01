//! Cosigned checkpoints, as auditors who know the witness judge them.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rekey::audit::proof::{check, prove};
use rekey::audit::verify::Trust;
use rekey_events::seal::{NoteError, SigningKey, WitnessKey};
use rekey_events::store::seal::CheckpointRow;
use signed_note::{Signer, StandardSigner, key_id};

use crate::judges::both;
use crate::sealed::{Sealed, verifier};

const NAME: &str = "witness.example/w1";
const TIME: u64 = 1_767_225_600;

/// A witness's key, as it would publish it.
fn witness(seed: u8) -> (StandardSigner, Vec<u8>, WitnessKey) {
    let secret = SigningKey::new(NAME, [seed; 32]).unwrap();
    let public = secret.verifier().to_string();
    let mut raw = STANDARD.decode(public.splitn(3, '+').last().unwrap()).unwrap();
    raw[0] = 4;
    let text = format!("{NAME}+{:08x}+{}", key_id(NAME, &raw), STANDARD.encode(&raw));
    (StandardSigner::new(&secret.expose()).unwrap(), raw, text.parse().unwrap())
}

/// The note with a witness's line, by the code of others.
fn cosigned(note: &str, seed: u8) -> String {
    dated(note, seed, TIME)
}

/// The same, but the line claims another time than was signed.
fn dated(note: &str, seed: u8, time: u64) -> String {
    let (signer, raw, _) = witness(seed);
    let text = &note[..=note.find("\n\n").unwrap()];
    let signature = signer.sign(format!("cosignature/v1\ntime {TIME}\n{text}").as_bytes()).unwrap();
    let bytes = [&key_id(NAME, &raw).to_be_bytes()[..], &time.to_be_bytes(), &signature].concat();
    format!("{note}\u{2014} {NAME} {}\n", STANDARD.encode(bytes))
}

/// What `rekey audit verify --witness` says of the export with this as its newest checkpoint.
async fn said(sealed: &Sealed, newest: &str) -> (bool, String) {
    let mut lines = sealed.export(false).await;
    lines[1]["checkpoint"] = newest.into();
    let export = sealed.pack(&lines);
    for said in both(&export, &verifier(5), &[]) {
        assert_eq!(said.code, 0, "who asks for no witness passes its line over: {said:?}");
    }
    let mut rekey = Command::new(env!("CARGO_BIN_EXE_rekey"));
    rekey.args(["audit", "verify"]).arg(export).arg("--key").arg(verifier(5).to_string());
    let done = rekey.arg("--witness").arg(witness(7).2.to_string()).output().unwrap();
    let words = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(i32::from(!words.contains("Verified: nothing"))), "{words}");
    (done.status.success(), words)
}

#[tokio::test]
async fn the_newest_checkpoint_must_be_cosigned() {
    let sealed = Sealed::new(7, 5).await;
    let (is_well, words) = said(&sealed, &cosigned(&sealed.newest, 7)).await;
    assert!(is_well && words.contains("Cosigned: witness.example/w1 says"), "{words}");
    assert!(words.contains("2026-01-01 00:00:00 UTC"), "{words}");
    let later = dated(&sealed.newest, 7, TIME + 1);
    for newest in [sealed.newest.clone(), cosigned(&sealed.newest, 8), later] {
        let (is_well, words) = said(&sealed, &newest).await;
        assert!(!is_well && words.contains("is not cosigned by witness.example/w1"), "{words}");
    }
}

#[tokio::test]
async fn a_proof_can_be_asked_for_its_witness() {
    let sealed = Sealed::new(7, 5).await;
    let trust = Trust { keys: vec![verifier(5)], witnesses: vec![witness(7).2], ..Trust::default() };
    let judged = async || {
        let proof = prove(&sealed.store, 3).await.unwrap();
        check(&proof, &trust).unwrap().witnesses.remove(0).at
    };
    assert!(matches!(judged().await, Err(NoteError::Unsigned(_))));
    let row = sealed.store.newest_checkpoint().await.unwrap().unwrap();
    let note = cosigned(&row.note, 7);
    sealed.store.keep_checkpoint(&CheckpointRow { note, ..row }).await.unwrap();
    assert_eq!(judged().await, Ok(TIME));
}
