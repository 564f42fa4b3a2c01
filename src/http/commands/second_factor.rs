//! The second factor and its recovery codes.

use rekey_events::AccountId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Nothing, OfAccount, command};
use crate::http::text::Line;

/// A code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfCode {
    /// What the authenticator app shows.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    code: Line<64>,
}

command! {
    /// Get a secret for one's authenticator app, as an address and a QR code.
    offer_second_factor("/v1/commands/offer-second-factor", Nothing) -> 200 = |service, call, Nothing {}| {
        let call = call.clone().never_repeated();
        async move { service.offer_second_factor(&call).await }
    }
}

command! {
    /// Enrol the secret offered before by a code of it. The answer holds the recovery codes, this once.
    confirm_second_factor("/v1/commands/confirm-second-factor", OfCode) -> 200 = |service, call, body| {
        let call = call.clone().never_repeated();
        let code = &body.code;
        async move { service.confirm_second_factor(&call, code).await }
    }
}

command! {
    /// Get new recovery codes instead of the old.
    replace_recovery_codes("/v1/commands/replace-recovery-codes", Nothing) -> 200 = |service, call, Nothing {}| {
        let call = call.clone().never_repeated();
        async move { service.replace_recovery_codes(&call).await }
    }
}

command! {
    /// Remove one's own second factor.
    remove_second_factor("/v1/commands/remove-second-factor", Nothing) -> 200
        = |service, call, Nothing {}| service.remove_second_factor(&call)
}

command! {
    /// Remove another user's lost second factor.
    reset_second_factor("/v1/commands/reset-second-factor", OfAccount) -> 200
        = |service, call, body| service.reset_second_factor(&call, AccountId(body.account_id))
}
