//! What became of a reset, told as one story: from being asked for to being used, or not.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use rekey_events::envelope::{Metadata, StoredEvent};
use rekey_events::store::{Store, StoreError};
use rekey_events::{AccountId, Moment, StreamId};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// One reset.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Story {
    /// The reset; the `correlation` of what it led to.
    pub reset: Uuid,
    /// When it was asked for, or sent.
    pub began: Moment,
    /// Whose password, if it is an account's.
    pub account: Option<AccountId>,
    /// The administrator who sent the link.
    pub by: Option<AccountId>,
    /// What came of it, in order.
    pub steps: Vec<Step>,
    /// From where it was asked for.
    #[serde(skip)]
    source: Option<IpAddr>,
}

/// Something that came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The type of the event.
    pub event: String,
    /// Why or by what, as the event has it; of a link that was used, whether from the same network as it was
    /// asked for (`same`, `other`), while that is known.
    pub word: String,
    /// When; of several alike, the first.
    pub at: Moment,
    /// How often in a row.
    pub times: u32,
}

/// Stories on their way, out of events in order.
#[derive(Debug, Default)]
pub struct Stories {
    stories: Vec<Story>,
    /// Where a reset's story is.
    places: HashMap<Uuid, usize>,
    /// Mails that are no links.
    notices: HashSet<StreamId>,
}

/// Events about an account among which those of a reset are looked for.
const MOST: i64 = 10_000;

/// The story of one reset; `account` is whose it is, as far as that is known. What ended it may be part of
/// another call, so it is looked for in all that is about the account.
///
/// # Errors
/// The database does not answer.
pub async fn one(
    store: &Store,
    reset: Uuid,
    account: Option<AccountId>,
) -> Result<Option<Story>, StoreError> {
    let mut events = store.stream(StreamId(reset)).await?;
    if let Some(account) = account {
        let before = events.first().map_or(0, |asked| asked.position);
        events.extend(store.about(account, before, MOST).await?);
    }
    events.sort_unstable_by_key(|event| event.position);
    events.dedup_by_key(|event| event.position);
    let mut stories = Stories::default();
    stories.take_all(store, &events).await?;
    Ok(stories.told().into_iter().find(|story| story.reset == reset))
}

/// Whether it matters where an event's caller was.
fn has_source(event: &StoredEvent) -> bool {
    ["ResetRequested", "AdminResetIssued", "ResetCompleted"].contains(&event.name.as_str())
}

impl Stories {
    /// Takes the next events.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_all(&mut self, store: &Store, events: &[StoredEvent]) -> Result<(), StoreError> {
        let sourced: Vec<_> =
            events.iter().filter(|event| has_source(event)).map(|event| event.event_id).collect();
        let origins = if sourced.is_empty() { HashMap::new() } else { store.origins(&sourced).await? };
        for event in events {
            self.take(event, origins.get(&event.event_id).map(|origin| origin.source.as_str()));
        }
        Ok(())
    }

    /// Takes the next event, and the address its caller was at, if that is (still) known.
    fn take(&mut self, event: &StoredEvent, source: Option<&str>) {
        let payload: Value = serde_json::from_slice(&event.payload).unwrap_or_default();
        let Ok(metadata) = serde_json::from_slice::<Metadata>(&event.metadata) else { return };
        let text = |name: &str| payload[name].as_str().unwrap_or_default().to_owned();
        let reset = text("reset").parse().unwrap_or(metadata.correlation);
        let source = source.and_then(|source| source.parse().ok());
        let step = match event.name.as_str() {
            "ResetRequested" => return self.begin(event, event.stream.0, None, source),
            "AdminResetIssued" => {
                let by = text("by").parse().ok();
                return self.begin(event, reset, by, source);
            }
            "ResetLinkIssued" => return self.belongs_to(reset, event.subject),
            "MailRequested" if payload["reset"].is_null() => {
                self.notices.insert(event.stream);
                return;
            }
            "ResetRefused" | "ResetAttemptRefused" => text("reason"),
            "ResetSuperseded" | "ResetRevoked" => text("by"),
            "ResetCompleted" => self.network(reset, source).to_owned(),
            "ResetExpired" => String::new(),
            "MailRequested" => return,
            name if name.starts_with("Mail") && !self.notices.contains(&event.stream) => String::new(),
            _ => return,
        };
        self.went_on(reset, event, step);
    }

    /// All of them, the earliest first.
    #[must_use]
    pub fn told(self) -> Vec<Story> {
        self.stories
    }

    fn begin(&mut self, event: &StoredEvent, reset: Uuid, by: Option<AccountId>, source: Option<IpAddr>) {
        self.places.insert(reset, self.stories.len());
        let (began, account, steps) = (event.recorded_at, event.subject, Vec::new());
        self.stories.push(Story { reset, began, account, by, steps, source });
    }

    fn story(&mut self, reset: Uuid) -> Option<&mut Story> {
        self.places.get(&reset).map(|place| &mut self.stories[*place])
    }

    fn belongs_to(&mut self, reset: Uuid, account: Option<AccountId>) {
        if let Some(story) = self.story(reset) {
            story.account = account;
        }
    }

    fn network(&mut self, reset: Uuid, source: Option<IpAddr>) -> &'static str {
        match (self.story(reset).and_then(|story| story.source), source) {
            (Some(asked), Some(used)) if are_neighbours(asked, used) => "same",
            (Some(_), Some(_)) => "other",
            _ => "",
        }
    }

    fn went_on(&mut self, reset: Uuid, event: &StoredEvent, word: String) {
        let Some(story) = self.story(reset) else { return };
        match story.steps.last_mut() {
            Some(last) if (&last.event, &last.word) == (&event.name, &word) => last.times += 1,
            _ => story.steps.push(Step { event: event.name.clone(), word, at: event.recorded_at, times: 1 }),
        }
    }
}

/// Whether two addresses are of the same network, as far as that shows: a /24 of IPv4, a /48 of IPv6.
fn are_neighbours(one: IpAddr, other: IpAddr) -> bool {
    match (one.to_canonical(), other.to_canonical()) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one.octets()[..3] == other.octets()[..3],
        (IpAddr::V6(one), IpAddr::V6(other)) => one.segments()[..3] == other.segments()[..3],
        _ => false,
    }
}

#[cfg(test)]
mod tests;
