//! How a checkpoint goes out: as a mail, or to a webhook.

use std::sync::Arc;
use std::time::Duration;

use rekey_events::seal::Checkpoint;

use super::record::Parcel;
use crate::message::{self, Address, CheckpointMail, Dkim, Mailbox};
use crate::smtp::{Delivery, Envelope, Open, Pool};
use crate::web::{Uri, Web};

/// What mails with checkpoints have in common.
pub struct Letters {
    /// The mail servers, the preferred one first.
    pub servers: Vec<Pool>,
    /// From whom.
    pub from: Mailbox,
    /// The service's name.
    pub product: String,
    /// In which language.
    pub language: rekey_events::Language,
    /// How they are signed, if they are.
    pub dkim: Option<Dkim>,
}

/// How somebody gets checkpoints.
pub(super) enum Way {
    Mail {
        to: Address,
        letters: Arc<Letters>,
        /// Makes Message-IDs unguessable.
        key: [u8; 32],
    },
    Webhook {
        url: Uri,
        web: Web,
    },
}

impl Way {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Mail { .. } => "mail",
            Self::Webhook { .. } => "webhook",
        }
    }

    /// Who gets them, to be remembered: of a URL the host, for the rest may be a secret.
    pub(super) fn to(&self) -> &str {
        match self {
            Self::Mail { to, .. } => to.as_str(),
            Self::Webhook { url, .. } => url.host().unwrap_or_default(),
        }
    }

    /// Nobody wants the same mail every few minutes from a server that refuses it.
    pub(super) fn longest_pause(&self) -> Duration {
        Duration::from_secs(match self {
            Self::Mail { .. } => 60 * 60,
            Self::Webhook { .. } => 10 * 60,
        })
    }

    /// Hands it over; else the reason, without anybody's address.
    pub(super) async fn hand_over(&self, parcel: &Parcel, checkpoint: &Checkpoint) -> Result<(), String> {
        match self {
            Self::Mail { to, letters, key } => letters.send(to, key, parcel, checkpoint).await,
            Self::Webhook { url, web } => {
                let answer = web.post(url, parcel.note.clone()).await.map_err(|error| error.to_string())?;
                let is_taken = (200..300).contains(&answer.status);
                if is_taken { Ok(()) } else { Err(format!("it answered {}", answer.status)) }
            }
        }
    }
}

impl Letters {
    async fn send(
        &self,
        to: &Address,
        message_id_key: &[u8; 32],
        parcel: &Parcel,
        checkpoint: &Checkpoint,
    ) -> Result<(), String> {
        let mail = CheckpointMail {
            note: &parcel.note,
            checkpoint,
            signed_at: rekey_events::Moment::from_micros(parcel.signed_at),
            to,
            from: &self.from,
            product: &self.product,
            language: self.language,
            message_id_key,
            dkim: self.dkim.as_ref(),
        };
        let message = message::build_checkpoint(&mail).map_err(|error| error.to_string())?;
        let envelope = Envelope { from: self.from.address.clone(), to: to.clone() };
        let mut refused = "there is no mail server".to_owned();
        for server in &self.servers {
            refused = match server.deliver(&envelope, &message.bytes, &Open).await {
                Delivery::Accepted { .. } => return Ok(()),
                // Nothing was said about this mail: another server may do.
                Delivery::ConnectionFailed { phase, reason } => {
                    format!("{} at {phase}: {reason}", server.name())
                }
                Delivery::Deferred { phase, reply, .. } | Delivery::Rejected { phase, reply, .. } => {
                    return Err(format!("{} at {phase}: {reply}", server.name()));
                }
                Delivery::Ambiguous { reason } => {
                    return Err(format!("{} at the dot: {reason}", server.name()));
                }
                Delivery::Withheld => return Err("it was withheld".to_owned()),
            };
        }
        Err(refused)
    }
}
