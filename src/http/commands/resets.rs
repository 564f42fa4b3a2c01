//! Asking for links, using them, sending them to others, ending them.

use rekey_events::AccountId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{OfAccount, command};
use crate::http::text::{Line, Password};
use crate::service::resets::Completion;

/// What asking for a link takes: both, as they are on file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestReset {
    /// The username.
    #[schema(value_type = String, min_length = 1, max_length = 256, example = "ana")]
    username: Line<256>,
    /// The registered mail address.
    #[schema(value_type = String, min_length = 1, max_length = 320, example = "ana@example.org")]
    email: Line<320>,
}

/// What using a link takes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteReset {
    /// The link's code: what follows the `#`. The whole link will do.
    #[schema(value_type = String, min_length = 1, max_length = 2048)]
    token: Line<2048>,
    /// The username of the account it was sent for.
    #[schema(value_type = String, min_length = 1, max_length = 256, example = "ana")]
    username: Line<256>,
    /// The new password.
    #[schema(value_type = String, format = Password)]
    new_password: Password,
    /// A code of the second factor, where the service asks for one here.
    #[schema(value_type = Option<String>, max_length = 64)]
    code: Option<Line<64>>,
}

/// A link's code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfLink {
    /// What follows the `#`. The whole link will do.
    #[schema(value_type = String, min_length = 1, max_length = 2048)]
    token: Line<2048>,
}

command! {
    /// Ask for a reset link. Everybody gets the same answer.
    request_reset("/v1/commands/request-reset", RequestReset) -> 202
        = |service, call, body| service.request_reset(&call, &body.username, &body.email)
}

command! {
    /// Use a reset link: once, within its hour, with the account's username.
    complete_reset("/v1/commands/complete-reset", CompleteReset) -> 200 = |service, call, body| async {
        let completion = Completion {
            token: &body.token,
            username: &body.username,
            new_password: &body.new_password,
            code: body.code.as_deref(),
        };
        service.complete_reset(&call, &completion).await
    }
}

command! {
    /// "This wasn't me": end the link one was sent.
    disown_reset("/v1/commands/disown-reset", OfLink) -> 200
        = |service, call, body| service.disown_reset(&call, &body.token)
}

command! {
    /// Send another user a reset link. Needs two permissions, and the second factor used in this session.
    issue_admin_reset("/v1/commands/issue-admin-reset", OfAccount) -> 202
        = |service, call, body| service.issue_admin_reset(&call, AccountId(body.account_id))
}

command! {
    /// End an account's live link.
    revoke_reset("/v1/commands/revoke-reset", OfAccount) -> 200
        = |service, call, body| service.revoke_reset(&call, AccountId(body.account_id))
}
