//! Free ports for servers that cannot choose one themselves.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which Linux takes the ports of outgoing connections: a
/// server that is killed gets its port back when it is started again.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;

static TAKEN: AtomicU16 = AtomicU16::new(0);

/// A port of 127.0.0.1 on which nothing listens now.
///
/// Nothing holds it either: start the server at once, and try another port if it was taken meanwhile.
///
/// # Panics
/// If every port is taken.
#[must_use]
pub fn free() -> u16 {
    (0..COUNT)
        .map(|_| candidate())
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("a free port on 127.0.0.1")
}

/// Neighbouring processes start far apart, so they seldom try the same port.
fn candidate() -> u16 {
    let spread = std::process::id().wrapping_mul(7_919) + u32::from(TAKEN.fetch_add(1, Ordering::Relaxed));
    FIRST + u16::try_from(spread % u32::from(COUNT)).unwrap_or_default()
}
