//! The environment: which variables are ours, and what to say about those that look so.

use std::ffi::{OsStr, OsString};

use super::names::{closest, is_service_link};
use super::shape::Shape;
use super::tree::{Node, Place, Step};

/// What the names of our variables begin with.
pub(super) const PREFIX: &str = "REKEY_";
/// Variables that are read elsewhere, by the command line and for the log.
const OTHERS: [&str; 3] = ["REKEY_CONFIG", "REKEY_DATABASE", "REKEY_LOG"];
/// What the names of our tests' variables begin with.
const TESTS: &str = "REKEY_TEST_";

/// What the environment says.
#[derive(Debug, Default)]
pub(super) struct Settings {
    values: Vec<(Vec<Step>, String, String)>,
    /// A line for each variable that looks like ours and is not.
    pub(super) unknown: Vec<String>,
}

impl Settings {
    /// Those of `variables` that set keys of `shape`. What is set but empty is not set.
    ///
    /// # Errors
    /// The value of one is not UTF-8.
    pub(super) fn read(
        shape: &Shape,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, String> {
        let mut settings = Self::default();
        for (name, value) in variables.filter(|(_, value)| !value.is_empty()) {
            let Some(name) = ours(&name) else { continue };
            let names: Vec<&str> = name[PREFIX.len()..].split("__").collect();
            match shape.path(&names) {
                Some(path) => settings.values.push((path, text(&name, value)?, name)),
                None => settings.unknown.extend(remark(shape, &name, &value.to_string_lossy())),
            }
        }
        // In the order of their numbers, and remarks in one that does not change.
        settings.values.sort();
        settings.unknown.sort();
        Ok(settings)
    }

    /// Puts them into the tree, in place of what the file says.
    ///
    /// # Errors
    /// A number of a list leaves one out.
    pub(super) fn override_file(self, tree: &mut Node) -> Result<(), String> {
        for (path, text, name) in self.values {
            tree.set(&path, &Place::Variable(name.clone()), text).map_err(|index| {
                format!(
                    "{name}: there is no number {} before it: number from 0, and leave none out",
                    index - 1
                )
            })?;
        }
        Ok(())
    }
}

/// The name, when it begins as ours do and nothing else reads it.
fn ours(name: &OsStr) -> Option<String> {
    let name = name.to_string_lossy();
    let is_ours = name.starts_with(PREFIX) && !name.starts_with(TESTS) && !OTHERS.contains(&&*name);
    is_ours.then(|| name.into_owned())
}

fn text(name: &str, value: OsString) -> Result<String, String> {
    value.into_string().map_err(|_| format!("{name}: the value is not UTF-8 text"))
}

/// What to say about a variable that is no key; nothing of those that come by themselves.
fn remark(shape: &Shape, name: &str, value: &str) -> Option<String> {
    if is_service_link(name, value) {
        return None;
    }
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number: usize = name.split('_').find(is_number).and_then(|part| part.parse().ok()).unwrap_or(0);
    let known = shape.variables(PREFIX, number);
    Some(match closest(name, known.into_iter()) {
        Some(meant) => format!("{name} is ignored: it is not a setting of rekey; did you mean {meant}?"),
        None => format!("{name} is ignored: it is not a setting of rekey"),
    })
}
