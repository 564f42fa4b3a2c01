//! When a deferred mail is tried again.

use std::time::Duration;

use rekey_events::env::{Env, random};
use rekey_events::mail::MailKind;
use rekey_events::{Moment, mail::Phase};

/// Seconds after the first, second … attempt; the last repeats.
const LINKS: [u64; 7] = [5, 15, 30, 60, 120, 240, 300];
const NOTICES: [u64; 7] = [30, 60, 300, 900, 1800, 3600, 7200];

/// When to try again after `attempts` deferred ones, or later if the server
/// asked for that; give or take a fifth, so that not all come at once.
pub(super) fn next(env: &dyn Env, kind: MailKind, attempts: i32, asked: Option<Duration>) -> Moment {
    let steps = if kind == MailKind::PasswordChanged { &NOTICES } else { &LINKS };
    let at = usize::try_from(attempts).unwrap_or(0).min(steps.len() - 1);
    let planned = Duration::from_secs(steps[at]).mul_f64(0.8 + 0.4 * chance(env));
    env.now().after(planned.max(asked.unwrap_or_default()))
}

/// When to try again what may have gone out: not sooner than the other side
/// may still be at it.
pub(super) fn after_ambiguity(env: &dyn Env) -> Moment {
    env.now().after(Duration::from_secs(60).mul_f64(1.0 + 0.2 * chance(env)))
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

    fn delays(kind: MailKind, asked: Option<Duration>) -> Vec<Duration> {
        let env = ManualEnv::new(Moment::from_micros(0), 1);
        (0..9).map(|attempts| next(&env, kind, attempts, asked).since(env.now())).collect()
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
