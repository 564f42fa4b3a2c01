//! The roles as processes of their own: `rekey work` beside `rekey serve --api-only`.

use std::process::Command;
use std::time::Duration;

use rekey_test_support::nats::Nats;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::{Fault, Latch, Phase};
use serde_json::json;

use crate::bed::{KEY, until};
use crate::people::NEW;
use crate::served::{Served, program};
use crate::site::{Running, Site};

#[tokio::test]
async fn a_reset_goes_through_a_process_for_each_role() {
    let site = Site::new().await;
    // The workers come first, and wait for the tables.
    let (mut issuer, mailer) =
        (site.work(&["issuer"]).await, site.work(&["mailer", "--concurrency", "2"]).await);
    issuer.process.wait_for_line("waiting for the database").await;
    issuer.api.get("", "/healthz").await.expect(200);
    issuer.api.get("", "/readyz").await.assert_problem(503, "unavailable");
    let (one, other) = (site.serve().await, site.serve().await);
    for running in [&issuer, &mailer, &one, &other] {
        running.ready().await;
    }
    let waited = issuer.process.stderr().matches("waiting for the database").count();
    assert_eq!(waited, 1, "told once");

    one.asked("ana").await;
    let token = site.mail(0).await.token().unwrap();
    let body = json!({ "token": token, "username": "ana", "new_password": NEW });
    other.api.command("", "complete-reset", body).await.expect(200);
    assert!(site.mail(1).await.is_notice());
    mailer.counts("rekey_mailer_claimed_total{by=\"look\"} 2").await;
    mailer.counts("rekey_mailer_slots 2").await;
    mailer.counts("rekey_mailer_failures_in_a_row{provider=\"127.0.0.1\"} 0").await;
    // Left to others: nothing of either role's is counted elsewhere.
    assert!(!issuer.api.get("", "/metrics").await.expect(200).text.contains("rekey_mailer"));
    for running in [issuer, mailer, one, other] {
        assert!(!running.process.stderr().contains(&token), "the link is in a log");
        running.stops().await;
    }
}

#[tokio::test]
async fn all_roles_in_one_process_beside_the_api() {
    let site = Site::new().await;
    let serving = site.serve().await;
    serving.asked("ana").await;
    let working = site.work(&[]).await;
    assert!(site.mail(0).await.link().is_some());
    working.counts("rekey_mailer_claimed_total{by=\"look\"} 1").await;
    working.stops().await;
    serving.stops().await;
}

#[tokio::test]
async fn with_a_bus_the_mailer_is_told() {
    let mut site = Site::new().await;
    site.bus = Some(Nats::start().await);
    let serving = site.serve().await;
    let (working, relay) = (site.work(&["issuer", "mailer"]).await, site.work(&["relay"]).await);
    relay.counts("rekey_relay_connected 1").await;
    relay.counts("rekey_relay_epochs_total 1").await;
    relay.counts("rekey_relay_consumer_pending{consumer=\"mailer-link\"} 0").await;
    until("the stream's epoch", async || {
        relay.api.get("", "/metrics").await.expect(200).text.contains("rekey_relay_epoch_info{epoch=\"")
    })
    .await;
    // Until it has found the stream, the mailer looks for mails itself.
    let (mut asked, mut tokens) = (0, Vec::new());
    until("a mail told of by the bus", async || {
        serving.asked(&format!("ana{asked}")).await;
        tokens.push(site.mail(asked).await.token().unwrap());
        asked += 1;
        let page = working.api.get("", "/metrics").await.expect(200).text;
        !page.contains("rekey_mailer_claimed_total{by=\"hint\"} 0\n")
    })
    .await;
    for running in [working, relay, serving] {
        let log = running.process.stderr();
        assert!(log.contains("\"level\":\"TRACE\"") && !tokens.iter().any(|token| log.contains(token)));
        running.stops().await;
    }
}

