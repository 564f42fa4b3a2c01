//! The link's secret is where it must be, in the mail, and nowhere else: in no
//! file of broker or database, no log at TRACE, no metric.

use std::path::Path;

use rekey_test_support::smtp::SmtpSink;
use serde_json::json;

use crate::api::Api;
use crate::soak::town::Town;
use crate::until::until;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_links_secret_is_in_the_mail_and_nowhere_else() {
    let mut town = Town::beside(SmtpSink::builder(), "trace").await;
    let api = town.server(0).await;
    let (nats, postgres) = (town.nats.storage().to_owned(), town.postgres.folder().unwrap().to_owned());
    let mut people = 0;
    // The first mails are found without the broker, which nobody has set up yet.
    until("a hint in the broker's files", async || {
        people += 1;
        ask(&api, &format!("ana{people}")).await;
        (!holders(&nats, br#"{"v":1,"id":""#).is_empty()).then_some(())
    })
    .await;
    town.sink.wait_for(people).await;
    let secrets: Vec<_> = town.sink.accepted().iter().map(|mail| secret_of(&mail.bytes)).collect();
    let mut told = town.said();
    assert!(told.iter().any(|text| text.contains("TRACE")), "nothing is logged at TRACE");
    told.push(api.text("/metrics").await);
    let _remains = town.end().await;
    assert!(!holders(&postgres, b"MailRequested").is_empty(), "events are found where they are");
    for secret in &secrets {
        assert!(!told.iter().any(|text| text.contains(secret)), "a log or a metric");
        assert_eq!(holders(&nats, secret.as_bytes()), [] as [String; 0]);
        assert_eq!(holders(&postgres, secret.as_bytes()), [] as [String; 0]);
    }
}

/// Registers somebody who then forgets the password.
async fn ask(api: &Api, name: &str) {
    let email = format!("{name}@example.org");
    let account = json!({ "username": name, "email": email, "origin": "app" });
    assert_eq!(api.post("/v1/commands/register-account", &account).await.unwrap().0, 201);
    let request = json!({ "username": name, "email": email });
    assert_eq!(api.post("/v1/commands/request-reset", &request).await.unwrap().0, 202);
}

/// The end of the link's token: the part that cannot be guessed.
fn secret_of(mail: &[u8]) -> String {
    let text = String::from_utf8_lossy(mail).replace("=\r\n", "").replace("=3D", "=");
    let (_, link) = text.split_once("/reset-password#").expect("a link");
    let token: String = link.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    token[token.len() - 24..].to_owned()
}

/// The files that hold these bytes.
fn holders(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holders(&path, bytes));
        } else if std::fs::read(&path)
            .is_ok_and(|file| file.windows(bytes.len()).any(|window| window == bytes))
        {
            found.push(path.display().to_string());
        }
    }
    found
}
