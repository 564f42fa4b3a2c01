//! What this process has done so far.

use std::sync::Arc;

use rekey_workers::mailer::MailerStats;
use rekey_workers::relay::RelayStats;

use super::Page;

/// Where this process's workers count; nothing for work that it does not do.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// Of its mailer.
    pub mailer: Option<Arc<MailerStats>>,
    /// Of its relay.
    pub relay: Option<Arc<RelayStats>>,
}

impl Activity {
    /// Adds what was counted.
    pub(in crate::http) fn show(&self, page: &mut Page) {
        if let Some(mailer) = &self.mailer {
            show_mailer(page, mailer);
        }
        if let Some(relay) = &self.relay {
            show_relay(page, relay);
        }
    }
}

fn show_mailer(page: &mut Page, stats: &MailerStats) {
    let mut claimed = page
        .counter("rekey_mailer_claimed_total", "Mails claimed: by a hint, or by looking into the database.");
    claimed.of("by", "hint", stats.claimed_by_hint());
    claimed.of("by", "look", stats.claimed_by_look());
    let help = "Outcomes that came too late: another worker had the mail by then.";
    page.counter("rekey_mailer_fenced_total", help).is(stats.fenced());
    let help = "Times in a row that the mail server could not be used; above 0, mails wait between tries.";
    page.gauge("rekey_mailer_failures_in_a_row", help).is(stats.failures_in_a_row());
    page.gauge("rekey_mailer_slots", "Mails it can work on at a time.").is(stats.slots());
    page.gauge("rekey_mailer_slots_in_use", "Mails it works on now.").is(stats.slots_in_use());
}

fn show_relay(page: &mut Page, stats: &RelayStats) {
    let help = "Hints published: new, or again because they aged, \
        were acknowledged without a claim (floor), or the stream was made anew (epoch).";
    let mut hints = page.counter("rekey_relay_hints_total", help);
    stats.hints().iter().for_each(|(reason, count)| hints.of("reason", reason, count));
    page.counter("rekey_relay_epochs_total", "How often this relay made the stream anew.").is(stats.epochs());
    let help = "Whether there is a connection to the bus.";
    page.gauge("rekey_relay_connected", help).is(u8::from(stats.is_connected()));
}
