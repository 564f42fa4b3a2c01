//! The mail that carries a checkpoint to somebody who keeps it. The note is attached: a text in the mail would
//! not come through line by line.

use std::time::UNIX_EPOCH;

use askama::Template;
use jiff::tz::TimeZone;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Body, MultiPart};
use rekey_events::seal::Checkpoint;
use rekey_events::{Language, Moment};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::identity::Identity;
use super::{Address, BuildError, BuiltMessage, Dkim, Mailbox, text, words};
use super::{address, auto_submitted, part, seconds, sender, signed};
use crate::words::Voice;

/// All that such a mail is made of.
pub struct CheckpointMail<'a> {
    /// The signed note.
    pub note: &'a str,
    /// What it says.
    pub checkpoint: &'a Checkpoint,
    /// When it was signed; also the Date header.
    pub signed_at: Moment,
    /// To whom.
    pub to: &'a Address,
    /// From whom.
    pub from: &'a Mailbox,
    /// The service's name.
    pub product: &'a str,
    /// In which language.
    pub language: Language,
    /// Makes Message-IDs unguessable, as in [`MessageSpec`](super::MessageSpec).
    pub message_id_key: &'a [u8; 32],
    /// How it is signed, if it is.
    pub dkim: Option<&'a Dkim>,
}

/// What the files may speak of.
struct View<'a> {
    product: &'a str,
    origin: &'a str,
    size: String,
    when: String,
    file: String,
}

#[derive(Template)]
#[template(path = "checkpoint/subject.txt")]
struct Subject<'a> {
    mail: &'a View<'a>,
    words: Voice<'a>,
}

#[derive(Template)]
#[template(path = "checkpoint/body.txt")]
struct Text<'a> {
    mail: &'a View<'a>,
    words: Voice<'a>,
}

/// Builds it: multipart/mixed (RFC 2046, section 5.1.3) of a text for people and the note. The same checkpoint
/// for the same recipient is the same mail, byte for byte.
///
/// # Errors
/// What cannot stand in a mail.
pub fn build_checkpoint(mail: &CheckpointMail<'_>) -> Result<BuiltMessage, BuildError> {
    text::check("product name", mail.product, 100)?;
    let words = words::all()?.voice(mail.language);
    let view = view(mail, words);
    let identity = Identity::derive(mail.message_id_key, id(mail));
    let message_id = identity.message_id(mail.from.address.domain());
    let body = text::wrapped(&Text { mail: &view, words }.render()?);
    let note = Body::new_with_encoding(
        mail.note.as_bytes().to_vec(),
        lettre::message::header::ContentTransferEncoding::Base64,
    );
    let note = note.map_err(|_| BuildError::Address)?;
    let parts = MultiPart::mixed()
        .boundary(identity.boundary())
        .singlepart(part(ContentType::TEXT_PLAIN, body))
        .singlepart(Attachment::new(view.file.clone()).body(note, ContentType::TEXT_PLAIN));
    let message = lettre::Message::builder()
        .date(UNIX_EPOCH + seconds(mail.signed_at.seconds())?)
        .from(sender(mail.from)?)
        .to(lettre::message::Mailbox::new(None, address(mail.to)?))
        .subject(Subject { mail: &view, words }.render()?)
        .message_id(Some(message_id.clone()))
        .raw_header(auto_submitted())
        .multipart(parts)?;
    let bytes = signed(message.formatted(), mail.dkim, mail.signed_at.seconds())?;
    Ok(BuiltMessage { message_id, bytes })
}

fn view<'a>(mail: &CheckpointMail<'a>, words: Voice<'_>) -> View<'a> {
    let Checkpoint { origin, size, .. } = mail.checkpoint;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let name: String = origin.chars().map(|c| if is_plain(c) { c } else { '-' }).collect();
    View {
        product: mail.product,
        origin,
        size: size.to_string(),
        when: words.moment_with_zone(mail.signed_at, &TimeZone::UTC),
        file: format!("checkpoint-{name}-{size}.txt"),
    }
}

/// Of this checkpoint for this recipient.
fn id(mail: &CheckpointMail<'_>) -> Uuid {
    let hash = Sha256::new().chain_update(mail.note).chain_update(mail.to.as_str()).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    Uuid::new_v8(id)
}
