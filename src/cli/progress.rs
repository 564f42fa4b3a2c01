//! How far it is, for whoever waits at a terminal; nothing where nobody looks.

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

/// What is told of a log whose length is known, and of one where it is not.
const BAR: &str = "{bar:40} {human_pos} of {human_len} events, {per_sec}, {eta} left";
const COUNT: &str = "{spinner} {human_pos} events, {per_sec}";

/// Events on their way through; gone from the terminal when dropped.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Through a log of a database.
    pub(super) fn bar() -> Self {
        Self::told_as(ProgressBar::new(0), BAR)
    }

    /// Through as many events as come.
    pub(super) fn count() -> Self {
        Self::told_as(ProgressBar::no_length(), COUNT)
    }

    fn told_as(bar: ProgressBar, template: &str) -> Self {
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(bar.with_style(style).with_finish(ProgressFinish::AndClear))
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
}
