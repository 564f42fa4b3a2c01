//! A hint: that this mail may be due. Nothing more is said on the bus.

use std::time::Duration;

use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::{AckKind, Message};
use futures::StreamExt;
use rekey_events::MailId;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::{Bus, BusError, Lane};

/// How often the server says that it is there while there are no hints.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long a request for hints stands.
const EXPIRES: Duration = Duration::from_secs(30);
const BRIEFLY: Duration = Duration::from_millis(500);
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    v: u32,
    id: MailId,
}

/// What is published: `{"v":1,"id":"…"}`.
pub(super) fn body(mail: MailId) -> String {
    format!(r#"{{"v":{VERSION},"id":"{mail}"}}"#)
}

fn mail(body: &[u8]) -> Option<MailId> {
    serde_json::from_slice::<Body>(body).ok().filter(|body| body.v == VERSION).map(|body| body.id)
}

/// A hint as it was received.
pub struct Hint {
    /// Of which mail.
    pub mail: MailId,
    message: Message,
}

impl Hint {
    /// Has the bus forget it. One whose acknowledgement is lost comes again, and finds nothing to claim.
    pub async fn acknowledge(self) {
        // Without a connection this may wait for one.
        if !matches!(timeout(BRIEFLY, self.message.ack()).await, Ok(Ok(()))) {
            tracing::debug!(mail = %self.mail, "a hint comes again");
        }
    }
}

/// Hints of a lane, as they come.
pub struct Hints(pull::Stream);

impl Bus {
    /// Asks for hints, `ahead` of them at a time.
    ///
    /// # Errors
    /// The bus does not answer, or has no such consumer.
    pub async fn pull(&self, lane: Lane, ahead: usize) -> Result<Hints, BusError> {
        let consumer = self.consumer(lane).await?;
        // Never `batch()` or `fetch()`: with a heartbeat they stall, and lose the message.
        let asking = consumer.stream().max_messages_per_batch(ahead).heartbeat(HEARTBEAT).expires(EXPIRES);
        Ok(Hints(asking.messages().await.map_err(BusError::answer)?))
    }
}

impl Hints {
    /// The next one. Nothing is lost when this is dropped before.
    ///
    /// # Errors
    /// The line was lost, or the consumer is gone: pull anew.
    pub async fn next(&mut self) -> Result<Hint, BusError> {
        loop {
            let message = self.0.next().await.ok_or(BusError::Away)?.map_err(BusError::answer)?;
            match mail(&message.payload) {
                Some(mail) => return Ok(Hint { mail, message }),
                None => refuse(&message).await,
            }
        }
    }
}

/// A message that no one can read is not to come again.
async fn refuse(message: &Message) {
    tracing::warn!(bytes = message.payload.len(), "a message on the bus is no hint");
    if let Err(error) = message.ack_with(AckKind::Term).await {
        tracing::debug!(%error, "it comes again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_hint_says_exactly_this() {
        let said = body(MailId(Uuid::from_u128(7)));
        assert_eq!(said, r#"{"v":1,"id":"00000000-0000-0000-0000-000000000007"}"#);
        assert_eq!(mail(said.as_bytes()), Some(MailId(Uuid::from_u128(7))));
    }

    #[test]
    fn what_is_no_hint_is_not_read_as_one() {
        let other = r#"{"v":2,"id":"00000000-0000-0000-0000-000000000007"}"#;
        let more = r#"{"v":1,"id":"00000000-0000-0000-0000-000000000007","to":"ana"}"#;
        for body in ["", "{}", "7", other, more] {
            assert_eq!(mail(body.as_bytes()), None, "{body}");
        }
    }
}
