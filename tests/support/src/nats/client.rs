//! What an operator may do to the bus, or a client that is not ours.

use std::time::Duration;

use async_nats::Error;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::{self, AckKind, Context};
use futures::StreamExt;

/// What becomes of messages that were taken from a consumer.
#[derive(Clone, Copy, Debug)]
pub enum Done {
    /// Acknowledged, as if done.
    Acknowledged,
    /// Ended: they are not to come again.
    Terminated,
    /// Refused: they are to come again at once.
    Refused,
    /// Nothing: who took them has died.
    Forgotten,
}

/// A client with all rights.
pub struct Client(Context);

impl Client {
    pub(super) async fn connect(url: &str) -> Self {
        Self(jetstream::new(async_nats::connect(url).await.expect("a connection to the server")))
    }

    /// How many messages the stream has; nothing when there is no such stream.
    pub async fn messages(&self, stream: &str) -> Option<u64> {
        Some(self.0.get_stream(stream).await.ok()?.cached_info().state.messages)
    }

    /// The name of the server that leads a stream's replicas, if one does and all others have what it has.
    pub async fn followed_leader(&self, stream: &str) -> Option<String> {
        let stream = self.0.get_stream(stream).await.ok()?;
        let cluster = stream.cached_info().cluster.as_ref()?;
        let follow =
            cluster.replicas.iter().all(|one| one.current && !one.offline && one.lag.unwrap_or(0) == 0);
        cluster.leader.clone().filter(|_| follow)
    }

    /// The messages of a stream: their ids and bodies.
    ///
    /// # Errors
    /// There is no such stream, or it has lost some.
    pub async fn read(&self, stream: &str) -> Result<Vec<(String, String)>, Error> {
        let stream = self.0.get_stream(stream).await?;
        let mut read = Vec::new();
        for sequence in 1..=stream.cached_info().state.last_sequence {
            let message = stream.get_raw_message(sequence).await?;
            let id = message.headers.get("Nats-Msg-Id").map(ToString::to_string).unwrap_or_default();
            read.push((id, String::from_utf8_lossy(&message.payload).into_owned()));
        }
        Ok(read)
    }

    /// How many messages a consumer has not handed out, or has no acknowledgement of; nothing
    /// when there is no such consumer.
    pub async fn unfinished(&self, stream: &str, consumer: &str) -> Option<u64> {
        let stream = self.0.get_stream_no_info(stream).await.ok()?;
        let info = stream.consumer_info(consumer).await.ok()?;
        Some(info.num_pending + u64::try_from(info.num_ack_pending).ok()?)
    }

    /// How many requests for messages wait at a consumer; nothing when there is no such consumer.
    pub async fn pulls(&self, stream: &str, consumer: &str) -> Option<usize> {
        let stream = self.0.get_stream_no_info(stream).await.ok()?;
        Some(stream.consumer_info(consumer).await.ok()?.num_waiting)
    }

    /// Takes at most this many messages from a consumer, waiting a while for them; how many there were.
    ///
    /// # Errors
    /// There is no such consumer, or it goes away meanwhile.
    pub async fn take(&self, stream: &str, consumer: &str, most: usize, done: Done) -> Result<usize, Error> {
        let consumer: PullConsumer = self.0.get_consumer_from_stream(consumer, stream).await?;
        let batch = consumer.fetch().max_messages(most).expires(Duration::from_secs(2));
        let mut messages = batch.messages().await?;
        let mut taken = 0;
        while let Some(message) = messages.next().await {
            let message = message?;
            match done {
                Done::Acknowledged => message.double_ack_with(AckKind::Ack).await?,
                Done::Terminated => message.double_ack_with(AckKind::Term).await?,
                Done::Refused => message.double_ack_with(AckKind::Nak(None)).await?,
                Done::Forgotten => {}
            }
            taken += 1;
        }
        Ok(taken)
    }

    /// Deletes a consumer.
    ///
    /// # Errors
    /// There is none.
    pub async fn delete_consumer(&self, stream: &str, consumer: &str) -> Result<(), Error> {
        self.0.delete_consumer_from_stream(consumer, stream).await?;
        Ok(())
    }

    /// Deletes a stream.
    ///
    /// # Errors
    /// There is none.
    pub async fn delete_stream(&self, stream: &str) -> Result<(), Error> {
        self.0.delete_stream(stream).await?;
        Ok(())
    }

    /// Deletes every stream; how many there were.
    ///
    /// # Errors
    /// The bus does not answer.
    pub async fn delete_streams(&self) -> Result<usize, Error> {
        let mut names = self.0.stream_names();
        let mut deleted = 0;
        while let Some(name) = names.next().await {
            self.0.delete_stream(name?).await?;
            deleted += 1;
        }
        Ok(deleted)
    }
}
