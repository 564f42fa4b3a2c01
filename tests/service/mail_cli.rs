//! `rekey mail`, run beside a running `rekey serve`.

use std::process::Command;

use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::{Fault, Phase, SmtpSink};
use serde_json::{Value, json};

use crate::bed::{KEY, PUBLIC, Place, until};
use crate::document::ID;
use crate::people::OLD;
use crate::served::{Served, program, set_up};

pub async fn serve(place: Place) -> Served {
    match place {
        Place::Sqlite => Served::on_sqlite().await,
        Place::Postgres => Served::on_postgres(&*Postgres::shared().await).await,
    }
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

pub async fn said(command: &Command) -> Said {
    let mut process = Process::spawn(command);
    let code = process.wait().await.code();
    Said { code, out: process.stdout(), err: process.stderr() }
}

impl Served {
    pub async fn run(&self, arguments: &[&str]) -> Said {
        said(&program(self.folder.path(), arguments)).await
    }

    /// What it shows to people, or to programs.
    pub async fn shows(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments).await;
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
        said.out
    }

    /// Has NAME ask for a link while the mail server says this at RCPT; the
    /// mail's id, once it is in that state with that code.
    async fn refused(&self, name: &str, reply: &str, state: &str) -> String {
        self.sink.script([(Phase::Rcpt, Fault::reply(reply))]);
        let body = json!({
            "username": name, "email": format!("{name}@example.org"), "origin": "app",
            "password": OLD, "must_change": false,
        });
        self.api.command(KEY, "register-account", body).await.expect(201);
        let body = json!({ "username": name, "email": format!("{name}@example.org") });
        self.api.command("", "request-reset", body).await.expect(202);
        let mut id = String::new();
        until("a refused mail", async || {
            let mails = self.api.get(KEY, &format!("/v1/mails?state={state}&kind=reset_link")).await;
            let mails = mails.expect(200).json();
            let code: i32 = reply[..3].parse().unwrap();
            let refused = mails.as_array().unwrap().iter().find(|mail| mail["last_code"] == code);
            id =
                refused.map_or(Value::Null, |mail| mail["mail_id"].clone()).as_str().unwrap_or("").to_owned();
            !id.is_empty()
        })
        .await;
        id
    }
}

pub async fn a_rejected_mail_is_listed_shown_and_requeued(place: Place) {
    let served = serve(place).await;
    let id = served.refused("ana", "550 5.1.1 nobody of that name", "rejected").await;

    let list = served.shows(&["mail", "list"]).await;
    let row = list.lines().find(|line| line.starts_with(&id)).unwrap();
    for word in ["reset link", "rejected", " s ", "550"] {
        assert!(row.contains(word), "{word} in {list}");
    }
    assert!(list.contains("\nrejected: ") && list.contains("`rekey mail requeue ID`"), "{list}");
    let none = served.shows(&["mail", "list", "--state", "dead"]).await;
    assert_eq!(none, served.shows(&["mail", "list", "--kind", "password_changed"]).await);
    let listed: Value = serde_json::from_str(&served.shows(&["mail", "list", "--json"]).await).unwrap();
    assert_eq!((&listed[0]["mail_id"], listed.as_array().unwrap().len()), (&json!(id), 1));

    let show = served.shows(&["mail", "show", &id]).await;
    for words in
        ["requested: reset link", "rejected: the server refused the recipient: 550 5.1.1", "system:mailer"]
    {
        assert!(show.contains(words), "{words} in {show}");
    }
    let mut shown: Value =
        serde_json::from_str(&served.shows(&["mail", "show", &id, "--json"]).await).unwrap();
    let mut answered = served.api.get(KEY, &format!("/v1/mails/{id}")).await.expect(200).json();
    shown["mail"]["age_seconds"].take();
    answered["mail"]["age_seconds"].take();
    assert_eq!(shown, answered);

    let requeued = served.shows(&["mail", "requeue", &id]).await;
    let token = served.mail(0).await.token().unwrap();
    until("an accepted mail", async || {
        served.shows(&["mail", "list", "--state", "accepted"]).await.contains(&id)
    })
    .await;
    let story = served.shows(&["mail", "show", &id]).await;
    assert!(story.contains("system:cli") && story.contains("accepted by 127.0.0.1: 250"), "{story}");
    let message_id = served.sink.accepted()[0].message_id.clone().unwrap();
    assert!(story.contains(&message_id), "{story}");
    let again = served.run(&["mail", "requeue", &id]).await;
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(
        again.err.contains(
            "Only a mail that was rejected, suppressed, unconfirmed, dead or expired can be requeued."
        ),
        "{again:?}"
    );
    // Neither secrets nor addresses; the story in JSON included.
    let json = served.shows(&["mail", "show", &id, "--json"]).await;
    for text in [list, show, requeued, story, json, shown.to_string(), again.err] {
        assert!(!text.contains(&token) && !text.contains("ana@"), "{text}");
    }
}

