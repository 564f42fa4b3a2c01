//! `/utilities/mail`: the queue, and what became of each mail.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use rekey_events::rows::{MailRow, ReceiptRow};
use rekey_events::store::overview::Queue;
use rekey_events::{AccountId, MailId, Moment, Permission};
use serde::Deserialize;

use super::form::Form;
use super::history::{ShownEvent, told};
use super::mail_chart;
use super::notice::Notice;
use super::page as rendered;
use super::sign_in::Nothing;
use super::trouble;
use super::visitor::Visitor;
use crate::http::App;
use crate::http::caller::outcome;
use crate::http::params::{Named, Query};
use crate::mails::{REQUEUABLE, STATES, ShownMail, TROUBLED, receipts, words};
use crate::problem::{Kind, Problem};

/// Mails on one page.
const PAGE: i64 = 50;
/// Hours in the chart.
const HOURS: usize = 24;
const HOUR: i64 = 60 * 60 * 1_000_000;

#[derive(Template)]
#[template(path = "mails.html")]
struct Mails<'a> {
    page: &'a Visitor,
    notice: Option<Notice>,
    tiles: Tiles,
    chart: String,
    states: &'static [&'static str],
    state: &'a str,
    mails: Vec<Row>,
    older: Option<String>,
    is_newest: bool,
}

#[derive(Template)]
#[template(path = "mail_details.html")]
struct Details<'a> {
    page: &'a Visitor,
    notice: Option<Notice>,
    mail: Row,
    /// Until when nothing is sent to the address.
    suppressed_until: Option<String>,
    receipts: Vec<ReceiptRow>,
    events: Vec<ShownEvent>,
}

/// The queue in four figures.
struct Tiles {
    waiting: i64,
    oldest: String,
    unknown: i64,
    failed: i64,
}

/// A mail, as it is listed.
struct Row {
    id: String,
    account: String,
    kind: String,
    to: String,
    state: String,
    tone: &'static str,
    advice: String,
    waits_for: Option<String>,
    requested: String,
    answer: String,
    can_requeue: bool,
}

/// Which mails.
#[derive(Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    state: String,
    before: Option<uuid::Uuid>,
    #[serde(default)]
    done: String,
}

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/utilities/mail", get(list))
        .route("/utilities/mail/{id}", get(one))
        .route("/utilities/mail/{id}/requeue", post(requeue))
        .route("/utilities/mail/{id}/lift-suppression", post(lift_suppression))
}

async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    app.service.authorise(&visitor.call.caller, Permission::Mail).await?;
    let state = if STATES.contains(&wanted.state.as_str()) { wanted.state.as_str() } else { "" };
    let now = visitor.call.context.at;
    let store = app.service.store();
    let mails = store.mails(wanted.before.map(MailId), state, "", PAGE).await?;
    let last = mails.last().filter(|_| mails.len() as i64 == PAGE).map(|last| last.mail_id);
    let queue = store.queue().await?;
    rendered(&Mails {
        page: &visitor,
        notice: Notice::done(&visitor, &["requeued"], &wanted.done),
        tiles: tiles(&queue, now),
        chart: chart(&app, &visitor).await?,
        states: &STATES,
        state,
        mails: rows(&app, &visitor, mails).await?,
        older: last.map(|last| format!("?state={state}&before={last}")),
        is_newest: wanted.before.is_none(),
    })
}

fn tiles(queue: &Queue, now: Moment) -> Tiles {
    let oldest = queue.unsettled.iter().map(|kind| kind.oldest).min();
    let of = |states: &[&str]| {
        let counts = queue.troubled.iter().filter(|(state, _)| states.contains(&state.as_str()));
        counts.map(|(_, count)| count).sum()
    };
    Tiles {
        waiting: queue.unsettled.iter().map(|kind| kind.count).sum(),
        oldest: oldest.map_or_else(|| "–".to_owned(), |oldest| words::span(now.since(oldest))),
        unknown: of(&["unknown"]),
        failed: of(&TROUBLED[1..]),
    }
}

async fn chart(app: &App, visitor: &Visitor) -> Result<String, Problem> {
    let now = visitor.call.context.at;
    let until = Moment::from_micros((now.micros().div_euclid(HOUR) + 1) * HOUR);
    let since = Moment::from_micros(until.micros() - HOURS as i64 * HOUR);
    let counted = app.service.store().mail_chart(since, until, HOURS).await?;
    Ok(mail_chart::svg(&visitor.tongue, since, &counted.stretches))
}

