//! How the time goes by: in bursts, at leisure, and just up to where something
//! changes.

use std::time::Duration;

use proptest::prelude::*;
use rekey_events::Moment;

use crate::history::{DAY, History};

#[derive(Clone, Copy, Debug)]
pub enum Wait {
    /// So long.
    For(Duration),
    /// Until so many microseconds after one of the moments when a limit ends,
    /// less one.
    UntilLimit(usize, u64),
}

pub fn wait() -> impl Strategy<Value = Wait> {
    let seconds = prop_oneof![4 => 0_u64..4, 2 => 50_u64..1000, 1 => 3000_u64..90_000];
    prop_oneof![
        3 => (seconds, 0_u64..1_000_000).prop_map(|(seconds, micros)| {
            Wait::For(Duration::from_secs(seconds) + Duration::from_micros(micros))
        }),
        2 => (any::<usize>(), 0_u64..3).prop_map(|(n, micros)| Wait::UntilLimit(n, micros)),
    ]
}

/// How often the same is asked at once.
pub fn times() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(1_usize), 1 => 2_usize..8]
}

impl Wait {
    pub fn from(self, now: Moment, history: &History) -> Moment {
        match self {
            Self::For(span) => now.after(span),
            Self::UntilLimit(n, micros) => {
                let limits = limits(now, history);
                let limit = limits.get(n % limits.len().max(1)).copied().unwrap_or(now);
                limit.before(Duration::from_micros(1)).after(Duration::from_micros(micros)).max(now)
            }
        }
    }
}

/// The moments to come when something will be allowed again, or no more.
fn limits(now: Moment, history: &History) -> Vec<Moment> {
    let of_links = history.links().into_iter().flat_map(|(_, issued_at, expires_at)| {
        [issued_at.after(Duration::from_secs(60)), expires_at, issued_at.after(DAY)]
    });
    let failures = history.failed_sign_ins().into_iter().chain(history.failed_changes());
    let delays = [1, 2, 3, 4, 9].map(|n| Duration::from_secs(1 << n));
    let of_failures =
        failures.flat_map(move |at| delays.into_iter().chain([DAY]).map(move |span| at.after(span)));
    of_links.chain(of_failures).filter(|limit| *limit > now).collect()
}
