use rekey_events::Moment;

use super::super::journal::Injected;
use super::*;

const ASKED: i64 = 1_000_000_000;

/// A mail that was sent so many seconds after it was asked for.
fn sent_after(seconds: i64) -> Story {
    let accepted = MailEvent::MailAccepted { provider: "main".to_owned(), code: 250 };
    let events = vec![(ASKED + seconds * SECOND, accepted)];
    Story { address: "ana@example.org".to_owned(), asked: ASKED, events, attempts: Vec::new() }
}

fn unknown(reason: UnknownBecause, due_at: Moment) -> MailEvent {
    let (provider, code, enhanced, failure) = (None, None, None, None);
    MailEvent::MailOutcomeUnknown { reason, due_at, provider, code, enhanced, failure }
}

/// The same, and a worker had died with it.
fn sent_by_another_after(seconds: i64) -> Story {
    let mut story = sent_after(seconds);
    let due_at = Moment::from_micros(ASKED + 12 * SECOND);
    let died = unknown(UnknownBecause::WorkerDied, due_at);
    story.events.insert(0, (due_at.micros(), died));
    story
}

/// Something that was wrong between these seconds.
fn wrong(reach: Reach, from: i64, until: i64) -> Journal {
    let (from, until) = (ASKED + from * SECOND, ASKED + until * SECOND);
    Journal::of(vec![Injected { what: "fault", reach, from, until }])
}

/// How many waits there are of each circumstances.
fn counts(story: Story, journal: &Journal) -> [usize; 4] {
    bounded(&[story], journal, &[]).0.map(|class| class.count)
}

#[test]
fn a_wait_counts_where_its_circumstances_are() {
    assert_eq!(counts(sent_after(5), &Journal::default()), [1, 0, 0, 0]);
    assert_eq!(counts(sent_after(5), &wrong(Reach::Hints, -9, -6)), [1, 0, 0, 0], "long over");
    assert_eq!(counts(sent_after(15), &wrong(Reach::Hints, -9, -4)), [0, 1, 0, 0]);
    assert_eq!(counts(sent_after(15), &wrong(Reach::Killed("mailer-1".to_owned()), 3, 3)), [0, 1, 0, 0]);
    assert_eq!(counts(sent_by_another_after(20), &Journal::default()), [0, 0, 1, 0]);
    assert_eq!(counts(sent_after(30), &wrong(Reach::Line, -1, 1)), [0, 0, 0, 1]);
    assert_eq!(counts(sent_after(18), &wrong(Reach::Database, 2, 3)), [0, 0, 0, 1]);
}

#[test]
fn a_mail_that_is_due_again_waits_again() {
    let mut story = sent_after(65);
    let due_at = Moment::from_micros(ASKED + 61 * SECOND);
    let lost = unknown(UnknownBecause::ReplyLost, due_at);
    story.events.insert(0, (ASKED + SECOND, lost));
    assert_eq!(counts(story, &Journal::default()), [2, 0, 0, 0]);
}

#[test]
#[should_panic(expected = "5000000 allowed")]
fn with_nothing_wrong_six_seconds_are_too_long() {
    counts(sent_after(6), &Journal::default());
}

#[test]
#[should_panic(expected = "15000000 allowed")]
fn without_hints_sixteen_seconds_are_too_long() {
    counts(sent_after(16), &wrong(Reach::Hints, 0, 20));
}

#[test]
#[should_panic(expected = "20000000 allowed")]
fn after_a_death_twenty_one_seconds_are_too_long() {
    counts(sent_by_another_after(21), &Journal::default());
}

#[test]
#[should_panic(expected = "15000000 allowed")]
fn what_lies_outside_of_an_outage_is_bounded() {
    counts(sent_after(33), &wrong(Reach::Line, -1, 2));
}

#[test]
fn while_the_machine_stands_still_nobody_is_late() {
    let stall = (ASKED + SECOND, ASKED + 4 * SECOND);
    let found = bounded(&[sent_after(8)], &Journal::default(), &[stall]);
    assert_eq!((found.0[0].count, found.0[0].longest), (1, 5 * SECOND));
}
