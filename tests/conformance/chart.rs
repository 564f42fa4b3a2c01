//! Mails over time, counted.

use std::time::Duration;

use rekey_events::rows::{Change, MailRow};
use rekey_events::store::chart::{MailChart, Outcomes};
use rekey_events::{AccountId, Env, MailId, Moment};

use crate::bed::Bed;
use crate::facts::{begin, changing};

const HOUR: Duration = Duration::from_secs(60 * 60);
const STATES: [&str; 9] = [
    "accepted",
    "pending",
    "unknown",
    "rejected",
    "suppressed",
    "unconfirmed",
    "dead",
    "expired",
    "superseded",
];

/// A mail of now, whose id is made a moment later.
fn mail(bed: &Bed, state: &str) -> Change {
    let at = bed.env.now();
    bed.env.advance(Duration::from_millis(3));
    Change::PutMail(MailRow {
        mail_id: MailId::new(&*bed.env),
        kind: "reset_link".to_owned(),
        account_id: AccountId(bed.env.uuid()),
        reset_id: None,
        state: state.to_owned(),
        version: 1,
        attempts: 0,
        copies: 0,
        requested_at: at.micros(),
        due_at: at.micros(),
        expires_at: at.micros(),
        settled_at: None,
        last_code: None,
        last_enhanced: None,
        last_failure: None,
        pinned_to: None,
        refused_by: None,
    })
}

async fn put(bed: &Bed, states: &[&str]) {
    let mails: Vec<_> = states.iter().map(|state| mail(bed, state)).collect();
    bed.log.append(changing(begin(bed), mails)).await.unwrap();
}

async fn chart(bed: &Bed, since: Moment, hours: u32) -> MailChart {
    bed.store.mail_chart(since, since.after(hours * HOUR), hours as usize).await.unwrap()
}

pub async fn mails_are_counted_by_hour_and_outcome(bed: Bed) {
    let start = bed.env.now();
    let nothing = MailChart { stretches: vec![Outcomes::default(); 24], complete: true };
    assert_eq!(chart(&bed, start, 24).await, nothing);
    put(&bed, &STATES).await;
    bed.env.set(start.after(2 * HOUR + HOUR / 2));
    put(&bed, &["accepted", "accepted", "dead"]).await;
    bed.env.set(start.after(4 * HOUR));
    put(&bed, &["accepted"]).await;

    let each = Outcomes { accepted: 1, waiting: 2, failed: 4, dropped: 2 };
    let later = Outcomes { accepted: 2, failed: 1, ..Outcomes::default() };
    let seen = chart(&bed, start, 4).await;
    let none = Outcomes::default();
    assert_eq!(seen, MailChart { stretches: vec![each, none, later, none], complete: true });
    // What was requested before is not in it, nor what is requested at its end.
    assert_eq!(chart(&bed, start.after(HOUR), 2).await.stretches, [none, later]);
    assert_eq!(chart(&bed, start.after(4 * HOUR), 1).await.stretches, [Outcomes { accepted: 1, ..none }]);
}

/// A mail's id may be of a stretch of time that its request came before.
pub async fn a_mail_at_the_border_is_counted_once(bed: Bed) {
    let border = bed.env.now().after(HOUR);
    bed.env.set(border.before(Duration::from_millis(1)));
    put(&bed, &["accepted"]).await;
    let counted = |chart: MailChart| chart.stretches.iter().map(|outcomes| outcomes.accepted).sum::<i64>();
    assert_eq!(counted(chart(&bed, border.before(HOUR), 1).await), 0);
    assert_eq!(counted(chart(&bed, border, 1).await), 1);
    assert_eq!(counted(chart(&bed, border.before(HOUR), 2).await), 1);
    assert_eq!(bed.store.mail_chart(border, border.before(HOUR), 0).await.unwrap().stretches, []);
}
