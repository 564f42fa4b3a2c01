//! The numbers the rules go by.

use std::time::Duration;

use crate::moment::Moment;

/// How long a reset link is valid.
pub const LINK_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// A link with less than this left is not sent any more.
pub const LINK_LEAST_LEFT: Duration = Duration::from_secs(5 * 60);
/// At most one link mail per account in this time.
pub const LINK_INTERVAL: Duration = Duration::from_secs(60);
/// The span over which [`LINKS_PER_DAY`] counts.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// At most this many link mails per account in a [`DAY`].
pub const LINKS_PER_DAY: usize = 5;
/// Different wrong usernames after which a link ends; wrong codes of the second factor count among them.
pub const WRONG_USERNAMES: u32 = 5;
/// Failures in a row before the delay between attempts begins to grow.
pub const FREE_FAILURES: u32 = 5;
/// The longest delay between two attempts.
pub const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// How long a second factor that was offered waits for the code that confirms it; the same one is shown meanwhile.
pub const FACTOR_OFFER_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How long a notice stays worth sending.
pub const NOTICE_LIFETIME: Duration = Duration::from_secs(72 * 60 * 60);

/// How many copies of a mail may go out while no reply confirms one; then an operator has to decide.
pub const COPIES: u16 = 5;

/// How long after the last of `failures` in a row the next attempt may come:
/// nothing for the first few, then 2, 4, 8 … seconds up to [`LONGEST_DELAY`]
/// (NIST SP 800-63B-4, section 3.2.2: throttling, never a lasting lockout).
#[must_use]
pub fn delay_after(failures: u32) -> Duration {
    match failures.saturating_sub(FREE_FAILURES) {
        0 => Duration::ZERO,
        over => Duration::from_secs(1 << over.min(20)).min(LONGEST_DELAY),
    }
}

/// How long after `at` the next attempt may come; zero when it may come now.
///
/// There were `failures` in a row, from `first` to `last`. A row ends a [`DAY`] after its first failure.
#[must_use]
pub fn wait_after(failures: u32, first: Moment, last: Moment, at: Moment) -> Duration {
    let delay = delay_after(failures).saturating_sub(at.since(last));
    delay.min(left_of_window(first, DAY, at))
}

/// How long after `at` a window of `length` that began at `first` still counts. Its last microsecond is part of it.
#[must_use]
pub fn left_of_window(first: Moment, length: Duration, at: Moment) -> Duration {
    (length + Duration::from_micros(1)).saturating_sub(at.since(first))
}
