//! What became of a reset, in one sentence.

use std::collections::HashMap;
use std::time::Duration;

use rekey_events::AccountId;
use rekey_events::Language;
use rekey_events::rows::PersonRow;

use super::tongue::Tongue;
use crate::audit::story::{Step, Story};

/// The story: "admin sent ben a reset link; mail accepted 0.4 s later; used from the same network 6 min later".
pub(crate) fn sentence(tongue: &Tongue, story: &Story, people: &HashMap<AccountId, PersonRow>) -> String {
    let name_of = |account: AccountId| {
        people.get(&account).map_or_else(|| tongue.say("erased"), |person| person.username.clone())
    };
    let whom = story.account.map_or_else(|| tongue.say("story-somebody"), name_of);
    let mut clauses = vec![match story.by {
        Some(by) => tongue.tell("story-sent", &[("by", &name_of(by)), ("whom", &whom)]),
        None => tongue.tell("story-asked", &[("whom", &whom)]),
    }];
    let mut before = story.began;
    for step in &story.steps {
        let (what, span) = (what(tongue, step), span(tongue, step.at.since(before)));
        // A refusal comes at once.
        let is_at_once = step.event == "ResetRefused";
        let later = || tongue.tell("story-later", &[("what", &what), ("span", &span)]);
        clauses.push(if is_at_once { what.clone() } else { later() });
        before = step.at;
    }
    clauses.join("; ")
}

fn what(tongue: &Tongue, step: &Step) -> String {
    let word = step.word.as_str();
    let what = match step.event.as_str() {
        "ResetCompleted" => tongue.tell("story-used", &[("network", word)]),
        mail if mail.starts_with("Mail") => tongue.tell("story-mail", &[("outcome", mail)]),
        other => small(&tongue.tell(&format!("event-{other}"), &[("reason", word), ("by", word)])),
    };
    match step.times {
        1 => what,
        times => tongue.tell("story-times", &[("what", &what), ("times", &times.to_string())]),
    }
}

/// As it is within a sentence.
fn small(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// How long, to what matters of it.
fn span(tongue: &Tongue, span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..10 if tongue.language == Language::En => format!("{:.1} s", span.as_secs_f64()),
        0..10 => format!("{:.1} s", span.as_secs_f64()).replace('.', ","),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
