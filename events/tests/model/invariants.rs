//! What must hold of every history, whoever asked for what.

use std::time::Duration;

use rekey_events::account::AccountEvent as E;

use crate::history::{DAY, History};

pub fn check(history: &History) {
    at_most_one_link_at_a_time(history);
    no_link_ends_twice(history);
    no_link_is_used_after_its_hour(history);
    links_keep_to_their_limits(history);
}

fn at_most_one_link_at_a_time(history: &History) {
    for end in 0..=history.0.len() {
        let so_far = History(history.0[..end].to_vec());
        assert!(so_far.open_links().len() <= 1, "two links after {end} events");
    }
}

/// Used, replaced, expired or revoked: once, and one of them.
fn no_link_ends_twice(history: &History) {
    for (link, ..) in history.links() {
        let ends = history.events().filter(|event| match event {
            E::ResetCompleted { reset, .. }
            | E::ResetSuperseded { reset, .. }
            | E::ResetExpired { reset }
            | E::ResetRevoked { reset, .. } => *reset == link,
            _ => false,
        });
        assert!(ends.count() <= 1, "link {link} ended twice");
    }
}

fn no_link_is_used_after_its_hour(history: &History) {
    for (link, issued_at, expires_at) in history.links() {
        assert!(expires_at <= issued_at.after(Duration::from_secs(3600)));
        match history.end_of(link) {
            Some((at, "expired")) => {
                assert!(at >= expires_at, "link {link} expired before its hour was over")
            }
            Some((at, _)) => assert!(at < expires_at, "link {link} was live after its hour"),
            None => {}
        }
    }
}

fn links_keep_to_their_limits(history: &History) {
    let issued: Vec<_> = history.links().into_iter().map(|(_, issued_at, _)| issued_at).collect();
    assert!(issued.windows(2).all(|pair| pair[1].since(pair[0]) >= Duration::from_secs(60)));
    assert!(issued.windows(6).all(|six| six[5].since(six[0]) >= DAY));
}
