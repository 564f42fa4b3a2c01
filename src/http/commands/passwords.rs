//! Changing and setting passwords.

use rekey_events::AccountId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::command;
use crate::http::text::Password;

/// What changing one's password takes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The current password.
    #[schema(value_type = String, format = Password)]
    current_password: Password,
    /// The new one.
    #[schema(value_type = String, format = Password)]
    new_password: Password,
}

/// What setting an account's password takes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// The account.
    account_id: uuid::Uuid,
    /// The new password.
    #[schema(value_type = String, format = Password)]
    new_password: Password,
    /// Whether it must be changed at the next sign-in; so it is unless told otherwise.
    #[serde(default = "yes")]
    must_change: bool,
}

fn yes() -> bool {
    true
}

command! {
    /// Change one's own password. All other sessions end.
    change_password("/v1/commands/change-password", ChangePassword) -> 200
        = |service, call, body| service.change_password(&call, &body.current_password, &body.new_password)
}

command! {
    /// Set an account's password, the desktop app's way. Needs `desktop.sign_in`.
    set_password("/v1/commands/set-password", SetPassword) -> 200 = |service, call, body| {
        service.set_password(&call, AccountId(body.account_id), &body.new_password, body.must_change)
    }
}
