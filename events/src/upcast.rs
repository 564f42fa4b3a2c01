//! Events of earlier versions, read as if they were of the newest: the stored bytes stay what they are.
//!
//! A new version of a type is a step here, from the one before; its schema and a history with it are
//! committed (`events/schemas`, `tests/fixtures/histories`), and those of the earlier stay.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Makes a payload of one version one of the next.
type Step = fn(&mut Map<String, Value>);

/// The types that have had more than one version, and the steps from the first on.
const STEPS: &[(&str, &[Step])] = &[
    ("MailDead", &[|payload| add_nulls(payload, &["enhanced", "phase", "provider"])]),
    ("MailDeferred", &[say_that_no_provider_is_known, |payload| add_nulls(payload, &["failure"])]),
    (
        "MailOutcomeUnknown",
        &[say_that_no_provider_is_known, |payload| add_nulls(payload, &["code", "enhanced", "failure"])],
    ),
    ("MailRejected", &[|payload| add_nulls(payload, &["provider"])]),
    ("ResetAttemptRefused", &[|payload| add_nulls(payload, &["fingerprint"])]),
];

/// The first ones left the provider out where it was not known; the second always say it, or `null`.
fn say_that_no_provider_is_known(payload: &mut Map<String, Value>) {
    payload.entry("provider").or_insert(Value::Null);
}

/// What the version before did not say.
fn add_nulls(payload: &mut Map<String, Value>, names: &[&str]) {
    payload.extend(names.iter().map(|name| ((*name).to_owned(), Value::Null)));
}

fn steps(name: &str) -> &'static [Step] {
    STEPS.iter().find(|(kind, _)| *kind == name).map_or(&[], |(_, steps)| steps)
}

/// The newest version of a type's schema: the one that is written.
#[must_use]
pub fn newest(name: &str) -> i32 {
    steps(name).iter().fold(1, |version, _| version + 1)
}

/// The payload of a version, as one of the newest.
///
/// # Errors
/// It is no JSON object.
pub(crate) fn upcast<'p>(name: &str, version: i32, payload: &'p [u8]) -> serde_json::Result<Cow<'p, [u8]>> {
    let taken = usize::try_from(version - 1).unwrap_or(usize::MAX);
    let left = steps(name).get(taken..).unwrap_or_default();
    if left.is_empty() {
        return Ok(payload.into());
    }
    let mut fields = serde_json::from_slice(payload)?;
    left.iter().for_each(|step| step(&mut fields));
    serde_json::to_vec(&fields).map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use crate::fact::{Fact, UnknownFact};
    use crate::mail::event::DeadBecause;
    use crate::mail::{MailEvent, Phase};

    const FIRST: &[u8] = br#"{"due_at":"2026-11-26T06:19:02.000000Z","reason":"worker_died"}"#;
    const SECOND: &[u8] =
        br#"{"due_at":"2026-11-26T06:19:02.000000Z","provider":null,"reason":"worker_died"}"#;
    const THIRD: &[u8] =
        br#"{"code":null,"due_at":"2026-11-26T06:19:02.000000Z","enhanced":null,"failure":null,
        "provider":null,"reason":"worker_died"}"#;

    #[test]
    fn an_event_of_an_earlier_version_is_read_as_one_of_the_newest() {
        let [first, second, third] = [(1, FIRST), (2, SECOND), (3, THIRD)]
            .map(|(version, payload)| Fact::decode("MailOutcomeUnknown", version, payload).unwrap());
        assert!(matches!(first, Fact::Mail(MailEvent::MailOutcomeUnknown { provider: None, .. })));
        assert_eq!((&first, &second), (&second, &third));
    }

    #[test]
    fn earlier_refusals_are_read_without_what_they_did_not_say() {
        let rejected = Fact::decode("MailRejected", 1, br#"{"code":550,"enhanced":"5.1.1","phase":"rcpt"}"#);
        let expected = MailEvent::MailRejected {
            phase: Phase::Rcpt,
            code: 550,
            enhanced: Some("5.1.1".into()),
            provider: None,
        };
        assert_eq!(rejected.unwrap(), Fact::Mail(expected));
        let dead = Fact::decode("MailDead", 1, br#"{"code":554,"reason":"message_refused"}"#).unwrap();
        let (reason, code) = (DeadBecause::MessageRefused, Some(554));
        let expected = MailEvent::MailDead { reason, code, enhanced: None, phase: None, provider: None };
        assert_eq!(dead, Fact::Mail(expected));
    }

    #[test]
    fn what_it_says_stays() {
        let payload = br#"{"due_at":"2026-11-26T06:19:02.000000Z","provider":"smtp","reason":"reply_lost"}"#;
        let fact = Fact::decode("MailOutcomeUnknown", 1, payload).unwrap();
        assert!(
            matches!(fact, Fact::Mail(MailEvent::MailOutcomeUnknown { provider: Some(name), .. }) if name == "smtp")
        );
    }

    #[test]
    fn a_version_that_is_yet_to_come_or_none_is_not_known() {
        for (name, version) in
            [("MailOutcomeUnknown", 4), ("MailOutcomeUnknown", 0), ("MailExpired", 2), ("SignedIn", -1)]
        {
            let unknown = Fact::decode(name, version, b"{}").unwrap_err();
            assert!(
                matches!(unknown, UnknownFact::Type { schema, .. } if schema == version),
                "{name} {version}"
            );
        }
    }

    #[test]
    fn the_newest_version_leaves_nothing_out() {
        assert!(matches!(Fact::decode("MailOutcomeUnknown", 3, FIRST), Err(UnknownFact::Shape { .. })));
        assert!(matches!(Fact::decode("MailOutcomeUnknown", 3, SECOND), Err(UnknownFact::Shape { .. })));
    }
}
