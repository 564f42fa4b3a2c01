//! A mail server that misbehaves is seen within five seconds: in the metrics of
//! the process that meets it, and in the list of mails of any other.

use std::time::{Duration, Instant};

use rekey_test_support::postgres::Postgres;
use rekey_test_support::smtp::{Fault, Phase, Plan, SmtpSink};
use serde_json::{Value, json};

use crate::bed::{PASSWORD, USER};
use crate::load::address;
use crate::site::Site;
use crate::until::until_within;

/// From the request on; the attempt begins later.
const SOON: Duration = Duration::from_secs(5);

/// What is to be seen.
struct Sight<'a> {
    /// How lines of the metrics begin.
    metrics: &'a [&'a str],
    /// Words in the mail's row of `rekey mail list`.
    row: &'a [&'a str],
    /// Keys of `/v1/mails`, as pointers, and what they have.
    shown: &'a [(&'a str, Value)],
}

/// A server that answers so each time in this phase, the mailer that meets it, and an API that does not.
async fn misbehaves(phase: Phase, fault: Fault) -> (SmtpSink, Site, Site) {
    let sink = SmtpSink::builder().credentials(USER, PASSWORD).start().await.unwrap();
    let plan = Plan::from_fn(move |session| if session.phase == phase { fault.clone() } else { Fault::None });
    sink.set_plan(plan);
    let database = Postgres::shared().await.database("visible").await;
    let mut site = Site::new(Some(&database), sink.address()).await;
    log_in(&site);
    let mut other = site.twin();
    site.start();
    site.ready().await;
    other.serve_alone();
    other.ready().await;
    (sink, site, other)
}

/// Has the mailer prove who it is.
fn log_in(site: &Site) {
    let (password, file) = (site.folder().join("password"), site.folder().join("rekey.toml"));
    std::fs::write(&password, PASSWORD).unwrap();
    let login = format!("tls = \"none\"\nusername = \"{USER}\"\npassword_file = \"{}\"", password.display());
    let config = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, config.replace("tls = \"none\"", &login)).unwrap();
}

/// Somebody asks for a link; what is to be seen is seen in time, everywhere.
async fn assert_visible(phase: Phase, fault: Fault, sight: Sight<'_>) {
    let (_sink, site, other) = misbehaves(phase, fault).await;
    let ana = json!({ "username": "ana", "email": address("ana"), "origin": "app" });
    assert_eq!(site.api().post("/v1/commands/register-account", &ana).await.unwrap().0, 201);
    let asked = Instant::now();
    let request = json!({ "username": "ana", "email": address("ana") });
    assert_eq!(site.api().post("/v1/commands/request-reset", &request).await.unwrap().0, 202);
    let (mut metrics, mut list, mut mails) = (String::new(), String::new(), Value::Null);
    let seen = async {
        until_within(SOON, "the metrics", async || {
            metrics = site.api().text("/metrics").await;
            let is_there = |metric: &&str| metrics.lines().any(|line| line.starts_with(metric));
            sight.metrics.iter().all(is_there).then_some(())
        })
        .await;
        until_within(SOON, "the mail in the list", async || {
            list = site.says(&["mail", "list"]).await;
            list.lines().any(|line| sight.row.iter().all(|words| line.contains(words))).then_some(())
        })
        .await;
        until_within(SOON, "the mail in the API", async || {
            mails = serde_json::from_str(&other.api().text("/v1/mails").await).unwrap();
            sight.shown.iter().all(|(key, value)| mails[0].pointer(key) == Some(value)).then_some(())
        })
        .await;
    };
    let seen = tokio::time::timeout(SOON.saturating_sub(asked.elapsed()), seen).await;
    assert!(seen.is_ok(), "not seen within {SOON:?}:\n{metrics}\n{list}\n{mails}");
    assert!(!list.contains('@') && !metrics.contains('@') && !mails.to_string().contains('@'));
}

#[tokio::test]
async fn a_wrong_smtp_password_is_seen_at_once() {
    let sight = Sight {
        metrics: &[
            "rekey_mailer_attempts_total{provider=\"127.0.0.1\",phase=\"auth\",code=\"535\"} ",
            "rekey_mailer_breaker_open{provider=\"127.0.0.1\"} 1",
        ],
        row: &["deferred", "535"],
        shown: &[("/last_code", json!(535))],
    };
    assert_visible(Phase::Auth, Fault::reply("535 5.7.8 wrong"), sight).await;
}

#[tokio::test]
async fn a_server_that_is_busy_is_seen_at_once() {
    let sight = Sight {
        metrics: &["rekey_mailer_attempts_total{provider=\"127.0.0.1\",phase=\"greeting\",code=\"421\"} "],
        row: &["deferred", "421"],
        shown: &[("/last_code", json!(421))],
    };
    assert_visible(Phase::Connect, Fault::ReplyAndDrop("421 4.3.2 busy".to_owned()), sight).await;
}

#[tokio::test]
async fn a_connection_that_is_cut_is_seen_at_once() {
    let sight = Sight {
        metrics: &["rekey_mailer_attempts_total{provider=\"127.0.0.1\",phase=\"greeting\",code=\"none\"} "],
        row: &["deferred"],
        shown: &[("/tried", json!(true)), ("/last_code", Value::Null)],
    };
    assert_visible(Phase::Connect, Fault::Drop, sight).await;
}

#[tokio::test]
async fn greylisting_is_seen_at_once() {
    let sight = Sight {
        metrics: &["rekey_mailer_attempts_total{provider=\"127.0.0.1\",phase=\"rcpt\",code=\"450\"} "],
        row: &["deferred", "450"],
        shown: &[("/last_code", json!(450)), ("/attempts", json!(1))],
    };
    assert_visible(Phase::Rcpt, Fault::reply("450 4.2.0 greylisted"), sight).await;
}

#[tokio::test]
async fn a_refused_recipient_is_seen_at_once() {
    let sight = Sight {
        metrics: &["rekey_mails_in_state{state=\"rejected\"} 1"],
        row: &["rejected", "550"],
        shown: &[("/state", json!("rejected")), ("/last_code", json!(550))],
    };
    assert_visible(Phase::Rcpt, Fault::reply("550 5.1.1 nobody of that name"), sight).await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_seen_at_once() {
    let sight = Sight {
        metrics: &[
            "rekey_mailer_waiting{provider=\"127.0.0.1\",phase=\"greeting\"} 1",
            "rekey_mailer_waiting_oldest_seconds{provider=\"127.0.0.1\",phase=\"greeting\"} ",
        ],
        row: &["waiting", "the greeting of 127.0.0.1, "],
        shown: &[
            ("/state", json!("pending")),
            ("/waits_for/phase", json!("greeting")),
            ("/waits_for/provider", json!("127.0.0.1")),
        ],
    };
    assert_visible(Phase::Connect, Fault::Silence, sight).await;
}

#[tokio::test]
async fn a_server_that_says_nothing_after_the_dot_is_seen_at_once() {
    let sight = Sight {
        metrics: &[
            "rekey_mailer_waiting{provider=\"127.0.0.1\",phase=\"dot\"} 1",
            "rekey_mailer_waiting_oldest_seconds{provider=\"127.0.0.1\",phase=\"dot\"} ",
        ],
        row: &["waiting", "the last word of 127.0.0.1, "],
        shown: &[("/state", json!("pending")), ("/waits_for/phase", json!("dot"))],
    };
    assert_visible(Phase::Dot, Fault::Silence, sight).await;
}
