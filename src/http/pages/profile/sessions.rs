//! Where one is signed in.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use rekey_events::SessionId;

use crate::http::App;
use crate::http::pages::form::Form;
use crate::http::pages::sign_in::Nothing;
use crate::http::pages::visitor::{Visitor, Who};
use crate::http::params::Named;
use crate::problem::{Kind, Problem};

/// A session, as its person sees it.
pub(super) struct ShownSession {
    pub(super) id: SessionId,
    pub(super) device: String,
    pub(super) source: String,
    pub(super) opened: String,
    pub(super) seen: String,
    pub(super) is_current: bool,
}

pub(super) async fn of(app: &App, visitor: &Visitor, who: &Who) -> Result<Vec<ShownSession>, Problem> {
    let rows = app.service.sessions_of(who.account.account_id).await?;
    let shown = rows.into_iter().map(|row| ShownSession {
        id: row.session_id,
        device: device(visitor, &row.user_agent),
        source: row.source,
        opened: visitor.tongue.moment(row.created_at),
        seen: visitor.tongue.moment(row.seen_at),
        is_current: row.session_id == who.session.session_id,
    });
    Ok(shown.collect())
}

/// The browser and its system, as far as they say so.
fn device(visitor: &Visitor, user_agent: &str) -> String {
    // In this order: most browsers claim to be others as well.
    let browsers = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let known = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (known(&browsers), known(&systems)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) if user_agent.is_empty() => visitor.say("session-unknown-device"),
        (None, None) => user_agent.chars().take(60).collect(),
    }
}

pub(super) async fn end(
    State(app): State<App>,
    visitor: Visitor,
    Named(id): Named,
    Form(_, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let account = visitor.who()?.account.account_id;
    let session: SessionId = id.parse().map_err(|_| Kind::NotFound)?;
    match app.service.end_session(session, account).await {
        // Ended already, such as by a second click: as wanted.
        Err(problem) if problem.kind != Kind::NotFound => Err(problem),
        _ => Ok(Redirect::to("/profile?done=session-ended").into_response()),
    }
}

pub(super) async fn end_others(
    State(app): State<App>,
    visitor: Visitor,
    Form(_, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let who = visitor.who()?;
    app.service.store().end_other_sessions(who.account.account_id, who.session.session_id).await?;
    Ok(Redirect::to("/profile?done=sessions-ended").into_response())
}
