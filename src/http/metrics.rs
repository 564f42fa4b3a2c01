//! What can be counted, in Prometheus' text format 0.0.4.

mod mailer;
pub(super) mod mails;
pub(super) mod process;

use std::fmt::{Display, Write};

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rekey_workers::mailer::Histogram;

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

    /// Spans in seconds.
    pub(super) fn histogram(&mut self, name: &'static str, help: &str) -> Metric<'_> {
        self.metric(name, "histogram", help)
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
        self.labelled(&[(label, &word)], value);
    }

    /// One of its samples. The labels' values are few, and ours or the configuration's.
    pub(super) fn labelled(&mut self, labels: &[(&str, &dyn Display)], value: impl Display) {
        self.sample("", labels, value);
    }

    /// The samples of a histogram.
    pub(super) fn spans(&mut self, labels: &[(&str, &dyn Display)], histogram: &Histogram) {
        let mut bucket = |bound: &dyn Display, count| {
            let labels: Vec<_> = labels.iter().copied().chain([("le", bound)]).collect();
            self.sample("_bucket", &labels, count);
        };
        histogram.cumulated().for_each(|(bound, count)| bucket(&bound, count));
        bucket(&"+Inf", histogram.count());
        self.sample("_sum", labels, histogram.sum());
        self.sample("_count", labels, histogram.count());
    }

    fn sample(&mut self, ending: &str, labels: &[(&str, &dyn Display)], value: impl Display) {
        let labels: Vec<_> =
            labels.iter().map(|(label, word)| format!("{label}=\"{}\"", escaped(word))).collect();
        let _ = writeln!(self.page, "{}{ending}{{{}}} {value}", self.name, labels.join(","));
    }
}

/// A label's value: line ends, quotes and backslashes have a meaning there.
fn escaped(word: &dyn Display) -> String {
    word.to_string().replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
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

    #[test]
    fn a_label_ends_where_it_should() {
        let mut page = Page::default();
        page.gauge("rekey_mails", "Mails.").of("provider", "a\"b\\c\n", 1);
        assert!(page.0.ends_with("rekey_mails{provider=\"a\\\"b\\\\c\\n\"} 1\n"), "{}", page.0);
    }

    #[test]
    fn a_histogram_ends_with_all_its_sum_and_its_count() {
        let mut page = Page::default();
        let labels: [(&str, &dyn Display); 1] = [("phase", &"dot")];
        page.histogram("rekey_spans", "Spans.").spans(&labels, &Histogram::default());
        let lines: Vec<_> = page.0.lines().collect();
        assert_eq!(
            (lines[1], lines[2]),
            ("# TYPE rekey_spans histogram", "rekey_spans_bucket{phase=\"dot\",le=\"0.005\"} 0")
        );
        let end = [
            "rekey_spans_bucket{phase=\"dot\",le=\"+Inf\"} 0",
            "rekey_spans_sum{phase=\"dot\"} 0",
            "rekey_spans_count{phase=\"dot\"} 0",
        ];
        assert_eq!(lines[lines.len() - 3..], end);
    }
}