#[tokio::test]
async fn a_worker_tells_how_it_is_but_nothing_about_anybody() {
    let site = Site::new().await;
    let (serving, working) = (site.serve().await, site.work(&[]).await);
    site.sink.script([(Phase::Rcpt, Fault::reply("550 5.1.1 no"))]);
    serving.asked("ana").await;
    working.counts("rekey_mails_in_state{state=\"rejected\"} 1").await;
    let page = working.counts("rekey_mails_unsettled{kind=\"reset_link\"} 0").await;
    for line in [
        "rekey_mails_oldest_unsettled_seconds{kind=\"password_changed\"} 0",
        "rekey_mails_in_state{state=\"dead\"} 0",
    ] {
        assert!(page.lines().any(|one| one == line), "{line} in {page}");
    }
    assert!(!page.contains("position") && !page.contains("ana"), "{page}");
    for path in ["/v1/mails", "/", "/docs"] {
        working.api.get(KEY, path).await.assert_problem(404, "not-found");
    }
    let reply = working.api.get("", "/healthz").await.expect(200);
    assert_eq!(reply.header("cache-control"), "no-store");
    // The whole page of the API's own process is for those who may read it.
    serving.api.get("", "/metrics").await.expect(401);
    assert!(serving.api.get(KEY, "/metrics").await.expect(200).text.contains("rekey_log_position"));
}

/// A mailer that has a mail at the final dot, which the server holds back.
async fn at_the_dot(site: &Site) -> (Running, Running, Latch) {
    let latch = Latch::new();
    site.sink.script([(Phase::Dot, Fault::Hold(latch.clone()))]);
    let (serving, mailer) = (site.serve().await, site.work(&["mailer", "issuer"]).await);
    serving.asked("ana").await;
    tokio::time::timeout(Duration::from_secs(30), latch.wait_for(1)).await.expect("a mail at the dot");
    (serving, mailer, latch)
}

#[tokio::test]
async fn the_first_signal_lets_a_mailer_finish() {
    let site = Site::new().await;
    let (serving, mailer, latch) = at_the_dot(&site).await;
    mailer.process.sigterm();
    // Watched to the end.
    until("draining", async || mailer.api.get("", "/readyz").await.status == 503).await;
    mailer.counts("rekey_mails_unsettled{kind=\"reset_link\"} 1").await;
    latch.open();
    let mut mailer = mailer;
    assert_eq!(mailer.process.wait().await.code(), Some(0));
    let mails = serving.api.get(KEY, "/v1/mails").await.expect(200).json();
    assert_eq!(mails[0]["state"], "accepted", "{mails}");
    assert_eq!(site.sink.accepted_count(), 1);
}

#[tokio::test]
async fn the_second_signal_does_not_wait_for_a_mailer() {
    let site = Site::new().await;
    let (_serving, mut mailer, _latch) = at_the_dot(&site).await;
    mailer.process.sigterm();
    until("draining", async || mailer.api.get("", "/readyz").await.status == 503).await;
    mailer.process.sigterm();
    assert_eq!(mailer.process.wait().await.code(), Some(130));
}

async fn refusal(command: &Command) -> String {
    let mut process = Process::spawn(command);
    let code = process.wait().await.code();
    assert!(matches!(code, Some(1 | 2)), "{code:?} {}", process.stderr());
    process.stderr()
}

#[tokio::test]
async fn on_sqlite_nobody_works_beside_serve() {
    let served = Served::on_sqlite().await;
    let work = program(served.folder.path(), &["work", "mailer", "--listen", "127.0.0.1:0"]);
    let said = refusal(&work).await;
    assert!(said.contains("`rekey work` beside `rekey serve` needs PostgreSQL"), "{said}");
    let said = refusal(&program(served.folder.path(), &["serve", "--api-only"])).await;
    assert!(said.contains("without --api-only, or use PostgreSQL"), "{said}");
}

#[tokio::test]
async fn work_that_cannot_be_done_is_refused() {
    let site = Site::new().await;
    for (arguments, words) in [
        (&["work", "relay", "--listen", "127.0.0.1:0"][..], "nats.servers"),
        (&["work", "postman"], "issuer, relay, mailer, sweeper"),
        (&["work", "mailer", "--concurrency", "0"], "from 1 to 10000"),
    ] {
        let said = refusal(&site.command(arguments)).await;
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}
