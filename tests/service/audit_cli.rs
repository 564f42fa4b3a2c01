//! `rekey audit`, run beside a running `rekey serve`, and what auditors are served.

use rekey_events::seal::origin;
use rekey_test_support::sql::Sql;
use serde_json::{Value, json};

use crate::bed::{KEY, Place, until};
use crate::mail_cli::serve;
use crate::people::{NEW, OLD};
use crate::served::{Served, seal_key};

/// Somebody is registered, asks, and all of it is sealed.
async fn with_history(place: Place) -> Served {
    let served = serve(place).await;
    for name in ["ana", "ben"] {
        let body = json!({
            "username": name, "email": format!("{name}@example.org"), "origin": "app",
            "password": OLD, "must_change": false,
        });
        served.api.command(KEY, "register-account", body).await.expect(201);
    }
    let body = json!({ "username": "ana", "email": "ana@example.org" });
    served.api.command("", "request-reset", body).await.expect(202);
    served.mail(0).await;
    sealed(&served).await;
    served
}

/// Waits until all that happened is sealed; the checkpoint.
async fn sealed(served: &Served) -> String {
    let mut checkpoint = String::new();
    until("a checkpoint over everything", async || {
        let events = served.api.get(KEY, "/v1/events").await.expect(200).text.lines().count();
        let newest = served.api.get(KEY, "/v1/log/checkpoint").await;
        let is_all = newest.status == 200 && newest.text.lines().nth(1) == Some(&events.to_string());
        checkpoint = newest.text;
        is_all && served.api.get(KEY, "/v1/events?type=MailAccepted").await.text.lines().count() == 1
    })
    .await;
    checkpoint
}

fn key() -> String {
    seal_key().named(&origin("login.example.org/log", 1)).unwrap().verifier().to_string()
}

pub async fn a_log_is_exported_and_verified(place: Place) {
    let served = with_history(place).await;
    let told = served.shows(&["audit", "export", "log.ndjson.gz"]).await;
    assert!(told.ends_with("events are in log.ndjson.gz.\n"), "{told}");
    let checkpoint = served.api.get(KEY, "/v1/log/checkpoint").await.expect(200).text;
    std::fs::write(served.folder.path().join("kept"), checkpoint).unwrap();
    let key = key();
    for what in [&["log.ndjson.gz"][..], &[]] {
        let arguments = [&["audit", "verify"], what, &["--since", "kept", "--key", &key]].concat();
        let told = served.shows(&arguments).await;
        assert!(told.contains("Verified: nothing up to position"), "{told}");
    }
    let again = served.run(&["audit", "export", "log.ndjson.gz"]).await;
    assert!(again.code == Some(1) && again.err.contains("log.ndjson.gz cannot be made"), "{again:?}");
}

pub async fn an_event_is_proven(place: Place) {
    let served = with_history(place).await;
    let proof = served.api.get(KEY, "/v1/log/proof/2").await.expect(200).text;
    assert_eq!(served.shows(&["audit", "prove", "2"]).await, proof);
    let event: Value = served.api.get(KEY, "/v1/events?after=1&limit=1").await.expect(200).json();
    assert_eq!(served.shows(&["audit", "prove", event["event_id"].as_str().unwrap()]).await, proof);
    let file = served.folder.path().join("event.tlog-proof");
    std::fs::write(&file, &proof).unwrap();
    let told = served.shows(&["audit", "verify", "event.tlog-proof", "--key", &key()]).await;
    assert!(told.contains(event["event_id"].as_str().unwrap()) && told.contains("Verified:"), "{told}");
    let lines: Vec<_> = proof.lines().collect();
    for gone in 3..lines.iter().position(|line| line.is_empty()).unwrap() {
        let without: String = lines
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != gone)
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        std::fs::write(&file, without).unwrap();
        let told = served.run(&["audit", "verify", "event.tlog-proof", "--key", &key()]).await;
        assert!(told.code == Some(1) && told.out.contains("WRONG"), "{told:?}");
    }
    let metrics = served.api.get(KEY, "/metrics").await.expect(200).text;
    assert!(!metrics.contains("rekey_log_sealed_position 0\n"), "{metrics}");
    served.api.get(KEY, "/v1/log/proof/999999").await.expect(404);
    served.api.get(KEY, "/v1/log/proof/x").await.expect(404);
    served.api.get("", "/v1/log/proof/2").await.expect(401);
}

pub async fn a_replay_compares_and_tells_what_was(place: Place) {
    let served = with_history(place).await;
    let told = served.shows(&["audit", "replay"]).await;
    assert!(told.contains("All are what the log makes of them."), "{told}");
    let told = served.shows(&["audit", "replay", "--at", "2"]).await;
    assert!(told.contains("Links that could be used: none") && told.contains("Mails owed: none"), "{told}");
    let end = served.api.get(KEY, "/v1/events?type=ResetLinkIssued").await.expect(200).json();
    let at = end["recorded_at"].as_str().unwrap();
    let told = served.shows(&["audit", "replay", "--at", at]).await;
    assert!(told.contains("ana") && told.contains("self-service"), "{told}");
    let account = end["subject"].as_str().unwrap();
    let told = served.shows(&["audit", "replay", "--at", at, "--account", account, "--json"]).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["live_links"][0]["account_id"], account);
    assert_eq!(told["accounts"].as_array().unwrap().len(), 1);
    let refused = served.run(&["audit", "replay", "--at", "yesterday"]).await;
    assert!(refused.err.contains("give a position, or a time"), "{refused:?}");
    let later = served.run(&["audit", "replay", "--at", "999999"]).await;
    assert!(later.code == Some(2) && later.err.contains("the log ends at position"), "{later:?}");
}

