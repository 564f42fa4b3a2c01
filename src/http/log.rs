//! `/v1/log`: what was signed of the log, and proofs from it. Both say nothing about anybody: hashes, and for who may
//! audit, an event.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rekey_events::Permission;

use super::App;
use super::caller::Called;
use super::params::Named;
use crate::audit::proof::{ProofError, prove};
use crate::problem::{Kind, Problem, ProblemBody};

const TEXT: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];

#[utoipa::path(
    get, path = "/v1/log/checkpoint", tag = "log",
    responses(
        (status = 200, description = "A signed checkpoint (c2sp.org/tlog-checkpoint)", body = String, content_type = "text/plain"),
        (status = 404, description = "Nothing was signed yet", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
/// The newest checkpoint: how long the log is, and the root over all of it, signed. Needs `utilities.security.audit`,
/// for how far the log moves tells whether a request led to a mail. Keep it where nobody here can change it.
pub(super) async fn checkpoint(State(app): State<App>, Called(call): Called) -> Result<Response, Problem> {
    app.service.authorise(&call.caller, Permission::Audit).await?;
    let newest = app.service.store().newest_checkpoint().await?;
    let unsigned = || {
        Problem::because(Kind::NotFound, "Nothing was signed yet: is there a [seal] in the configuration?")
    };
    Ok((TEXT, newest.ok_or_else(unsigned)?.note).into_response())
}

#[utoipa::path(
    get, path = "/v1/log/proof/{position}", tag = "log",
    params(("position" = i64, Path, description = "The event's place in the log")),
    responses(
        (status = 200, description = "The event and its proof (c2sp.org/tlog-proof)", body = String, content_type = "text/plain"),
        (status = 404, description = "No such event, or not signed yet", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
/// Proof that an event is in the log as it was signed; `rekey audit verify` checks it anywhere. Needs
/// `utilities.security.audit`.
pub(super) async fn proof(
    State(app): State<App>,
    Called(call): Called,
    Named(position): Named,
) -> Result<Response, Problem> {
    app.service.authorise(&call.caller, Permission::Audit).await?;
    let position = position.parse().ok().filter(|position| *position > 0).ok_or(Kind::NotFound)?;
    match prove(app.service.store(), position).await {
        Ok(proof) => Ok((TEXT, proof).into_response()),
        Err(ProofError::Store(error)) => Err(error.into()),
        Err(error @ (ProofError::Nothing(_) | ProofError::Unsealed(_))) => {
            Err(Problem::because(Kind::NotFound, error.to_string()))
        }
        Err(error) => {
            tracing::error!(%error, "an event cannot be proven");
            Err(Kind::Internal.into())
        }
    }
}
