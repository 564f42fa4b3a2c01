//! What goes wrong, as callers see it: `application/problem+json` (RFC 9457)
//! with a stable type, and words that say what to do. Never a secret, and
//! nothing that was typed.

use std::fmt;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rekey_events::store::{AppendError, CommandError, StoreError};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

use crate::credential::Rejection;
use crate::credential::hash::HashError;

/// The kinds of problems; their names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// The body is no JSON.
    MalformedBody,
    /// The body is JSON, but not what this command takes.
    InvalidRequest,
    /// The body is too large.
    BodyTooLarge,
    /// The body is not said to be JSON.
    UnsupportedMediaType,
    /// No such page or resource.
    NotFound,
    /// The resource does not take this method.
    MethodNotAllowed,
    /// Nobody is signed in, or the session or key is not (any more) valid.
    NotSignedIn,
    /// Username, password or code is wrong.
    WrongCredentials,
    /// The password is right, and a code of the second factor is needed.
    SecondFactorRequired,
    /// The current password is wrong.
    WrongPassword,
    /// The code is wrong.
    WrongCode,
    /// The username is not that of the link's account.
    WrongUsername,
    /// The caller lacks the permission.
    MissingPermission,
    /// The password must be changed first.
    PasswordChangeRequired,
    /// The link was used, replaced, ended, is over, or was never one.
    LinkUnusable,
    /// The new password is not taken.
    PasswordRejected,
    /// The account is not entitled to a link.
    NotEligible,
    /// The username is taken.
    UsernameTaken,
    /// It is so already, or cannot be done as things are.
    NotPossible,
    /// Too many attempts.
    TooManyAttempts,
    /// The idempotency key was used with another body.
    IdempotencyKeyReused,
    /// What the command relied on changed all the time.
    Disturbed,
    /// The database was away in the middle, or it took too long: done or not, nobody knows.
    Uncertain,
    /// The service is too busy, or its database away.
    Unavailable,
    /// A page's form that is too old, or came from elsewhere.
    StaleForm,
    /// A fault of ours.
    Internal,
}

impl Kind {
    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Seconds after which it is worth trying again, where the kind alone says so.
    fn retry_after(self) -> Option<u64> {
        match self {
            // How long that lasts is not known; others are served meanwhile.
            Self::Unavailable | Self::Disturbed | Self::Uncertain => Some(2),
            _ => None,
        }
    }

    /// The status it is answered with, what it is, and what to do.
    #[must_use]
    pub fn about(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::MalformedBody => (S::BAD_REQUEST, "The body is not JSON", "Send one JSON object in UTF-8."),
            Self::InvalidRequest => {
                (S::UNPROCESSABLE_ENTITY, "The request is not what this takes", "See `errors`, and /docs.")
            }
            Self::BodyTooLarge => (S::PAYLOAD_TOO_LARGE, "The body is too large", "Send at most 64 KiB."),
            Self::UnsupportedMediaType => (
                S::UNSUPPORTED_MEDIA_TYPE,
                "The body is not said to be JSON",
                "Send Content-Type: application/json.",
            ),
            Self::NotFound => (S::NOT_FOUND, "There is nothing here", "See /docs for what there is."),
            Self::MethodNotAllowed => {
                (S::METHOD_NOT_ALLOWED, "This does not take that method", "See the Allow header, and /docs.")
            }
            Self::NotSignedIn => (S::UNAUTHORIZED, "Nobody is signed in", "Sign in by POST /v1/sessions."),
            Self::WrongCredentials => (
                S::UNAUTHORIZED,
                "Username, password or code is wrong",
                "Try again, or reset a forgotten password.",
            ),
            Self::SecondFactorRequired => (
                S::FORBIDDEN,
                "A second factor is needed",
                "Give a `code` when signing in; without a second factor, enrol one first.",
            ),
            Self::WrongPassword => (S::FORBIDDEN, "The current password is wrong", "Try again."),
            Self::WrongCode => (S::FORBIDDEN, "The code is wrong", "Try the next one your app shows."),
            Self::WrongUsername => (
                S::FORBIDDEN,
                "The username is not that of the link's account",
                "Type the username it was sent for.",
            ),
            Self::MissingPermission => {
                (S::FORBIDDEN, "A permission is missing", "Ask an administrator for it.")
            }
            Self::PasswordChangeRequired => {
                (S::FORBIDDEN, "The password must be changed first", "POST /v1/commands/change-password.")
            }
            Self::LinkUnusable => (
                S::GONE,
                "The link cannot be used",
                "It was used or replaced, or its hour is over. Ask for a new one.",
            ),
            Self::PasswordRejected => {
                (S::UNPROCESSABLE_ENTITY, "The new password is not taken", "See `reasons` for all of it.")
            }
            Self::NotEligible => (
                S::CONFLICT,
                "The account is not entitled to a link",
                "See `detail`; set a password in the desktop app.",
            ),
            Self::UsernameTaken => (S::CONFLICT, "The username is taken", "Choose another."),
            Self::NotPossible => (S::CONFLICT, "That cannot be done as things are", "See `detail`."),
            Self::TooManyAttempts => (S::TOO_MANY_REQUESTS, "Too many attempts", "Wait, then try again."),
            Self::IdempotencyKeyReused => (
                S::UNPROCESSABLE_ENTITY,
                "The idempotency key was used with another body",
                "Use a new key for a new request.",
            ),
            Self::Disturbed => (
                S::SERVICE_UNAVAILABLE,
                "Too much happens at once",
                "Nothing was changed. Try again shortly.",
            ),
            Self::Uncertain => (
                S::SERVICE_UNAVAILABLE,
                "Whether it was done is not known",
                "The database was away in the middle. With the same Idempotency-Key it is done once: try again shortly.",
            ),
            Self::Unavailable => (
                S::SERVICE_UNAVAILABLE,
                "The service is not available",
                "Nothing was accepted. Try again shortly.",
            ),
            Self::StaleForm => (
                S::FORBIDDEN,
                "The form is too old, or came from elsewhere",
                "Nothing was changed. Open the page again, with cookies allowed.",
            ),
            Self::Internal => {
                (S::INTERNAL_SERVER_ERROR, "That is a fault of ours", "Tell the operator, with the time.")
            }
        }
    }
}

