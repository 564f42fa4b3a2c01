//! What is configured, before it has types: values with the places they come from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A line of the configuration file, from 1.
    Line(usize),
    /// An environment variable.
    Variable(String),
}

impl Place {
    /// The place as text; `file` is the configuration file.
    pub(super) fn describe(&self, file: &Path) -> String {
        match self {
            Self::Line(line) => format!("{}, line {line}", file.display()),
            Self::Variable(name) => name.clone(),
        }
    }
}

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) kind: Kind,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Table(BTreeMap<String, Node>),
    List(Vec<Node>),
    /// A text of the file, or the value of a variable. The type of its key decides what it means.
    Text(String),
    Number(i64),
    Flag(bool),
    /// What no key takes: fractions and dates, as they were written.
    Other(String),
}

/// A step from a table or list to what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(&'static str),
    Index(usize),
}

impl Node {
    /// The tree of a TOML document.
    ///
    /// # Errors
    /// The line, and what is wrong there; never the line's text, which may hold a secret.
    pub(super) fn parse(text: &str) -> Result<Self, (usize, String)> {
        let line = |start: usize| text[..start].matches('\n').count() + 1;
        let parsed = DeTable::parse(text)
            .map_err(|error| (line(error.span().map_or(0, |span| span.start)), error.message().to_owned()))?;
        Ok(Self { place: Place::Line(1), kind: table(parsed.get_ref(), &line) })
    }

    /// The node at `key`, such as `mail.providers[1].name`.
    pub(super) fn find(&self, key: &str) -> Option<&Self> {
        let mut names = key.split(['.', '[', ']']).filter(|name| !name.is_empty());
        names.try_fold(self, |node, name| match &node.kind {
            Kind::Table(entries) => entries.get(name),
            Kind::List(items) => items.get(name.parse::<usize>().ok()?),
            // A list in one text, with commas.
            Kind::Text(_) => name.parse::<usize>().is_ok().then_some(node),
            _ => None,
        })
    }

    /// Puts `text` where `path` leads to, in place of what was there.
    ///
    /// # Errors
    /// The first index in `path` that leaves out one before it.
    pub(super) fn set(&mut self, path: &[Step], place: &Place, text: String) -> Result<(), usize> {
        let Some((step, rest)) = path.split_first() else {
            *self = Self { place: place.clone(), kind: Kind::Text(text) };
            return Ok(());
        };
        let absent = || Self { place: place.clone(), kind: empty(rest.first()) };
        match (step, &mut self.kind) {
            (Step::Key(name), Kind::Table(entries)) => {
                entries.entry((*name).to_owned()).or_insert_with(absent).set(rest, place, text)
            }
            (Step::Index(index), Kind::List(items)) if *index <= items.len() => {
                if *index == items.len() {
                    items.push(absent());
                }
                items[*index].set(rest, place, text)
            }
            (Step::Index(index), Kind::List(_)) => Err(*index),
            // The file has something else there, which is reported when it is read.
            _ => Ok(()),
        }
    }

    /// All texts below, each with its key and the name of that key.
    pub(super) fn texts<'a>(&'a self, key: &str, name: &'a str, found: &mut Vec<(String, &'a str, &'a str)>) {
        match &self.kind {
            Kind::Table(entries) => {
                entries.iter().for_each(|(name, node)| node.texts(&child(key, name), name, found));
            }
            Kind::List(items) => {
                let items = items.iter().enumerate();
                items.for_each(|(index, node)| node.texts(&format!("{key}[{index}]"), name, found));
            }
            Kind::Text(text) => found.push((key.to_owned(), name, text)),
            _ => {}
        }
    }
}

/// The key `name` in the table at `key`.
pub(super) fn child(key: &str, name: &str) -> String {
    if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") }
}

fn empty(next: Option<&Step>) -> Kind {
    match next {
        Some(Step::Index(_)) => Kind::List(Vec::new()),
        _ => Kind::Table(BTreeMap::new()),
    }
}

fn table(entries: &DeTable<'_>, line: &impl Fn(usize) -> usize) -> Kind {
    let entry = |(name, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = name.get_ref();
        (name.clone().into_owned(), node(value, line))
    };
    Kind::Table(entries.iter().map(entry).collect())
}

fn node(value: &Spanned<DeValue<'_>>, line: &impl Fn(usize) -> usize) -> Node {
    let kind = match value.get_ref() {
        DeValue::Table(entries) => table(entries, line),
        DeValue::Array(items) => Kind::List(items.iter().map(|item| node(item, line)).collect()),
        DeValue::String(text) => Kind::Text(text.clone().into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Kind::Other(number.to_string()), Kind::Number),
        DeValue::Boolean(flag) => Kind::Flag(*flag),
        DeValue::Float(number) => Kind::Other(number.to_string()),
        DeValue::Datetime(date) => Kind::Other(date.to_string()),
    };
    Node { place: Place::Line(line(value.span().start)), kind }
}

/// A value as it can be written; nothing for a table or list.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Other(text) => f.write_str(text),
            Self::Table(_) | Self::List(_) => Ok(()),
        }
    }
}
