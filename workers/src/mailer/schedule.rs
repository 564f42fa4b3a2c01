//! When a deferred mail is tried again.

use std::time::Duration;

use rekey_events::env::{Env, random};
use rekey_events::mail::MailKind;
use rekey_events::policy::LINK_LEAST_LEFT;
use rekey_events::rows::MailRow;
use rekey_events::{Moment, mail::Phase};

/// Seconds after the first, second … attempt; the last repeats.
const LINKS: [u64; 7] = [5, 15, 30, 60, 120, 240, 300];
const NOTICES: [u64; 7] = [30, 60, 300, 900, 1800, 3600, 7200];

/// Minutes before the second, third … copy of a mail of which no copy was confirmed.
const RESENDS: [u64; 4] = [1, 5, 15, 60];
/// The same where a worker died: mostly before the server had the whole mail.
const RESENDS_AFTER_DEATH: [u64; 4] = [0, 0, 1, 5];

/// Time that an attempt gets before its mail is not worth sending any more: it must be claimed, and the server asked.
const LAST_ATTEMPT_TAKES: Duration = Duration::from_secs(30);

/// When to try a deferred mail again: as its attempts so far plan it, give or take a fifth, so that not all come at
/// once; later if the server `asked` for that, but not too late for a last useful attempt.
pub(super) fn next(env: &dyn Env, row: &MailRow, asked: Option<Duration>) -> Moment {
    let kind = row.kind.parse().unwrap_or(MailKind::ResetLink);
    let steps = if kind == MailKind::PasswordChanged { &NOTICES } else { &LINKS };
    let at = usize::try_from(row.attempts).unwrap_or(0).min(steps.len() - 1);
    let planned = Duration::from_secs(steps[at]).mul_f64(0.8 + 0.4 * chance(env));
    useful(env, row, env.now().after(planned.max(asked.unwrap_or_default())))
}

/// When a mail may be tried at the latest: a link that is over in a few minutes is not sent.
fn last_useful_attempt(row: &MailRow) -> Moment {
    let least_left = if row.reset_id.is_some() { LINK_LEAST_LEFT } else { Duration::ZERO };
    Moment::from_micros(row.expires_at).before(least_left + LAST_ATTEMPT_TAKES)
}

/// When to send the next copy of what may have gone out: not sooner than the other side may still be at it, and
/// ever later, but not too late for a last useful one.
pub(super) fn after_ambiguity(env: &dyn Env, row: &MailRow) -> Moment {
    let planned = resend_delay(&RESENDS, row).mul_f64(1.0 + 0.2 * chance(env));
    useful(env, row, env.now().after(planned))
}

/// When to send again what a worker had that died: at once, unless it is sent again and again.
pub(super) fn after_death(env: &dyn Env, row: &MailRow) -> Moment {
    useful(env, row, env.now().after(resend_delay(&RESENDS_AFTER_DEATH, row)))
}

fn resend_delay(minutes: &[u64; 4], row: &MailRow) -> Duration {
    let copies = usize::try_from(row.copies).unwrap_or(0);
    Duration::from_secs(60 * minutes[copies.min(minutes.len() - 1)])
}

/// `due_at`, or earlier if that is too late for a last useful attempt. Once that was made, the mail becomes due to
/// expire.
fn useful(env: &dyn Env, row: &MailRow, due_at: Moment) -> Moment {
    let last = last_useful_attempt(row);
    if last > env.now() { due_at.min(last) } else { due_at }
}

/// When to try again a mail that a server refuses while it takes others: the older, the later. Each try is an event.
pub(super) fn after_refusal(env: &dyn Env, requested_at: Moment) -> Moment {
    let age = env.now().since(requested_at);
    env.now().after((age / 20).min(Duration::from_secs(15 * 60)))
}

/// When to try again after the server could not be reached.
pub(super) fn after_failure(env: &dyn Env, paused_until: Moment) -> Moment {
    paused_until.max(env.now().after(Duration::from_secs(1)))
}

/// When to look again whether the only provider that a mail may go to is back: in a tenth of the
/// mail's age, within reason. Each look is an event.
pub(super) fn after_pause(env: &dyn Env, requested_at: Moment) -> Moment {
    let age = env.now().since(requested_at);
    env.now().after((age / 10).clamp(Duration::from_secs(60), Duration::from_secs(300)))
}

/// Anything from 0 to 1.
pub(super) fn chance(env: &dyn Env) -> f64 {
    f64::from(u16::from_be_bytes(random(env))) / f64::from(u16::MAX)
}

