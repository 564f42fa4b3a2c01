//! Judged by code of others: `tlog_tiles` and `ct-merkle` for trees, `signed_note` for notes.

use std::cell::RefCell;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::checkpoint::Checkpoint as TheirCheckpoint;
use tlog_tiles::tlog;

use super::tree::{empty, fold};
use super::*;

/// Sizes around the powers of two, and some between.
const LARGEST: u64 = 67;

fn data(index: u64) -> Vec<u8> {
    format!("event {index}").into_bytes()
}

fn leaf(index: u64) -> Hash {
    tlog::record_hash(&data(index)).0
}

/// Their tree, as they store it.
#[derive(Default)]
struct Theirs(RefCell<Vec<tlog::Hash>>);

impl tlog::HashReader for Theirs {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        let stored = self.0.borrow();
        Ok(indexes.iter().map(|index| stored[usize::try_from(*index).unwrap()]).collect())
    }
}

impl Theirs {
    fn of(size: u64) -> Self {
        let theirs = Self::default();
        for index in 0..size {
            let hashes = tlog::stored_hashes(index, &data(index), &theirs).unwrap();
            theirs.0.borrow_mut().extend(hashes);
        }
        theirs
    }
}

fn ours(size: u64) -> Frontier {
    let mut frontier = Frontier::default();
    (0..size).for_each(|index| frontier.push(leaf(index)));
    frontier
}

fn hashes(stretches: Option<Vec<Range<u64>>>) -> Vec<Hash> {
    let of = |stretch: &Range<u64>| {
        let roots = proof::subtrees(stretch).map(|(height, at)| {
            let mut subtree = Frontier::default();
            (at << height..(at + 1) << height).for_each(|index| subtree.push(leaf(index)));
            subtree.root()
        });
        fold(roots.collect::<Vec<_>>().into_iter()).unwrap()
    };
    stretches.unwrap().iter().map(of).collect()
}

fn raw(hashes: Vec<tlog::Hash>) -> Vec<Hash> {
    hashes.into_iter().map(|hash| hash.0).collect()
}

#[test]
fn roots_are_those_of_others() {
    let mut third = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    assert_eq!(ours(0).root(), empty());
    for size in 1..=LARGEST {
        third.push(data(size - 1));
        let root = ours(size).root();
        assert_eq!(root, tlog::tree_hash(size, &Theirs::of(size)).unwrap().0);
        assert_eq!(root[..], third.root().as_bytes()[..]);
    }
}

#[test]
fn a_frontier_goes_on_where_it_was_left() {
    for size in 0..=LARGEST {
        let mut frontier = Frontier::new(size, ours(size).roots().to_vec()).unwrap();
        frontier.push(leaf(size));
        assert_eq!(frontier, ours(size + 1));
    }
    assert_eq!(Frontier::new(3, vec![leaf(0)]), None);
}

#[test]
fn subtrees_are_told_when_they_are_complete() {
    let mut told = Vec::new();
    let mut frontier = Frontier::default();
    for index in 0..8 {
        frontier.push_telling(leaf(index), |height, root| told.push((index, height, *root)));
    }
    let heights: Vec<_> = told.iter().map(|(index, height, _)| (*index, *height)).collect();
    assert_eq!(heights, [(1, 1), (3, 1), (3, 2), (5, 1), (7, 1), (7, 2), (7, 3)]);
    assert_eq!(told[6].2, ours(8).root());
}

#[test]
fn proofs_of_inclusion_are_those_of_others_and_hold_for_nothing_else() {
    for size in 1..=LARGEST {
        let (theirs, root) = (Theirs::of(size), ours(size).root());
        for index in 0..size {
            let ours = hashes(proof::inclusion(index, size));
            assert_eq!(ours, raw(tlog::prove_record(size, index, &theirs).unwrap()), "{index} of {size}");
            assert!(proof::includes(&root, size, index, &leaf(index), &ours));
            assert!(!proof::includes(&root, size, index, &leaf(index + 1), &ours));
            assert!(!proof::includes(&root, size, index + 1, &leaf(index), &ours));
            assert!(!proof::includes(&empty(), size, index, &leaf(index), &ours));
            for wrong in spoilt(&ours) {
                assert!(!proof::includes(&root, size, index, &leaf(index), &wrong), "{index} of {size}");
            }
        }
        assert_eq!(proof::inclusion(size, size), None);
    }
}

#[test]
fn proofs_of_consistency_are_those_of_others_and_hold_for_nothing_else() {
    for new in 1..=LARGEST {
        let (theirs, after) = (Theirs::of(new), ours(new).root());
        for old in 1..=new {
            let before = ours(old).root();
            let ours = hashes(proof::consistency(old, new));
            assert_eq!(ours, raw(tlog::prove_tree(new, old, &theirs).unwrap()), "{old} of {new}");
            assert!(proof::continues((old, &before), (new, &after), &ours), "{old} of {new}");
            assert!(!proof::continues((old, &empty()), (new, &after), &ours), "{old} of {new}");
            assert!(!proof::continues((old, &before), (new, &empty()), &ours), "{old} of {new}");
            for wrong in spoilt(&ours) {
                assert!(!proof::continues((old, &before), (new, &after), &wrong), "{old} of {new}");
            }
        }
        assert!(proof::continues((0, &empty()), (new, &after), &[]));
        assert_eq!(proof::consistency(0, new), None);
        assert_eq!(proof::consistency(new + 1, new), None);
    }
}

