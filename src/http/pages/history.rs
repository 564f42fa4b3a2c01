//! Events, as people read them.

use std::collections::HashMap;

use rekey_events::envelope::{Metadata, StoredEvent};
use rekey_events::rows::{OriginRow, PersonRow};
use rekey_events::store::{Store, StoreError};
use rekey_events::{AccountId, EventId, Moment};
use serde_json::{Map, Value};

use super::tongue::Tongue;

/// Events that somebody may want to look at.
const BAD: [&str; 9] = [
    "SignInFailed",
    "StrangerRefused",
    "ResetRefused",
    "ResetAttemptRefused",
    "PasswordChangeFailed",
    "MailRejected",
    "MailDead",
    "MailOutcomeUnknown",
    "MailUnconfirmed",
];
/// Events that somebody had hoped for.
const GOOD: [&str; 5] =
    ["ResetCompleted", "PasswordChanged", "SecondFactorEnrolled", "MailAccepted", "AccountRegistered"];

/// An event in words.
pub(crate) struct ShownEvent {
    pub(crate) position: i64,
    /// What the events of one story have in common.
    pub(crate) correlation: String,
    pub(crate) name: String,
    pub(crate) when: String,
    /// RFC 3339.
    pub(crate) moment: String,
    pub(crate) text: String,
    /// `good`, `bad` or nothing.
    pub(crate) tone: &'static str,
    pub(crate) actor: String,
    /// From where, as long as that is kept.
    pub(crate) source: String,
    /// The account it is about, and its person.
    pub(crate) subject: Option<(AccountId, String)>,
}

/// Events in words, with the names of those they are about.
pub(crate) async fn told(
    store: &Store,
    tongue: &Tongue,
    events: &[StoredEvent],
) -> Result<Vec<ShownEvent>, StoreError> {
    let ids: Vec<_> =
        events.iter().flat_map(|event| event.subject.into_iter().chain(by_account(event))).collect();
    let people = store.people(&ids).await?;
    let events_of: Vec<_> = events.iter().map(|event| event.event_id).collect();
    let origins = store.origins(&events_of).await?;
    Ok(events.iter().map(|event| shown(tongue, event, &people, &origins)).collect())
}

fn shown(
    tongue: &Tongue,
    event: &StoredEvent,
    people: &HashMap<AccountId, PersonRow>,
    origins: &HashMap<EventId, OriginRow>,
) -> ShownEvent {
    let name_of = |account: &AccountId| {
        people.get(account).map_or_else(|| tongue.say("erased"), |person| person.username.clone())
    };
    let tone = match event.name.as_str() {
        name if BAD.contains(&name) => "bad",
        name if GOOD.contains(&name) => "good",
        _ => "",
    };
    ShownEvent {
        position: event.position,
        correlation: metadata(event).map(|metadata| metadata.correlation.to_string()).unwrap_or_default(),
        name: event.name.clone(),
        when: tongue.moment(event.recorded_at.micros()),
        moment: event.recorded_at.to_string(),
        text: sentence(tongue, event),
        tone,
        actor: match by_account(event) {
            Some(account) => name_of(&account),
            None => actor(tongue, event),
        },
        source: origins.get(&event.event_id).map(|origin| origin.source.clone()).unwrap_or_default(),
        subject: event.subject.map(|account| (account, name_of(&account))),
    }
}

/// What happened. What the event holds stands in for the sentence's variables.
pub(crate) fn sentence(tongue: &Tongue, event: &StoredEvent) -> String {
    let payload: Map<String, Value> =
        event.upcast_payload().and_then(|payload| serde_json::from_slice(&payload)).unwrap_or_default();
    let mut values: Vec<_> =
        payload.iter().map(|(name, value)| (name.as_str(), word(tongue, value))).collect();
    values.push(("answer", answer(tongue, &payload)));
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    tongue.tell(&format!("event-{}", event.name), &values)
}

/// What a mail server said, or why it said nothing: `550 5.1.1`.
fn answer(tongue: &Tongue, payload: &Map<String, Value>) -> String {
    let text =
        |name: &str| payload.get(name).filter(|value| !value.is_null()).map(|value| word(tongue, value));
    let failure = text("failure").map(|name| tongue.say(&format!("failure-{name}")));
    let parts: Vec<_> = [text("code"), text("enhanced"), failure].into_iter().flatten().collect();
    if parts.is_empty() { tongue.say("failure-none") } else { parts.join(" ") }
}

fn word(tongue: &Tongue, value: &Value) -> String {
    match value {
        Value::String(text) => {
            text.parse::<Moment>().map_or_else(|_| text.clone(), |moment| tongue.moment(moment.micros()))
        }
        Value::Object(parts) => parts.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

fn metadata(event: &StoredEvent) -> Option<Metadata> {
    serde_json::from_slice(&event.metadata).ok()
}

fn by_account(event: &StoredEvent) -> Option<AccountId> {
    metadata(event)?.actor.strip_prefix("account:")?.parse().ok()
}

fn actor(tongue: &Tongue, event: &StoredEvent) -> String {
    let actor = metadata(event).map(|metadata| metadata.actor).unwrap_or_default();
    match actor.split_once(':') {
        Some(("key", name)) => tongue.tell("actor-key", &[("name", name)]),
        Some(("system", role)) => tongue.tell("actor-system", &[("role", role)]),
        _ => tongue.say("actor-anyone"),
    }
}
