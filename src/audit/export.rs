//! Writing an export: the whole log, its checkpoints, and, if asked for, the personal data beside it.

use std::collections::BTreeSet;
use std::io::{BufWriter, IntoInnerError, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use rekey_events::AccountId;
use rekey_events::envelope::StoredEvent;
use rekey_events::store::{Store, StoreError};

use super::CHECKPOINTS;
use super::line::{EventLine, FORMAT, Line};

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be written.
    #[error("the export cannot be written: {0}")]
    Write(#[from] std::io::Error),
    /// A line cannot be made.
    #[error("a line cannot be made: {0}")]
    Line(#[from] serde_json::Error),
    /// Somebody changed the database.
    #[error("the event at position {0} has bytes that are no text: they are not what rekey wrote")]
    NoText(i64),
}

/// Writes all of the log there is now into `out`, compressed; how many events. `went_on` hears of progress.
///
/// # Errors
/// See [`ExportError`].
pub async fn export(
    store: &Store,
    out: impl Write + Send,
    with_personal_data: bool,
    mut went_on: impl FnMut(i64, i64),
) -> Result<u64, ExportError> {
    // Those first: what is signed meanwhile is of later events. What is of more events than there are is evidence.
    let checkpoints = store.checkpoints(CHECKPOINTS).await?;
    let head = store.head().await?;
    // The encoder would look at each of the many small pieces that a line is written in.
    let mut lines = Lines(BufWriter::with_capacity(1 << 16, GzEncoder::new(out, Compression::fast())));
    lines.write(&Line::Log { format: FORMAT.to_owned(), log: head.log })?;
    checkpoints.into_iter().try_for_each(|checkpoint| lines.write(&Line::Checkpoint(checkpoint.note)))?;
    let (mut events, mut accounts) = (0, BTreeSet::new());
    let mut scan = store.scan(0, head.position);
    while let Some(batch) = scan.next().await? {
        events += batch.len() as u64;
        went_on(batch.last().map_or(0, |event| event.position), head.position);
        if with_personal_data {
            accounts.extend(batch.iter().filter_map(|event| event.subject));
            lines.origins(store, &batch).await?;
            lines.receipts(store, &batch).await?;
        }
        batch.into_iter().try_for_each(|event| lines.event(event))?;
    }
    lines.people(store, &accounts.into_iter().collect::<Vec<_>>()).await?;
    lines.write(&Line::End { events })?;
    lines.0.into_inner().map_err(IntoInnerError::into_error)?.finish()?.flush()?;
    Ok(events)
}

struct Lines<W: Write>(BufWriter<GzEncoder<W>>);

impl<W: Write> Lines<W> {
    fn write(&mut self, line: &Line) -> Result<(), ExportError> {
        serde_json::to_writer(&mut self.0, line)?;
        Ok(self.0.write_all(b"\n")?)
    }

    fn event(&mut self, event: StoredEvent) -> Result<(), ExportError> {
        let position = event.position;
        self.write(&Line::Event(EventLine::new(event).ok_or(ExportError::NoText(position))?))
    }

    async fn origins(&mut self, store: &Store, events: &[StoredEvent]) -> Result<(), ExportError> {
        let ids: Vec<_> = events.iter().map(|event| event.event_id).collect();
        let mut origins: Vec<_> = store.origins(&ids).await?.into_values().collect();
        origins.sort_unstable_by_key(|origin| origin.event_id);
        origins.into_iter().try_for_each(|origin| self.write(&Line::Origin(origin)))
    }

    async fn receipts(&mut self, store: &Store, events: &[StoredEvent]) -> Result<(), ExportError> {
        let receipts = crate::mails::receipts(store, events).await?;
        receipts.into_iter().try_for_each(|receipt| self.write(&Line::Receipt(receipt)))
    }

    async fn people(&mut self, store: &Store, accounts: &[AccountId]) -> Result<(), ExportError> {
        for some in accounts.chunks(1000) {
            let mut people: Vec<_> = store.people(some).await?.into_values().collect();
            people.sort_unstable_by_key(|person| person.account_id);
            people.into_iter().try_for_each(|person| self.write(&Line::Person(person.into())))?;
        }
        Ok(())
    }
}
