//! Verifying a log: an export without any database, or the database itself.

use std::io::{BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;
use rekey_events::envelope::StoredEvent;
use rekey_events::seal::{Checkpoint, Flaw, NoteError, Verification, VerifierKey, WitnessKey};
use rekey_events::store::{Store, StoreError};
use uuid::Uuid;

use super::CHECKPOINTS;
use super::line::{FORMAT, Line};

/// Flaws that are told; after one, others follow from it.
const TOLD: usize = 20;

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read.
    #[error("the export cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// It is no export.
    #[error("line {0} is none of an export of this version of rekey: {1}")]
    Line(u64, String),
    /// It ends before its last line.
    #[error("the export is not whole: it ends after line {0}, without saying so. Take it again.")]
    CutShort(u64),
    /// A proof does not hold.
    #[error("the proof does not hold: {0}")]
    Proof(String),
    /// A checkpoint is not to be believed.
    #[error("{0}: {1}")]
    Checkpoint(String, NoteError),
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The log's id.
    pub log: Uuid,
    /// Its events.
    pub events: u64,
    /// How many checkpoints hold.
    pub checkpoints: usize,
    /// How many came with the log that no trusted key has signed: of another epoch, or anybody's.
    pub strange: usize,
    /// The size of the largest checkpoint that holds: up to there somebody vouches for the log.
    pub sealed: u64,
    /// What does not hold; the first twenty.
    pub flaws: Vec<Flaw>,
    /// What the witnesses say of the newest checkpoint.
    pub witnesses: Vec<Witnessed>,
}

/// What a witness says of the newest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// The witness's name.
    pub by: String,
    /// The checkpoint's size; 0 when there is none.
    pub size: u64,
    /// When it cosigned it, by its own clock in seconds since 1970; or why that does not hold.
    pub at: Result<u64, NoteError>,
}

impl Report {
    /// Whether all is well: no flaw, and a checkpoint that holds, cosigned by each witness.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.flaws.is_empty() && self.sealed > 0 && self.witnesses.iter().all(|witness| witness.at.is_ok())
    }
}

/// What a log is held against.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Who may have signed checkpoints.
    pub keys: Vec<VerifierKey>,
    /// Checkpoints from earlier, kept elsewhere: each with the name it is told by.
    pub since: Vec<(String, String)>,
    /// Who must have cosigned the newest checkpoint.
    pub witnesses: Vec<WitnessKey>,
}

impl Trust {
    /// What the checkpoints kept elsewhere say.
    fn anchors(&self) -> Result<Vec<Checkpoint>, VerifyError> {
        let opened = self.since.iter().map(|(name, note)| {
            self.open(note).map_err(|error| VerifyError::Checkpoint(name.clone(), error))
        });
        opened.collect()
    }

