//! `POST /v1/commands/{name}`: each command's body, and whom it asks.

pub mod accounts;
pub mod mails;
pub mod passwords;
pub mod resets;
pub mod second_factor;

/// What an accepted command answers with.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Accepted {
    /// What happened, in words.
    pub message: Option<String>,
    /// The account, where one came to be.
    pub account_id: Option<uuid::Uuid>,
    /// Until when nothing is sent to the address on file, because a mail server refused it.
    pub suppressed_until: Option<String>,
    /// Whether the mail is tried again; if not, only the suppression of its address was lifted.
    pub requeued: Option<bool>,
    /// The log position reached; none when it was so already.
    pub position: Option<i64>,
}

/// A command: its route, its description, and the call of the service.
macro_rules! command {
    ($(#[$doc:meta])* $name:ident($path:literal, $body:ty) -> $status:literal = |$service:ident, $call:ident, $value:pat_param| $work:expr) => {
        #[utoipa::path(
            post, path = $path, tag = "commands", request_body = $body,
            params(("Idempotency-Key" = Option<String>, Header, description = "The same key gives the same answer, and is recorded once.")),
            responses(
                (status = $status, description = "Done", body = $crate::http::commands::Accepted),
                (status = "4XX", description = "Refused", body = $crate::problem::ProblemBody, content_type = "application/problem+json"),
                (status = "5XX", description = "Not accepted", body = $crate::problem::ProblemBody, content_type = "application/problem+json"),
            ),
            security((), ("bearer" = [])),
        )]
        $(#[$doc])*
        pub(in crate::http) async fn $name(
            axum::extract::State(app): axum::extract::State<$crate::http::App>,
            $crate::http::caller::Command($call, $value): $crate::http::caller::Command<$body>,
        ) -> axum::response::Response {
            let $service = &app.service;
            $crate::http::caller::answered(&app, &$call, || $work).await
        }
    };
}
pub(super) use command;

/// An account's id in a body.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfAccount {
    /// The account.
    account_id: uuid::Uuid,
}

/// A body without members.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
