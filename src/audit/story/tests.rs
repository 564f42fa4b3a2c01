//! Stories out of events as they are stored.

use rekey_events::EventId;
use serde_json::json;

use super::*;

const RESET: Uuid = Uuid::from_u128(1);
const MAIL: u128 = 2;
const NOTICE: u128 = 3;
const BEN: Uuid = Uuid::from_u128(4);
const ADMIN: Uuid = Uuid::from_u128(5);

/// An event of the story, so many seconds after its beginning.
fn event(seconds: i64, stream: u128, name: &str, payload: &Value) -> StoredEvent {
    StoredEvent {
        position: 1,
        epoch: 1,
        stream: StreamId(Uuid::from_u128(stream)),
        version: 1,
        event_id: EventId(RESET),
        name: name.to_owned(),
        schema: 1,
        recorded_at: Moment::from_micros(seconds * 1_000_000),
        payload: payload.to_string().into_bytes(),
        metadata: json!({ "actor": "anyone", "correlation": RESET }).to_string().into_bytes(),
        leaf: [0; 32],
        subject: (name != "ResetRequested").then_some(AccountId(BEN)),
    }
}

fn asked() -> Stories {
    let mut stories = Stories::default();
    stories.take(&event(0, 1, "ResetRequested", &json!({ "fingerprint": "x" })), Some("192.0.2.7"));
    stories.take(&event(1, 4, "ResetLinkIssued", &json!({ "reset": RESET })), None);
    let mail = json!({ "kind": "reset_link", "reset": RESET });
    stories.take(&event(1, MAIL, "MailRequested", &mail), None);
    stories
}

/// What came of it: type, word, second, how often.
fn steps(stories: Stories) -> Vec<(String, String, i64, u32)> {
    let story = stories.told().remove(0);
    assert_eq!((story.reset, story.account), (RESET, Some(AccountId(BEN))));
    let steps = story.steps.into_iter();
    steps.map(|step| (step.event, step.word, step.at.micros() / 1_000_000, step.times)).collect()
}

#[test]
fn a_link_is_mailed_after_a_while_and_used() {
    let mut stories = asked();
    for seconds in [2, 7] {
        stories.take(&event(seconds, MAIL, "MailDeferred", &json!({ "code": 450 })), None);
    }
    stories.take(&event(20, MAIL, "MailAccepted", &json!({ "code": 250 })), None);
    stories.take(&event(300, 4, "ResetCompleted", &json!({ "reset": RESET })), Some("192.0.2.200"));
    // The notice is another mail, and no part of it.
    stories.take(
        &event(300, NOTICE, "MailRequested", &json!({ "kind": "password_changed", "reset": null })),
        None,
    );
    stories.take(&event(301, NOTICE, "MailAccepted", &json!({ "code": 250 })), None);
    let step = |event: &str, word: &str, at, times| (event.to_owned(), word.to_owned(), at, times);
    let expected = [
        step("MailDeferred", "", 2, 2),
        step("MailAccepted", "", 20, 1),
        step("ResetCompleted", "same", 300, 1),
    ];
    assert_eq!(steps(stories), expected);
}

#[test]
fn a_link_that_ends_in_another_call_ends_its_own_story() {
    let mut stories = asked();
    let mut ended = event(60, 4, "ResetSuperseded", &json!({ "reset": RESET, "by": "newer_link" }));
    ended.metadata = json!({ "actor": "anyone", "correlation": Uuid::from_u128(9) }).to_string().into_bytes();
    stories.take(&ended, None);
    assert_eq!(steps(stories), [("ResetSuperseded".to_owned(), "newer_link".to_owned(), 60, 1)]);
}

#[test]
fn an_administrators_link_names_who_sent_it() {
    let mut stories = Stories::default();
    let sent = json!({ "reset": RESET, "by": ADMIN });
    stories.take(&event(0, 4, "AdminResetIssued", &sent), Some("2001:db8:1:2::3"));
    stories.take(&event(9, 4, "ResetCompleted", &json!({ "reset": RESET })), Some("2001:db8:2::1"));
    let story = stories.told().remove(0);
    assert_eq!((story.by, story.steps[0].word.as_str()), (Some(AccountId(ADMIN)), "other"));
}

#[test]
fn networks_are_compared_only_when_both_are_known() {
    for (one, other, same) in [
        ("192.0.2.1", "192.0.2.255", true),
        ("192.0.2.1", "192.0.3.1", false),
        ("::ffff:192.0.2.1", "192.0.2.9", true),
        ("2001:db8:1::1", "2001:db8:1:ffff::1", true),
        ("2001:db8:1::1", "192.0.2.1", false),
    ] {
        assert_eq!(are_neighbours(one.parse().unwrap(), other.parse().unwrap()), same, "{one} {other}");
    }
    let mut stories = asked();
    stories.take(&event(9, 4, "ResetCompleted", &json!({ "reset": RESET })), None);
    assert_eq!(steps(stories)[0].1, "");
}
