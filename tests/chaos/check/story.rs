//! One mail: what the log says of it, and what the mail server's own record has.

use std::fmt;

use rekey_events::envelope::StoredEvent;
use rekey_events::mail::MailEvent;
use rekey_test_support::smtp::Attempt;

/// How far the database's clock, which the log has, may be from the ledger's, µs.
const CLOCKS: i64 = 50_000;

/// All that is known about a mail. Moments are microseconds since 1970.
pub struct Story {
    pub address: String,
    pub events: Vec<(i64, MailEvent)>,
    pub attempts: Vec<Attempt>,
}

impl Story {
    pub fn new<'a>(
        address: String,
        events: impl Iterator<Item = &'a StoredEvent>,
        attempts: Vec<Attempt>,
    ) -> Self {
        let events = events.map(|event| (event.recorded_at.micros(), event.decode().unwrap())).collect();
        Self { address, events, attempts }
    }

    /// Its 250s, in order.
    pub fn accepted(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| attempt.code == 250)
    }

    /// How often nobody knew what became of it.
    pub fn unknown(&self) -> usize {
        self.events.iter().filter(|(_, event)| matches!(event, MailEvent::MailOutcomeUnknown { .. })).count()
    }

    /// Whether the log says so after one 250 and before the next mail's end.
    pub fn is_unknown_between(&self, one: &Attempt, next: &Attempt) -> bool {
        let end = |attempt: &Attempt| micros(attempt.dot.unwrap());
        self.events.iter().any(|(at, event)| {
            matches!(event, MailEvent::MailOutcomeUnknown { .. })
                && (end(one) - CLOCKS..=end(next) + CLOCKS).contains(at)
        })
    }

    /// How many outcomes it has.
    pub fn outcomes(&self) -> usize {
        self.events.iter().filter(|(_, event)| is_outcome(event)).count()
    }
}

fn is_outcome(event: &MailEvent) -> bool {
    use MailEvent as E;
    matches!(
        event,
        E::MailAccepted { .. }
            | E::MailRejected { .. }
            | E::MailExpired {}
            | E::MailSuperseded {}
            | E::MailSuppressed {}
            | E::MailDead { .. }
    )
}

/// A line for each event and each attempt, in order.
impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events = self.events.iter().map(|(at, event)| (*at, format!("log     {event:?}")));
        let attempts =
            self.attempts.iter().map(|attempt| (micros(attempt.time), format!("server  {attempt:?}")));
        let mut lines: Vec<_> = events.chain(attempts).collect();
        lines.sort();
        writeln!(f, "the mail to {}:", self.address)?;
        lines.iter().try_for_each(|(at, line)| writeln!(f, "{at}  {line}"))
    }
}

/// A moment of the server's ledger, as the log counts.
pub fn micros(moment: u64) -> i64 {
    i64::try_from(moment).unwrap()
}
