//! The pages of `rekey dev`: where to begin, and the inbox.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use rekey_events::names::username_key;

use super::demo::Demo;
use super::inbox::{self, Mail};
use crate::credential::totp;
use crate::problem::{Kind, Problem};
use crate::service::{Service, second_factor::qr};

/// Own files only; the mail is shown in a frame that can do nothing.
const POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; \
    base-uri 'none'; form-action 'self'";

/// How long a script waits for the first mail.
const FIRST_MAIL: Duration = Duration::from_secs(5);

/// What the pages show.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) service: Service,
    pub(super) demo: Demo,
    pub(super) inbox: PathBuf,
    pub(super) smtp: Option<String>,
}

pub(super) fn router(desk: Desk) -> Router {
    Router::new()
        .route("/dev", get(start))
        .route("/dev/code", get(code))
        .route("/dev/style.css", get(style))
        .route("/dev/inbox", get(list))
        .route("/dev/inbox/latest.txt", get(latest))
        .route("/dev/inbox/{id}", get(one))
        .route("/dev/inbox/{id}/html", get(html))
        .layer(axum::middleware::map_response(guard))
        .with_state(Arc::new(desk))
}

async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

type Shared = State<Arc<Desk>>;

#[derive(Template)]
#[template(path = "start.html")]
struct Start<'a> {
    people: Vec<(&'static str, &'static str, &'a str)>,
    smtp: Option<&'a str>,
    code: String,
    qr: String,
}

async fn start(State(desk): Shared) -> Result<Response, Problem> {
    let secret = admin_secret(&desk).await?;
    let now = desk.service.env().now();
    page(&Start {
        people: desk.demo.people(),
        smtp: desk.smtp.as_deref(),
        code: totp::code(&secret, now).unwrap_or_default(),
        qr: totp::address(&secret, &desk.service.settings().product, "admin")
            .map(|at| qr(&at))
            .unwrap_or_default(),
    })
}

/// The administrator's current code, as text.
async fn code(State(desk): Shared) -> Result<String, Problem> {
    let secret = admin_secret(&desk).await?;
    Ok(totp::code(&secret, desk.service.env().now()).unwrap_or_default() + "\n")
}

async fn admin_secret(desk: &Desk) -> Result<Vec<u8>, Problem> {
    let key = username_key("admin").unwrap_or_default();
    let person = desk.service.store().person_by_username(&key).await?.ok_or(Kind::NotFound)?;
    desk.service.second_factor_secret(person.account_id).await?.ok_or(Kind::NotFound.into())
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Inbox<'a> {
    mails: Vec<Mail>,
    smtp: Option<&'a str>,
}

async fn list(State(desk): Shared) -> Result<Response, Problem> {
    page(&Inbox { mails: inbox::list(&desk.inbox), smtp: desk.smtp.as_deref() })
}

#[derive(Template)]
#[template(path = "mail.html")]
struct OneMail {
    mail: Mail,
}

async fn one(State(desk): Shared, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&OneMail { mail: inbox::one(&desk.inbox, &id).ok_or(Kind::NotFound)? })
}

/// The mail's HTML, as the frame on its page shows it: in a sandbox.
async fn html(State(desk): Shared, Path(id): Path<String>) -> Result<Response, Problem> {
    let mail = inbox::one(&desk.inbox, &id).ok_or(Kind::NotFound)?;
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation-by-user-activation";
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(mail.html)).into_response())
}

/// The newest mail's text, for a script; waits a little for the first one.
async fn latest(State(desk): Shared) -> Result<Response, Problem> {
    let mail = tokio::time::timeout(FIRST_MAIL, newest(&desk)).await.map_err(|_| Kind::NotFound)?;
    let head = format!("To: {}\nSubject: {}\nDate: {}\n\n", mail.to, mail.subject, mail.date);
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], head + &mail.text).into_response())
}

async fn newest(desk: &Desk) -> Mail {
    loop {
        if let Some(mail) = inbox::list(&desk.inbox).into_iter().next() {
            return mail;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css")], include_str!("pages/style.css")).into_response()
}

fn page(template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page cannot be rendered");
        Kind::Internal
    })?;
    Ok(Html(html).into_response())
}
