//! A second factor, and what of it is used up.

use crate::account::command::SecondFactorProof;
use crate::account::event::SecondFactorUsed;
use crate::account::state::Account;
use crate::ids::{CodeId, FactorId};

/// An enrolled second factor.
#[derive(Clone, Debug)]
pub struct Factor {
    pub id: FactorId,
    /// The step of the last code used: it and all before it are used up.
    pub last_step: u64,
    /// The recovery codes that are left.
    pub codes: Vec<CodeId>,
}

impl Factor {
    /// Whether this is not used up; a code seen over a shoulder is.
    pub fn accepts(&self, used: &SecondFactorUsed) -> bool {
        match used {
            SecondFactorUsed::Totp { step } => *step > self.last_step,
            SecondFactorUsed::RecoveryCode { code } => self.codes.contains(code),
        }
    }

    pub fn use_up(&mut self, used: &SecondFactorUsed) {
        match used {
            SecondFactorUsed::Totp { step } => self.last_step = self.last_step.max(*step),
            SecondFactorUsed::RecoveryCode { code } => self.codes.retain(|left| left != code),
        }
    }
}

/// What a second factor's proof is worth to an account.
#[derive(Clone, Copy, Debug)]
pub enum Checked {
    /// Enough: this was used, or none is enrolled.
    Passed(Option<SecondFactorUsed>),
    /// One is enrolled, and none was given.
    Missing,
    /// Wrong, or used up.
    Wrong,
}

impl Account {
    /// Checks a proof. What is given although none is enrolled is ignored.
    pub fn check(&self, proof: SecondFactorProof) -> Checked {
        match (&self.factor, proof) {
            (None, _) => Checked::Passed(None),
            (Some(_), SecondFactorProof::None) => Checked::Missing,
            (Some(factor), SecondFactorProof::Valid(used)) if factor.accepts(&used) => {
                Checked::Passed(Some(used))
            }
            (Some(_), SecondFactorProof::Valid(_) | SecondFactorProof::Wrong) => Checked::Wrong,
        }
    }
}