    /// What a checkpoint says that one of the keys has signed.
    pub(super) fn open(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let mut refused = NoteError::Malformed;
        for key in &self.keys {
            match Checkpoint::open(note, key) {
                Ok(checkpoint) => return Ok(checkpoint),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// What the witnesses say of a checkpoint, which is that of so many events.
    pub(super) fn witnessed(&self, note: &str, size: u64) -> Vec<Witnessed> {
        let by = |witness: &WitnessKey| Witnessed {
            by: witness.name().to_owned(),
            size,
            at: witness.find(note).map(|cosignature| cosignature.time),
        };
        self.witnesses.iter().map(by).collect()
    }
}

/// Verifies an export. `went_on` hears of positions.
///
/// # Errors
/// See [`VerifyError`]; what does not hold is in the report.
pub fn export(export: impl Read, trust: &Trust, mut went_on: impl FnMut(i64)) -> Result<Report, VerifyError> {
    let mut lines = Lines::new(export);
    let Some(Line::Log { format, log }) = lines.next()? else {
        return Err(VerifyError::Line(1, "the first line must say what it is".to_owned()));
    };
    if format != FORMAT {
        return Err(VerifyError::Line(1, format!("its format is {format:?}")));
    }
    let mut notes = Vec::new();
    let mut following = loop {
        match lines.next()? {
            Some(Line::Checkpoint(note)) => notes.push(note),
            following => break following,
        }
    };
    let mut course = Course::new(log, trust, &notes)?;
    loop {
        match following {
            Some(Line::Event(event)) => {
                went_on(event.position);
                course.take(&event.into_event(log));
            }
            Some(Line::Origin(_) | Line::Receipt(_) | Line::Person(_)) => {}
            Some(Line::End { events }) => {
                course.expect(events);
                break;
            }
            Some(_) => return Err(VerifyError::Line(lines.number, "it is out of place".to_owned())),
            None => return Err(VerifyError::CutShort(lines.number)),
        }
        following = lines.next()?;
    }
    match lines.next()? {
        None => Ok(course.end()),
        Some(_) => Err(VerifyError::Line(lines.number, "it comes after the last".to_owned())),
    }
}

/// Verifies the log in a database. `went_on` hears of positions, and of the last one.
///
/// # Errors
/// See [`VerifyError`]; what does not hold is in the report.
pub async fn database(
    store: &Store,
    trust: &Trust,
    mut went_on: impl FnMut(i64, i64),
) -> Result<Report, VerifyError> {
    // Those first: what is signed meanwhile is of later events.
    let rows = store.checkpoints(CHECKPOINTS).await?;
    let notes: Vec<_> = rows.into_iter().map(|row| row.note).collect();
    let head = store.head().await?;
    let mut course = Course::new(head.log, trust, &notes)?;
    let wrong = store.wrong_edges().await?;
    let mut scan = store.scan(0, head.position);
    while let Some(batch) = scan.next().await? {
        batch.iter().for_each(|event| course.take(event));
        went_on(batch.last().map_or(0, |event| event.position), head.position);
    }
    // Last: what was signed of the events that are there holds all the same.
    course.flaws.extend(wrong);
    Ok(course.end())
}

/// A log on its way through.
struct Course {
    log: Uuid,
    verification: Verification,
    strange: usize,
    flaws: Vec<Flaw>,
    witnesses: Vec<Witnessed>,
}

impl Course {
    /// One held against what is trusted; `notes` are those that came with the log, the newest first, and count
    /// when a trusted key has signed them.
    fn new(log: Uuid, trust: &Trust, notes: &[String]) -> Result<Self, VerifyError> {
        let mut checkpoints = trust.anchors()?;
        let signed = notes.iter().filter_map(|note| Some((note.as_str(), trust.open(note).ok()?)));
        let signed: Vec<_> = signed.collect();
        let strange = notes.len() - signed.len();
        let newest = signed.first().map_or(("", 0), |(note, checkpoint)| (*note, checkpoint.size));
        let witnesses = trust.witnessed(newest.0, newest.1);
        checkpoints.extend(signed.into_iter().map(|(_, checkpoint)| checkpoint));
        let verification = Verification::new(log, checkpoints);
        Ok(Self { log, verification, strange, flaws: Vec::new(), witnesses })
    }

    fn take(&mut self, event: &StoredEvent) {
        self.verification.take(event, &mut self.flaws);
        self.flaws.truncate(TOLD);
    }

    /// Notes when there are not as many events as was said.
    fn expect(&mut self, said: u64) {
        let found = self.verification.tree().size();
        if found != said {
            self.flaws.push(Flaw::Count { said, found });
        }
    }

    fn end(mut self) -> Report {
        self.flaws.extend(self.verification.end());
        self.flaws.truncate(TOLD);
        let (checkpoints, sealed) = self.verification.held();
        let events = self.verification.tree().size();
        let Self { log, strange, flaws, witnesses, .. } = self;
        Report { log, events, checkpoints, strange, sealed, flaws, witnesses }
    }
}

/// The lines of an export, one after the other.
struct Lines<R: Read> {
    source: BufReader<MultiGzDecoder<R>>,
    text: String,
    number: u64,
}

impl<R: Read> Lines<R> {
    fn new(source: R) -> Self {
        Self {
            source: BufReader::with_capacity(1 << 16, MultiGzDecoder::new(source)),
            text: String::new(),
            number: 0,
        }
    }

    fn next(&mut self) -> Result<Option<Line>, VerifyError> {
        self.text.clear();
        if self.source.read_line(&mut self.text)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        serde_json::from_str(&self.text)
            .map(Some)
            .map_err(|error| VerifyError::Line(self.number, error.to_string()))
    }
}
