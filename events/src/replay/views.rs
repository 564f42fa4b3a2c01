//! Rows of any view, and all of them together.

use std::collections::BTreeMap;

use super::fold::Step;
use crate::ids::{AccountId, MailId, ResetId};
use crate::rows::{AccountRow, Change, MailRow, ResetRow};

/// A row of one of the views.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ViewRow {
    /// Of `accounts`.
    Account(AccountRow),
    /// Of `resets`.
    Reset(ResetRow),
    /// Of `mails`, without who is at it.
    Mail(MailRow),
}

impl ViewRow {
    /// The row that a change sets, if it is one of a view.
    pub(super) fn of(change: Change) -> Option<Self> {
        match change {
            Change::PutAccount(row) => Some(Self::Account(row)),
            Change::PutReset(row) => Some(Self::Reset(row)),
            Change::PutMail(row) => Some(Self::Mail(row)),
            _ => None,
        }
    }

    /// The view it is of, and its key there.
    #[must_use]
    pub fn key(&self) -> (&'static str, uuid::Uuid) {
        match self {
            Self::Account(row) => ("accounts", row.account_id.0),
            Self::Reset(row) => ("resets", row.reset_id.0),
            Self::Mail(row) => ("mails", row.mail_id.0),
        }
    }
}

/// All views, in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Views {
    /// By account.
    pub accounts: BTreeMap<AccountId, AccountRow>,
    /// By reset.
    pub resets: BTreeMap<ResetId, ResetRow>,
    /// By mail.
    pub mails: BTreeMap<MailId, MailRow>,
}

impl Views {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.accounts.len() + self.resets.len() + self.mails.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in what an event changed.
    pub fn take(&mut self, step: Step) {
        for row in step.after {
            self.put(row);
        }
    }

    /// Sets a row.
    pub fn put(&mut self, row: ViewRow) {
        match row {
            ViewRow::Account(row) => drop(self.accounts.insert(row.account_id, row)),
            ViewRow::Reset(row) => drop(self.resets.insert(row.reset_id, row)),
            ViewRow::Mail(row) => drop(self.mails.insert(row.mail_id, row)),
        }
    }

    /// All rows, by view and key.
    #[must_use]
    pub fn into_rows(self) -> BTreeMap<(&'static str, uuid::Uuid), ViewRow> {
        let accounts = self.accounts.into_values().map(ViewRow::Account);
        let resets = self.resets.into_values().map(ViewRow::Reset);
        let mails = self.mails.into_values().map(ViewRow::Mail);
        accounts.chain(resets).chain(mails).map(|row| (row.key(), row)).collect()
    }
}
