//! Checkpoints on their way out of a running `rekey serve`.

use rekey_events::seal::{Checkpoint, origin};
use rekey_test_support::https::Https;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::SmtpSink;
use serde_json::json;

use crate::bed::{KEY, PUBLIC, until};
use crate::served::{announced, command, seal_key};

#[tokio::test]
async fn a_webhook_gets_checkpoints_by_https_when_its_certificate_is_trusted() {
    let (hook, sink) = (Https::start().await.unwrap(), SmtpSink::start().await.unwrap());
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("certificate.pem");
    std::fs::write(&certificate, hook.certificate()).unwrap();
    let url = format!("sqlite:{}", folder.path().join("rekey.db").display());
    let mut command = command(folder.path(), &url, PUBLIC, false, &sink);
    command.env("REKEY_SEAL__WEBHOOK", hook.url());

    let mut stranger = Process::spawn(&command);
    let api = announced(&mut stranger, "listening").await;
    let body = json!({ "username": "nobody", "email": "nobody@example.org" });
    api.command("", "request-reset", body).await.expect(202);
    until("a refused certificate", async || {
        let metrics = api.get(KEY, "/metrics").await.expect(200).text;
        metrics.contains("rekey_log_checkpoint_failures_in_a_row{to=\"webhook\"} 1\n")
    })
    .await;
    stranger.sigterm();
    assert!(stranger.wait().await.success());
    assert_eq!(hook.taken(), [""; 0]);

    let mut trusting = Process::spawn(command.env("SSL_CERT_FILE", certificate));
    let api = announced(&mut trusting, "listening").await;
    until("a checkpoint", async || !hook.taken().is_empty()).await;
    let key = seal_key().named(&origin("login.example.org/log", 1)).unwrap().verifier();
    until("its position", async || {
        let metrics = api.get(KEY, "/metrics").await.expect(200).text;
        let size = Checkpoint::open(hook.taken().last().unwrap(), &key).unwrap().size;
        metrics.contains(&format!("rekey_log_checkpoint_delivered_position{{to=\"webhook\"}} {size}\n"))
    })
    .await;
    trusting.sigterm();
    assert!(trusting.wait().await.success());
}
