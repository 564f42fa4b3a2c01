//! Questions about links.

use rekey_events::account::AccountEvent as E;
use rekey_events::{Moment, ResetId};

use super::History;

impl History {
    /// Every link issued, and when and until when.
    pub fn links(&self) -> Vec<(ResetId, Moment, Moment)> {
        let issued = self.0.iter().filter_map(|(at, event)| match event {
            E::ResetLinkIssued { reset, expires_at } | E::AdminResetIssued { reset, expires_at, .. } => {
                Some((*reset, *at, *expires_at))
            }
            _ => None,
        });
        issued.collect()
    }

    /// How and when a link ended.
    pub fn end_of(&self, link: ResetId) -> Option<(Moment, &'static str)> {
        self.0.iter().find_map(|(at, event)| match event {
            E::ResetCompleted { reset, .. } if *reset == link => Some((*at, "completed")),
            E::ResetSuperseded { reset, .. } if *reset == link => Some((*at, "superseded")),
            E::ResetExpired { reset } if *reset == link => Some((*at, "expired")),
            E::ResetRevoked { reset, .. } if *reset == link => Some((*at, "revoked")),
            _ => None,
        })
    }

    /// The links whose end is not recorded, and until when they are valid.
    pub fn open_links(&self) -> Vec<(ResetId, Moment)> {
        let open = self.links().into_iter().filter(|(link, ..)| self.end_of(*link).is_none());
        open.map(|(link, _, expires_at)| (link, expires_at)).collect()
    }

    pub fn has_refused_username(&self, link: ResetId, wrong: &str) -> bool {
        self.events().any(|event| {
            matches!(event, E::ResetAttemptRefused { reset, fingerprint: Some(known), .. } if *reset == link && known == wrong)
        })
    }

    pub fn refusals_of(&self, link: ResetId) -> usize {
        self.events()
            .filter(|event| matches!(event, E::ResetAttemptRefused { reset, .. } if *reset == link))
            .count()
    }
}
