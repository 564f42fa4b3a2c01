//! No secret in anything the service writes, and nobody's data but in the
//! vault: known values are planted, then every file is searched for them.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rekey::credential::totp;
use rekey_events::{Env, SystemEnv};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::sql::Sql;
use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{Reply, send};
use crate::bed::KEY;
use crate::people::secret_of;
use crate::served::Served;

const USERNAME: &str = "planted.zelda";
const EMAIL: &str = "Zelda.Planted@example.org";
const NAME: &str = "Zelda Planted-Fitzgerald";
const AGENT: &str = "planted-agent/7.1";
const FIRST: &str = "planted-orbit-lantern-1";
const SECOND: &str = "planted-quartz-meadow-2";
const THIRD: &str = "planted-copper-thistle-3";
/// Not a password, but typed where one belongs; or typed where a name belongs.
const MISTYPED: &str = "planted-mistyped-4";
const STRANGER: &str = "planted-stranger-5";
const STRANGERS_EMAIL: &str = "planted-stranger-5@example.net";
const IDEMPOTENCY: &str = "planted-idempotency-6";
const WRONG_CODE: &str = "PLANTED-WRONG-CODE";

/// A value that was planted, in every form it might be written in, in lower case.
struct Planted {
    what: String,
    forms: Vec<Vec<u8>>,
}

fn planted(what: &str, text: &str) -> Planted {
    planted_bytes(&format!("{what} {text:?}"), text.as_bytes())
}

fn planted_bytes(what: &str, bytes: &[u8]) -> Planted {
    Planted {
        what: what.to_owned(),
        forms: vec![bytes.to_ascii_lowercase(), hex::encode(bytes).into_bytes()],
    }
}

/// Which of `planted` are in `bytes`, in whatever case.
fn found<'a>(bytes: &[u8], planted: &'a [Planted]) -> Vec<&'a str> {
    let first = |form: &[u8]| usize::from(form[0]) << 8 | usize::from(form[1]);
    let mut begins = vec![false; 1 << 16];
    planted.iter().flat_map(|one| &one.forms).for_each(|form| begins[first(form)] = true);
    let bytes = bytes.to_ascii_lowercase();
    let mut found = Vec::new();
    for at in (1..bytes.len()).map(|end| end - 1).filter(|at| begins[first(&bytes[*at..])]) {
        let is_here = |one: &&Planted| one.forms.iter().any(|form| bytes[at..].starts_with(form));
        found.extend(planted.iter().filter(is_here).map(|one| one.what.as_str()));
    }
    found
}

/// One walk through everything, by somebody who makes every mistake.
struct Walk {
    served: Served,
    /// Everything that must be in no file.
    secrets: Vec<Planted>,
    /// Everything answered that is no one's own data.
    shown: Vec<Reply>,
}

impl Walk {
    async fn post(&mut self, token: &str, path: &str, body: Value, status: u16) -> Reply {
        let request = self.served.api.request(Method::POST, path).header("User-Agent", AGENT);
        let request = request.header("Idempotency-Key", format!("{IDEMPOTENCY}-{}", self.shown.len()));
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let reply = send(request.json(&body)).await.expect(status);
        self.shown.push(reply.clone());
        reply
    }

    async fn command(&mut self, token: &str, name: &str, body: Value, status: u16) -> Reply {
        self.post(token, &format!("/v1/commands/{name}"), body, status).await
    }

    async fn sign_in(&mut self, password: &str, code: Option<&str>, status: u16) -> Reply {
        let body = json!({ "username": USERNAME, "password": password, "code": code });
        let reply = self.post("", "/v1/sessions", body, status).await;
        if status == 201 {
            // Shown this once, to whom it belongs.
            self.shown.pop();
            self.secrets.push(planted("session token", &reply.text_of("token")));
        }
        reply
    }

    async fn walk(&mut self) {
        let account = self.register().await;
        let codes = self.enrol().await;
        self.reset(&codes).await;
        self.change(&codes, &account).await;
        self.blunder(&account).await;
        self.read(&account).await;
    }

    async fn register(&mut self) -> String {
        let body = json!({
            "username": USERNAME, "email": EMAIL, "display_name": NAME,
            "origin": "app", "password": FIRST, "must_change": false,
        });
        let registered = self.command(KEY, "register-account", body.clone(), 201).await;
        self.command(KEY, "register-account", body, 409).await;
        registered.text_of("account_id")
    }

