//! Accounts: registering, sign-ins elsewhere, permissions, erasure.

use rekey_events::account::event::Origin;
use rekey_events::{AccountId, Permission};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{OfAccount, command};
use crate::http::text::{Line, Password};
use crate::service::accounts::Registration;

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterAccount {
    /// The username, unique.
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    username: Line<256>,
    /// The mail address.
    #[schema(value_type = String, min_length = 3, max_length = 320)]
    email: Line<320>,
    /// The name shown; the username when left out.
    #[schema(value_type = Option<String>, max_length = 256)]
    display_name: Option<Line<256>>,
    /// Where it is created: `app` may reset without having signed in.
    #[schema(value_type = String, example = "app")]
    #[serde(deserialize_with = "origin")]
    origin: Origin,
    /// The first password, if it gets one.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Password>,
    /// Whether that must be changed at the next sign-in; so it is unless told otherwise.
    #[serde(default = "yes")]
    must_change: bool,
}

fn yes() -> bool {
    true
}

/// From a string only: of a number in its place, serde would say that it is no JSON.
fn origin<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Origin, D::Error> {
    match String::deserialize(from)?.as_str() {
        "app" => Ok(Origin::App),
        "desktop" => Ok(Origin::Desktop),
        _ => Err(serde::de::Error::custom("must be `app` or `desktop`")),
    }
}

/// An account and a permission.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfPermission {
    /// The account.
    account_id: uuid::Uuid,
    /// The permission's name.
    #[schema(value_type = String, example = "utilities.security.users.view")]
    permission: PermissionName,
}

/// A permission by its name.
#[derive(Debug)]
struct PermissionName(Permission);

impl<'de> Deserialize<'de> for PermissionName {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        let unknown = |_| {
            serde::de::Error::custom(
                "must be the name of a permission, such as utilities.security.users.view",
            )
        };
        name.parse().map(Self).map_err(unknown)
    }
}

command! {
    /// Register an account. Needs `utilities.security.users.register`.
    register_account("/v1/commands/register-account", RegisterAccount) -> 201 = |service, call, body| async {
        let registration = Registration {
            username: &body.username,
            email: &body.email,
            display_name: body.display_name.as_deref().unwrap_or(&body.username),
            origin: body.origin,
            password: body.password.as_deref(),
            must_change: body.must_change && body.password.is_some(),
        };
        service.register_account(&call, &registration).await
    }
}

command! {
    /// Report that a person signed in to the desktop app. Needs `desktop.sign_in`.
    record_sign_in("/v1/commands/record-sign-in", OfAccount) -> 200
        = |service, call, body| service.record_sign_in(&call, AccountId(body.account_id))
}

command! {
    /// Grant a permission. Needs `utilities.security.permissions`.
    grant_permission("/v1/commands/grant-permission", OfPermission) -> 200
        = |service, call, body| service.set_permission(&call, AccountId(body.account_id), body.permission.0, true)
}

command! {
    /// Revoke a permission. Needs `utilities.security.permissions`.
    revoke_permission("/v1/commands/revoke-permission", OfPermission) -> 200
        = |service, call, body| service.set_permission(&call, AccountId(body.account_id), body.permission.0, false)
}

command! {
    /// Erase a person: everything personal is forgotten, the history stays. Needs `utilities.security.users.erase`.
    erase_person("/v1/commands/erase-person", OfAccount) -> 200
        = |service, call, body| service.erase_person(&call, AccountId(body.account_id))
}
