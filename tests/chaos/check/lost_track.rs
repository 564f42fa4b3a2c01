//! A double is explained by a moment in which nobody could know.

use rekey_events::mail::event::UnknownBecause;
use rekey_test_support::smtp::Attempt;

use super::story::{Story, micros};

/// How far the database's clock, which the log has, may be from the ledger's, µs.
const CLOCKS: i64 = 50_000;
/// For how long bytes may be under way: a line holds them back for 3 s at most, µs.
const UNDER_WAY: i64 = 3_500_000;

/// Each double has an unknown of its own, from before the next try.
///
/// # Panics
/// If one has none.
pub fn of_each_double(story: &Story) {
    let mut unknown = story.unknown();
    for (double, next) in story.doubles() {
        let read = end(double);
        let its = unknown.find(|(at, because)| read - may_precede(*because) <= *at);
        let is_in_between = its.is_some_and(|(at, _)| at <= end(next) + CLOCKS);
        assert!(is_in_between, "sent again, though nobody had lost track\n{story}");
    }
}

/// Who lost the line says so at once, perhaps before the server has read what was under way; of
/// the dead it is said when their lease is over.
fn may_precede(because: UnknownBecause) -> i64 {
    match because {
        UnknownBecause::ReplyLost => UNDER_WAY,
        UnknownBecause::WorkerDied => CLOCKS,
    }
}

/// When the server had read it, or decided.
fn end(attempt: &Attempt) -> i64 {
    micros(attempt.dot.unwrap_or(attempt.time))
}

#[cfg(test)]
mod tests {
    use rekey_events::Moment;
    use rekey_events::mail::event::DeadBecause;
    use rekey_events::mail::{MailEvent, Phase};

    use super::UnknownBecause::{ReplyLost, WorkerDied};
    use super::*;

    const DOT: i64 = 1_000_000_000;
    const SECOND: i64 = 1_000_000;

    fn taken(dot: i64) -> Attempt {
        Attempt { code: 250, ..refused(dot) }
    }

    fn refused(dot: i64) -> Attempt {
        let time = u64::try_from(dot).unwrap();
        Attempt {
            message_id: None,
            to: None,
            phase: "dot".to_owned(),
            code: 554,
            sha256: None,
            time,
            client: "mailer-1".to_owned(),
            dot: Some(time),
            withheld: false,
        }
    }

    fn lost(at: i64, reason: UnknownBecause) -> (i64, MailEvent) {
        let due_at = Moment::from_micros(at);
        let (provider, code, enhanced, failure) = (None, None, None, None);
        (at, MailEvent::MailOutcomeUnknown { reason, due_at, provider, code, enhanced, failure })
    }

    /// These 250s, and when nobody knew.
    fn story(dots: &[i64], unknown: &[(i64, UnknownBecause)]) -> Story {
        let mut events: Vec<_> = unknown.iter().map(|(at, because)| lost(*at, *because)).collect();
        let accepted = MailEvent::MailAccepted { provider: "main".to_owned(), code: 250 };
        events.push((dots.last().unwrap() + 1_000, accepted));
        let attempts = dots.iter().copied().map(taken).collect();
        Story { address: "ana@example.org".to_owned(), asked: DOT - SECOND, events, attempts }
    }

    #[test]
    fn an_unknown_between_two_250s_explains_one() {
        for because in [ReplyLost, WorkerDied] {
            of_each_double(&story(&[DOT, DOT + 60 * SECOND], &[(DOT + SECOND, because)]));
        }
    }

    #[test]
    fn who_lost_the_line_may_say_so_while_bytes_are_under_way() {
        of_each_double(&story(&[DOT, DOT + 60 * SECOND], &[(DOT - 3 * SECOND, ReplyLost)]));
    }

    #[test]
    #[should_panic(expected = "nobody had lost track")]
    fn an_unknown_long_before_the_250_explains_none() {
        of_each_double(&story(&[DOT, DOT + 60 * SECOND], &[(DOT - 4 * SECOND, ReplyLost)]));
    }

    #[test]
    #[should_panic(expected = "nobody had lost track")]
    fn a_death_before_the_250_explains_none() {
        of_each_double(&story(&[DOT, DOT + 60 * SECOND], &[(DOT - SECOND, WorkerDied)]));
    }

    #[test]
    #[should_panic(expected = "nobody had lost track")]
    fn an_unknown_after_the_next_250_explains_none() {
        of_each_double(&story(&[DOT, DOT + SECOND], &[(DOT + 2 * SECOND, ReplyLost)]));
    }

    #[test]
    fn two_unknown_explain_two_doubles() {
        let unknown = [(DOT + SECOND, WorkerDied), (DOT + 3 * SECOND, ReplyLost)];
        of_each_double(&story(&[DOT, DOT + 2 * SECOND, DOT + 70 * SECOND], &unknown));
    }

    #[test]
    #[should_panic(expected = "nobody had lost track")]
    fn one_unknown_does_not_explain_two_doubles() {
        of_each_double(&story(&[DOT, DOT + 2 * SECOND, DOT + 3 * SECOND], &[(DOT + SECOND, ReplyLost)]));
    }

    /// A mail that was taken once and then refused is dead, and its 250 a double.
    fn dead(unknown: &[(i64, UnknownBecause)]) -> Story {
        let mut story = story(&[DOT], unknown);
        story.attempts.push(refused(DOT + 60 * SECOND));
        let (reason, code, phase) = (DeadBecause::MessageRefused, Some(554), Some(Phase::Dot));
        let buried = MailEvent::MailDead { reason, code, enhanced: None, phase, provider: None };
        *story.events.last_mut().unwrap() = (DOT + 61 * SECOND, buried);
        story
    }

    #[test]
    fn a_250_of_a_dead_mail_has_an_unknown() {
        of_each_double(&dead(&[(DOT + SECOND, ReplyLost)]));
    }

    #[test]
    #[should_panic(expected = "nobody had lost track")]
    fn a_250_of_a_dead_mail_that_nobody_lost_track_of_is_not_explained() {
        of_each_double(&dead(&[]));
    }
}
