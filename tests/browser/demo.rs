//! What the demo accounts do beside what is tested.

use rekey::credential::totp;
use rekey_test_support::browser::{Browser, Look};
use serde_json::json;

use crate::people::signs_in;
use crate::site::{Mail, Site};

impl Site {
    /// A program, and a browser to look at it.
    pub async fn with_browser() -> (Self, Browser) {
        (Self::start().await, Browser::open(Look::default()).await)
    }

    /// Takes a permission from the administrator.
    pub async fn revoke(&self, permission: &str) {
        let client = reqwest::Client::new();
        self.jump(60);
        let body = json!({
            "username": "admin", "password": self.password("admin"), "code": self.code().await,
        });
        let opened = client.post(self.at("/v1/sessions")).json(&body).send().await.unwrap();
        let opened: serde_json::Value = opened.error_for_status().unwrap().json().await.unwrap();
        let body = json!({ "account_id": opened["account_id"], "permission": permission });
        let revoke = client.post(self.at("/v1/commands/revoke-permission")).json(&body);
        let revoked = revoke.bearer_auth(opened["token"].as_str().unwrap()).send().await.unwrap();
        revoked.error_for_status().unwrap();
    }

    /// NAME signs in and sets up a second factor; the page shows the recovery codes.
    pub async fn enrol(&self, browser: &Browser, name: &str) {
        signs_in(browser, self, name).await;
        browser.press("Set up a second factor").await;
        self.confirm_factor(browser).await;
    }

    /// What an app shows that was given the key on the page.
    pub fn code_for(&self, text: &str) -> String {
        totp::code(&secret(text), self.now()).unwrap()
    }

    /// Types the code for the key that the page shows.
    pub async fn confirm_factor(&self, browser: &Browser) {
        browser.press("Cannot scan? Type this key into the app").await;
        let code = self.code_for(&browser.text().await);
        browser.type_into("Code that the app shows", &code).await;
        browser.press("Turn on").await;
        assert_eq!(browser.heading().await, "Recovery codes");
    }
}

impl Mail {
    /// The link that it is about.
    pub fn link(&self) -> String {
        self.link_to("/reset-password#").to_owned()
    }

    /// The link for whoever did not ask.
    pub fn not_me(&self) -> String {
        self.link_to("/not-me#").to_owned()
    }
}

/// The key of a second factor, out of the page's text.
pub fn secret(text: &str) -> Vec<u8> {
    let line = text.lines().find(|line| {
        let letters = line.replace(' ', "");
        letters.len() == 32 && letters.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    });
    base32(&line.expect("the key").replace(' ', ""))
}

/// RFC 4648, section 6.
fn base32(text: &str) -> Vec<u8> {
    let digit = |letter: u8| if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
    let bits: Vec<u8> =
        text.bytes().flat_map(|letter| (0..5).rev().map(move |bit| digit(letter) >> bit & 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | bit)).collect()
}
