//! Events as lines: for people, for programs, for spreadsheets.

use std::error::Error;

use rekey_events::envelope::StoredEvent;
use rekey_events::store::Store;

use super::Format;
use crate::cli::say::say;
use crate::cli::table::table;
use crate::http::events::ReadableEvent;
use crate::http::pages::history::{ShownEvent, told};
use crate::http::pages::tongue::Tongue;
use crate::mails::words;

/// The columns for spreadsheets.
const COLUMNS: [&str; 10] =
    ["position", "time", "type", "about", "by", "what", "from", "stream", "version", "payload"];

/// Where events are told.
pub(super) struct Sheet {
    format: Format,
    tongue: Tongue,
    /// Not told yet.
    heads: Option<Vec<String>>,
}

impl Sheet {
    pub(super) fn begin(format: Format) -> Result<Self, Box<dyn Error>> {
        match format {
            Format::Csv => say(&record(&COLUMNS.map(str::to_owned))?)?,
            Format::Table | Format::Ndjson => {}
        }
        let heads = ["POSITION", "TIME", "BY", "ABOUT", "WHAT"].map(str::to_owned).to_vec();
        Ok(Self { format, tongue: Tongue::plain(), heads: Some(heads) })
    }

    pub(super) async fn tell(&mut self, store: &Store, events: &[StoredEvent]) -> Result<(), Box<dyn Error>> {
        let shown = match self.format {
            Format::Ndjson => Vec::new(),
            Format::Table | Format::Csv => told(store, &self.tongue, events).await?,
        };
        let lines: Result<String, Box<dyn Error>> = match self.format {
            Format::Table => {
                let rows = events.iter().zip(&shown).map(|(event, shown)| row(event, shown));
                Ok(table(&self.heads.take().into_iter().chain(rows).collect::<Vec<_>>()))
            }
            Format::Csv => events.iter().zip(&shown).map(|(event, shown)| fields(event, shown)).collect(),
            Format::Ndjson => events
                .iter()
                .map(|event| Ok(format!("{}\n", serde_json::to_string(&ReadableEvent::from(event))?)))
                .collect(),
        };
        Ok(say(&lines?)?)
    }
}

fn row(event: &StoredEvent, shown: &ShownEvent) -> Vec<String> {
    let from = if shown.source.is_empty() { String::new() } else { format!(", from {}", shown.source) };
    vec![
        event.position.to_string(),
        words::time(event.recorded_at),
        shown.actor.clone(),
        about(shown).to_owned(),
        format!("{}{from}", shown.text),
    ]
}

fn about(shown: &ShownEvent) -> &str {
    shown.subject.as_ref().map_or("", |(_, name)| name)
}

fn fields(event: &StoredEvent, shown: &ShownEvent) -> Result<String, Box<dyn Error>> {
    record(&[
        event.position.to_string(),
        event.recorded_at.to_string(),
        event.name.clone(),
        about(shown).to_owned(),
        shown.actor.clone(),
        shown.text.clone(),
        shown.source.clone(),
        event.stream.to_string(),
        event.version.to_string(),
        String::from_utf8_lossy(&event.payload).into_owned(),
    ])
}

/// A line for spreadsheets.
pub(super) fn record(fields: &[String]) -> Result<String, Box<dyn Error>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields)?;
    Ok(String::from_utf8(writer.into_inner().map_err(|error| error.to_string())?)?)
}
