//! Any event whatever, in whatever order: what a log should never hold.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rekey_events::account::AccountEvent as E;
use rekey_events::account::event::{
    Channel, Failure, Origin, RemovedBy, ResetAttempt, RevokedBy, SecondFactorUsed, SupersededBy,
};
use rekey_events::{Moment, Permission};
use uuid::Uuid;

/// Any event of a few ids at any time.
pub fn event() -> impl Strategy<Value = E> {
    prop_oneof![reset_event(), password_event(), factor_event(), other_event()]
}

fn id<I: From<Uuid> + std::fmt::Debug>() -> impl Strategy<Value = I> {
    (0_u128..4).prop_map(|n| I::from(Uuid::from_u128(n)))
}

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()].prop_map(Moment::from_micros)
}

fn used() -> impl Strategy<Value = Option<SecondFactorUsed>> {
    let totp = any::<u64>().prop_map(|step| SecondFactorUsed::Totp { step });
    let code = id().prop_map(|code| SecondFactorUsed::RecoveryCode { code });
    prop::option::of(prop_oneof![totp, code])
}

fn failure() -> impl Strategy<Value = Failure> {
    select(vec![Failure::WrongPassword, Failure::WrongCode, Failure::Throttled])
}

fn reset_event() -> impl Strategy<Value = E> {
    prop_oneof![
        (id(), moment()).prop_map(|(reset, expires_at)| E::ResetLinkIssued { reset, expires_at }),
        (id(), moment(), id()).prop_map(|(reset, expires_at, by)| E::AdminResetIssued {
            reset,
            expires_at,
            by
        }),
        (id(), prop::option::of("[0-9a-f]{8}")).prop_map(|(reset, fingerprint)| {
            E::ResetAttemptRefused { reset, reason: ResetAttempt::WrongUsername, fingerprint }
        }),
        (id(), id(), used()).prop_map(|(reset, credential, second_factor)| {
            E::ResetCompleted { reset, credential, second_factor }
        }),
        id().prop_map(|reset| E::ResetSuperseded { reset, by: SupersededBy::SignIn }),
        id().prop_map(|reset| E::ResetExpired { reset }),
        id().prop_map(|reset| E::ResetRevoked { reset, by: RevokedBy::Owner }),
    ]
}

fn password_event() -> impl Strategy<Value = E> {
    prop_oneof![
        id().prop_map(|credential| E::PasswordChanged { credential }),
        failure().prop_map(|reason| E::PasswordChangeFailed { reason }),
        (id(), any::<bool>()).prop_map(|(credential, must_change)| {
            E::PasswordSet { credential, channel: Channel::Desktop, must_change }
        }),
    ]
}

fn factor_event() -> impl Strategy<Value = E> {
    prop_oneof![
        (id(), vec(id(), 0..4), any::<u64>()).prop_map(|(factor, recovery_codes, step)| {
            E::SecondFactorEnrolled { factor, recovery_codes, step }
        }),
        vec(id(), 0..4).prop_map(|recovery_codes| E::RecoveryCodesReplaced { recovery_codes }),
        id().prop_map(|factor| E::SecondFactorRemoved { factor, by: RemovedBy::Owner }),
    ]
}

fn other_event() -> impl Strategy<Value = E> {
    prop_oneof![
        Just(E::AccountRegistered { origin: Origin::App }),
        used().prop_map(|second_factor| E::SignedIn { channel: Channel::App, second_factor }),
        failure().prop_map(|reason| E::SignInFailed { reason }),
        Just(E::PermissionGranted { permission: Permission::Audit }),
        Just(E::PermissionRevoked { permission: Permission::Audit }),
        Just(E::SuppressionLifted {}),
        Just(E::PersonErased {}),
    ]
}
