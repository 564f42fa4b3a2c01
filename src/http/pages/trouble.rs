//! What went wrong, as a page: what it is and what to do, in the reader's language.

use askama::Template;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::page;
use super::return_to::kept;
use super::visitor::{Inner, Visitor};
use crate::problem::{Kind, Problem};

/// Headers of a problem that its page has, too.
const KEPT: [HeaderName; 2] = [header::RETRY_AFTER, header::ALLOW];

#[derive(Template)]
#[template(path = "trouble.html")]
struct Trouble<'a> {
    page: &'a Visitor,
    title: String,
    advice: String,
}

/// The problem's page, or where it can be mended.
pub(super) fn shown(visitor: &Visitor, problem: Problem) -> Response {
    match problem.kind {
        Kind::NotSignedIn => Redirect::to(&kept("/sign-in", &page_of(visitor))).into_response(),
        Kind::PasswordChangeRequired => Redirect::to("/profile").into_response(),
        _ => told(visitor, problem),
    }
}

/// A page that says itself what went wrong, with the problem's status and headers.
pub(super) fn beside(problem: Problem, page: Response) -> Response {
    let original = problem.into_response();
    let mut response = page;
    *response.status_mut() = original.status();
    for name in KEPT {
        if let Some(value) = original.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn told(visitor: &Visitor, problem: Problem) -> Response {
    let kind = problem.kind.name();
    let shown = page(&Trouble {
        page: visitor,
        title: visitor.say(&format!("problem-{kind}")),
        advice: visitor.say_with_wait(&format!("problem-{kind}-advice"), &problem),
    });
    shown.map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), |page| beside(problem, page))
}

/// The page to come back to after signing in: forms are sent to addresses below theirs.
pub(super) fn page_of(visitor: &Inner) -> String {
    if visitor.is_form {
        let forms = ["/profile", "/utilities/mail"];
        let below = forms.iter().find(|form| visitor.path.starts_with(**form));
        return below.map_or_else(|| parent(&visitor.path), |form| (*form).to_owned());
    }
    visitor.address.clone()
}

/// A form at the top is sent to its own page.
fn parent(path: &str) -> String {
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    if parent.is_empty() { path.to_owned() } else { parent.to_owned() }
}