/// A proof with a hash changed, left out, or added.
fn spoilt(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut wrong = vec![[proof, &[leaf(0)]].concat()];
    for place in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[place][31] ^= 1;
        wrong.push(changed);
        wrong.push([&proof[..place], &proof[place + 1..]].concat());
    }
    wrong
}

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::new(name, [seed; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: "rekey.example.org/log/1".to_owned(), size: 17, root: ours(17).root() }
}

#[test]
fn a_checkpoint_is_read_and_believed_by_others() {
    let key = key("rekey.example.org/log/1", 7);
    let note = checkpoint().sign(&key).unwrap();
    let theirs = Note::from_bytes(note.as_bytes()).unwrap();
    let verifier = StandardVerifier::new(&key.verifier().to_string()).unwrap();
    let (verified, others) = theirs.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((verified.len(), others.len()), (1, 0));
    let read = TheirCheckpoint::from_bytes(theirs.text()).unwrap();
    assert_eq!((read.origin(), read.size(), read.hash().0), ("rekey.example.org/log/1", 17, ours(17).root()));
    assert_eq!(Checkpoint::open(&note, &key.verifier()).unwrap(), checkpoint());
    assert_eq!(Checkpoint::read(&note).unwrap(), checkpoint());
}

#[test]
fn keys_are_told_as_text_as_others_tell_them() {
    let ours = key("rekey.example.org/log/1", 7);
    let theirs = signed_note::StandardSigner::new(&ours.expose()).unwrap();
    assert_eq!(signed_note::Signer::key_id(&theirs), u32::from_be_bytes(ours.verifier().id()));
    assert_eq!(ours.expose().parse::<SigningKey>().unwrap().verifier(), ours.verifier());
    assert_eq!(ours.verifier().to_string().parse::<VerifierKey>().unwrap(), ours.verifier());
    assert!(!format!("{ours:?}").contains(&ours.expose()[60..]));
    for bad in ["", "a+b", "rekey+00000000+AQ==", "+00000000+AQ==", &ours.expose()] {
        assert_eq!(bad.parse::<VerifierKey>(), Err(NoteError::Key), "{bad}");
    }
    for bad in ["", "a b", "a+b", "a\nb"] {
        assert!(SigningKey::new(bad, [0; 32]).is_err(), "{bad:?}");
    }
}

#[test]
fn a_checkpoint_of_another_key_log_or_text_is_not_believed() {
    let ours = key("rekey.example.org/log/1", 7);
    let note = checkpoint().sign(&ours).unwrap();
    let verifier = ours.verifier();
    let same_name = checkpoint().sign(&key("rekey.example.org/log/1", 8)).unwrap();
    assert!(matches!(Checkpoint::open(&same_name, &verifier), Err(NoteError::Unsigned(_))));
    let other = Checkpoint { origin: "other.example.org/log/1".to_owned(), ..checkpoint() };
    let other = other.sign(&key("other.example.org/log/1", 7)).unwrap();
    assert!(matches!(Checkpoint::open(&other, &verifier), Err(NoteError::Unsigned(_))));
    // Signed by the key, but in the name of another log.
    let strange = ours.sign(&Checkpoint { origin: "other".to_owned(), ..checkpoint() }.text());
    assert!(matches!(Checkpoint::open(&strange, &verifier), Err(NoteError::Unsigned(_))));
    let changed = note.replacen("17\n", "18\n", 1);
    assert!(matches!(Checkpoint::open(&changed, &verifier), Err(NoteError::False(_))));
    for bad in ["", "a\n", "a\n\n", &note[..note.len() - 1], &note.replace('\u{2014}', "-")] {
        assert!(Checkpoint::open(bad, &verifier).is_err(), "{bad:?}");
    }
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let key = key("log/1", 7);
    for text in
        ["log/1\n", "log/1\n1\n", "log/1\n01\nAA==\n", "\n1\nAA==\n", "log/1\n1\nAA==\n", "log/1\n-1\n=\n"]
    {
        assert!(Checkpoint::open(&key.sign(text), &key.verifier()).is_err(), "{text:?}");
    }
}

#[test]
fn signatures_of_others_are_passed_over() {
    let ours = key("log/1", 7);
    let text = Checkpoint { origin: "log/1".to_owned(), ..checkpoint() }.text();
    let cosigned = key("witness", 9).sign(&text);
    let both = cosigned + ours.sign(&text).split_once("\n\n").unwrap().1;
    assert!(Checkpoint::open(&both, &ours.verifier()).is_ok());
}

/// The key's id by the code of others; some witnesses publish a key as one that signs notes.
#[test]
fn a_witness_is_known_by_its_key() {
    let note = key("witness.example/w1", 9).verifier().to_string();
    let mut raw = STANDARD.decode(note.splitn(3, '+').last().unwrap()).unwrap();
    raw[0] = 4;
    let id = signed_note::key_id("witness.example/w1", &raw);
    let text = format!("witness.example/w1+{id:08x}+{}", STANDARD.encode(&raw));
    let known: WitnessKey = text.parse().unwrap();
    assert_eq!((known.to_string(), known.name()), (text.clone(), "witness.example/w1"));
    assert_eq!(note.parse::<WitnessKey>().unwrap(), known);
    let other_kind = text.replace(&STANDARD.encode(&raw), &STANDARD.encode([&[6], &raw[1..]].concat()));
    let other_id = text.replace(&format!("{id:08x}"), "00000000");
    for bad in ["", "a+b", &other_kind, &other_id, &text[..text.len() - 4]] {
        assert_eq!(bad.parse::<WitnessKey>(), Err(NoteError::Key), "{bad}");
    }
    // A signature of the same key over the same note is no cosignature.
    let signed = key("witness.example/w1", 9).sign(&checkpoint().text());
    assert!(matches!(known.find(&signed), Err(NoteError::Unsigned(_))));
}
