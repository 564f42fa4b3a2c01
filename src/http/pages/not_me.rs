//! `/not-me`: whoever holds a link that somebody else asked for ends it here.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::form::Form;
use super::notice::Notice;
use super::page as rendered;
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
    token: &'a str,
    token_errors: Vec<String>,
    is_done: bool,
}

impl<'a> NotMe<'a> {
    fn new(page: &'a Visitor, token: &'a str) -> Self {
        Self { page, notice: None, token, token_errors: Vec::new(), is_done: false }
    }
}

pub(super) async fn page(visitor: Visitor) -> Result<Response, Problem> {
    with_code(&visitor, "")
}

/// The page, with what was found of the link's code.
pub(super) fn with_code(visitor: &Visitor, code: &str) -> Result<Response, Problem> {
    rendered(&NotMe::new(visitor, code))
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
    let token = link.token.as_str();
    if app.service.link_state(&call, token).await? == LinkState::Completed {
        // Too late to end it: the password is another one now.
        let notice = Some(Notice::bad(visitor.with("not-me-completed", "contact", &visitor.contact())));
        let shown = rendered(&NotMe { notice, ..NotMe::new(&visitor, token) })?;
        return Ok((Kind::LinkUnusable.about().0, shown).into_response());
    }
    match outcome(&app, &call, || app.service.disown_reset(&call, token)).await {
        Ok(_) => rendered(&NotMe { is_done: true, ..NotMe::new(&visitor, "") }),
        Err(problem) if problem.kind == Kind::LinkUnusable => {
            let token_errors = vec![visitor.say("not-me-unknown")];
            Ok(trouble::beside(problem, rendered(&NotMe { token_errors, ..NotMe::new(&visitor, token) })?))
        }
        Err(problem) => Err(problem),
    }
}
