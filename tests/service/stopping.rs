//! Starting only when it is safe, stopping gently, failing closed.

use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::SmtpSink;
use serde_json::json;

use crate::bed::{Bed, KEY, PUBLIC, until};
use crate::people::OLD;
use crate::raw::Slow;
use crate::served::{Served, announced, command};

fn asking() -> String {
    json!({ "username": "ana", "email": "ana@example.org" }).to_string()
}

#[tokio::test]
async fn the_first_signal_lets_a_request_finish() {
    let mut served = Served::on_sqlite().await;
    let slow = Slow::begin(served.api.address(), "/v1/commands/request-reset", asking()).await;
    served.process.sigterm();
    served.closes_its_door().await;
    let answer = slow.finish().await;
    assert!(answer.starts_with("HTTP/1.1 202 Accepted"), "{answer}");
    assert_eq!(served.process.wait().await.code(), Some(0));
}

#[tokio::test]
async fn what_was_accepted_while_stopping_is_done_after_the_next_start() {
    let mut served = Served::on_sqlite().await;
    let body = json!({ "username": "ana", "email": "ana@example.org", "origin": "app" });
    served.api.command(KEY, "register-account", body).await.expect(201);
    let slow = Slow::begin(served.api.address(), "/v1/commands/request-reset", asking()).await;
    served.process.sigterm();
    served.closes_its_door().await;
    slow.finish().await;
    assert!(served.process.wait().await.success());
    std::fs::remove_file(served.folder.path().join("keys.toml")).unwrap();
    let again = Served::on(served.folder, served.url).await;
    let mails = served.sink.accepted_count();
    if mails == 0 {
        assert!(again.mail(0).await.link().is_some());
    }
}

#[tokio::test]
async fn the_second_signal_does_not_wait() {
    let mut served = Served::on_sqlite().await;
    let _slow = Slow::begin(served.api.address(), "/v1/commands/request-reset", asking()).await;
    served.process.sigterm();
    served.closes_its_door().await;
    served.process.sigterm();
    assert_eq!(served.process.wait().await.code(), Some(130));
}

/// A server that goes on serving for so many seconds after the signal to stop.
async fn stopping_after(seconds: u32) -> Served {
    let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
    let url = format!("sqlite:{}", folder.path().join("rekey.db").display());
    let mut command = command(folder.path(), &url, PUBLIC, false, &sink);
    let mut process = Process::spawn(command.env("REKEY_STOP_DELAY_SECONDS", seconds.to_string()));
    let api = announced(&mut process, "listening").await;
    Served { process, api, sink, folder, url }
}

/// What sends requests to it finds out by `/readyz`, or by the end of its connections, and goes elsewhere.
#[tokio::test]
async fn after_the_first_signal_it_is_not_ready_and_goes_on_serving() {
    let mut served = stopping_after(600).await;
    assert_eq!(served.api.get("", "/readyz").await.expect(200).header("connection"), "");
    served.process.sigterm();
    until("a process that is not ready", async || served.api.get("", "/readyz").await.status == 503).await;
    let refused = served.api.get("", "/readyz").await;
    refused.assert_problem(503, "unavailable");
    assert_eq!(refused.header("connection"), "close");
    served.api.get("", "/healthz").await.expect(200);
    let asked = served.api.command("", "request-reset", serde_json::from_str(&asking()).unwrap()).await;
    assert_eq!(asked.expect(202).header("connection"), "close");
    // The second does not wait for the end of the delay.
    served.process.sigterm();
    assert_eq!(served.process.wait().await.code(), Some(130));
}

#[tokio::test]
async fn after_its_delay_it_stops_gently() {
    let mut served = stopping_after(1).await;
    let begun = std::time::Instant::now();
    served.process.sigterm();
    assert_eq!(served.process.wait().await.code(), Some(0));
    assert!(begun.elapsed().as_secs() >= 1, "{:?}", begun.elapsed());
}

/// It would hold up the stop for twenty seconds, and the caller learns nothing by it.
#[tokio::test]
async fn a_long_poll_ends_when_the_process_is_to_stop() {
    let served = stopping_after(600).await;
    let begun = std::time::Instant::now();
    let api = served.api.clone();
    let poll = tokio::spawn(async move { api.get(KEY, "/v1/events?after=0&wait=20").await });
    served.api.get("", "/healthz").await.expect(200);
    served.process.sigterm();
    let reply = poll.await.unwrap().expect(200);
    assert_eq!((reply.text.as_str(), reply.header("rekey-next")), ("", "0"));
    assert!(begun.elapsed().as_secs() < 15, "{:?}", begun.elapsed());
}

async fn refusal(public: &str, development: bool) -> (Option<i32>, String) {
    let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
    let url = format!("sqlite:{}", folder.path().join("rekey.db").display());
    let mut process = Process::spawn(&command(folder.path(), &url, public, development, &sink));
    let code = process.wait().await.code();
    assert!(!folder.path().join("rekey.db").exists(), "refused before anything is touched");
    (code, process.stderr())
}

#[tokio::test]
async fn development_keys_are_refused() {
    let (code, said) = refusal(PUBLIC, true).await;
    assert!(code == Some(1) && said.contains("development keys"), "{code:?} {said}");
}

#[tokio::test]
async fn a_public_address_without_tls_is_refused() {
    for public in [
        "http://login.example.org",
        "login.example.org",
        "ftp://login.example.org",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://localhost@login.example.org",
    ] {
        let (code, said) = refusal(public, false).await;
        assert!(code == Some(1) && said.contains("public_url"), "{public}: {code:?} {said}");
    }
}

/// Never "accepted" without a database to remember it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_it_accepts_nothing() {
    let mut server = Postgres::start().await;
    let bed = Bed::of(&server).await;
    let (_, session) = bed.signed_in("ana").await;
    bed.settled().await;
    server.stop().await;
    let (asked, signed_in, listed, ready) = tokio::join!(
        bed.ask("ana", "ana@example.org"),
        bed.try_sign_in("ana", OLD, None),
        bed.api.get(&session, "/v1/sessions"),
        bed.api.get("", "/readyz"),
    );
    // What was to be written may be there: the line was lost. What was to be read is not.
    let kinds = ["uncertain", "unavailable", "unavailable", "unavailable"];
    for (reply, kind) in [asked, signed_in, listed, ready].into_iter().zip(kinds) {
        reply.assert_problem(503, kind);
        assert!(reply.header("retry-after").parse::<u32>().is_ok(), "{reply:?}");
    }
    bed.api.get("", "/healthz").await.expect(200);

    server.start_again().await;
    until("the database again", async || bed.api.get("", "/readyz").await.status == 200).await;
    // A link may have come of the request that was given up; a newer one in any case.
    bed.advance(60);
    bed.link("ana").await;
}