    async fn enrol(&mut self) -> Vec<String> {
        self.sign_in(MISTYPED, None, 401).await;
        let session = self.sign_in(FIRST, None, 201).await.text_of("token");
        let offered = self.command(&session, "offer-second-factor", json!({}), 200).await;
        let secret = secret_of(&offered.text_of("otpauth"));
        self.command(&session, "confirm-second-factor", json!({ "code": WRONG_CODE }), 403).await;
        let before = SystemEnv.now().before(std::time::Duration::from_secs(30));
        let code = json!({ "code": totp::code(&secret, before) });
        let confirmed = self.command(&session, "confirm-second-factor", code, 200).await;
        self.shown.retain(|reply| ![&offered.text, &confirmed.text].contains(&&reply.text));
        let base32 = offered
            .text_of("otpauth")
            .split(['?', '&'])
            .find_map(|part| part.strip_prefix("secret="))
            .map(str::to_owned);
        self.secrets.push(planted("second factor", &base32.unwrap()));
        self.secrets.push(planted_bytes("second factor's bytes", &secret));
        let codes: Vec<String> = serde_json::from_value(confirmed.json()["recovery_codes"].clone()).unwrap();
        self.secrets.extend(codes.iter().map(|code| planted("recovery code", code)));
        self.secrets.extend(codes.iter().map(|code| planted("recovery code", &code.replace('-', ""))));
        codes
    }

    async fn reset(&mut self, codes: &[String]) {
        self.command("", "request-reset", json!({ "username": STRANGER, "email": STRANGERS_EMAIL }), 202)
            .await;
        self.command("", "request-reset", json!({ "username": USERNAME, "email": EMAIL }), 202).await;
        let token = self.served.mail(0).await.token().unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        self.secrets.push(planted("link", &token));
        self.secrets.push(planted_bytes("link's MAC", &bytes[bytes.len() - 32..]));
        // As a mail program mangles it: the page has it in its field, and nothing else is to keep it.
        for path in ["/reset-password%23", "/not-me/", "/reset-password/%23"] {
            self.served.api.get("", &format!("{path}{token}")).await.expect(200);
        }
        let using = |name: &str, password: &str| json!({ "token": token, "username": name, "new_password": password });
        self.command("", "complete-reset", using(STRANGER, SECOND), 403).await;
        self.command("", "complete-reset", using(USERNAME, USERNAME), 422).await;
        self.command("", "complete-reset", using(USERNAME, SECOND), 200).await;
        self.command("", "complete-reset", using(USERNAME, THIRD), 410).await;
        self.command("", "disown-reset", json!({ "token": token }), 200).await;
        self.sign_in(FIRST, None, 401).await;
        self.sign_in(SECOND, None, 403).await;
        self.sign_in(SECOND, Some(WRONG_CODE), 401).await;
        self.sign_in(SECOND, Some(&codes[0]), 201).await;
        self.sign_in(SECOND, Some(&codes[0]), 401).await;
    }

    async fn change(&mut self, codes: &[String], account: &str) {
        let session = self.sign_in(SECOND, Some(&codes[1]), 201).await.text_of("token");
        let to = |current: &str| json!({ "current_password": current, "new_password": THIRD });
        self.command(&session, "change-password", to(MISTYPED), 403).await;
        self.command(&session, "change-password", to(SECOND), 200).await;
        let set = json!({ "account_id": account, "new_password": FIRST });
        self.command(KEY, "set-password", set, 200).await;
        self.command(&session, "change-password", to(FIRST), 401).await;
        self.sign_in(FIRST, Some(&codes[2]), 201).await;
    }

    /// Values in the wrong place, and bodies that are none.
    async fn blunder(&mut self, account: &str) {
        let stranger = json!({ "username": FIRST, "password": STRANGER });
        self.post("", "/v1/sessions", stranger, 401).await;
        for body in [
            json!({ "username": { USERNAME: 1 }, "password": FIRST }),
            json!({ "username": USERNAME, "password": [FIRST] }),
            json!({ "username": USERNAME, "password": FIRST, FIRST: EMAIL }),
            json!({ "username": format!("{USERNAME}\n"), "password": FIRST }),
            json!([USERNAME, FIRST]),
        ] {
            self.post("", "/v1/sessions", body, 422).await;
        }
        self.command(KEY, "set-password", json!({ "account_id": FIRST, "new_password": FIRST }), 422).await;
        self.command(KEY, "grant-permission", json!({ "account_id": account, "permission": FIRST }), 422)
            .await;
        self.command(FIRST, "request-reset", json!({ "username": FIRST, "email": FIRST }), 401).await;
        let malformed = format!("{{\"username\":\"{USERNAME}\",\"password\":\"{FIRST}\"");
        let request =
            self.served.api.request(Method::POST, "/v1/sessions").header("Content-Type", "application/json");
        self.shown.push(send(request.body(malformed)).await.expect(400));
    }

    /// What anybody reads who may.
    async fn read(&mut self, account: &str) {
        let history = format!("/v1/accounts/{account}/history");
        for path in ["/v1/events", "/v1/mails", "/metrics", &history] {
            self.shown.push(self.served.api.get(KEY, path).await.expect(200));
        }
        for mail in self.served.api.get(KEY, "/v1/mails").await.expect(200).json().as_array().unwrap() {
            let path = format!("/v1/mails/{}", mail["mail_id"].as_str().unwrap());
            self.shown.push(self.served.api.get(KEY, &path).await.expect(200));
        }
        self.shown.push(self.served.api.get(KEY, "/v1/accounts/planted.zelda").await.expect(404));
    }
}

