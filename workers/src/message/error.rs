//! Why a mail cannot be built.

use super::dkim::DkimError;
use crate::words::WordsError;

/// Why a mail cannot be built. Names the field, never its content.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A control character (a line break among them) or an invisible change of reading direction.
    #[error("the {0} has a control character")]
    ControlCharacter(&'static str),
    /// More than fits into one line.
    #[error("the {0} is too long")]
    TooLong(&'static str),
    /// The link is not a plain http or https URL.
    #[error("the {0} is not a plain http or https URL")]
    Link(&'static str),
    /// An address that the message library refuses.
    #[error("an address cannot stand in a header")]
    Address,
    /// A date that no calendar has.
    #[error("the date is out of range")]
    Date,
    /// A slip of ours in `locales/`.
    #[error(transparent)]
    Words(#[from] &'static WordsError),
    /// The template failed.
    #[error("the template failed: {0}")]
    Template(#[from] askama::Error),
    /// The parts do not make a message.
    #[error("the message cannot be assembled: {0}")]
    Assemble(#[from] lettre::error::Error),
    /// The signature failed.
    #[error(transparent)]
    Dkim(#[from] DkimError),
}
