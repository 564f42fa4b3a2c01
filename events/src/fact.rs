//! Any event of any aggregate, as readers of the whole log meet it.

use serde::de::{DeserializeOwned, IgnoredAny};
use strum::VariantNames;

use crate::account::AccountEvent;
use crate::attempt::AttemptEvent;
use crate::mail::MailEvent;
use crate::request::RequestEvent;
use crate::upcast::{newest, upcast};

/// An event of any aggregate.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// Of an account.
    Account(AccountEvent),
    /// Of a request.
    Request(RequestEvent),
    /// Of a sign-in attempt under nobody's name.
    Attempt(AttemptEvent),
    /// Of a mail.
    Mail(MailEvent),
}

/// Why stored bytes are no event we know.
#[derive(Debug, thiserror::Error)]
pub enum UnknownFact {
    /// A type, or a version of it, that this program does not know.
    #[error(
        "no event type {name:?} with schema {schema} is known to this version of rekey: a newer one wrote it"
    )]
    Type {
        /// The type.
        name: String,
        /// The version of its schema.
        schema: i32,
    },
    /// A known type with a payload of another shape.
    #[error("the payload of a {name} is not of its shape: {error}")]
    Shape {
        /// The type.
        name: String,
        /// What is wrong.
        error: serde_json::Error,
    },
}

/// Reads an event of one aggregate from its stored type and payload.
///
/// # Errors
/// The type or the shape is not known.
pub fn decode<E: DeserializeOwned + VariantNames>(
    name: &str,
    schema: i32,
    payload: &[u8],
) -> Result<E, UnknownFact> {
    if !E::VARIANTS.contains(&name) || !(1..=newest(name)).contains(&schema) {
        return Err(UnknownFact::Type { name: name.to_owned(), schema });
    }
    let shape = |error| UnknownFact::Shape { name: name.to_owned(), error };
    // One value and no more: nothing that would end ours early.
    serde_json::from_slice::<IgnoredAny>(payload).map_err(shape)?;
    let payload = upcast(name, schema, payload).map_err(shape)?;
    let tagged = [br#"{"type":""#, name.as_bytes(), br#"","data":"#, &*payload, b"}"].concat();
    serde_json::from_slice(&tagged).map_err(shape)
}

impl Fact {
    /// Reads an event from its stored type and payload.
    ///
    /// # Errors
    /// The type or the shape is not known; readers stop loudly then.
    pub fn decode(name: &str, schema: i32, payload: &[u8]) -> Result<Self, UnknownFact> {
        if AccountEvent::VARIANTS.contains(&name) {
            decode(name, schema, payload).map(Self::Account)
        } else if RequestEvent::VARIANTS.contains(&name) {
            decode(name, schema, payload).map(Self::Request)
        } else if MailEvent::VARIANTS.contains(&name) {
            decode(name, schema, payload).map(Self::Mail)
        } else {
            decode::<AttemptEvent>(name, schema, payload).map(Self::Attempt)
        }
    }
}
