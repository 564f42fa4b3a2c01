//! Questions about the second factor.

use rekey_events::account::AccountEvent as E;
use rekey_events::account::event::SecondFactorUsed;
use rekey_events::{CodeId, FactorId, Moment};

use super::History;

impl History {
    /// What happened since the factor that is enrolled now was.
    fn since_enrolment(&self) -> Option<&[(Moment, E)]> {
        let from = self.0.iter().rposition(|(_, event)| matches!(event, E::SecondFactorEnrolled { .. }))?;
        let since = &self.0[from..];
        (!since.iter().any(|(_, event)| matches!(event, E::SecondFactorRemoved { .. }))).then_some(since)
    }

    pub fn factor(&self) -> Option<FactorId> {
        self.since_enrolment()?.iter().find_map(|(_, event)| match event {
            E::SecondFactorEnrolled { factor, .. } => Some(*factor),
            _ => None,
        })
    }

    /// The last step of a code used with the factor.
    pub fn last_step(&self) -> u64 {
        let steps = self.since_enrolment().unwrap_or_default().iter().filter_map(|(_, event)| match event {
            E::SecondFactorEnrolled { step, .. } => Some(*step),
            _ => match second_factor(event) {
                Some(SecondFactorUsed::Totp { step }) => Some(step),
                _ => None,
            },
        });
        steps.max().unwrap_or(0)
    }

    /// The recovery codes that count now, used or not.
    pub fn codes(&self) -> Vec<CodeId> {
        let mut sets =
            self.since_enrolment().unwrap_or_default().iter().filter_map(|(_, event)| match event {
                E::SecondFactorEnrolled { recovery_codes, .. }
                | E::RecoveryCodesReplaced { recovery_codes } => Some(recovery_codes.clone()),
                _ => None,
            });
        sets.next_back().unwrap_or_default()
    }

    pub fn is_used(&self, code: CodeId) -> bool {
        self.events().any(|event| second_factor(event) == Some(SecondFactorUsed::RecoveryCode { code }))
    }
}

fn second_factor(event: &E) -> Option<SecondFactorUsed> {
    match event {
        E::SignedIn { second_factor, .. } | E::ResetCompleted { second_factor, .. } => *second_factor,
        _ => None,
    }
}
