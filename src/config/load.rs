//! Loading: one TOML file, overridden by the environment, read into types.
//!
//! Each value keeps its place, so that what is wrong is reported with the line or the variable it came from.

mod environment;
pub(crate) mod names;
mod reader;
mod shape;
mod tree;
mod warnings;

use std::ffi::OsString;
use std::path::Path;

use serde::Deserialize;

use super::file::read;
use super::{Config, ConfigError};
use environment::Settings;
use reader::{Fault, Reader, What};
use shape::Shape;
use tree::{Node, Place};

impl Config {
    /// Reads the file at `path`, overridden by the environment variables given. Relative paths in both begin at the
    /// folder of that file.
    ///
    /// # Errors
    /// A setting is missing, unknown or wrong; the text names it, where it comes from, and what to write instead.
    pub fn load(
        path: &Path,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let settings = Settings::read(&Shape::of::<Self>(), variables).map_err(ConfigError::new)?;
        let mut warnings = settings.unknown.clone();
        let mut tree = Node::parse(&read(path)?)
            .map_err(|(line, why)| ConfigError::new(format!("{}, line {line}: {why}", path.display())))?;
        settings.override_file(&mut tree).map_err(ConfigError::new)?;
        let top = Reader { node: &tree, key: String::new(), name: "", folder };
        let mut config = Self::deserialize(top).map_err(|fault| located(path, &tree, fault))?;
        config.database.begin_at(folder);
        config.check().map_err(|error| match error.key {
            Some(key) => located(path, &tree, Fault::of(key, error.text)),
            None => error,
        })?;
        warnings.extend(warnings::of(&config, &tree, path, folder));
        config.warnings = warnings;
        Ok(config)
    }
}

/// The names of all variables that override a setting; items of lists have the number 0.
#[must_use]
pub fn variables() -> Vec<String> {
    Shape::of::<Config>().variables(environment::PREFIX, 0)
}

/// What is wrong, with the place and the value of the key.
fn located(file: &Path, tree: &Node, fault: Fault) -> ConfigError {
    let Fault { key, reason, what } = fault;
    let key = key.unwrap_or_default();
    let Some(node) = tree.find(&key) else { return missing(file, tree, &key, &reason, what) };
    let (place, value) = (node.place.describe(file), node.kind.to_string());
    if what != What::Value || value.is_empty() || names::is_secret(&key, &value) {
        return ConfigError::new(format!("{place}: {key} {reason}"));
    }
    ConfigError::new(format!("{place}: {key} = {value}: {reason}"))
}

/// The same of a key that is not there: with the place of its table, and how to set it.
fn missing(file: &Path, tree: &Node, key: &str, reason: &str, what: What) -> ConfigError {
    let table = key.rsplit_once('.').and_then(|(table, _)| tree.find(table));
    let place = table.map_or_else(|| file.display().to_string(), |table| table.place.describe(file));
    let is_in_file = table.is_none_or(|table| matches!(table.place, Place::Line(_)));
    let how = if matches!(what, What::Missing(_)) { how_to_set(key, is_in_file) } else { String::new() };
    ConfigError::new(format!("{place}: {key} {reason}{how}"))
}

/// How to set a key that is missing.
fn how_to_set(key: &str, is_in_file: bool) -> String {
    let names = key.replace(['.', '['], "__").replace(']', "").to_ascii_uppercase();
    let is_value = Shape::of::<Config>().path(&names.split("__").collect::<Vec<_>>()).is_some();
    match (is_value, is_in_file) {
        (true, true) => format!(": write it there, or set {}{names}", environment::PREFIX),
        (true, false) => format!(": set {}{names}, too", environment::PREFIX),
        (false, _) => format!(": write a section [{key}] there"),
    }
}
