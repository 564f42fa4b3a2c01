//! What this process has done so far.

use std::sync::Arc;

use rekey_events::Moment;
use rekey_workers::mailer::MailerStats;
use rekey_workers::relay::RelayStats;
use rekey_workers::sealer::SealerStats;

use super::{Page, mailer};

/// Where this process's workers count; nothing for work that it does not do.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// Of its mailer.
    pub mailer: Option<Arc<MailerStats>>,
    /// Of its relay.
    pub relay: Option<Arc<RelayStats>>,
    /// Of its sealer.
    pub sealer: Option<SealerStats>,
}

impl Activity {
    /// Adds what was counted, as it is `now`.
    pub(in crate::http) fn show(&self, page: &mut Page, now: Moment) {
        if let Some(mailer) = &self.mailer {
            mailer::show(page, mailer, now);
        }
        if let Some(relay) = &self.relay {
            show_relay(page, relay);
        }
        if let Some(sealer) = &self.sealer {
            show_sealer(page, sealer);
        }
    }

    /// Adds how far checkpoints have come, for who may know how far the log is.
    pub(in crate::http) fn show_delivered(&self, page: &mut Page) {
        let Some(sealer) = &self.sealer else { return };
        let help = "The position up to which each of those elsewhere has a checkpoint.";
        let mut positions = page.gauge("rekey_log_checkpoint_delivered_position", help);
        sealer.delivered().iter().for_each(|one| positions.of("to", one.to, one.position));
    }
}

/// Without positions, as on the page of a process that asks for no key.
fn show_sealer(page: &mut Page, stats: &SealerStats) {
    let help = "How often in a row a checkpoint could not be delivered.";
    let mut failures = page.gauge("rekey_log_checkpoint_failures_in_a_row", help);
    stats.delivered().iter().for_each(|one| failures.of("to", one.to, one.failures));
}

fn show_relay(page: &mut Page, stats: &RelayStats) {
    let help = "Hints published: new, or again because they aged, \
        were acknowledged without a claim (floor), or the stream was made anew (epoch).";
    let mut hints = page.counter("rekey_relay_hints_total", help);
    stats.hints().iter().for_each(|(reason, count)| hints.of("reason", reason, count));
    page.counter("rekey_relay_epochs_total", "How often this relay made the stream anew.").is(stats.epochs());
    let help = "1 if hints can be published: the bus is reachable, and its stream takes messages.";
    page.gauge("rekey_relay_connected", help).is(u8::from(stats.is_connected()));
    if let Some(epoch) = stats.epoch() {
        let help = "Which incarnation of the stream of hints this relay knows.";
        page.gauge("rekey_relay_epoch_info", help).of("epoch", epoch, 1);
    }
    let mut pending =
        page.gauge("rekey_relay_consumer_pending", "Hints that no mailer has acknowledged yet.");
    stats.pending().iter().for_each(|(consumer, count)| pending.of("consumer", consumer, count));
}
