//! What was true then.

use super::fold::Step;
use super::views::{ViewRow, Views};
use crate::ids::AccountId;
use crate::moment::Moment;
use crate::rows::{AccountRow, MailRow, ResetRow};

/// A moment of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Right after the event at this position.
    Position(i64),
    /// Before the first event that was decided after this moment.
    Time(Moment),
}

/// The views, as they were then.
#[derive(Clone, Debug, PartialEq)]
pub struct AsOf {
    /// Up to which position events had happened.
    pub position: i64,
    /// The moment: the one asked for, or that of the last event.
    pub at: Moment,
    /// Whether all is in it, or only what is about one account.
    pub account: Option<AccountId>,
    /// The rows.
    pub views: Views,
}

impl AsOf {
    /// Before everything; of all accounts, or of one.
    #[must_use]
    pub fn beginning(account: Option<AccountId>) -> Self {
        Self { position: 0, at: Moment::default(), account, views: Views::default() }
    }

    /// Takes in an event at a position and moment, by what it changed.
    pub fn take(&mut self, position: i64, at: Moment, step: Step) {
        (self.position, self.at) = (position, at);
        let wanted = self.account;
        let rows = step.after.into_iter().filter(|row| wanted.is_none_or(|account| about(row) == account));
        rows.for_each(|row| self.views.put(row));
    }

    /// The links that could be used: an hour ends one before its end is on record.
    pub fn live_links(&self) -> impl Iterator<Item = &ResetRow> {
        let now = self.at.micros();
        self.views.resets.values().filter(move |row| row.state == "live" && now < row.expires_at)
    }

    /// The accounts that were there.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountRow> {
        self.views.accounts.values()
    }

    /// The mails that were owed.
    pub fn owed_mails(&self) -> impl Iterator<Item = &MailRow> {
        self.views.mails.values().filter(|row| matches!(row.state.as_str(), "pending" | "unknown"))
    }
}

fn about(row: &ViewRow) -> AccountId {
    match row {
        ViewRow::Account(row) => row.account_id,
        ViewRow::Reset(row) => row.account_id,
        ViewRow::Mail(row) => row.account_id,
    }
}