/// What is wrong with one member of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What.
    pub detail: String,
}

/// A problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its kind.
    pub kind: Kind,
    /// More about this one.
    pub detail: Option<String>,
    /// Why a password is not taken.
    pub reasons: Vec<Rejection>,
    /// What is wrong with the body.
    pub errors: Vec<FieldError>,
    /// Seconds after which it is worth trying again, if that is known.
    pub retry_after: Option<u64>,
}

/// A problem, as it is written.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// `/problems/` and the kind's stable name.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do.
    pub detail: String,
    /// Why a new password is not taken: all reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Rejection>,
    /// What is wrong with the body, by member.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Seconds after which to try again, as in `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem of this kind, with its usual words.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { kind, detail: None, reasons: Vec::new(), errors: Vec::new(), retry_after: kind.retry_after() }
    }

    /// Too many attempts: the next one is looked at after `wait`.
    #[must_use]
    pub fn throttled(wait: Duration) -> Self {
        let problem = Self { retry_after: Some(whole_seconds(wait)), ..Self::new(Kind::TooManyAttempts) };
        Self { detail: Some(format!("Try again in {}.", problem.wait())), ..problem }
    }

    /// The same problem, `elapsed` later.
    #[must_use]
    pub fn later(self, elapsed: Duration) -> Self {
        match self.kind {
            Kind::TooManyAttempts => {
                let wait = Duration::from_secs(self.retry_after.unwrap_or_default());
                Self::throttled(wait.saturating_sub(elapsed))
            }
            _ => self,
        }
    }

    /// How long to wait before trying again, as people say it.
    #[must_use]
    pub fn wait(&self) -> Wait {
        Wait::from_seconds(self.retry_after.unwrap_or_default())
    }

    /// The same, with words of its own.
    #[must_use]
    pub fn because(kind: Kind, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(kind) }
    }

    /// A new password that is not taken.
    #[must_use]
    pub fn rejected(reasons: Vec<Rejection>) -> Self {
        let detail = reasons.iter().map(|reason| reason.advice()).collect::<Vec<_>>().join(" ");
        Self { reasons, ..Self::because(Kind::PasswordRejected, detail) }
    }

    /// Something wrong with the body's member at `pointer`.
    #[must_use]
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let error = FieldError { pointer: pointer.into(), detail: detail.into() };
        Self { errors: vec![error], ..Self::new(Kind::InvalidRequest) }
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.kind.about().0
    }

    /// As it is written.
    #[must_use]
    pub fn body(&self) -> ProblemBody {
        let (status, title, advice) = self.kind.about();
        ProblemBody {
            kind: format!("/problems/{}", self.kind.name()),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.detail.clone().unwrap_or_else(|| advice.to_owned()),
            reasons: self.reasons.clone(),
            errors: self.errors.clone(),
            retry_after: self.retry_after,
        }
    }
}

/// Whole seconds, rounded up and at least one, so that a caller who waits that long is never too early.
fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_micros().div_ceil(1_000_000)).unwrap_or(u64::MAX).max(1)
}

/// How long to wait, in the unit that people say it in. Rounded up, so that nobody returns too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Less than a minute.
    Seconds(u64),
    /// A minute or more.
    Minutes(u64),
}

