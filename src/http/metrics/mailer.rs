//! What this process's mailer does, and how its mail servers do.

use std::collections::BTreeMap;
use std::fmt::Display;

use rekey_events::Moment;
use rekey_workers::mailer::MailerStats;

use super::Page;

pub(super) fn show(page: &mut Page, stats: &MailerStats, now: Moment) {
    let mut claimed = page
        .counter("rekey_mailer_claimed_total", "Mails claimed: by a hint, or by looking into the database.");
    claimed.of("by", "hint", stats.claimed_by_hint());
    claimed.of("by", "look", stats.claimed_by_look());
    let help = "Outcomes that came too late: another worker had the mail by then.";
    page.counter("rekey_mailer_fenced_total", help).is(stats.fenced());
    let help = "Outcomes of mails that this process recorded; unknown ones are sent again.";
    let mut outcomes = page.counter("rekey_mailer_outcomes_total", help);
    stats.outcomes().for_each(|(outcome, count)| outcomes.of("outcome", outcome, count));
    let help = "Copies of mails that may have been delivered beyond the first.";
    page.counter("rekey_mailer_possible_doubles_total", help).is(stats.possible_doubles());
    page.gauge("rekey_mailer_slots", "Mails it can work on at a time.").is(stats.slots());
    page.gauge("rekey_mailer_slots_in_use", "Mails it works on now.").is(stats.slots_in_use());
    breakers(page, stats, now);
    answers(page, stats);
    waits(page, stats);
    phases(page, stats);
}

fn breakers(page: &mut Page, stats: &MailerStats, now: Moment) {
    let help = "Times in a row that a mail server could not be used; above 0, mails go to the next, or wait.";
    let mut failures = page.gauge("rekey_mailer_failures_in_a_row", help);
    for provider in stats.providers() {
        failures.of("provider", provider.name(), provider.failures_in_a_row());
    }
    let help = "Whether a mail server is left alone at the moment, because it could not be used.";
    let mut open = page.gauge("rekey_mailer_breaker_open", help);
    for provider in stats.providers() {
        open.of("provider", provider.name(), u8::from(provider.is_paused(now)));
    }
}

fn answers(page: &mut Page, stats: &MailerStats) {
    let help = "Attempts, by the phase they ended in and the mail server's code; none where it gave none.";
    let mut attempts = page.counter("rekey_mailer_attempts_total", help);
    for provider in stats.providers() {
        for (phase, code, count) in provider.answers() {
            let code = code.map_or("none".to_owned(), |code| code.to_string());
            let labels: [(&str, &dyn Display); 3] =
                [("provider", &provider.name()), ("phase", &phase), ("code", &code)];
            attempts.labelled(&labels, count);
        }
    }
}

/// How many mails wait, and for how many seconds the one that waits longest.
type Waiting = (usize, f64);

fn waits(page: &mut Page, stats: &MailerStats) {
    let mut by_phase: BTreeMap<(String, String), Waiting> = BTreeMap::new();
    for wait in stats.waits() {
        let (count, oldest) = by_phase.entry((wait.provider, wait.phase)).or_default();
        *count += 1;
        *oldest = oldest.max(wait.millis as f64 / 1000.0);
    }
    let help = "Mails at a mail server now, by the phase in which they wait for it; \
        slot: for one of its connections.";
    let mut waiting = page.gauge("rekey_mailer_waiting", help);
    by_phase.iter().for_each(|(at, (count, _))| waiting.labelled(&labels(at), count));
    let help = "For how long the one that waits longest has done so.";
    let mut oldest = page.gauge("rekey_mailer_waiting_oldest_seconds", help);
    by_phase.iter().for_each(|(at, (_, age))| oldest.labelled(&labels(at), age));
}

fn labels((provider, phase): &(String, String)) -> [(&str, &dyn Display); 2] {
    [("provider", provider), ("phase", phase)]
}

fn phases(page: &mut Page, stats: &MailerStats) {
    let help = "How long a mail server was waited for, by phase.";
    let mut spans = page.histogram("rekey_smtp_phase_seconds", help);
    for provider in stats.providers() {
        for (phase, histogram) in provider.phases() {
            spans.spans(&[("provider", &provider.name()), ("phase", &phase)], &histogram);
        }
    }
}
