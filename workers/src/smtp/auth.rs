//! AUTH (RFC 4954): PLAIN (RFC 4616), else LOGIN.

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};

use super::{connection::Connection, outcome::Failure, reply::Reply};

impl Connection {
    /// Proves who we are, by the first mechanism that both sides know.
    pub(super) async fn authenticate(&mut self, user: &str, password: &SecretString) -> Result<(), Failure> {
        let password = password.expose_secret();
        if self.offers_auth("PLAIN") {
            self.plain(user, password).await
        } else if self.offers_auth("LOGIN") {
            self.login(user, password).await
        } else {
            Err(Failure::NoCommonMechanism)
        }
    }

    async fn plain(&mut self, user: &str, password: &str) -> Result<(), Failure> {
        let proof = STANDARD.encode(format!("\0{user}\0{password}"));
        self.auth_step(&format!("AUTH PLAIN {proof}"), 235).await
    }

    async fn login(&mut self, user: &str, password: &str) -> Result<(), Failure> {
        self.auth_step("AUTH LOGIN", 334).await?;
        self.auth_step(&STANDARD.encode(user), 334).await?;
        self.auth_step(&STANDARD.encode(password), 235).await
    }

    async fn auth_step(&mut self, line: &str, expected: u16) -> Result<(), Failure> {
        let limit = self.limits().hello;
        expect(expected, self.wire().command(line, limit).await?)
    }
}

/// `reply` must have this very code.
pub(super) fn expect(code: u16, reply: Reply) -> Result<(), Failure> {
    match reply.code {
        found if found == code => Ok(()),
        400..=599 => Err(Failure::Refused(reply)),
        _ => Err(Failure::Unexpected(reply)),
    }
}
