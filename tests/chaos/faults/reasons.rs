//! Where a mail server gives no answer, the operator is shown why; and each mail that fails is a line in the log.

use rekey_test_support::smtp::{Builder, Encryption, Fault, Identity, Phase, Plan, SmtpSink};
use serde_json::{Value, json};

use crate::load::address;
use crate::site::Site;
use crate::until::until;

/// A person asks for a link; the mail, once it is as told.
async fn mail(site: &Site, name: &str, is: impl Fn(&Value) -> bool) -> Value {
    let ana = json!({ "username": name, "email": address(name), "origin": "app" });
    assert_eq!(site.api().post("/v1/commands/register-account", &ana).await.unwrap().0, 201);
    let request = json!({ "username": name, "email": address(name) });
    assert_eq!(site.api().post("/v1/commands/request-reset", &request).await.unwrap().0, 202);
    until("a mail that was tried", async || {
        let mails: Value = serde_json::from_str(&site.api().text("/v1/mails").await).ok()?;
        mails.as_array()?.iter().find(|mail| is(mail)).cloned()
    })
    .await
}

/// What `rekey mail list` and `rekey mail show` say of a mail to that server, with these settings for `tls`.
async fn shown(sink: Builder, settings: &str, failure: &str) -> (String, String) {
    let sink = sink.start().await.unwrap();
    let mut site = Site::new(None, sink.address()).await;
    let (file, password) = (site.folder().join("rekey.toml"), site.folder().join("password"));
    std::fs::write(&password, "open sesame").unwrap();
    std::fs::write(site.folder().join("ca.pem"), sink.certificate().unwrap_or_default()).unwrap();
    let settings = settings.replace("FOLDER", &site.folder().display().to_string());
    let config = std::fs::read_to_string(&file).unwrap().replace("tls = \"none\"", &settings);
    std::fs::write(&file, config).unwrap();
    site.start();
    site.ready().await;
    let mail = mail(&site, "ana", |mail| mail["last_failure"] == failure).await;
    let id = mail["mail_id"].as_str().unwrap();
    let said = (site.says(&["mail", "list"]).await, site.says(&["mail", "show", id]).await);
    site.stop().await;
    said
}

#[tokio::test]
async fn the_operator_is_shown_why_there_was_no_answer() {
    let starttls = "tls = \"starttls\"";
    let trusted = "tls = \"starttls\"\nca_file = \"FOLDER/ca.pem\"";
    let login = "tls = \"none\"\nusername = \"rekey\"\npassword_file = \"FOLDER/password\"";
    let encrypted = |identity| SmtpSink::builder().encryption(Encryption::StartTls).identity(identity);
    let malformed = Plan::from_fn(|session| match session.phase {
        Phase::Hello => Fault::reply("hello yourself"),
        _ => Fault::None,
    });
    for (sink, settings, failure, words) in [
        (SmtpSink::builder(), starttls, "tls_not_offered", "TLS: STARTTLS is not offered"),
        (SmtpSink::builder(), "tls = \"implicit\"", "tls_not_spoken", "TLS: the server does not speak TLS"),
        (
            encrypted(Identity::Right),
            starttls,
            "certificate_unknown_authority",
            "TLS: certificate is from an unknown authority",
        ),
        (
            encrypted(Identity::OtherHost),
            trusted,
            "certificate_wrong_host",
            "TLS: certificate is for another host",
        ),
        (encrypted(Identity::Expired), trusted, "certificate_expired", "TLS: certificate has expired"),
        (
            SmtpSink::builder().credentials("rekey", "open sesame").mechanisms("CRAM-MD5"),
            login,
            "auth_not_offered",
            "AUTH: no common authentication mechanism",
        ),
        (SmtpSink::builder().plan(malformed), "tls = \"none\"", "malformed_reply", "HELLO: malformed reply"),
    ] {
        let (list, show) = shown(sink, settings, failure).await;
        let short = words.split(": ").last().unwrap();
        assert!(list.contains("deferred") && list.contains(short), "{words} in {list}");
        assert!(show.contains(&format!("deferred at {words}")), "{words} in {show}");
    }
}

#[tokio::test]
async fn each_mail_that_fails_is_a_line_in_the_log_and_a_count_in_the_metrics() {
    let sink = SmtpSink::start().await.unwrap();
    let mut site = Site::new(None, sink.address()).await;
    site.start();
    site.ready().await;
    sink.script([(Phase::Rcpt, Fault::reply("550 5.1.1 user unknown"))]);
    let rejected = mail(&site, "ana", |mail| mail["state"] == "rejected").await;
    sink.script([(Phase::Dot, Fault::reply("554 5.6.0 broken"))]);
    let dead = mail(&site, "ben", |mail| mail["state"] == "dead").await;
    let warnings = |log: &str, id: &str| -> Vec<String> {
        let of_mail = |line: &&str| line.contains("WARN") && line.contains(id);
        log.lines().filter(of_mail).map(str::to_owned).collect()
    };
    let log = || site.process().unwrap().stderr() + &site.process().unwrap().stdout();
    for (mail, outcome, phase, code, enhanced) in
        [(&rejected, "rejected", "rcpt", "550", "5.1.1"), (&dead, "dead", "dot", "554", "5.6.0")]
    {
        let id = mail["mail_id"].as_str().unwrap();
        // It is written once the outcome is on record.
        let lines =
            until("a line in the log", async || Some(warnings(&log(), id)).filter(|lines| !lines.is_empty()));
        let lines = lines.await;
        assert_eq!(lines.len(), 1, "{lines:?}");
        for field in [outcome, phase, code, enhanced, "127.0.0.1"] {
            assert!(lines[0].contains(field), "{field} in {}", lines[0]);
        }
        assert_eq!(mail["last_enhanced"], enhanced);
        let metrics = site.api().text("/metrics").await;
        let count = format!("rekey_mailer_outcomes_total{{outcome=\"{outcome}\"}} 1");
        assert!(metrics.contains(&count), "{metrics}");
    }
    assert!(!log().contains(&address("ana")), "{}", log());
    site.stop().await;
}
