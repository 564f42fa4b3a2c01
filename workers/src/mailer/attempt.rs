//! One attempt at one mail.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use rekey_events::mail::event::DeadBecause;
use rekey_events::mail::{MailCommand, MailKind};
use rekey_events::policy::LINK_LEAST_LEFT;
use rekey_events::rows::{Change, MailRow, PersonRow};
use rekey_events::store::StoreError;
use rekey_events::store::vault::Addressee;
use rekey_events::token::{Claims, Token};
use rekey_events::{Language, Moment};

use super::outcome::Tried;
use super::stats::Watch;
use super::{Inner, Provider, receipt, suppression};
use crate::message::{BuiltMessage, MessageSpec, Template, build};
use crate::smtp::{Address, Envelope, Gate, Verdict};
use crate::words;

/// Minutes for which the mail says its link is valid.
const MINUTES: u32 = 60;

/// A mail, ready to be sent.
struct Letter {
    person: PersonRow,
    envelope: Envelope,
    message: BuiltMessage,
}

/// Asks, while the server waits, whether the mail is still ours and wanted.
struct StillWanted<'a> {
    mailer: &'a Inner,
    provider: &'a Provider,
    row: &'a MailRow,
    claimed: Instant,
    watch: Watch,
}

impl Gate for StillWanted<'_> {
    async fn still_wanted(&self) -> Verdict {
        if matches!(self.mailer.unwanted(self.row).await, Ok(None)) { Verdict::Go } else { Verdict::Stop }
    }

    async fn before_body(&self) -> Verdict {
        let noted = self.mailer.note_provider(self.row, self.provider).await;
        if noted && self.mailer.is_ours(self.claimed) { Verdict::Go } else { Verdict::Stop }
    }

    async fn before_dot(&self) -> Verdict {
        if self.mailer.is_ours(self.claimed) { Verdict::Go } else { Verdict::Stop }
    }

    fn waits_for(&self, provider: &str, what: &'static str) {
        self.watch.waits_for(provider, what);
    }

    fn waits_for_nobody(&self) {
        self.watch.waits_for_nobody();
    }
}

impl Inner {
    /// Whether what was claimed then is still ours, and what becomes of it can be recorded.
    fn is_ours(&self, claimed: Instant) -> bool {
        self.lease.is_held_since(claimed) && !self.log.is_over()
    }

    /// Tries a mail claimed at that moment (or later), and records what became of it.
    pub(super) async fn attempt(&self, row: &MailRow, claimed: Instant) {
        match self.prepare(row).await {
            Ok(Ok(letter)) => self.hand_over(row, claimed, &letter).await,
            Ok(Err(outcome)) => self.record(row, &outcome, &[]).await,
            Err(error) => {
                tracing::warn!(%error, mail = %row.mail_id, "a mail waits for the database");
                self.give_back(row, claimed).await;
            }
        }
    }

    async fn hand_over(&self, row: &MailRow, claimed: Instant, letter: &Letter) {
        let env = self.log.env();
        let Some(provider) = self.providers.destination(row, env.now()) else {
            return self.give_back(row, claimed).await;
        };
        let tried = Tried { env, providers: &self.providers, provider, row };
        if self.providers.are_several() && is_bound(row) && provider.is_paused(env.now()) {
            return self.record(row, &tried.untried(), &[]).await;
        }
        let gate = StillWanted { mailer: self, provider, row, claimed, watch: self.stats.watch(row) };
        let route = provider.deliver(row.mail_id, &letter.envelope, &letter.message.bytes, &gate, env).await;
        drop(gate);
        let receipt = receipt::of(&route, row, &letter.message.message_id).map(Change::PutReceipt);
        match tried.outcome(route) {
            Some(command) => {
                let ends_at = env.now().after(self.suppress_for);
                let suppression = suppression::with(&command, &letter.person, ends_at);
                let is_suppressed = suppression.is_some();
                let also: Vec<_> = suppression.into_iter().chain(receipt).collect();
                self.record(row, &command, &also).await;
                if is_suppressed {
                    provider.note_rejected(row.mail_id);
                }
                self.take_back(provider).await;
            }
            // Withheld: either it is not wanted any more, or no longer ours.
            None => match self.unwanted(row).await {
                Ok(Some(command)) => self.record(row, &command, &[]).await,
                _ => self.give_back(row, claimed).await,
            },
        }
    }

