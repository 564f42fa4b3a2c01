//! Links out of mails whose end a mail program has changed: whatever stands below a page that takes a link's code leads
//! to that page.
//!
//! `/reset-password%23CODE` has its `#` encoded, `/reset-password/` or `/reset-password.` something appended. A code in
//! the path has been sent to us, which the fragment avoids: it goes into the page's field and nowhere else, and the page
//! takes it out of the address bar.

use axum::http::request::Parts;
use axum::http::{Method, Uri};
use axum::response::Response;

use super::visitor;
use super::{not_me, reset_password};
use crate::http::App;

/// The shortest text that may be (part of) a code. Shorter ones are what was appended.
const MIN_CODE_CHARS: usize = 40;

/// The pages that take a link's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    ResetPassword,
    NotMe,
}

impl Page {
    fn path(self) -> &'static str {
        match self {
            Self::ResetPassword => "/reset-password",
            Self::NotMe => "/not-me",
        }
    }
}

/// Shows the page that the request's path begins with, if it takes a link's code.
pub(super) async fn page(app: &App, parts: &mut Parts) -> Option<Response> {
    if ![Method::GET, Method::HEAD].contains(&parts.method) {
        return None;
    }
    let (page, code) = parse(parts.uri.path())?;
    // What makes the page must not see the code in the address: it would keep it for the way back.
    parts.uri = Uri::from_static(page.path());
    let shown = visitor::show(app, parts, |visitor| match page {
        Page::ResetPassword => reset_password::with_code(visitor, &code),
        Page::NotMe => not_me::with_code(visitor, &code),
    });
    Some(shown.await)
}

/// The page, and the code that follows it; empty if none does.
fn parse(path: &str) -> Option<(Page, String)> {
    let page = [Page::ResetPassword, Page::NotMe].into_iter().find(|page| path.starts_with(page.path()))?;
    let rest = path[page.path().len()..].trim_start_matches('/');
    let rest = rest.strip_prefix("%23").unwrap_or(rest);
    let code = if rest.len() < MIN_CODE_CHARS { "" } else { rest };
    Some((page, code.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_below_a_page_with_a_code_leads_to_it() {
        let code = "AQ".repeat(49);
        let encoded_twice = format!("%2523{code}");
        for (rest, found) in [
            ("/".to_owned(), ""),
            (".".to_owned(), ""),
            ("/state".to_owned(), ""),
            ("%23".to_owned(), ""),
            ("/index.html".to_owned(), ""),
            (format!("%23{code}"), code.as_str()),
            (format!("/%23{code}"), code.as_str()),
            (format!("/{code}"), code.as_str()),
            (encoded_twice.clone(), encoded_twice.as_str()),
        ] {
            for page in [Page::ResetPassword, Page::NotMe] {
                assert_eq!(
                    parse(&format!("{}{rest}", page.path())),
                    Some((page, found.to_owned())),
                    "{rest}"
                );
            }
        }
        assert_eq!(parse("/sign-in"), None);
        assert_eq!(parse("/v1/reset-password"), None);
    }
}
