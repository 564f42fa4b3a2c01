//! What is odd about a configuration that can be used all the same.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::names::names_secret_file;
use super::reader::resolve;
use super::tree::{Kind, Node, Place};
use crate::config::Config;

/// Everybody on the machine may read or write.
const OTHERS: u32 = 0o006;

/// A line for each.
pub(super) fn of(config: &Config, tree: &Node, file: &Path, folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    tree.texts("", "", &mut texts);
    let secrets = texts.iter().filter(|(_, name, _)| names_secret_file(name));
    let secrets = secrets.filter_map(|(key, _, text)| open_to_all(key, Path::new(&resolve(folder, text)?)));
    secrets.chain(password_in(tree, file)).chain(bus_of_one(config)).collect()
}

/// That others than its owner and group can use the file of a secret.
fn open_to_all(key: &str, file: &Path) -> Option<String> {
    let mode = fs::metadata(file).ok()?.permissions().mode();
    let name = file.display();
    (mode & OTHERS != 0).then(|| {
        format!("{key}: every user of this machine can read or change {name} (mode {:04o}): run `chmod o-rw {name}`", mode & 0o7777)
    })
}

/// The same of the configuration file, when it holds the database's password.
fn password_in(tree: &Node, file: &Path) -> Option<String> {
    let url = tree.find("database.url").filter(|node| matches!(node.place, Place::Line(_)))?;
    let Kind::Text(url) = &url.kind else { return None };
    let (user, _) = url.split_once("://")?.1.split_once('@')?;
    user.contains(':').then(|| open_to_all("database.url has a password", file))?
}

/// Hints are for mailers in other processes, and SQLite has none.
fn bus_of_one(config: &Config) -> Option<String> {
    let is_idle = config.nats.is_some() && config.database.is_embedded().unwrap_or(false);
    is_idle.then(|| {
        "[nats] is not used: on SQLite one process does everything; leave it out, or use PostgreSQL"
            .to_owned()
    })
}
