//! Identifiers: UUIDv7 (RFC 9562), so that what came later sorts later.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::env::Env;
use crate::moment::Moment;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "store", derive(sqlx::Type), sqlx(transparent))]
        #[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new one, from the environment's clock and entropy.
            #[must_use]
            pub fn new(env: &dyn Env) -> Self {
                Self(env.uuid())
            }

            /// The smallest there can be of this moment, to the millisecond.
            #[must_use]
            pub fn first_of(at: Moment) -> Self {
                let millis = u64::try_from(at.micros() / 1000).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

id!(
    /// A stream of events: one aggregate's history.
    StreamId
);
id!(
    /// An event.
    EventId
);
id!(
    /// An account; its stream has the same id.
    AccountId
);
id!(
    /// A reset: the request's stream (where a person asked) has the same id.
    ResetId
);
id!(
    /// A mail; its stream has the same id.
    MailId
);
id!(
    /// A password somebody had at some time; never the password itself.
    CredentialId
);
id!(
    /// An enrolled second factor.
    FactorId
);
id!(
    /// A recovery code, used at most once.
    CodeId
);
id!(
    /// A signed-in session.
    SessionId
);

impl From<AccountId> for StreamId {
    fn from(id: AccountId) -> Self {
        Self(id.0)
    }
}

impl From<ResetId> for StreamId {
    fn from(id: ResetId) -> Self {
        Self(id.0)
    }
}

impl From<MailId> for StreamId {
    fn from(id: MailId) -> Self {
        Self(id.0)
    }
}
