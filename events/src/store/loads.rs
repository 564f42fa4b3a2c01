//! What many ask for at once, one by one: streams to decide on, and the rows
//! that the workers look up. Each kind is read [`Together`].

use std::collections::HashMap;

use super::reads::{Folded, whole};
use super::together::Together;
use super::vault::Addressee;
use super::{Log, StoreError};
use crate::ids::{AccountId, ResetId, StreamId};
use crate::moment::Moment;
use crate::rows::{PersonRow, ResetRow};

/// Who waits for what.
#[derive(Debug, Default)]
pub(crate) struct Loads {
    streams: Together<StreamId, Vec<Folded>>,
    addressees: Together<AccountId, Addressee>,
    usernames: Together<String, PersonRow>,
    resets: Together<ResetId, ResetRow>,
}

impl Loads {
    /// Waits until the streams asked for up to now are answered.
    pub(crate) async fn answered(&self) {
        self.streams.answered().await;
    }
}

impl Log {
    /// A stream's events, from its beginning.
    ///
    /// # Errors
    /// The database does not answer (never an empty history), or the stream has a gap.
    pub(crate) async fn events_of(&self, stream: StreamId) -> Result<Vec<Folded>, StoreError> {
        let read = async |streams| {
            let mut found: HashMap<_, Vec<_>> = HashMap::new();
            for event in self.store().streams(streams).await? {
                found.entry(event.stream).or_default().push(event);
            }
            Ok(found)
        };
        let events = self.loads().streams.get(stream, read).await?.unwrap_or_default();
        whole(stream, events.iter().map(|event| event.version))?;
        Ok(events)
    }

    /// Who a mail to the account goes to at `now`, more or less: of those who
    /// ask together, the one who reads says when.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn addressee(&self, account: AccountId, now: Moment) -> Result<Option<Addressee>, StoreError> {
        let read = async |accounts: Vec<AccountId>| {
            let people = self.store().addressees(&accounts, now).await?;
            Ok(people.into_iter().map(|one| (one.person.account_id, one)).collect())
        };
        self.loads().addressees.get(account, read).await
    }

    /// Who has this username, folded.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn person_by_username(&self, key: &str) -> Result<Option<PersonRow>, StoreError> {
        let read = async |keys: Vec<String>| {
            let people = self.store().people_by_username(&keys).await?;
            Ok(people.into_iter().map(|person| (person.username_key.clone(), person)).collect())
        };
        self.loads().usernames.get(key.to_owned(), read).await
    }

    /// The reset's view row.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reset(&self, reset: ResetId) -> Result<Option<ResetRow>, StoreError> {
        let read = async |resets: Vec<ResetId>| {
            let resets = self.store().resets(&resets).await?;
            Ok(resets.into_iter().map(|reset| (reset.reset_id, reset)).collect())
        };
        self.loads().resets.get(reset, read).await
    }
}