pub async fn a_deferred_mail_is_told_with_what_to_do(place: Place) {
    let served = serve(place).await;
    let id = served.refused("ana", "450 4.2.0 try again in 5 minutes", "pending").await;
    let list = served.shows(&["mail", "list"]).await;
    let row = list.lines().find(|line| line.starts_with(&id)).unwrap();
    assert!(row.contains("deferred") && row.contains("in 4 min") && row.ends_with("  450 4.2.0"), "{list}");
    assert!(list.contains("\ndeferred: "), "{list}");
    let show = served.shows(&["mail", "show", &id]).await;
    assert!(show.contains("deferred at RCPT: 450 4.2.0; tried again at "), "{show}");
    let metrics = served.api.get(KEY, "/metrics").await.expect(200).text;
    assert!(metrics.contains("rekey_mails_waiting{code=\"450\"} 1\n"), "{metrics}");
}

pub async fn a_mail_whose_link_is_over_is_not_requeued(place: Place) {
    let served = serve(place).await;
    let id = served.refused("ana", "550 5.1.1 nobody of that name", "rejected").await;
    // Who can sign in needs no link.
    let body = json!({ "username": "ana", "password": OLD });
    served.api.post("", "/v1/sessions", body).await.expect(201);
    // Only the suppression of the address is lifted, which happens once.
    let lifted = served.shows(&["mail", "requeue", &id]).await;
    assert!(lifted.contains("so it is not tried again. Mails are sent to its address again"), "{lifted}");
    let refused = served.run(&["mail", "requeue", &id, ID]).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{refused:?}");
    for words in
        [&id, "The link this mail carries is over", "ask for a new one", ID, "There is no such mail."]
    {
        assert!(refused.err.contains(words), "{words} in {refused:?}");
    }
    let problem = served.api.command(KEY, "requeue-mail", json!({ "mail_id": id })).await;
    problem.assert_problem(409, "not-possible");
    let unknown = served.run(&["mail", "show", ID]).await;
    assert!(unknown.code == Some(1) && unknown.err.contains("`rekey mail list`"), "{unknown:?}");
}

pub async fn a_suppression_is_lifted_from_the_command_line(place: Place) {
    let served = serve(place).await;
    served.refused("ana", "550 5.1.1 nobody of that name", "rejected").await;
    let lifted = served.shows(&["mail", "unsuppress", "ana"]).await;
    assert_eq!(lifted, "ana: mails are sent to the address again\n");
    let again = served.shows(&["mail", "unsuppress", "ana"]).await;
    assert_eq!(again, "ana: the address is not suppressed\n");
    let nobody = served.run(&["mail", "unsuppress", "nobody", ID]).await;
    assert_eq!((nobody.code, nobody.out.as_str()), (Some(1), ""), "{nobody:?}");
    assert!(nobody.err.contains("nobody: There is no such user"), "{nobody:?}");
    let events = served.api.get(KEY, "/v1/events?type=SuppressionLifted").await.expect(200).text;
    assert!(events.lines().count() == 1 && events.contains("system:cli"), "{events}");
}

pub async fn without_tables_it_says_what_to_do(place: Place) {
    let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
    let url = match place {
        Place::Sqlite => format!("sqlite:{}", folder.path().join("rekey.db").display()),
        Place::Postgres => Postgres::shared().await.database("tables").await,
    };
    set_up(folder.path(), &url, PUBLIC, false, &sink);
    let said = said(&program(folder.path(), &["mail", "list"])).await;
    assert!(said.code == Some(1) && said.err.contains("`rekey migrate`"), "{said:?}");
}
