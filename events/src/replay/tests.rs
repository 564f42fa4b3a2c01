//! Histories of many accounts and mails, folded in one go, with a short memory, and by their digests.

use std::collections::HashMap;

use uuid::Uuid;

use super::*;
use crate::account::AccountEvent as A;
use crate::account::event::{Channel, Origin};
use crate::aggregate::EventKind;
use crate::envelope::{StoredEvent, payload};
use crate::ids::{EventId, StreamId};
use crate::mail::MailEvent as M;
use crate::mail::MailKind;
use crate::story::{id, t};

fn event<E: EventKind>(position: i64, stream: u128, version: i64, what: &E) -> StoredEvent {
    StoredEvent {
        position,
        epoch: 1,
        stream: StreamId(Uuid::from_u128(stream)),
        version,
        event_id: EventId(Uuid::from_u128(position.cast_unsigned().into())),
        name: what.type_name().to_owned(),
        schema: what.schema(),
        recorded_at: t(position),
        payload: payload(what).unwrap(),
        metadata: b"{}".to_vec(),
        leaf: [0; 32],
        subject: None,
    }
}

/// Five accounts that are registered, sign in and get a link and its mail, a step of each after the other.
fn history() -> Vec<StoredEvent> {
    let mut history = History::default();
    for account in 1..=5 {
        history.push(account, &A::AccountRegistered { origin: Origin::App });
    }
    for account in 1..=5 {
        history.push(account, &A::SignedIn { channel: Channel::App, second_factor: None });
    }
    for account in 1..=5 {
        let (reset, expires_at) = (id(account + 100), t(9000));
        history.push(account, &A::ResetLinkIssued { reset, expires_at });
        let (kind, account_id) = (MailKind::ResetLink, id(account));
        let requested = M::MailRequested { kind, account: account_id, reset: Some(reset), expires_at };
        history.push(account + 200, &requested);
    }
    for account in 1..=5 {
        history.push(account + 200, &M::MailExpired {});
        history.push(account, &A::PersonErased {});
    }
    history.events
}

#[derive(Default)]
struct History {
    events: Vec<StoredEvent>,
    versions: HashMap<u128, i64>,
}

impl History {
    fn push<E: EventKind>(&mut self, stream: u128, what: &E) {
        let version = self.versions.entry(stream).or_default();
        *version += 1;
        self.events.push(event(self.events.len() as i64 + 1, stream, *version, what));
    }
}

/// The steps, by a fold that reads a stream again whenever it has forgotten it.
fn steps(mut fold: Fold, history: &[StoredEvent]) -> (Vec<Step>, usize) {
    let (mut steps, mut recalled) = (Vec::new(), 0);
    for event in history {
        if fold.lacks(event) {
            let is_earlier =
                |other: &&StoredEvent| other.stream == event.stream && other.version < event.version;
            let earlier: Vec<_> = history.iter().filter(is_earlier).cloned().collect();
            fold.recall(&earlier).unwrap();
            recalled += 1;
        }
        steps.push(fold.take(event).unwrap());
    }
    (steps, recalled)
}

#[test]
fn what_is_forgotten_is_read_again_and_makes_no_difference() {
    let (all, none) = steps(Fold::default(), &history());
    assert_eq!(none, 0);
    for memory in 1..=2 {
        let (same, recalled) = steps(Fold::remembering(memory), &history());
        assert_eq!(same, all);
        assert!(recalled > 5, "{recalled}");
    }
}

#[test]
fn views_are_what_the_events_made() {
    let mut views = Views::default();
    steps(Fold::default(), &history()).0.into_iter().for_each(|step| views.take(step));
    assert_eq!((views.accounts.len(), views.resets.len(), views.mails.len()), (5, 5, 5));
    assert!(views.accounts.values().all(|row| row.erased && row.last_signed_in_at.is_some()));
    assert!(views.mails.values().all(|row| row.state == "expired" && row.version == 2));
}

#[test]
fn digests_are_equal_where_rows_are_and_only_there() {
    let (steps, _) = steps(Fold::default(), &history());
    let (mut folded, mut views) = (Digest::default(), Views::default());
    let mut listed = folded.twin();
    for step in steps {
        folded.take(&step);
        views.take(step);
    }
    let rows: Vec<_> = views.into_rows().into_values().collect();
    rows.iter().for_each(|row| listed.add(row));
    assert_eq!(folded.differing(&listed), Vec::<Bucket>::new());
    listed.add(&rows[3]);
    assert_eq!(folded.differing(&listed), [folded.bucket(&rows[3])]);
}

#[test]
fn a_gap_and_an_unknown_event_stop_it() {
    let mut history = history();
    let first = history.remove(0);
    let mut fold = Fold::default();
    history[..4].iter().for_each(|event| drop(fold.take(event).unwrap()));
    let gap = fold.take(&history[4]).unwrap_err();
    assert!(matches!(gap, ReplayError::Gap { position: 6, after: 0, found: 2, .. }), "{gap}");
    let strange = StoredEvent { schema: 99, ..first };
    let unknown = fold.take(&strange).unwrap_err();
    assert!(matches!(unknown, ReplayError::Unknown { position: 1, .. }), "{unknown}");
}
