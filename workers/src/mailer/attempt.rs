//! One attempt at one mail.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use rekey_events::Moment;
use rekey_events::mail::event::DeadBecause;
use rekey_events::mail::{MailCommand, MailKind};
use rekey_events::policy::LINK_LEAST_LEFT;
use rekey_events::rows::{MailRow, PersonRow};
use rekey_events::store::StoreError;
use rekey_events::token::{Claims, Token};

use super::{Inner, outcome};
use crate::message::{BuiltMessage, MessageSpec, Template, build};
use crate::smtp::{Address, Envelope, Gate, Verdict};

/// Minutes for which the mail says its link is valid.
const MINUTES: u32 = 60;

/// Asks, while the server waits, whether the mail is still ours and wanted.
struct StillWanted<'a> {
    mailer: &'a Inner,
    row: &'a MailRow,
    claimed: Instant,
}

impl Gate for StillWanted<'_> {
    async fn before_data(&self) -> Verdict {
        let wanted = matches!(self.mailer.unwanted(self.row).await, Ok(None));
        if wanted && self.mailer.lease.is_held_since(self.claimed) { Verdict::Go } else { Verdict::Stop }
    }

    async fn before_dot(&self) -> Verdict {
        if self.mailer.lease.is_held_since(self.claimed) { Verdict::Go } else { Verdict::Stop }
    }
}

impl Inner {
    /// Tries a mail claimed at that moment (or later), and records what became of it.
    pub(super) async fn attempt(&self, row: &MailRow, claimed: Instant) {
        match self.prepare(row).await {
            Ok(Ok((envelope, message))) => self.hand_over(row, claimed, &envelope, &message).await,
            Ok(Err(outcome)) => self.record(row, outcome).await,
            Err(error) => {
                tracing::warn!(%error, mail = %row.mail_id, "a mail waits for the database");
                self.give_back(row, claimed).await;
            }
        }
    }

    async fn hand_over(&self, row: &MailRow, claimed: Instant, envelope: &Envelope, message: &BuiltMessage) {
        let gate = StillWanted { mailer: self, row, claimed };
        let env = self.log.env();
        let route = self.provider.deliver(row.mail_id, envelope, &message.bytes, &gate, env).await;
        match outcome::of(self.log.env(), &self.provider, row, route) {
            Some(command) => self.record(row, command).await,
            // Withheld: either it is not wanted any more, or no longer ours.
            None => match self.unwanted(row).await {
                Ok(Some(command)) => self.record(row, command).await,
                _ => self.give_back(row, claimed).await,
            },
        }
    }

    /// The mail, or the outcome it has without being tried.
    async fn prepare(
        &self,
        row: &MailRow,
    ) -> Result<Result<(Envelope, BuiltMessage), MailCommand>, StoreError> {
        if let Some(outcome) = self.unwanted(row).await? {
            return Ok(Err(outcome));
        }
        let dead = |reason| Err(MailCommand::Bury { reason, code: None });
        let Some(person) = self.log.store().person(row.account_id).await? else {
            return Ok(dead(DeadBecause::NoAddress));
        };
        let Ok(to) = Address::parse(&person.email) else { return Ok(dead(DeadBecause::NoAddress)) };
        let built = std::panic::catch_unwind(AssertUnwindSafe(|| self.render(row, &person, &to)));
        Ok(match built {
            Ok(Some(message)) => Ok((Envelope { from: self.letterhead.from.address.clone(), to }, message)),
            _ => dead(DeadBecause::CannotRender),
        })
    }

    /// The outcome of a mail that is not to be sent (any more).
    async fn unwanted(&self, row: &MailRow) -> Result<Option<MailCommand>, StoreError> {
        let now = self.log.env().now();
        let Some(reset) = row.reset_id else {
            return Ok((now.micros() >= row.expires_at).then_some(MailCommand::Expire));
        };
        if now.after(LINK_LEAST_LEFT).micros() > row.expires_at {
            return Ok(Some(MailCommand::Expire));
        }
        let live = self.log.store().reset(reset).await?.is_some_and(|reset| reset.state == "live");
        Ok((!live).then_some(MailCommand::Supersede))
    }

    fn render(&self, row: &MailRow, person: &PersonRow, to: &Address) -> Option<BuiltMessage> {
        let letterhead = &self.letterhead;
        let spec = MessageSpec {
            mail_id: row.mail_id.0,
            kind: self.template(row, person)?,
            to,
            from: &letterhead.from,
            date: Moment::from_micros(row.requested_at).seconds(),
            brand: &letterhead.brand,
            message_id_key: letterhead.message_id.expose(),
            dkim: letterhead.dkim.as_ref(),
        };
        match build(&spec) {
            Ok(message) => Some(message),
            Err(error) => {
                tracing::error!(%error, mail = %row.mail_id, "a mail cannot be rendered");
                None
            }
        }
    }

    fn template(&self, row: &MailRow, person: &PersonRow) -> Option<Template> {
        let username = person.username.clone();
        Some(match row.kind.parse().ok()? {
            MailKind::ResetLink => Template::ResetLink {
                username,
                link: self.link(row, "reset-password")?,
                expires_minutes: MINUTES,
                not_me: Some(self.link(row, "not-me")?),
            },
            MailKind::AdminResetLink => {
                let link = self.link(row, "reset-password")?;
                Template::AdminResetLink { username, link, expires_minutes: MINUTES }
            }
            MailKind::PasswordChanged => {
                let when_utc = Moment::from_micros(row.requested_at).seconds();
                Template::PasswordChanged { username, when_utc, not_me: None }
            }
        })
    }

    /// A link to a page. Its secret is in the fragment, which no server ever sees.
    fn link(&self, row: &MailRow, page: &str) -> Option<String> {
        let claims = Claims {
            reset: row.reset_id?,
            account: row.account_id,
            expires_at: Moment::from_micros(row.expires_at),
        };
        let token = Token::derive(&self.letterhead.links, &claims);
        Some(format!("{}/{page}#{}", self.letterhead.public_url, token.expose()))
    }
}