async fn rows(app: &App, visitor: &Visitor, mails: Vec<MailRow>) -> Result<Vec<Row>, Problem> {
    let accounts: Vec<AccountId> = mails.iter().map(|mail| mail.account_id).collect();
    let people = app.service.store().people(&accounts).await?;
    let waits = app.service.store().waits().await?;
    let name = |account: AccountId| {
        people.get(&account).map_or_else(|| visitor.say("erased"), |person| person.username.clone())
    };
    let shown = mails.into_iter().map(|mail| {
        let (to, requested_at) = (name(mail.account_id), mail.requested_at);
        row(visitor, ShownMail::new(mail, &waits, visitor.call.context.at), to, requested_at)
    });
    Ok(shown.collect())
}

fn row(visitor: &Visitor, mail: ShownMail, to: String, requested_at: i64) -> Row {
    let state = words::state(&mail);
    Row {
        kind: visitor.say(&format!("kind-{}", mail.kind)),
        to,
        state: visitor.say(&format!("state-{state}")),
        tone: match state {
            "accepted" => "good",
            "rejected" | "dead" | "suppressed" | "unconfirmed" => "bad",
            "unknown" | "deferred" | "expired" => "warn",
            _ => "",
        },
        advice: visitor.say(&format!("advice-{state}")),
        waits_for: mail.waits_for.as_ref().map(|waits| {
            let seconds = waits.seconds.to_string();
            visitor.tongue.tell("waits-for", &[("provider", &waits.provider), ("seconds", &seconds)])
        }),
        requested: visitor.tongue.moment(requested_at),
        answer: last_answer(visitor, &mail),
        can_requeue: REQUEUABLE.contains(&mail.state.as_str()),
        id: mail.mail_id,
        account: mail.account_id,
    }
}

/// What the mail server said last, or why it said nothing.
fn last_answer(visitor: &Visitor, mail: &ShownMail) -> String {
    let failure = mail.last_failure.as_ref().map(|name| visitor.say(&format!("failure-{name}")));
    let code = mail.last_code.map(|code| code.to_string());
    let parts: Vec<_> = [code, mail.last_enhanced.clone(), failure].into_iter().flatten().collect();
    if parts.is_empty() { "–".to_owned() } else { parts.join(" ") }
}

async fn one(
    State(app): State<App>,
    visitor: Visitor,
    Named(id): Named,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let notice = Notice::done(&visitor, &["requeued", "suppression-lifted"], &wanted.done);
    shown(&app, &visitor, &id, notice).await
}

async fn shown(app: &App, visitor: &Visitor, id: &str, notice: Option<Notice>) -> Result<Response, Problem> {
    app.service.authorise(&visitor.call.caller, Permission::Mail).await?;
    let id: MailId = id.parse().map_err(|_| Kind::NotFound)?;
    let mail = app.service.store().mail(id).await?.ok_or(Kind::NotFound)?;
    let store = app.service.store();
    let events = store.stream(id.into()).await?;
    let suppressed_until = store.suppressed_until(mail.account_id, visitor.call.context.at).await?;
    let receipts = receipts(store, &events).await?;
    let mail = rows(app, visitor, vec![mail]).await?.pop().ok_or(Kind::NotFound)?;
    rendered(&Details {
        page: visitor,
        notice,
        suppressed_until: suppressed_until.map(|until| visitor.tongue.moment(until.micros())),
        receipts,
        mail,
        events: told(app.service.store(), &visitor.tongue, &events).await?,
    })
}

async fn requeue(
    State(app): State<App>,
    visitor: Visitor,
    Named(id): Named,
    Form(call, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let mail: MailId = id.parse().map_err(|_| Kind::NotFound)?;
    match outcome(&app, &call, || app.service.requeue_mail(&call, mail)).await {
        Ok(answer) => {
            let is_requeued = answer.body.get("requeued") == Some(&true.into());
            let done = if is_requeued { "requeued" } else { "suppression-lifted" };
            Ok(Redirect::to(&format!("/utilities/mail/{id}?done={done}")).into_response())
        }
        Err(problem) if problem.kind == Kind::NotPossible => {
            let notice = Some(Notice::bad(visitor.say("refused-requeue")));
            Ok(trouble::beside(problem, shown(&app, &visitor, &id, notice).await?))
        }
        Err(problem) => Err(problem),
    }
}

async fn lift_suppression(
    State(app): State<App>,
    visitor: Visitor,
    Named(id): Named,
    Form(call, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    app.service.authorise(&visitor.call.caller, Permission::Mail).await?;
    let mail: MailId = id.parse().map_err(|_| Kind::NotFound)?;
    let account = app.service.store().mail(mail).await?.ok_or(Kind::NotFound)?.account_id;
    outcome(&app, &call, || app.service.lift_suppression(&call, account)).await?;
    Ok(Redirect::to(&format!("/utilities/mail/{id}?done=suppression-lifted")).into_response())
}