    /// Makes sure that the database knows which provider may have the mail, before it may: when
    /// we die, it is sent again to nobody else. Whether it does, and the mail is still ours.
    async fn note_provider(&self, row: &MailRow, provider: &Provider) -> bool {
        if !self.notes_provider(row) {
            return true;
        }
        let noted = self.log.store().note_provider(row, self.worker, provider.name()).await;
        noted.unwrap_or_else(|error| {
            tracing::warn!(%error, mail = %row.mail_id, "a mail waits for the database");
            false
        })
    }

    /// Whether the claim of a mail says which provider may have it: where that may be several, and where
    /// copies are counted already. For all others a write to the database is saved.
    pub(super) fn notes_provider(&self, row: &MailRow) -> bool {
        self.providers.are_several() || row.copies > 0
    }

    /// The mail, or the outcome it has without being tried.
    async fn prepare(&self, row: &MailRow) -> Result<Result<Letter, MailCommand>, StoreError> {
        if let Some(outcome) = self.unwanted(row).await? {
            return Ok(Err(outcome));
        }
        let dead = |reason| Err(MailCommand::bury_unsent(reason));
        let addressee = self.log.addressee(row.account_id, self.log.env().now()).await?;
        let Some(Addressee { person, suppressed }) = addressee else {
            return Ok(dead(DeadBecause::NoAddress));
        };
        let Ok(to) = Address::parse(&person.email) else { return Ok(dead(DeadBecause::NoAddress)) };
        if suppressed {
            return Ok(Err(MailCommand::Suppress));
        }
        let built = std::panic::catch_unwind(AssertUnwindSafe(|| self.render(row, &person, &to)));
        let envelope = Envelope { from: self.letterhead.from.address.clone(), to };
        Ok(match built {
            Ok(Some(message)) => Ok(Letter { person, envelope, message }),
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
        let live = self.log.reset(reset).await?.is_some_and(|reset| reset.state == "live");
        Ok((!live).then_some(MailCommand::Supersede))
    }

    fn render(&self, row: &MailRow, person: &PersonRow, to: &Address) -> Option<BuiltMessage> {
        let letterhead = &self.letterhead;
        let spec = MessageSpec {
            mail_id: row.mail_id.0,
            kind: self.template(row, person)?,
            language: language(person, letterhead.language),
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
                let when = Moment::from_micros(row.requested_at);
                let zone = words::zone(person.zone.as_deref());
                Template::PasswordChanged { username, when, zone, not_me: None }
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

/// The person's language, if we speak it; else that of the house.
fn language(person: &PersonRow, house: Language) -> Language {
    person.language.as_deref().and_then(|tag| tag.parse().ok()).unwrap_or(house)
}

/// Whether it may not just go to the first provider that works.
fn is_bound(row: &MailRow) -> bool {
    row.pinned_to.is_some() || row.refused_by.is_some()
}

#[cfg(test)]
mod tests {
    use rekey_events::AccountId;
    use uuid::Uuid;

    use super::*;

    fn person(language: Option<&str>) -> PersonRow {
        PersonRow {
            account_id: AccountId(Uuid::nil()),
            username: "ana".to_owned(),
            username_key: "ana".to_owned(),
            email: "ana@example.org".to_owned(),
            email_key: "ana@example.org".to_owned(),
            display_name: "Ana".to_owned(),
            language: language.map(str::to_owned),
            zone: None,
        }
    }

    #[test]
    fn who_has_not_chosen_or_in_vain_reads_the_language_of_the_house() {
        assert_eq!(language(&person(Some("es")), Language::De), Language::Es);
        for unknown in [None, Some(""), Some("fr"), Some("es-MX")] {
            assert_eq!(language(&person(unknown), Language::De), Language::De);
        }
    }
}
