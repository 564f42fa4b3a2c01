//! How far it is, for whoever waits at a terminal; nothing where nobody looks.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over the events of a log.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A bar of so many events; of as many as come when that is not known.
    pub(super) fn new(events: Option<u64>) -> Self {
        let bar = events.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let template = match events {
            Some(_) => "{bar:40} {human_pos} of {human_len} events, {per_sec}, {eta} left",
            None => "{spinner} {human_pos} events, {per_sec}",
        };
        Self(bar.with_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        ))
    }

    /// So far.
    pub(super) fn at(&self, position: i64, of: i64) {
        self.0.set_length(of.cast_unsigned());
        self.0.set_position(position.cast_unsigned());
    }

    /// So far, of nobody knows how many.
    pub(super) fn reached(&self, position: i64) {
        if position % 1024 == 0 {
            self.0.set_position(position.cast_unsigned());
        }
    }

    /// It is over.
    pub(super) fn end(self) {
        self.0.finish_and_clear();
    }
}
