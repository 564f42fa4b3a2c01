//! A pooler before PostgreSQL: pgbouncer, as Debian has it.

use rekey_test_support::pgbouncer::Pgbouncer;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::SmtpSink;
use serde_json::json;

use crate::bed::{KEY, PUBLIC, until};
use crate::people::NEW;
use crate::served::{Served, program, set_up};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_pgbouncer_with_session_pooling_everything_works_and_outlives_its_restart() {
    let server = Postgres::shared().await;
    let mut pooler = Pgbouncer::start(server.address(), "session").await;
    let url = pooler.url(&server.database("pooled").await);
    let mut served = Served::on(tempfile::tempdir().unwrap(), url).await;
    let body = json!({ "username": "ana", "email": "ana@example.org", "origin": "app" });
    served.api.command(KEY, "register-account", body).await.expect(201);
    let body = json!({ "username": "ana", "email": "ana@example.org" });
    served.api.command("", "request-reset", body).await.expect(202);
    let token = served.mail(0).await.token().unwrap();

    pooler.restart().await;
    until("a ready server", async || served.api.get("", "/readyz").await.status == 200).await;
    let body = json!({ "token": token, "username": "ana", "new_password": NEW });
    served.api.command("", "complete-reset", body).await.expect(200);
    assert!(served.mail(1).await.is_notice());
    served.process.sigterm();
    assert!(served.process.wait().await.success(), "{}", served.process.stderr());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_pgbouncer_with_another_pooling_nothing_starts_and_the_message_says_what_to_set() {
    let server = Postgres::shared().await;
    for mode in ["transaction", "statement"] {
        let pooler = Pgbouncer::start(server.address(), mode).await;
        let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
        set_up(folder.path(), &pooler.url(&server.database("pooled").await), PUBLIC, false, &sink);
        for arguments in [&["serve"][..], &["migrate"], &["work", "sweeper", "--listen", "127.0.0.1:0"]] {
            let mut process = Process::spawn(&program(folder.path(), arguments));
            let (code, said) = (process.wait().await.code(), process.stderr());
            assert!(
                code == Some(1) && said.contains("`pool_mode = session`"),
                "{mode} {arguments:?}: {said}"
            );
        }
    }
}
