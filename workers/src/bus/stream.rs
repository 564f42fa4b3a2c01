//! The stream of hints and its two consumers: made, looked at, made anew.

use std::collections::HashMap;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::context::ConsumerInfoErrorKind;
use async_nats::jetstream::stream::{self, DiscardPolicy, RetentionPolicy, StorageType};
use uuid::Uuid;

use super::{Bus, BusError};

/// The name of a log's stream. Another shape of it would get another name. Several logs may share one account of
/// the bus: streams of one account need names and subjects of their own.
#[must_use]
pub fn stream_name(log: Uuid) -> String {
    format!("MAIL_V1_{}", log.simple())
}

/// Where in its metadata its epoch is: of our own making, because the server's
/// creation time is not a safe mark.
const EPOCH: &str = "epoch";

/// Links go before notices: each kind has a subject and a consumer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Mails with a link somebody waits for.
    Links,
    /// Notices.
    Notices,
}

impl Lane {
    /// The most urgent first.
    pub const ALL: [Self; 2] = [Self::Links, Self::Notices];

    /// What a log's hints are published under.
    #[must_use]
    pub fn subject(self, log: Uuid) -> String {
        let kind = match self {
            Self::Links => "link",
            Self::Notices => "notice",
        };
        format!("mail.v1.{}.{kind}", log.simple())
    }

    /// Who hands them out.
    #[must_use]
    pub fn consumer(self) -> &'static str {
        match self {
            Self::Links => "mailer-link",
            Self::Notices => "mailer-notice",
        }
    }
}

/// What there is of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which incarnation it is, if we made it.
    pub epoch: Option<Uuid>,
    /// The last message it has given a number to.
    pub last_sequence: i64,
    /// Up to where each lane's consumer has everything acknowledged; nothing where there is none.
    pub floors: [Option<i64>; 2],
    /// How many of each lane's hints are still to be acknowledged.
    pub pending: [u64; 2],
}

impl Bus {
    /// Looks at the stream; nothing when there is none.
    ///
    /// # Errors
    /// The bus does not answer.
    pub async fn look(&self) -> Result<Option<Seen>, BusError> {
        let (stream, links, notices) =
            tokio::try_join!(self.stream(), self.progress(Lane::Links), self.progress(Lane::Notices))?;
        Ok(stream.map(|(epoch, last_sequence)| Seen {
            epoch,
            last_sequence,
            floors: [links, notices].map(|lane| lane.map(|(floor, _)| floor)),
            pending: [links, notices].map(|lane| lane.map_or(0, |(_, pending)| pending)),
        }))
    }

    async fn stream(&self) -> Result<Option<(Option<Uuid>, i64)>, BusError> {
        use async_nats::jetstream::ErrorCode;
        use async_nats::jetstream::context::GetStreamErrorKind as Kind;
        let info = match self.connected()?.get_stream(self.stream_name()).await {
            Ok(stream) => stream.cached_info().clone(),
            Err(error) => match error.kind() {
                Kind::JetStream(cause) if cause.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                    return Ok(None);
                }
                _ => return Err(BusError::answer(error)),
            },
        };
        let epoch = info.config.metadata.get(EPOCH).and_then(|epoch| epoch.parse().ok());
        Ok(Some((epoch, sequence(info.state.last_sequence))))
    }

    /// Up to where a lane's hints are acknowledged, and how many are not yet.
    async fn progress(&self, lane: Lane) -> Result<Option<(i64, u64)>, BusError> {
        let stream =
            self.connected()?.get_stream_no_info(self.stream_name()).await.map_err(BusError::answer)?;
        match stream.consumer_info(lane.consumer()).await {
            Ok(info) => {
                let pending = info.num_pending.saturating_add(info.num_ack_pending.try_into().unwrap_or(0));
                Ok(Some((sequence(info.ack_floor.stream_sequence), pending)))
            }
            Err(error) => match error.kind() {
                ConsumerInfoErrorKind::NotFound | ConsumerInfoErrorKind::StreamNotFound => Ok(None),
                _ => Err(BusError::answer(error)),
            },
        }
    }

    /// Makes the stream anew, empty, as the incarnation `epoch`.
    ///
    /// # Errors
    /// The bus does not answer, or refuses. There may be no stream then.
    pub async fn begin_epoch(&self, epoch: Uuid) -> Result<(), BusError> {
        let context = self.connected()?;
        if let Err(error) = context.delete_stream(self.stream_name()).await {
            tracing::debug!(%error, "there was no stream to delete");
        }
        context.create_stream(self.config(epoch)).await.map_err(BusError::answer)?;
        for lane in Lane::ALL {
            self.make_consumer(lane).await?;
        }
        Ok(())
    }

    /// Makes a lane's consumer, if there is none. It begins at the stream's
    /// end: its floor is there, so all hints before count as dead.
    ///
    /// # Errors
    /// The bus does not answer, or refuses.
    pub async fn make_consumer(&self, lane: Lane) -> Result<(), BusError> {
        let making =
            self.connected()?.create_consumer_on_stream(consumer(lane, self.log), self.stream_name());
        making.await.map(drop).map_err(BusError::answer)
    }

    pub(super) async fn consumer(&self, lane: Lane) -> Result<PullConsumer, BusError> {
        let getting = self.connected()?.get_consumer_from_stream(lane.consumer(), self.stream_name());
        getting.await.map_err(BusError::answer)
    }

    fn config(&self, epoch: Uuid) -> stream::Config {
        stream::Config {
            name: self.stream_name(),
            description: Some("hints that a mail is due; what is owed is in the database".to_owned()),
            subjects: Lane::ALL.map(|lane| lane.subject(self.log)).to_vec(),
            retention: RetentionPolicy::Limits,
            storage: StorageType::File,
            num_replicas: self.line.replicas,
            discard: DiscardPolicy::Old,
            max_age: Duration::from_secs(30 * 60),
            max_bytes: 256 * 1024 * 1024,
            max_message_size: 1024,
            duplicate_window: Duration::from_secs(2 * 60),
            metadata: HashMap::from([(EPOCH.to_owned(), epoch.to_string())]),
            ..stream::Config::default()
        }
    }
}

fn consumer(lane: Lane, log: Uuid) -> pull::Config {
    pull::Config {
        durable_name: Some(lane.consumer().to_owned()),
        filter_subject: lane.subject(log),
        deliver_policy: DeliverPolicy::New,
        ack_policy: AckPolicy::Explicit,
        ack_wait: Duration::from_secs(10),
        max_deliver: 10,
        max_ack_pending: 4000,
        max_waiting: 2048,
        ..pull::Config::default()
    }
}

fn sequence(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