/// The exit code is 1, and the words say where.
pub async fn a_replay_tells_what_is_wrong(place: Place) {
    let served = with_history(place).await;
    let mut sql = Sql::connect(&served.url).await;
    let shape = if served.url.starts_with("sqlite") { "x'7b'" } else { "'\\x7b'" };
    for (statement, told) in [
        ("UPDATE accounts SET permissions = 'x'", "permissions is \"x\", and should be \"\"\n"),
        (
            "UPDATE events SET subject = NULL WHERE position = 2",
            "the event at position 2 is in nobody's history",
        ),
        ("UPDATE log_head SET position = position + 1", "WRONG: the log counts"),
        (
            &format!("UPDATE events SET payload = {shape} WHERE position = 2"),
            "WRONG: position 2: the payload of a",
        ),
    ] {
        sql.tamper(statement).await.unwrap();
        let said = served.run(&["audit", "replay"]).await;
        assert!(said.code == Some(1) && said.out.contains(told), "{said:?}");
    }
}

pub async fn a_reset_is_told_as_one_story(place: Place) {
    let served = with_history(place).await;
    let body = json!({ "username": "ben", "email": "another@example.org" });
    served.api.command("", "request-reset", body).await.expect(202);
    let token = served.mail(0).await.token().unwrap();
    let body = json!({ "token": token, "username": "ana", "new_password": NEW });
    served.api.command("", "complete-reset", body).await.expect(200);
    until("an answer to ben", async || {
        !served.api.get(KEY, "/v1/events?type=ResetRefused").await.expect(200).text.is_empty()
    })
    .await;
    let told = served.shows(&["audit", "log", "--stories"]).await;
    let [head, ana, somebody] = told.lines().collect::<Vec<_>>()[..] else { panic!("{told}") };
    assert!(
        head.starts_with("TIME") && ana.contains("  ana asked for a reset link; mail accepted 0."),
        "{told}"
    );
    assert!(ana.contains(" s later; used from the same network ") && ana.ends_with(" s later"), "{told}");
    let refused =
        "  somebody asked for a reset link; no link was issued: the address is not that of the account";
    assert!(somebody.contains(refused), "{told}");
    let anas = served.shows(&["audit", "log", "--stories", "--username", "ana", "--format", "ndjson"]).await;
    let story: Value = serde_json::from_str(anas.trim()).unwrap();
    assert_eq!(
        (&story["steps"][0]["event"], &story["steps"][1]["word"]),
        (&json!("MailAccepted"), &json!("same"))
    );
}

pub async fn the_log_is_read_by_what_is_asked_for(place: Place) {
    let served = with_history(place).await;
    let told = served.shows(&["audit", "log", "--username", "ana"]).await;
    assert!(told.contains("Somebody asked") || told.contains("A reset link was issued"), "{told}");
    assert!(!told.contains("ben"), "{told}");
    let lines = |told: &str| told.lines().count();
    let of_type = served.shows(&["audit", "log", "--type", "AccountRegistered", "--format", "csv"]).await;
    assert_eq!(lines(&of_type), 3, "{of_type}");
    let all = served.shows(&["audit", "log", "--format", "ndjson"]).await;
    assert_eq!(all, served.api.get(KEY, "/v1/events").await.expect(200).text);
    let issued = served.shows(&["audit", "log", "--actor", "system:issuer", "--format", "ndjson"]).await;
    assert!(lines(&issued) >= 3, "{issued}");
    let event: Value = serde_json::from_str(issued.lines().next().unwrap()).unwrap();
    let correlation = event["metadata"]["correlation"].as_str().unwrap();
    let one_call = served.shows(&["audit", "log", "--correlation", correlation, "--format", "ndjson"]).await;
    assert!(lines(&one_call) > lines(&issued), "the request, and the mail's outcome, too: {one_call}");
    assert_eq!(lines(&served.shows(&["audit", "log", "--limit", "2"]).await), 3);
    let nobody = served.run(&["audit", "log", "--username", "nobody"]).await;
    assert!(nobody.code == Some(1) && nobody.err.contains("nobody has the username"), "{nobody:?}");
    for (words, advice) in [
        (["audit", "log", "--reason", "unheard_of"], "never_signed_in"),
        (["audit", "log", "--type", "UnheardOf"], "ResetRefused"),
        (["audit", "log", "--actor", "somebody"], "give anyone, account:ID, key:NAME or system:ROLE"),
    ] {
        let refused = served.run(&words).await;
        assert!(refused.code == Some(2) && refused.err.contains(advice), "{refused:?}");
    }
    let early = served.run(&["audit", "replay", "--at", "9999-01-01T00:00:00Z"]).await;
    assert!(early.code == Some(2) && early.err.contains("still to come"), "{early:?}");
    let by_actor = served.api.get(KEY, "/v1/events?actor=system:issuer").await.expect(200);
    assert_eq!(by_actor.text, issued);
    let last = served.api.get(KEY, "/v1/events").await.expect(200).text.lines().count().to_string();
    assert_eq!(by_actor.header("rekey-next"), last);
    let waited = served.api.get(KEY, &format!("/v1/events?after={last}&wait=1")).await.expect(200);
    assert_eq!((waited.text.as_str(), waited.header("rekey-next")), ("", last.as_str()));
}
