//! Each mail that went out once more, held against what was done between its
//! 250 and the record of it.
//!
//! Each 250 of a mail but the one that counts must have a cause: something
//! that kept it from being recorded before the mail was sent again.

use std::collections::{BTreeMap, HashMap};

use rekey::node::MAILS_AT_ONCE;
use rekey_test_support::smtp::Attempt;

use super::journal::{Injected, Journal, Reach};
use crate::check::{Story, micros};

/// How long a worker may take to record a 250 when nothing hinders it, µs.
const RECORDED: i64 = 3_000_000;
/// For how long a worker tries to record a 250 while the database is away, µs.
const TRIED: i64 = 7_600_000;
/// How long bytes may be under way, µs.
const UNDER_WAY: i64 = 500_000;
/// For how long the line holds them back at most, µs.
const HELD: i64 = 3_000_000;
/// What else is shown of a double without a cause: faults so near, µs.
const NEAR: i64 = 30_000_000;

/// How many doubles each cause explains.
///
/// # Panics
/// If one has no cause, or a fault explains more than it can.
pub fn explained(stories: &[Story], journal: &Journal) -> BTreeMap<&'static str, usize> {
    let (mut causes, mut shares) = (BTreeMap::new(), HashMap::<_, usize>::new());
    for story in stories {
        for (double, next) in story.doubles() {
            if double.withheld {
                *causes.entry("reply withheld by the mail server").or_default() += 1;
                continue;
            }
            let cause = cause(double, next, journal);
            let (at, fault) = cause.unwrap_or_else(|| panic!("{}", unexplained(story, double, journal)));
            *causes.entry(fault.what).or_default() += 1;
            *shares.entry((at, double.client.as_str())).or_default() += 1;
        }
    }
    for ((at, client), share) in shares {
        let fault = &journal.all()[at];
        assert!(share <= MAILS_AT_ONCE, "{share} doubles of {client}, more than it had in hand: {fault:?}");
    }
    causes
}

/// The fault that kept a 250 from being recorded before the next, the nearest to the sender first.
fn cause<'a>(double: &Attempt, next: &Attempt, journal: &'a Journal) -> Option<(usize, &'a Injected)> {
    let sent = micros(double.dot.unwrap());
    let until = (micros(double.time) + RECORDED).min(micros(next.time));
    let hinders = |fault: &Injected| match &fault.reach {
        // Bytes of the dead may still arrive; it sends no others.
        Reach::Killed(name) => {
            *name == double.client && fault.from <= until && sent <= fault.from + HELD + UNDER_WAY
        }
        Reach::Stopped(name) => *name == double.client && fault.from <= until && sent <= fault.until,
        // Only while the reply is on its way.
        Reach::Line => {
            fault.from <= micros(double.time) + UNDER_WAY && sent <= fault.until.saturating_add(UNDER_WAY)
        }
        Reach::Database => fault.until - fault.from > TRIED && fault.from <= until && sent <= fault.until,
        Reach::MailServer | Reach::Hints | Reach::Elsewhere => false,
    };
    let rank = |fault: &Injected| match fault.reach {
        Reach::Killed(_) => 0,
        Reach::Stopped(_) => 1,
        Reach::Line => 2,
        _ => 3,
    };
    let faults = journal.all().iter().enumerate().filter(|(_, fault)| hinders(fault));
    faults.min_by_key(|(_, fault)| (rank(fault), (fault.from - sent).abs()))
}

fn unexplained(story: &Story, double: &Attempt, journal: &Journal) -> String {
    let at = micros(double.time);
    let near = journal.all().iter().filter(|fault| fault.from <= at + NEAR && at - NEAR <= fault.until);
    let near: Vec<_> = near.map(|fault| format!("{fault:?}")).collect();
    format!("nothing explains why the 250 of {at} was not recorded\n{story}{}", near.join("\n"))
}

#[cfg(test)]
mod tests {
    use rekey_events::mail::MailEvent;

    use super::*;

    const DOT: i64 = 1_000_000_000;

    fn attempt(client: &str, dot: i64) -> Attempt {
        let moment = |micros: i64| u64::try_from(micros).unwrap();
        Attempt {
            message_id: None,
            to: None,
            phase: "dot".to_owned(),
            code: 250,
            sha256: None,
            time: moment(dot + 1_000),
            client: client.to_owned(),
            dot: Some(moment(dot)),
            withheld: false,
        }
    }

    /// A mail that the mailer of this name sent, and another once more.
    fn doubled(client: &str) -> Story {
        let attempts = vec![attempt(client, DOT), attempt("mailer-9", DOT + 15_000_000)];
        let accepted = MailEvent::MailAccepted { provider: "main".to_owned(), code: 250 };
        let events = vec![(DOT + 15_002_000, accepted)];
        Story { address: "ana@example.org".to_owned(), asked: DOT, events, attempts }
    }

    fn done(reach: Reach, from: i64, until: i64) -> Journal {
        Journal::of(vec![Injected { what: "fault", reach, from, until }])
    }

    fn killed(name: &str, at: i64) -> Journal {
        done(Reach::Killed(name.to_owned()), at, at)
    }

    #[test]
    fn what_happened_between_the_250_and_its_record_explains_a_double() {
        let stopped = Reach::Stopped("mailer-1".to_owned());
        for journal in [
            killed("mailer-1", DOT + 2_000),
            done(stopped, DOT - 1_000, DOT + 14_000_000),
            done(Reach::Database, DOT + 2_000, DOT + 9_000_000),
            done(Reach::Line, DOT - 2_000_000, DOT + 500),
        ] {
            assert_eq!(explained(&[doubled("mailer-1")], &journal), BTreeMap::from([("fault", 1)]));
        }
    }

    #[test]
    #[should_panic(expected = "nothing explains")]
    fn nothing_at_all_explains_none() {
        explained(&[doubled("mailer-1")], &Journal::default());
    }

    #[test]
    #[should_panic(expected = "nothing explains")]
    fn another_mailers_death_explains_none() {
        explained(&[doubled("mailer-1")], &killed("mailer-2", DOT + 2_000));
    }

    #[test]
    #[should_panic(expected = "nothing explains")]
    fn a_death_long_after_the_250_explains_none() {
        explained(&[doubled("mailer-1")], &killed("mailer-1", DOT + 10_000_000));
    }

    #[test]
    #[should_panic(expected = "nothing explains")]
    fn a_death_long_before_the_250_explains_none() {
        explained(&[doubled("mailer-1")], &killed("mailer-1", DOT - 10_000_000));
    }

    #[test]
    #[should_panic(expected = "nothing explains")]
    fn a_line_cut_after_the_reply_explains_none() {
        explained(&[doubled("mailer-1")], &done(Reach::Line, DOT + 2_000_000, DOT + 3_000_000));
    }

    #[test]
    #[should_panic(expected = "nothing explains")]
    fn an_outage_shorter_than_the_tries_explains_none() {
        explained(&[doubled("mailer-1")], &done(Reach::Database, DOT + 2_000, DOT + 900_000));
    }

    #[test]
    #[should_panic(expected = "nothing explains")]
    fn an_outage_that_was_over_explains_none() {
        explained(&[doubled("mailer-1")], &done(Reach::Database, DOT - 9_000_000, DOT - 8_000_000));
    }

    #[test]
    #[should_panic(expected = "more than it had in hand")]
    fn a_death_explains_no_more_than_was_in_hand() {
        let doubles: Vec<_> = (0..=MAILS_AT_ONCE).map(|_| doubled("mailer-1")).collect();
        explained(&doubles, &killed("mailer-1", DOT + 2_000));
    }
}
