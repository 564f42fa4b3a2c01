//! A batch's changes, gathered by table.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::mem::{Discriminant, discriminant};

use serde::Serialize;
use uuid::Uuid;

use crate::ids::{AccountId, CredentialId, ResetId, SessionId};
use crate::rows::*;

/// The changes of a batch, by table; the order here is the order they are made in. What is
/// serialized is what PostgreSQL takes as JSON: the views' rows it takes as they are.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Changes<'a> {
    /// Where a row to set is in its table's list.
    #[serde(skip)]
    places: HashMap<(Discriminant<Change>, Uuid), usize>,
    #[serde(skip)]
    pub accounts: Vec<&'a AccountRow>,
    #[serde(skip)]
    pub resets: Vec<&'a ResetRow>,
    #[serde(skip)]
    pub mails: Vec<&'a MailRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub erase_people: Vec<AccountId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<&'a PersonRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drop_suppressions: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<&'a SuppressionRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<&'a ReceiptRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<&'a CredentialRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drop_factors: Vec<AccountId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<&'a FactorRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drop_recovery_codes: Vec<AccountId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recovery_codes: Vec<&'a RecoveryCodeRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending_requests: Vec<&'a PendingRequestRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drop_pending_requests: Vec<ResetId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<&'a OriginRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub end_sessions: Vec<EndSessions>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<&'a SessionRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub idempotency: Vec<&'a IdempotencyRow>,
}

/// See [`Change::EndSessions`].
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct EndSessions {
    account_id: AccountId,
    keep: Option<SessionId>,
    credential_id: Option<CredentialId>,
}

impl<'a> Changes<'a> {
    /// Gathers `changes`.
    pub(crate) fn gather(changes: impl Iterator<Item = &'a Change>) -> Self {
        let mut gathered = Self::default();
        changes.for_each(|change| gathered.add(change));
        gathered
    }

    fn add(&mut self, change: &'a Change) {
        let kind = discriminant(change);
        match change {
            Change::PutAccount(row) => {
                put(self.places.entry((kind, row.account_id.0)), &mut self.accounts, row)
            }
            Change::PutReset(row) => put(self.places.entry((kind, row.reset_id.0)), &mut self.resets, row),
            Change::PutMail(row) => put(self.places.entry((kind, row.mail_id.0)), &mut self.mails, row),
            Change::PutPerson(row) => put(self.places.entry((kind, row.account_id.0)), &mut self.people, row),
            // Of these, mails of several streams may tell in one batch: the last one holds.
            Change::PutSuppression(row) => {
                let key = (row.account_id, &row.email_key);
                self.suppressions.retain(|earlier| (earlier.account_id, &earlier.email_key) != key);
                self.suppressions.push(row);
            }
            Change::DropSuppression(email_key) => {
                self.suppressions.retain(|earlier| earlier.email_key != *email_key);
                self.drop_suppressions.push(email_key);
            }
            Change::PutReceipt(row) => self.receipts.push(row),
            Change::PutCredential(row) => {
                put(self.places.entry((kind, row.account_id.0)), &mut self.credentials, row)
            }
            Change::PutFactor(row) => {
                put(self.places.entry((kind, row.account_id.0)), &mut self.factors, row)
            }
            Change::DropFactor(account) => self.drop_factors.push(*account),
            Change::DropRecoveryCodes(account) => self.drop_recovery_codes.push(*account),
            Change::PutRecoveryCode(row) => self.recovery_codes.push(row),
            Change::PutPendingRequest(row) => self.pending_requests.push(row),
            Change::DropPendingRequest(reset) => self.drop_pending_requests.push(*reset),
            Change::PutOrigin(row) => self.origins.push(row),
            Change::PutSession(row) => self.sessions.push(row),
            Change::EndSessions { account_id, keep, credential_id } => {
                self.end_sessions.push(EndSessions {
                    account_id: *account_id,
                    keep: *keep,
                    credential_id: *credential_id,
                });
            }
            Change::PutIdempotency(row) => self.idempotency.push(row),
            Change::ErasePerson(account) => self.erase_people.push(*account),
        }
    }
}

/// Sets a row: instead of an earlier one, which PostgreSQL would not set twice in one statement.
fn put<'a, R>(place: Entry<'_, (Discriminant<Change>, Uuid), usize>, rows: &mut Vec<&'a R>, row: &'a R) {
    match place {
        Entry::Occupied(place) => rows[*place.get()] = row,
        Entry::Vacant(place) => {
            place.insert(rows.len());
            rows.push(row);
        }
    }
}
