//! What events look like: the schema of every type and version there ever was, as files that are never
//! changed, only added to (JSON Schema 2020-12).

/// The schema of one version of a type of event: of its payload.
#[derive(Clone, Copy, Debug)]
pub struct EventSchema {
    /// The type.
    pub name: &'static str,
    /// The version.
    pub version: i32,
    /// The schema, as JSON.
    pub text: &'static str,
}

macro_rules! schemas {
    ($($name:ident $version:literal),* $(,)?) => {
        &[$(EventSchema {
            name: stringify!($name),
            version: $version,
            text: include_str!(concat!("../schemas/", stringify!($name), ".", $version, ".json")),
        }),*]
    };
}

/// All of them, the versions of a type in order.
pub const SCHEMAS: &[EventSchema] = schemas! {
    AccountRegistered 1,
    AdminResetIssued 1,
    MailAccepted 1,
    MailDead 1,
    MailDead 2,
    MailDeferred 1,
    MailDeferred 2,
    MailDeferred 3,
    MailExpired 1,
    MailOutcomeUnknown 1,
    MailOutcomeUnknown 2,
    MailOutcomeUnknown 3,
    MailRejected 1,
    MailRejected 2,
    MailRequested 1,
    MailRequeued 1,
    MailRerouted 1,
    MailSuperseded 1,
    MailSuppressed 1,
    MailUnconfirmed 1,
    PasswordChangeFailed 1,
    PasswordChanged 1,
    PasswordSet 1,
    PermissionGranted 1,
    PermissionRevoked 1,
    PersonErased 1,
    RecoveryCodesReplaced 1,
    ResetAttemptRefused 1,
    ResetAttemptRefused 2,
    ResetCompleted 1,
    ResetExpired 1,
    ResetLinkIssued 1,
    ResetMatched 1,
    ResetRefused 1,
    ResetRequested 1,
    ResetRevoked 1,
    ResetSuperseded 1,
    SecondFactorEnrolled 1,
    SecondFactorRemoved 1,
    SignInFailed 1,
    SignedIn 1,
    StrangerRefused 1,
    SuppressionLifted 1,
};

/// That of a type and version.
#[must_use]
pub fn schema(name: &str, version: i32) -> Option<&'static EventSchema> {
    SCHEMAS.iter().find(|schema| schema.name == name && schema.version == version)
}

#[cfg(test)]
mod tests;
