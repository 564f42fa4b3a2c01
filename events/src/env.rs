//! Where time and randomness come in: the only door.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use crate::moment::Moment;

/// The clock and the dice. Everything that needs either is handed one.
pub trait Env: Send + Sync + 'static {
    /// The moment it is.
    fn now(&self) -> Moment;

    /// Is told just now what `now` was by the clock that all processes on a
    /// database share, asked `took` ago. Those that have no use for it do not listen.
    fn told(&self, _now: Moment, _took: Duration) {}

    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// A UUIDv7 of this moment (RFC 9562, section 5.7).
    fn uuid(&self) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(self.now().micros() / 1000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// `N` unpredictable bytes.
pub fn random<const N: usize>(env: &dyn Env) -> [u8; N] {
    let mut bytes = [0; N];
    env.fill(&mut bytes);
    bytes
}

/// The operating system's clock and entropy.
#[derive(Debug, Default)]
pub struct SystemEnv;

impl Env for SystemEnv {
    #[expect(clippy::disallowed_methods, reason = "this is the one door time comes in by")]
    fn now(&self) -> Moment {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Moment::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one door randomness comes in by")]
    #[expect(clippy::expect_used, reason = "without entropy nothing may go on")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives entropy");
    }
}

/// An answer is dated at the middle of its way, and may be wrong by half of what it took. One as
/// quick as this is better than counting on from the last one.
const FRESH: Duration = Duration::from_millis(250);
/// From such an age on, any answer is better: where the machine stood still, counting on did so, too.
const OLD: Duration = Duration::from_secs(60);

/// What processes go by: the database's clock once told of it, the system's until
/// then; and the system's dice.
#[derive(Debug, Default)]
pub struct ProcessEnv(Mutex<Option<Told>>);

/// What was said, and when by a clock that goes on evenly and that nobody sets.
#[derive(Clone, Copy, Debug)]
struct Told {
    now: Moment,
    at: Instant,
    took: Duration,
}

impl Told {
    /// Whether an answer that took so long is the better one.
    fn gives_way(&self, took: Duration) -> bool {
        took <= self.took.max(FRESH) || self.at.elapsed() >= OLD
    }
}

impl Env for ProcessEnv {
    fn now(&self) -> Moment {
        let told = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.map_or_else(|| SystemEnv.now(), |told| told.now.after(told.at.elapsed()))
    }

    fn told(&self, now: Moment, took: Duration) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.gives_way(took)) {
            // As far there as back.
            *told = Some(Told { now: now.after(took / 2), at: Instant::now(), took });
        }
    }

    fn fill(&self, bytes: &mut [u8]) {
        SystemEnv.fill(bytes);
    }
}

/// A clock set by hand and repeatable dice, for tests and demonstrations.
#[derive(Debug)]
pub struct ManualEnv(Mutex<(Moment, u64)>);

impl ManualEnv {
    /// Starts at `now`; the same `seed` gives the same bytes.
    #[must_use]
    pub fn new(now: Moment, seed: u64) -> Self {
        Self(Mutex::new((now, seed)))
    }

    /// Moves the clock forward.
    pub fn advance(&self, span: Duration) {
        let mut inner = self.lock();
        inner.0 = inner.0.after(span);
    }

    /// Sets the clock, backwards too.
    pub fn set(&self, now: Moment) {
        self.lock().0 = now;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Moment, u64)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Env for ManualEnv {
    fn now(&self) -> Moment {
        self.lock().0
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut inner = self.lock();
        for byte in bytes {
            // SplitMix64 (Steele, Lea, Flood 2014): enough for tests.
            inner.1 = inner.1.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = inner.1;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (z >> 56) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long ago, so that the system's clock cannot pass for it.
    const THEN: Moment = Moment::from_micros(1_000_000_000_000_000);

    fn assert_about(env: &ProcessEnv, moment: Moment) {
        assert!(env.now() >= moment, "{:?}", env.now());
        assert!(env.now() < moment.after(Duration::from_secs(10)), "{:?}", env.now());
    }

    #[test]
    fn an_answer_is_dated_at_the_middle_of_its_way() {
        let env = ProcessEnv::default();
        env.told(THEN, Duration::from_secs(120));
        assert_about(&env, THEN.after(Duration::from_secs(60)));
    }

    #[test]
    fn an_answer_that_took_long_moves_no_clock_that_was_told() {
        let env = ProcessEnv::default();
        env.told(THEN, Duration::ZERO);
        env.told(THEN.after(Duration::from_secs(600)), FRESH + Duration::from_millis(1));
        assert_about(&env, THEN);
        env.told(THEN.after(Duration::from_secs(600)), FRESH);
        assert_about(&env, THEN.after(Duration::from_secs(600)));
    }

    #[test]
    fn an_answer_no_slower_than_the_last_one_moves_the_clock() {
        let (env, later) = (ProcessEnv::default(), THEN.after(Duration::from_secs(600)));
        env.told(THEN, Duration::from_secs(4));
        env.told(later, Duration::from_secs(5));
        assert_about(&env, THEN);
        env.told(later, Duration::from_secs(4));
        assert_about(&env, later);
    }

    #[test]
    fn a_slow_answer_moves_a_clock_that_was_told_long_ago() {
        let long_ago = Instant::now().checked_sub(OLD).unwrap();
        let told = Told { now: THEN, at: long_ago, took: Duration::ZERO };
        let (env, later) = (ProcessEnv(Mutex::new(Some(told))), THEN.after(Duration::from_secs(600)));
        env.told(later, Duration::from_secs(4));
        assert_about(&env, later);
    }
}
