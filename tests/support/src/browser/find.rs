//! Finding things on a page by the words that a person reads.

use std::fmt;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::deed::Deed;
use super::{Browser, GLANCE, PATIENCE};

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Button,
    Field,
    Link,
}

/// What is looked for, by its words, and perhaps those of its row.
#[derive(Clone, Copy)]
pub(super) struct Thing<'a> {
    pub(super) kind: Kind,
    pub(super) words: &'a str,
    pub(super) row: &'a str,
}

/// WebDriver's name for an element.
pub(super) struct Element(pub(super) Value);

impl Kind {
    fn selector(self) -> &'static str {
        match self {
            Self::Button => "button, input[type=submit], input[type=button], summary, [role=button]",
            Self::Field => "input, select, textarea",
            Self::Link => "a[href]",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Field => "field",
            Self::Link => "link",
        }
    }
}

impl fmt::Display for Thing<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} “{}”", self.kind.name(), self.words)?;
        if self.row.is_empty() { Ok(()) } else { write!(out, " beside “{}”", self.row) }
    }
}

impl<'a> Thing<'a> {
    pub(super) fn new(kind: Kind, words: &'a str) -> Self {
        Self { kind, words, row: "" }
    }
}

impl Element {
    /// The path of a call that is about it.
    pub(super) fn path(&self, what: &str) -> String {
        let id = self.0.as_object().and_then(|object| object.values().next());
        format!("element/{}/{what}", id.and_then(Value::as_str).unwrap_or_default())
    }
}

impl Browser {
    /// Does something with a thing as soon as it is there and can be used.
    pub(super) async fn with(&self, thing: Thing<'_>, deed: Deed<'_>) -> Value {
        let begun = Instant::now();
        loop {
            let reason = match self.find(thing).await {
                Ok(element) => match self.attempt(deed, &element).await {
                    Err(refused) if refused.passes() => refused.to_string(),
                    done => return self.sure(&format!("use “{}”", thing.words), done).await,
                },
                Err(instead) => instead,
            };
            if begun.elapsed() > PATIENCE {
                self.lost(&format!("no {thing} to use: {reason}")).await;
            }
            sleep(GLANCE).await;
        }
    }

    async fn find(&self, thing: Thing<'_>) -> Result<Element, String> {
        let arguments = [json!(thing.kind.selector()), json!(thing.words), json!(thing.row)];
        // A page that is just leaving refuses too: the next one is asked again.
        let found = self.wire.run(include_str!("find.js"), &arguments).await;
        let mut found = found.map_err(|refused| refused.to_string())?;
        match found["element"].take() {
            Value::Null => Err(format!("there is {}", found["instead"])),
            element => Ok(Element(element)),
        }
    }
}

/// A text that a script answered.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
