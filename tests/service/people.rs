//! What people do, in few words.

use rekey::credential::totp;
use rekey_events::Env;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::bed::{Bed, KEY};

pub const OLD: &str = "orbit-lantern-gravel-77";
pub const NEW: &str = "quartz-meadow-violin-42";
pub const OTHER: &str = "copper-thistle-canoe-19";

/// The permissions it takes to send others links.
pub const TO_RESET: [&str; 2] = ["utilities.security.users.view", "utilities.security.users.reset_passwords"];

/// What enrolling a second factor gave.
pub struct Enrolled {
    pub secret: Vec<u8>,
    pub recovery_codes: Vec<String>,
}

impl Bed {
    /// Registers NAME with the password [`OLD`], not to be changed; answers the account's id.
    pub async fn register(&self, name: &str, origin: &str) -> String {
        let body = json!({
            "username": name, "email": format!("{name}@example.org"), "display_name": name,
            "origin": origin, "password": OLD, "must_change": false,
        });
        self.api.command(KEY, "register-account", body).await.expect(201).text_of("account_id")
    }

    pub async fn try_sign_in(&self, name: &str, password: &str, code: Option<&str>) -> Reply {
        let mut body = json!({ "username": name, "password": password });
        if let Some(code) = code {
            body["code"] = code.into();
        }
        self.api.post("", "/v1/sessions", body).await
    }

    /// Signs in; answers the session's token.
    pub async fn sign_in(&self, name: &str, password: &str) -> String {
        self.try_sign_in(name, password, None).await.expect(201).text_of("token")
    }

    /// The account of NAME, registered in the app and signed in: id and session.
    pub async fn signed_in(&self, name: &str) -> (String, String) {
        let id = self.register(name, "app").await;
        (id, self.sign_in(name, OLD).await)
    }

    pub async fn ask(&self, username: &str, email: &str) -> Reply {
        self.api.command("", "request-reset", json!({ "username": username, "email": email })).await
    }

    /// Asks for NAME's link, and takes the secret out of the mail.
    pub async fn link(&self, name: &str) -> String {
        let (seen, address) = (self.seen(), format!("{name}@example.org"));
        self.ask(name, &address).await.expect(202);
        let mail = self.mail_after(seen, |mail| mail.to == address && mail.link().is_some()).await;
        mail.token().unwrap()
    }

    pub async fn complete(&self, token: &str, name: &str, password: &str) -> Reply {
        let body = json!({ "token": token, "username": name, "new_password": password });
        self.api.command("", "complete-reset", body).await
    }

    /// Whether the session still is one.
    pub async fn is_open(&self, session: &str) -> bool {
        self.api.get(session, "/v1/sessions").await.status == 200
    }

    pub async fn enrol(&self, session: &str) -> Enrolled {
        let offered = self.api.command(session, "offer-second-factor", json!({})).await.expect(200);
        let secret = secret_of(&offered.text_of("otpauth"));
        let body = json!({ "code": self.code(&secret) });
        let confirmed = self.api.command(session, "confirm-second-factor", body).await.expect(200);
        let codes = serde_json::from_value(confirmed.json()["recovery_codes"].clone());
        Enrolled { secret, recovery_codes: codes.unwrap() }
    }

    /// The next code: a step later than any before.
    pub fn code(&self, secret: &[u8]) -> String {
        self.advance(30);
        totp::code(secret, self.env.now()).unwrap()
    }

    pub async fn grant(&self, account: &str, permissions: &[&str]) {
        for permission in permissions {
            self.permit("grant-permission", account, permission).await;
        }
    }

    pub async fn permit(&self, command: &str, account: &str, permission: &str) {
        self.api
            .command(KEY, command, json!({ "account_id": account, "permission": permission }))
            .await
            .expect(200);
    }

    /// An administrator's id and session, its second factor used, with these permissions.
    pub async fn administrator(&self, permissions: &[&str]) -> (String, String) {
        let (id, session) = self.signed_in("admin").await;
        self.grant(&id, permissions).await;
        let enrolled = self.enrol(&session).await;
        let code = self.code(&enrolled.secret);
        (id, self.try_sign_in("admin", OLD, Some(&code)).await.expect(201).text_of("token"))
    }
}

/// A body that names an account.
pub fn of(account: &str) -> Value {
    json!({ "account_id": account })
}

/// The secret in an `otpauth:` address: base32 (RFC 4648, section 6).
pub fn secret_of(address: &str) -> Vec<u8> {
    let text = address.split(['?', '&']).find_map(|part| part.strip_prefix("secret=")).unwrap();
    let (mut secret, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
        held = held << 5 | u32::try_from(value).unwrap();
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            secret.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    secret
}
