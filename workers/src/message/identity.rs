//! What makes a mail the same mail: its Message-ID and MIME boundary.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// Both names of a mail, derived from its id by HMAC-SHA256 (RFC 2104): constant, and unguessable without the key.
pub(super) struct Identity {
    tag: String,
}

impl Identity {
    pub(super) fn derive(key: &[u8; 32], mail_id: Uuid) -> Self {
        // A key shorter than the block is filled up with zeros (RFC 2104 section 2); done here, it cannot fail.
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(key);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(b"rekey mail identity v1");
        mac.update(mail_id.as_bytes());
        Self { tag: hex::encode(mac.finalize().into_bytes()) }
    }

    /// 160 bits at the sender's domain (RFC 5322 section 3.6.4).
    pub(super) fn message_id(&self, domain: &str) -> String {
        format!("<{}@{domain}>", &self.tag[..40])
    }

    /// The other 96 bits. Nobody who chooses a username can know it and end a part early.
    pub(super) fn boundary(&self) -> String {
        format!("part{}", &self.tag[40..])
    }
}
