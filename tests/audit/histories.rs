//! Histories that earlier versions recorded: read as they are, for ever.
//!
//! Each is an export (`rekey audit export`, unpacked) in `tests/fixtures/histories`, and beside it what came of
//! it then: the root of its tree, and the views. A new version of an event needs a history with it; without the
//! file beside it the test says what is to be in it. None of them is ever changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use rekey::audit::line::Line;
use rekey_events::envelope::StoredEvent;
use rekey_events::replay::{Fold, Views};
use rekey_events::schema::{SCHEMAS, schema};
use rekey_events::seal::Verification;
use serde_json::{Value, json};

/// A recorded history.
struct History {
    file: PathBuf,
    log: uuid::Uuid,
    events: Vec<StoredEvent>,
}

fn histories() -> Vec<History> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/histories");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|ext| ext == "ndjson")).map(read).collect()
}

fn read(file: PathBuf) -> History {
    let text = fs::read_to_string(&file).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let (mut log, mut events) = (uuid::Uuid::nil(), Vec::new());
    for line in lines {
        match line {
            Line::Log { log: id, .. } => log = id,
            Line::Event(event) => events.push(event.into_event(log)),
            _ => {}
        }
    }
    History { file, log, events }
}

/// What comes of a history today.
fn outcome(history: &History) -> Value {
    let (mut verification, mut flaws) = (Verification::new(history.log, []), Vec::new());
    let (mut fold, mut views) = (Fold::default(), Views::default());
    for event in &history.events {
        verification.take(event, &mut flaws);
        views.take(fold.take(event).unwrap());
    }
    assert!(flaws.is_empty(), "{:?}: {flaws:?}", history.file);
    json!({
        "root": hex::encode(verification.tree().root()),
        "accounts": views.accounts.into_values().collect::<Vec<_>>(),
        "resets": views.resets.into_values().collect::<Vec<_>>(),
        "mails": views.mails.into_values().collect::<Vec<_>>(),
    })
}

#[test]
fn recorded_histories_are_replayed_to_what_they_were() {
    let histories = histories();
    assert!(!histories.is_empty());
    for history in histories {
        let then = fs::read_to_string(history.file.with_extension("json")).unwrap_or_default();
        let now = format!("{:#}\n", outcome(&history));
        assert!(then == now, "{:?}\n--- then\n{then}\n--- now\n{now}", history.file);
    }
}

#[test]
fn every_version_of_every_event_is_in_a_recorded_history() {
    let recorded: BTreeSet<_> = histories()
        .into_iter()
        .flat_map(|history| history.events)
        .map(|event| (event.name, event.schema))
        .collect();
    let known: BTreeSet<_> = SCHEMAS.iter().map(|schema| (schema.name.to_owned(), schema.version)).collect();
    assert_eq!(recorded, known);
}

fn validator(name: &str, version: i32) -> Validator {
    let schema: Value = serde_json::from_str(schema(name, version).unwrap().text).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// By a judge that knows nothing of us but the schemas.
#[test]
fn recorded_events_are_as_their_schemas_say_and_nothing_else_is() {
    for event in histories().into_iter().flat_map(|history| history.events) {
        let (what, validator) =
            (format!("{} {}", event.name, event.schema), validator(&event.name, event.schema));
        let payload: Value = serde_json::from_slice(&event.payload).unwrap();
        if let Err(error) = validator.validate(&payload) {
            panic!("{what}: {error}");
        }
        for (flaw, payload) in spoilt(&payload) {
            // The first versions left it out where it was not known.
            let may_be = flaw == "without provider"
                && event.schema == 1
                && ["MailDeferred", "MailOutcomeUnknown"].contains(&event.name.as_str());
            assert!(validator.is_valid(&payload) == may_be, "{what} {flaw}: {payload}");
        }
    }
}

/// The payload with a field too many, one too few, and one of another type.
fn spoilt(payload: &Value) -> Vec<(String, Value)> {
    let mut more = payload.clone();
    more["more"] = json!(1);
    let mut spoilt = vec![("with more".to_owned(), more), ("as a list".to_owned(), json!([payload]))];
    for key in payload.as_object().unwrap().keys() {
        let (mut less, mut other) = (payload.clone(), payload.clone());
        less.as_object_mut().unwrap().remove(key);
        other[key] = json!({ "unheard": "of" });
        spoilt.extend([(format!("without {key}"), less), (format!("with another {key}"), other)]);
    }
    spoilt
}
