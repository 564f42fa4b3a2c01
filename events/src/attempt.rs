//! A sign-in attempt under a name that is nobody's: a stream of one event.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::aggregate::EventKind;

/// The event of an attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum AttemptEvent {
    /// Somebody tried to sign in under a name that is nobody's.
    StrangerRefused {
        /// Keyed fingerprint of the username typed, as hex.
        fingerprint: String,
    },
}

impl EventKind for AttemptEvent {
    fn type_name(&self) -> &'static str {
        self.into()
    }
}