async fn walked(served: Served) -> Walk {
    let typed = [FIRST, SECOND, THIRD, MISTYPED, IDEMPOTENCY, WRONG_CODE];
    let mut secrets: Vec<_> = typed.iter().map(|text| planted("typed", text)).collect();
    secrets.push(planted("API key", KEY));
    let mut walk = Walk { served, secrets, shown: Vec::new() };
    walk.walk().await;
    walk
}

/// What belongs in the vault, and nowhere else.
fn personal() -> Vec<Planted> {
    [USERNAME, EMAIL, NAME, AGENT, STRANGER, STRANGERS_EMAIL].map(|text| planted("personal", text)).into()
}

/// Nothing of `planted` is in `bytes`.
fn assert_clean(place: &str, bytes: &[u8], planted: &[Planted]) {
    let found = found(bytes, planted);
    assert!(found.is_empty(), "in {place}: {found:?}\n{}", lines_with(bytes, planted));
}

fn lines_with(bytes: &[u8], planted: &[Planted]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let lines = text.lines().filter(|line| !found(line.as_bytes(), planted).is_empty());
    lines.take(3).map(|line| line.chars().take(2_000).collect::<String>() + "\n").collect()
}

/// Logs and answers: neither secrets nor anybody's data.
async fn assert_told_nothing(walk: &mut Walk) {
    walk.served.process.sigterm();
    assert!(walk.served.process.wait().await.success());
    let log = walk.served.process.stderr();
    assert!(
        log.contains("\"level\":\"TRACE\"") || log.contains("\"level\":\"DEBUG\""),
        "nothing of that level logged"
    );
    for planted in [&walk.secrets, &personal()] {
        assert_clean("the log", log.as_bytes(), planted);
        assert_clean("the output", walk.served.process.stdout().as_bytes(), planted);
        for reply in &walk.shown {
            assert_clean("an answer", format!("{reply:?}").as_bytes(), planted);
        }
    }
}

/// Secrets are in no file at all; persons in the database's only.
fn assert_clean_files(folder: &Path, secrets: &[Planted]) {
    let searched = clean_files(folder, secrets);
    assert!(searched >= 6, "database, keys, configuration, and what was sealed at least");
}

/// How many files were searched, in this folder and those in it.
fn clean_files(folder: &Path, secrets: &[Planted]) -> usize {
    let mut searched = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            searched += clean_files(&path, secrets);
            continue;
        }
        // What is just being written has another name a moment later.
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert_clean(&name, &bytes, secrets);
        if !name.starts_with("rekey.db") {
            assert_clean(&name, &bytes, &personal());
        }
        searched += 1;
    }
    searched
}

#[tokio::test]
async fn no_secret_is_in_anything_written_on_sqlite() {
    let mut walk = walked(Served::on_sqlite().await).await;
    // While it runs, with all it has open; and as it left it.
    assert_clean_files(walk.served.folder.path(), &walk.secrets);
    assert_told_nothing(&mut walk).await;
    assert_clean_files(walk.served.folder.path(), &walk.secrets);
    let database = std::fs::read(walk.served.folder.path().join("rekey.db")).unwrap();
    assert!(!found(&database, &[planted("username", USERNAME)]).is_empty(), "the search finds what is there");
}

#[tokio::test]
async fn no_secret_is_in_anything_written_on_postgresql() {
    let server = Postgres::shared().await;
    let folder = tempfile::tempdir().unwrap();
    let mut walk = walked(Served::on(folder, server.database("secrets").await).await).await;
    assert_told_nothing(&mut walk).await;
    assert_clean_files_but_database(&walk);
    let mut sql = Sql::connect(&walk.served.url).await;
    let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'";
    for table in sql.rows(tables).await.unwrap().concat() {
        let rows = sql.rows(&format!("SELECT (t.*)::text FROM {table} t")).await.unwrap().concat().join("\n");
        assert_clean(&table, rows.as_bytes(), &walk.secrets);
        if !["people", "origins", "sessions"].contains(&table.as_str()) {
            assert_clean(&table, rows.as_bytes(), &personal());
        }
        if table == "people" {
            assert!(
                !found(rows.as_bytes(), &[planted("username", USERNAME)]).is_empty(),
                "the search finds what is there"
            );
        }
    }
}

fn assert_clean_files_but_database(walk: &Walk) {
    for name in ["keys.toml", "rekey.toml"] {
        let bytes = std::fs::read(walk.served.folder.path().join(name)).unwrap();
        assert_clean(name, &bytes, &walk.secrets);
        assert_clean(name, &bytes, &personal());
    }
}
