//! The last word before a mail becomes irrevocable.

use std::sync::Mutex;
use std::time::Duration;

use rekey_test_support::smtp::{Fault, Latch, Phase as At, SmtpSink};
use rekey_workers::smtp::{Delivery, Gate, Limits, Pool, ProviderConfig, Verdict};

use super::setup::{config, envelope, mail, pool, send};

/// Stops at the given question, the first time or another, and remembers what it was asked.
struct StopsAt {
    question: &'static str,
    time: usize,
    asked: Mutex<Vec<&'static str>>,
}

impl StopsAt {
    fn question(question: &'static str, time: usize) -> Self {
        Self { question, time, asked: Mutex::default() }
    }

    fn times(&self, question: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| **asked == question).count()
    }

    fn answer(&self, question: &'static str) -> Verdict {
        self.asked.lock().unwrap().push(question);
        let is_it = question == self.question && self.times(question) == self.time;
        if is_it { Verdict::Stop } else { Verdict::Go }
    }
}

impl Gate for StopsAt {
    async fn still_wanted(&self) -> Verdict {
        self.answer("wanted")
    }

    async fn before_body(&self) -> Verdict {
        self.answer("body")
    }

    async fn before_dot(&self) -> Verdict {
        self.answer("dot")
    }
}

/// Takes its time before the dot.
pub struct WaitsBeforeDot {
    pub latch: Latch,
}

impl Gate for WaitsBeforeDot {
    async fn still_wanted(&self) -> Verdict {
        Verdict::Go
    }

    async fn before_body(&self) -> Verdict {
        Verdict::Go
    }

    async fn before_dot(&self) -> Verdict {
        self.latch.pass().await;
        Verdict::Go
    }
}

/// A server that takes commands one by one, and one that takes them together.
async fn sinks() -> [SmtpSink; 2] {
    [SmtpSink::start().await.unwrap(), SmtpSink::builder().pipelining().start().await.unwrap()]
}

#[tokio::test]
async fn stop_before_the_body_leaves_no_trace_and_no_connection() {
    for question in ["wanted", "body"] {
        for sink in sinks().await {
            let pool = pool(&sink);
            let gate = StopsAt::question(question, 1);
            let delivery = pool.deliver(&envelope("ana@example.org"), &mail(1).bytes, &gate).await;
            assert_eq!(delivery, Delivery::Withheld);
            assert_eq!(gate.times("dot"), 0);
            sink.wait_for_open(0).await;
            assert!(sink.ledger().is_empty());

            assert!(matches!(send(&pool).await, Delivery::Accepted { .. }));
        }
    }
}

#[tokio::test]
async fn stop_before_the_dot_leaves_no_trace_and_no_connection() {
    for sink in sinks().await {
        let gate = StopsAt::question("dot", 1);
        let delivery = pool(&sink).deliver(&envelope("ana@example.org"), &mail(1).bytes, &gate).await;
        assert_eq!(delivery, Delivery::Withheld);
        sink.wait_for_open(0).await;
        assert!(sink.ledger().is_empty());
    }
}

/// What it was told may have changed while the server thought about MAIL, RCPT and DATA.
#[tokio::test]
async fn who_was_asked_long_before_the_body_is_asked_again() {
    for sink in sinks().await {
        let limits = Limits { verdict_age: Duration::ZERO, ..Limits::default() };
        let pool = Pool::new(ProviderConfig { limits, ..config(&sink) }).unwrap();
        let gate = StopsAt::question("wanted", 2);
        let delivery = pool.deliver(&envelope("ana@example.org"), &mail(1).bytes, &gate).await;
        assert_eq!(delivery, Delivery::Withheld);
        sink.wait_for_open(0).await;
        assert!(sink.ledger().is_empty());
    }
}

#[tokio::test]
async fn nobody_is_told_of_a_mail_that_is_refused_before() {
    for sink in sinks().await {
        sink.script([(At::Rcpt, Fault::reply("550 5.1.1 unknown"))]);
        let gate = StopsAt::question("none", 1);
        pool(&sink).deliver(&envelope("ana@example.org"), &mail(1).bytes, &gate).await;
        assert_eq!((gate.times("body"), gate.times("dot")), (0, 0));
    }
}
