//! A reset link, as its account remembers it.

use strum::IntoStaticStr;

use crate::ids::{AccountId, ResetId};
use crate::moment::Moment;
use crate::policy::DAY;

/// A reset link that was issued.
#[derive(Clone, Debug)]
pub struct Reset {
    pub id: ResetId,
    /// The administrator who issued it, if one did.
    pub issued_by: Option<AccountId>,
    pub issued_at: Moment,
    pub expires_at: Moment,
    /// How often it was presented and refused.
    pub refusals: u32,
    /// Fingerprints of the wrong usernames among these.
    pub wrong_usernames: Vec<String>,
    /// How and when it ended, as recorded.
    pub ended: Option<(End, Moment)>,
}

/// How a link ended; its name is the view row's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum End {
    Completed,
    Superseded,
    Expired,
    Revoked,
}

impl Reset {
    pub fn new(id: ResetId, issued_by: Option<AccountId>, issued_at: Moment, expires_at: Moment) -> Self {
        Self { id, issued_by, issued_at, expires_at, refusals: 0, wrong_usernames: Vec::new(), ended: None }
    }

    /// Whether its hour is over.
    pub fn is_over(&self, at: Moment) -> bool {
        at >= self.expires_at
    }

    /// Whether the limits still count its mail.
    pub fn is_recent(&self, at: Moment) -> bool {
        at.since(self.issued_at) < DAY
    }

    /// Whether no rule asks for it any more. One that ended at this very moment
    /// stays: its row is still to be written in the same commit.
    pub fn is_forgettable(&self, at: Moment) -> bool {
        !self.is_recent(at) && self.ended.is_some_and(|(_, ended_at)| ended_at < at)
    }

    /// The view row's state.
    pub fn state(&self) -> &'static str {
        self.ended.map_or("live", |(end, _)| end.into())
    }
}
