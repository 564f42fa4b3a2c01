//! What an account is: the fold of its events.

mod apply;
mod factor;
mod failures;
mod reset;
mod rows;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::account::command::{AccountCommand, AccountRefusal};
use crate::account::decide;
use crate::account::event::{AccountEvent, Origin};
use crate::aggregate::Rules;
use crate::ids::{AccountId, CodeId, CredentialId, FactorId, ResetId, StreamId};
use crate::mail::MailCommand;
use crate::moment::Moment;
use crate::permission::Permission;
use crate::rows::Change;

pub(super) use factor::{Checked, Factor};
pub(super) use failures::Failures;
pub(super) use reset::{End, Reset};

/// An account, as its events made it. Default: not registered.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub(super) registered: Option<(Origin, Moment)>,
    pub(super) erased: bool,
    pub(super) last_signed_in: Option<Moment>,
    pub(super) credential: Option<CredentialId>,
    pub(super) must_change: bool,
    pub(super) factor: Option<Factor>,
    pub(super) permissions: BTreeSet<Permission>,
    /// Failed sign-ins in a row.
    pub(super) sign_ins: Failures,
    /// Failed changes of the password in a row: counted apart, so that a stolen
    /// session guesses no faster for its owner's sign-ins.
    pub(super) changes: Failures,
    /// The open link, and what the limits still count; oldest first.
    pub(super) resets: Vec<Reset>,
}

impl Account {
    /// Whether the account is registered and not erased.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.registered.is_some() && !self.erased
    }

    /// Whether the person was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.erased
    }

    /// Where it was created; `None` when it was not.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        self.registered.map(|(origin, _)| origin)
    }

    /// Whether the person has ever signed in, anywhere.
    #[must_use]
    pub fn signed_in_ever(&self) -> bool {
        self.last_signed_in.is_some()
    }

    /// Whether it may do this.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// The link that can be used at `at`, and until when.
    #[must_use]
    pub fn live_reset(&self, at: Moment) -> Option<(ResetId, Moment)> {
        self.open_reset().filter(|reset| !reset.is_over(at)).map(|reset| (reset.id, reset.expires_at))
    }

    /// The password it has.
    #[must_use]
    pub fn credential(&self) -> Option<CredentialId> {
        self.credential
    }

    /// Whether the password must be changed at the next sign-in.
    #[must_use]
    pub fn must_change(&self) -> bool {
        self.must_change
    }

    /// How long after `at` the next sign-in may come; zero when it may come now.
    #[must_use]
    pub fn sign_in_wait(&self, at: Moment) -> Duration {
        self.sign_ins.wait(at)
    }

    /// How long after `at` the next change of the password may come; zero when it may come now.
    #[must_use]
    pub fn password_change_wait(&self, at: Moment) -> Duration {
        self.changes.wait(at)
    }

    /// The second factor it has.
    #[must_use]
    pub fn factor(&self) -> Option<FactorId> {
        self.factor.as_ref().map(|factor| factor.id)
    }

    /// Its recovery codes that are not used up.
    #[must_use]
    pub fn recovery_codes(&self) -> &[CodeId] {
        self.factor.as_ref().map_or(&[], |factor| &factor.codes)
    }

    /// The link whose end is not recorded, be its hour over or not.
    pub(super) fn open_reset(&self) -> Option<&Reset> {
        self.resets.iter().rfind(|reset| reset.ended.is_none())
    }

    /// When the link mails that the limits still count were issued.
    pub(crate) fn recent_links(&self, at: Moment) -> impl Iterator<Item = Moment> {
        self.resets.iter().filter(move |reset| reset.is_recent(at)).map(|reset| reset.issued_at)
    }
}

impl Rules for Account {
    const NAME: &'static str = "account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Refusal = AccountRefusal;

    fn decide(&self, at: Moment, command: &AccountCommand) -> Result<Vec<AccountEvent>, AccountRefusal> {
        decide::decide(self, at, command)
    }

    fn apply(&mut self, at: Moment, event: &AccountEvent) {
        apply::apply(self, at, event);
    }

    /// `events` are one commit's, or one event alone: a reset that ended in an
    /// earlier commit may have been dropped from the state.
    fn rows(&self, stream: StreamId, _version: i64, events: &[AccountEvent]) -> Vec<Change> {
        rows::rows(self, AccountId(stream.0), events)
    }

    fn subject(&self, stream: StreamId) -> Option<AccountId> {
        Some(AccountId(stream.0))
    }

    fn owes(stream: StreamId, at: Moment, events: &[AccountEvent]) -> Vec<MailCommand> {
        rows::owes(AccountId(stream.0), at, events)
    }
}
