//! The mails themselves. The same specification always gives the same bytes, so that a mail sent twice, because
//! nobody could know, is one mail to every receiver.

mod canonical;
mod checkpoint;
mod dkim;
mod error;
mod identity;
mod sample;
mod template;
mod text;
mod words;

use std::{
    fmt,
    time::{Duration, UNIX_EPOCH},
};

use lettre::message::{
    Body, MultiPart, SinglePart,
    header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
};
use rekey_events::Language;
use uuid::Uuid;

pub use crate::smtp::{Address, AddressError};
pub use checkpoint::{CheckpointMail, build_checkpoint};
pub use dkim::{Dkim, DkimError};
pub use error::BuildError;
pub use sample::Sample;
pub use template::Template;

use self::{identity::Identity, template::Rendered};

/// Everything a mail is made of.
pub struct MessageSpec<'a> {
    /// The mail's own id; decides Message-ID and MIME boundary.
    pub mail_id: Uuid,
    /// What it says.
    pub kind: Template,
    /// In which language.
    pub language: Language,
    /// To whom.
    pub to: &'a Address,
    /// From whom.
    pub from: &'a Mailbox,
    /// The Date header, in seconds since 1970: the moment the mail was asked for, not that of the attempt.
    pub date: i64,
    /// Who we are.
    pub brand: &'a Brand,
    /// Makes Message-IDs unguessable: receivers that keep one copy per id could else be fed a false one first.
    pub message_id_key: &'a [u8; 32],
    /// How it is signed, if it is.
    pub dkim: Option<&'a Dkim>,
}

/// A sender with a name to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Shown beside the address.
    pub name: Option<String>,
    /// The address; its domain is also that of the Message-ID.
    pub address: Address,
}

/// How the service names itself in mails. Comes from configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// The product's name, in subject and text.
    pub product_name: String,
    /// How the system administrator is reached, in words or as an address; without it, the words for that office.
    pub contact: Option<String>,
    /// The colour of lines in HTML, as `#1b5fd1`. Text keeps colours that can be read on light and on dark.
    pub accent: Option<String>,
}

/// A mail, ready for the driver. Its bytes hold a link and are shown by no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct BuiltMessage {
    /// With its angle brackets.
    pub message_id: String,
    /// ASCII (unless the recipient's own name is not), CR LF line ends.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for BuiltMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuiltMessage({}, {} bytes)", self.message_id, self.bytes.len())
    }
}

/// Builds the mail: multipart/alternative (RFC 2046 section 5.1.4) of text and HTML, signed if asked.
///
/// # Errors
/// What in the specification cannot stand in a mail. Nothing panics, whatever people called themselves.
pub fn build(spec: &MessageSpec<'_>) -> Result<BuiltMessage, BuildError> {
    let rendered = template::render(&spec.kind, spec.language, spec.brand)?;
    let identity = Identity::derive(spec.message_id_key, spec.mail_id);
    let message_id = identity.message_id(spec.from.address.domain());
    let bytes = assemble(spec, rendered, &identity, &message_id)?.formatted();
    Ok(BuiltMessage { message_id, bytes: signed(bytes, spec.dkim, spec.date)? })
}

/// The mail with its signature in front, if it is signed.
fn signed(mut mail: Vec<u8>, dkim: Option<&Dkim>, date: i64) -> Result<Vec<u8>, BuildError> {
    let Some(dkim) = dkim else { return Ok(mail) };
    let mut signed = dkim.signature(&mail, date)?.into_bytes();
    signed.append(&mut mail);
    Ok(signed)
}

fn assemble(
    spec: &MessageSpec<'_>,
    rendered: Rendered,
    identity: &Identity,
    message_id: &str,
) -> Result<lettre::Message, BuildError> {
    let parts = MultiPart::alternative()
        .boundary(identity.boundary())
        .singlepart(part(ContentType::TEXT_PLAIN, rendered.text))
        .singlepart(part(ContentType::TEXT_HTML, rendered.html));
    let message = lettre::Message::builder()
        .date(UNIX_EPOCH + seconds(spec.date)?)
        .from(sender(spec.from)?)
        .to(lettre::message::Mailbox::new(None, address(spec.to)?))
        .subject(rendered.subject)
        .message_id(Some(message_id.to_owned()))
        .raw_header(auto_submitted())
        .multipart(parts)?;
    Ok(message)
}

/// A text of the mail. In ASCII it goes as it is: RFC 5321 (section 4.5.3.1.6) allows lines of 998 characters, and
/// whoever reads the raw mail has the link whole; lettre would break it at 76.
fn part(content_type: ContentType, text: String) -> SinglePart {
    let part = SinglePart::builder().header(content_type);
    if !text.is_ascii() || text.lines().any(|line| line.len() > 998) {
        return part.body(text);
    }
    let mut lines = String::with_capacity(text.len() + 128);
    text.lines().for_each(|line| lines.extend([line, "\r\n"]));
    part.body(Body::dangerous_pre_encoded(lines.into_bytes(), ContentTransferEncoding::SevenBit))
}

/// No out-of-office answers, please (RFC 3834 section 5).
fn auto_submitted() -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned())
}

fn sender(mailbox: &Mailbox) -> Result<lettre::message::Mailbox, BuildError> {
    if let Some(name) = &mailbox.name {
        text::check("sender name", name, 200)?;
    }
    Ok(lettre::message::Mailbox::new(mailbox.name.clone(), address(&mailbox.address)?))
}

fn address(address: &Address) -> Result<lettre::Address, BuildError> {
    lettre::Address::new(address.local(), address.domain()).map_err(|_| BuildError::Address)
}

/// Years 1970 to 9999, as the Date header can say them.
fn seconds(date: i64) -> Result<Duration, BuildError> {
    match u64::try_from(date) {
        Ok(seconds @ 0..=253_402_300_799) => Ok(Duration::from_secs(seconds)),
        _ => Err(BuildError::Date),
    }
}

#[cfg(test)]
mod tests;
