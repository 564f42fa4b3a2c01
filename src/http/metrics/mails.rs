//! The queue of mails, as it is in the database: the same from every process.

use std::collections::BTreeMap;

use rekey_events::Moment;
use rekey_events::store::overview::Queue;

use super::Page;
use crate::mails::{KINDS, TROUBLED};

/// Adds the queue. What there is none of is 0, so that an alert has something to go by.
pub(in crate::http) fn show(page: &mut Page, queue: &Queue, now: Moment) {
    let mut unsettled: BTreeMap<&str, (i64, f64)> = KINDS.iter().map(|kind| (*kind, (0, 0.0))).collect();
    for one in &queue.unsettled {
        unsettled.insert(&one.kind, (one.count, now.since(one.oldest).as_secs_f64()));
    }
    let mut counts = page.gauge("rekey_mails_unsettled", "Mails without an outcome yet.");
    unsettled.iter().for_each(|(kind, (count, _))| counts.of("kind", kind, count));
    let mut ages = page.gauge(
        "rekey_mails_oldest_unsettled_seconds",
        "Age of the oldest mail without an outcome; 0 when there is none.",
    );
    unsettled.iter().for_each(|(kind, (_, age))| ages.of("kind", kind, age));

    let mut waiting = page.gauge(
        "rekey_mails_waiting",
        "Mails to be tried again, by the mail server's last code; none where it gave none.",
    );
    for (code, count) in &queue.waiting {
        waiting.of("code", code.map_or("none".to_owned(), |code| code.to_string()), count);
    }

    let mut troubled: BTreeMap<&str, i64> = TROUBLED.iter().map(|state| (*state, 0)).collect();
    troubled.extend(queue.troubled.iter().map(|(state, count)| (state.as_str(), *count)));
    let mut states = page.gauge(
        "rekey_mails_in_state",
        "Mails that may have gone out (unknown), or that will not without somebody's help.",
    );
    troubled.iter().for_each(|(state, count)| states.of("state", state, count));
}