impl Wait {
    fn from_seconds(seconds: u64) -> Self {
        if seconds < 60 { Self::Seconds(seconds) } else { Self::Minutes(seconds.div_ceil(60)) }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match *self {
            Self::Seconds(count) => (count, "second"),
            Self::Minutes(count) => (count, "minute"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

impl Problem {
    /// The problem that was written so; nothing when its kind is none of this program's.
    #[must_use]
    pub fn of(body: ProblemBody) -> Option<Self> {
        let kind = body.kind.strip_prefix("/problems/")?.parse().ok()?;
        let (reasons, errors, retry_after) = (body.reasons, body.errors, body.retry_after);
        Some(Self { kind, detail: Some(body.detail), reasons, errors, retry_after })
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Self::new(kind)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.body())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind == Kind::NotSignedIn {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // Pages say it in their own way.
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::new(if error.is_passing() { Kind::Unavailable } else { Kind::Internal })
    }
}

impl From<AppendError> for Problem {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Taken(what) if what == "username" => Self::new(Kind::UsernameTaken),
            // Two at the same time, with different bodies: one was recorded.
            AppendError::Taken(what) if what == "idempotency key" => Self::new(Kind::IdempotencyKeyReused),
            AppendError::Conflict => Self::new(Kind::Disturbed),
            AppendError::Busy => Self::new(Kind::Unavailable),
            AppendError::Unavailable(_) => Self::new(Kind::Uncertain),
            AppendError::Taken(_) | AppendError::Refused(_) => {
                tracing::error!(%error, "a commit was refused");
                Self::new(Kind::Internal)
            }
        }
    }
}

impl From<HashError> for Problem {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::new(Kind::Unavailable),
            HashError::Unreadable => {
                tracing::error!("a stored password hash cannot be read: its person must reset the password");
                Self::new(Kind::WrongCredentials)
            }
        }
    }
}

impl<E: std::error::Error + Into<Problem>> From<CommandError<E>> for Problem {
    fn from(error: CommandError<E>) -> Self {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Append(error) => error.into(),
            CommandError::Store(error) => error.into(),
        }
    }
}

impl From<rekey_events::account::AccountRefusal> for Problem {
    fn from(refusal: rekey_events::account::AccountRefusal) -> Self {
        use rekey_events::account::AccountRefusal as R;
        let kind = match refusal {
            R::NoSuchAccount => Kind::NotFound,
            R::SecondFactorRequired => return Kind::SecondFactorRequired.into(),
            R::LinkUnusable => return Kind::LinkUnusable.into(),
            R::WrongCode => return Kind::WrongCode.into(),
            R::NotEligible(_) => Kind::NotEligible,
            R::AlreadyRegistered | R::SecondFactorEnrolled | R::NoSecondFactor => Kind::NotPossible,
        };
        Self::because(kind, sentence(&refusal))
    }
}

/// A refusal's words as a sentence.
fn sentence(refusal: &impl fmt::Display) -> String {
    let words = refusal.to_string();
    let mut letters = words.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

impl From<rekey_events::mail::MailRefusal> for Problem {
    fn from(refusal: rekey_events::mail::MailRefusal) -> Self {
        use rekey_events::mail::MailRefusal as R;
        let kind = if refusal == R::NoSuchMail { Kind::NotFound } else { Kind::NotPossible };
        Self::because(kind, sentence(&refusal))
    }
}

impl From<rekey_events::request::RequestRefusal> for Problem {
    fn from(refusal: rekey_events::request::RequestRefusal) -> Self {
        Self::because(Kind::NotPossible, sentence(&refusal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up_and_said_in_seconds_or_minutes() {
        for (micros, seconds, words) in [
            (0, 1, "1 second"),
            (1, 1, "1 second"),
            (1_000_000, 1, "1 second"),
            (1_000_001, 2, "2 seconds"),
            (59_000_000, 59, "59 seconds"),
            (59_000_001, 60, "1 minute"),
            (60_000_001, 61, "2 minutes"),
            (900_000_000, 900, "15 minutes"),
        ] {
            let problem = Problem::throttled(Duration::from_micros(micros));
            assert_eq!((problem.retry_after, problem.wait().to_string().as_str()), (Some(seconds), words));
            assert_eq!(problem.detail, Some(format!("Try again in {words}.")));
            let header = problem.into_response().headers()[header::RETRY_AFTER].clone();
            assert_eq!(header, seconds.to_string());
        }
    }

    #[test]
    fn a_kept_answer_says_how_long_to_wait_from_now() {
        let problem = Problem::throttled(Duration::from_secs(90));
        let kept: ProblemBody =
            serde_json::from_value(serde_json::to_value(problem.body()).unwrap()).unwrap();
        let later = |seconds| {
            Problem::of(serde_json::from_value(serde_json::to_value(&kept).unwrap()).unwrap())
                .unwrap()
                .later(Duration::from_secs(seconds))
        };
        assert_eq!(later(0), problem);
        assert_eq!(later(80).detail.as_deref(), Some("Try again in 10 seconds."));
        assert_eq!(later(500).retry_after, Some(1));
    }
}
