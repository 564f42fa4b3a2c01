//! What can be counted, in Prometheus' text format 0.0.4.

pub(super) mod mails;
pub(super) mod process;

use std::fmt::{Display, Write};

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// What is written so far.
#[derive(Debug, Default)]
pub(super) struct Page(String);

/// A metric, to be given its samples.
pub(super) struct Metric<'a> {
    page: &'a mut String,
    name: &'static str,
}

impl Page {
    /// What only grows.
    pub(super) fn counter(&mut self, name: &'static str, help: &str) -> Metric<'_> {
        self.metric(name, "counter", help)
    }

    /// What goes up and down.
    pub(super) fn gauge(&mut self, name: &'static str, help: &str) -> Metric<'_> {
        self.metric(name, "gauge", help)
    }

    fn metric(&mut self, name: &'static str, kind: &str, help: &str) -> Metric<'_> {
        self.0.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        Metric { page: &mut self.0, name }
    }
}

impl Metric<'_> {
    /// Its only sample.
    pub(super) fn is(&mut self, value: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.page, "{} {value}", self.name);
    }

    /// One of its samples. The label's value is one of few words of ours.
    pub(super) fn of(&mut self, label: &str, word: impl Display, value: impl Display) {
        let _ = writeln!(self.page, "{}{{{label}=\"{word}\"}} {value}", self.name);
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], self.0).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_help_type_and_samples() {
        let mut page = Page::default();
        page.counter("rekey_log_position", "Where the log is.").is(7);
        let mut kinds = page.gauge("rekey_mails_unsettled", "Mails.");
        kinds.of("kind", "reset_link", 2);
        kinds.of("kind", "password_changed", 0.5);
        assert_eq!(
            page.0,
            "# HELP rekey_log_position Where the log is.\n# TYPE rekey_log_position counter\nrekey_log_position 7\n\
             # HELP rekey_mails_unsettled Mails.\n# TYPE rekey_mails_unsettled gauge\n\
             rekey_mails_unsettled{kind=\"reset_link\"} 2\nrekey_mails_unsettled{kind=\"password_changed\"} 0.5\n"
        );
    }
}
