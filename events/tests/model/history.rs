//! The history, and plain questions to it.

mod factor;
mod links;

use std::time::Duration;

use rekey_events::account::AccountEvent as E;
use rekey_events::account::event::{Failure, Origin};
use rekey_events::{CredentialId, Moment, Permission, StreamId};
use uuid::Uuid;

pub const DAY: Duration = Duration::from_secs(24 * 3600);
pub const STREAM: StreamId = StreamId(Uuid::from_u128(5));

/// Everything that happened, oldest first.
#[derive(Default)]
pub struct History(pub Vec<(Moment, E)>);

impl History {
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &E> {
        self.0.iter().map(|(_, event)| event)
    }

    pub fn is_erased(&self) -> bool {
        self.events().any(|event| matches!(event, E::PersonErased {}))
    }

    pub fn exists(&self) -> bool {
        !self.is_erased() && self.events().any(|event| matches!(event, E::AccountRegistered { .. }))
    }

    pub fn is_from_app(&self) -> bool {
        self.events().any(|event| matches!(event, E::AccountRegistered { origin: Origin::App }))
    }

    pub fn signed_in(&self) -> bool {
        self.events().any(|event| matches!(event, E::SignedIn { .. }))
    }

    /// All passwords it ever had, the newest last.
    pub fn passwords(&self) -> Vec<CredentialId> {
        self.events().filter_map(password).collect()
    }

    pub fn may(&self, wanted: Permission) -> bool {
        let last = self.events().rfind(|event| match event {
            E::PermissionGranted { permission } | E::PermissionRevoked { permission } => {
                *permission == wanted
            }
            _ => false,
        });
        matches!(last, Some(E::PermissionGranted { .. }))
    }

    /// When sign-ins failed in a row, up to now.
    pub fn failed_sign_ins(&self) -> Vec<Moment> {
        self.failures(|event| match event {
            E::SignInFailed { reason } => Some(*reason),
            _ => None,
        })
    }

    /// When changes of the password failed in a row, up to now.
    pub fn failed_changes(&self) -> Vec<Moment> {
        self.failures(|event| match event {
            E::PasswordChangeFailed { reason } => Some(*reason),
            _ => None,
        })
    }

    fn failures(&self, of: impl Fn(&E) -> Option<Failure>) -> Vec<Moment> {
        let is_sign_in = of(&E::SignInFailed { reason: Failure::WrongPassword }).is_some();
        let clears =
            |event: &E| password(event).is_some() || is_sign_in && matches!(event, E::SignedIn { .. });
        let from = self.0.iter().rposition(|(_, event)| clears(event)).unwrap_or(0);
        let counts = |event: &E| of(event).is_some_and(|reason| reason != Failure::Throttled);
        self.0[from..].iter().filter(|(_, event)| counts(event)).map(|(at, _)| *at).collect()
    }
}

fn password(event: &E) -> Option<CredentialId> {
    match event {
        E::ResetCompleted { credential, .. }
        | E::PasswordChanged { credential }
        | E::PasswordSet { credential, .. } => Some(*credential),
        _ => None,
    }
}
