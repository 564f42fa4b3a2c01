//! A person's request for a reset, on record before anybody is looked up.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::account::Ineligible;
use crate::aggregate::{EventKind, Rules};
use crate::ids::{AccountId, StreamId};
use crate::moment::Moment;

/// An event of a request; the stream's id is the reset's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum RequestEvent {
    /// Somebody asked. What they typed waits in the vault.
    ResetRequested {
        /// Keyed fingerprint of the username and address typed, as hex: equal
        /// when the same was typed, and nothing else.
        fingerprint: String,
    },
    /// Username and address are an account's, and a link was issued to it.
    ResetMatched {
        /// The account.
        account: AccountId,
    },
    /// No link was issued.
    ResetRefused {
        /// Why.
        reason: RefusedBecause,
        /// The account whose username was typed, if there is one.
        account: Option<AccountId>,
    },
}

/// Why no link was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RefusedBecause {
    /// No account has that username.
    UnknownUsername,
    /// The account has another address, or none.
    OtherAddress,
    /// The person never signed in and was not created through the app.
    NeverSignedIn,
    /// A link was mailed less than a minute ago.
    TooSoon,
    /// Five links were mailed in the last day.
    TooMany,
    /// Too many requests of the same words or from the same source.
    Throttled,
    /// The person was erased.
    Erased,
    /// The typed words were no longer in the vault.
    WordsForgotten,
}

impl From<Ineligible> for RefusedBecause {
    fn from(why: Ineligible) -> Self {
        match why {
            Ineligible::NeverSignedIn => Self::NeverSignedIn,
            Ineligible::TooSoon => Self::TooSoon,
            Ineligible::TooMany => Self::TooMany,
            Ineligible::Erased => Self::Erased,
        }
    }
}

impl EventKind for RequestEvent {
    fn type_name(&self) -> &'static str {
        self.into()
    }
}

/// A request: not asked, waiting, or answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Request {
    /// Nobody asked.
    #[default]
    Unasked,
    /// Waits for the issuer.
    Waiting,
    /// Answered, either way; never again.
    Answered {
        /// The account whose username was typed, if there is one.
        account: Option<AccountId>,
    },
}

/// A command to a request.
#[derive(Clone, Debug, PartialEq)]
pub enum RequestCommand {
    /// Somebody asks.
    Ask {
        /// See [`RequestEvent::ResetRequested`].
        fingerprint: String,
    },
    /// A link is issued to this account in the same commit.
    Match(AccountId),
    /// No link is issued.
    Refuse(RefusedBecause, Option<AccountId>),
}

/// Why a request said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefusal {
    /// It was answered before, or never asked.
    #[error("the request is not waiting")]
    NotWaiting,
}

impl Rules for Request {
    const NAME: &'static str = "request";
    type Command = RequestCommand;
    type Event = RequestEvent;
    type Refusal = RequestRefusal;

    fn decide(&self, _at: Moment, command: &RequestCommand) -> Result<Vec<RequestEvent>, RequestRefusal> {
        let event = match (self, command) {
            (Self::Unasked, RequestCommand::Ask { fingerprint }) => {
                RequestEvent::ResetRequested { fingerprint: fingerprint.clone() }
            }
            (Self::Waiting, RequestCommand::Match(account)) => {
                RequestEvent::ResetMatched { account: *account }
            }
            (Self::Waiting, RequestCommand::Refuse(reason, account)) => {
                RequestEvent::ResetRefused { reason: *reason, account: *account }
            }
            (Self::Waiting | Self::Answered { .. }, RequestCommand::Ask { .. }) => return Ok(Vec::new()),
            (Self::Unasked | Self::Answered { .. }, _) => return Err(RequestRefusal::NotWaiting),
        };
        Ok(vec![event])
    }

    fn apply(&mut self, _at: Moment, event: &RequestEvent) {
        *self = match event {
            RequestEvent::ResetRequested { .. } => Self::Waiting,
            RequestEvent::ResetMatched { account } => Self::Answered { account: Some(*account) },
            RequestEvent::ResetRefused { account, .. } => Self::Answered { account: *account },
        };
    }

    fn subject(&self, _stream: StreamId) -> Option<AccountId> {
        match self {
            Self::Answered { account } => *account,
            Self::Unasked | Self::Waiting => None,
        }
    }
}

#[cfg(test)]
mod tests;
