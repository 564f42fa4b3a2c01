//! The inbox: the folder in which the mailer of `rekey dev` leaves its mails.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mail_parser::MessageParser;

/// A mail, as it is read.
#[derive(Clone, Debug)]
pub(super) struct Mail {
    pub(super) id: String,
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) date: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// All mails, the newest first.
pub(super) fn list(folder: &Path) -> Vec<Mail> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<(SystemTime, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "eml"))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    files.iter().rev().filter_map(|(_, path)| read(path)).collect()
}

/// The mail with this id.
pub(super) fn one(folder: &Path, id: &str) -> Option<Mail> {
    let id: uuid::Uuid = id.parse().ok()?;
    read(&folder.join(format!("{id}.eml")))
}

fn read(path: &Path) -> Option<Mail> {
    let bytes = std::fs::read(path).ok()?;
    let message = MessageParser::default().parse(&bytes)?;
    let to = message.to().and_then(|to| to.first()).and_then(|to| to.address());
    Some(Mail {
        id: path.file_stem()?.to_string_lossy().into_owned(),
        to: to.unwrap_or_default().to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        date: message.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default(),
        text: message.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
        html: message.body_html(0).unwrap_or_default().into_owned(),
    })
}
