//! Starting only when it is safe, stopping gently, failing closed.

use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::SmtpSink;
use serde_json::json;

use crate::bed::{Bed, KEY, PUBLIC, until};
use crate::people::OLD;
use crate::raw::Slow;
use crate::served::{Served, command};

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
