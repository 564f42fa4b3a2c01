//! `/not-me`: whoever holds a link that somebody else asked for ends it here.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::form::Form;
use super::notice::Notice;
use super::page as rendered;
use super::reset_password::code_of;
use super::trouble;
use super::visitor::Visitor;
use crate::http::App;
use crate::http::caller::outcome;
use crate::problem::{Kind, Problem};
use crate::service::resets::LinkState;

#[derive(Template)]
#[template(path = "not_me.html")]
struct NotMe<'a> {
    page: &'a Visitor,
    notice: Option<Notice>,
    is_done: bool,
}

pub(super) async fn page(visitor: Visitor) -> Result<Response, Problem> {
    rendered(&NotMe { page: &visitor, notice: None, is_done: false })
}

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, link): Form<Link>,
) -> Result<Response, Problem> {
    let token = code_of(&link.token);
    if app.service.link_state(&call, token).await? == LinkState::Completed {
        // Too late to end it: the password is another one now.
        let notice = Some(Notice::bad(visitor.with("not-me-completed", "contact", &visitor.contact())));
        let shown = rendered(&NotMe { page: &visitor, notice, is_done: false })?;
        return Ok((Kind::LinkUnusable.about().0, shown).into_response());
    }
    match outcome(&app, &call, || app.service.disown_reset(&call, token)).await {
        Ok(_) => rendered(&NotMe { page: &visitor, notice: None, is_done: true }),
        Err(problem) if problem.kind == Kind::LinkUnusable => {
            let notice = Some(Notice::bad(visitor.say("not-me-unknown")));
            let shown = rendered(&NotMe { page: &visitor, notice, is_done: false })?;
            Ok(trouble::beside(problem, shown))
        }
        Err(problem) => Err(problem),
    }
}