/// The driver's phase, as events name it.
pub(super) fn phase(phase: crate::smtp::Phase) -> Phase {
    phase.as_str().parse().unwrap_or(Phase::Connect)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekey_events::env::ManualEnv;
    use rekey_events::policy::{LINK_LIFETIME, NOTICE_LIFETIME};
    use rekey_events::{AccountId, MailId, ResetId};
    use uuid::Uuid;

    /// A mail requested at the beginning of time.
    fn row(kind: MailKind, lifetime: Duration, attempts: i32) -> MailRow {
        let is_link = kind != MailKind::PasswordChanged;
        MailRow {
            mail_id: MailId(Uuid::nil()),
            kind: <&str>::from(kind).to_owned(),
            account_id: AccountId(Uuid::nil()),
            reset_id: is_link.then_some(ResetId(Uuid::nil())),
            state: "pending".to_owned(),
            version: 1,
            attempts,
            requested_at: 0,
            due_at: 0,
            expires_at: Moment::default().after(lifetime).micros(),
            settled_at: None,
            last_code: None,
            last_enhanced: None,
            last_failure: None,
            copies: 0,
            pinned_to: None,
            refused_by: None,
        }
    }

    fn delays(kind: MailKind, asked: Option<Duration>) -> Vec<Duration> {
        let env = ManualEnv::new(Moment::from_micros(0), 1);
        let next = |attempts| next(&env, &row(kind, LINK_LIFETIME, attempts), asked);
        (0..9).map(|attempts| next(attempts).since(env.now())).collect()
    }

    #[test]
    fn links_come_back_soon_and_then_every_five_minutes() {
        for (delay, planned) in
            delays(MailKind::ResetLink, None).iter().zip([5, 15, 30, 60, 120, 240, 300, 300])
        {
            let ratio = delay.as_secs_f64() / f64::from(planned);
            assert!((0.8..=1.2).contains(&ratio), "{delay:?} for {planned} s");
        }
    }

    #[test]
    fn what_the_server_asks_for_is_honoured() {
        let asked = Duration::from_secs(600);
        assert!(delays(MailKind::ResetLink, Some(asked)).iter().all(|delay| *delay >= asked));
    }

    #[test]
    fn a_wait_beyond_the_mails_life_is_cut_to_a_last_useful_attempt() {
        let env = ManualEnv::new(Moment::from_micros(0), 1);
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        for (kind, lifetime, asked, least_left) in [
            (MailKind::ResetLink, LINK_LIFETIME, minutes(60), LINK_LEAST_LEFT),
            (MailKind::AdminResetLink, LINK_LIFETIME, minutes(24 * 60), LINK_LEAST_LEFT),
            (MailKind::ResetLink, minutes(6), minutes(20), LINK_LEAST_LEFT),
            (MailKind::PasswordChanged, NOTICE_LIFETIME, minutes(80 * 60), Duration::ZERO),
        ] {
            let due_at = next(&env, &row(kind, lifetime, 0), Some(asked));
            let left = Moment::default().after(lifetime).since(due_at);
            assert_eq!(left, least_left + LAST_ATTEMPT_TAKES, "{kind:?}");
        }
    }

    #[test]
    fn after_the_last_useful_attempt_a_mail_is_not_tried_in_a_loop() {
        let env = ManualEnv::new(Moment::default().after(LINK_LIFETIME - LINK_LEAST_LEFT), 1);
        let asked = Duration::from_secs(600);
        let due_at = next(&env, &row(MailKind::ResetLink, LINK_LIFETIME, 0), Some(asked));
        assert_eq!(due_at.since(env.now()), asked);
    }

    /// Minutes until the next copy, of which so many may have been delivered.
    fn resends(lifetime: Duration, after: impl Fn(&dyn Env, &MailRow) -> Moment) -> Vec<u64> {
        let env = ManualEnv::new(Moment::default(), 1);
        let delay = |copies| {
            let row = MailRow { copies, ..row(MailKind::ResetLink, lifetime, 0) };
            after(&env, &row).since(env.now()).as_secs() / 60
        };
        (0..4).map(delay).collect()
    }

    #[test]
    fn copies_come_ever_later_and_the_last_while_the_link_is_of_use() {
        let long = Duration::from_secs(9 * 3600);
        let delays = resends(long, after_ambiguity);
        for (delay, planned) in delays.iter().zip([1, 5, 15, 60]) {
            assert!((planned..=planned + planned / 5).contains(delay), "{delays:?}");
        }
        assert_eq!(resends(Duration::from_secs(20 * 60), after_ambiguity)[3], 14);
        assert_eq!(resends(long, after_death), [0, 0, 1, 5]);
    }

    #[test]
    fn a_mail_that_is_refused_while_others_are_taken_is_tried_ever_more_seldom() {
        for (age, wait) in [(0, 0), (200, 10), (3600, 180), (72 * 3600, 900)] {
            let env = ManualEnv::new(Moment::default().after(Duration::from_secs(age)), 1);
            let due_at = after_refusal(&env, Moment::default());
            assert_eq!(due_at.since(env.now()), Duration::from_secs(wait));
        }
    }

    #[test]
    fn a_paused_provider_is_looked_for_seldom() {
        for (age, wait) in [(0, 60), (1200, 120), (72 * 3600, 300)] {
            let env = ManualEnv::new(Moment::default().after(Duration::from_secs(age)), 1);
            let due_at = after_pause(&env, Moment::default());
            assert_eq!(due_at.since(env.now()), Duration::from_secs(wait));
        }
    }

    #[test]
    fn every_phase_has_a_name_in_events() {
        for one in [crate::smtp::Phase::Greeting, crate::smtp::Phase::Tls, crate::smtp::Phase::Dot] {
            assert_eq!(<&str>::from(phase(one)), one.as_str());
        }
    }
}
