//! What the pages say: everything, in every language, and nothing that is never said.

use std::collections::BTreeSet;
use std::path::Path;

use rekey_events::Language;
use rekey_events::mail::FailureReason;
use strum::{IntoEnumIterator, VariantNames};

use super::tongue::WORDS;
use super::trouble_keys;
use crate::audit::{reasons, types};
use crate::mails::STATES;

#[test]
fn all_languages_have_the_same_words_with_the_same_variables() {
    let english = WORDS.keys(Language::En);
    for language in Language::iter() {
        assert_eq!(WORDS.keys(language), english, "{language:?}");
    }
}

/// Keys in templates and code, and those made of a name.
fn said() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let mut said = BTreeSet::new();
    read(&folder, &mut said);
    said.extend(named());
    said
}

/// Keys made of a name that the program has elsewhere.
fn named() -> impl Iterator<Item = String> {
    let events = types().into_iter().map(|kind| format!("event-{kind}"));
    let reasons = reasons().iter().map(|code| format!("why-{code}"));
    let states = STATES.iter().flat_map(|state| [format!("state-{state}"), format!("advice-{state}")]);
    let failures = FailureReason::VARIANTS.iter().map(|name| format!("failure-{name}"));
    events.chain(reasons).chain(states).chain(failures).chain(trouble_keys())
}

/// All that stands between quotes.
fn read(folder: &Path, said: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            read(&entry.path(), said);
        } else {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            said.extend(text.split('"').map(str::to_owned));
        }
    }
}

#[test]
fn all_that_is_said_has_words_and_all_words_are_said() {
    let said = said();
    let english = WORDS.keys(Language::En);
    for key in named() {
        assert!(english.contains_key(key.as_str()), "{key} has no words");
    }
    // Made of a name that something else has.
    let made = [
        "done-",
        "link-",
        "strength-",
        "rejected-",
        "reason-",
        "kind-",
        "state-",
        "advice-",
        "sign-in-",
        "code-step-",
        "failure-",
        "moment",
        "month",
        "field-",
    ];
    let is_made = |key: &&&str| made.iter().any(|start| key.starts_with(start));
    let idle: Vec<_> = english.keys().filter(|key| !is_made(key) && !said.contains(**key)).collect();
    assert!(idle.is_empty(), "never said: {idle:?}");
}
