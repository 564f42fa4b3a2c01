//! Cookies: a session's token, what tells one browser from others, a language chosen.

use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use time::Duration;

/// The cookies of a request, under the names they have in this house.
pub(super) struct Cookies {
    jar: CookieJar,
    secure: bool,
}

/// Which one.
#[derive(Clone, Copy)]
pub(super) enum Name {
    /// The session's token.
    Session,
    /// Random, and known to nobody but this browser: forms are tied to it.
    Browser,
    /// The language chosen at the foot of a page.
    Language,
}

impl Name {
    /// With `__Host-`, no other host and no plain connection can set it (RFC 6265bis,
    /// section 4.1.3.2); browsers take that by TLS only.
    fn full(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-rekey",
            (Self::Session, false) => "rekey",
            (Self::Browser, true) => "__Host-rekey-browser",
            (Self::Browser, false) => "rekey-browser",
            (Self::Language, true) => "__Host-rekey-language",
            (Self::Language, false) => "rekey-language",
        }
    }

    /// A language outlives the browser's run; a browser is known for a day, so that
    /// forms left open overnight still work.
    fn lasts(self) -> Option<Duration> {
        match self {
            Self::Session => None,
            Self::Browser => Some(Duration::days(1)),
            Self::Language => Some(Duration::days(365)),
        }
    }
}

impl Cookies {
    pub(super) fn of(headers: &HeaderMap, secure: bool) -> Self {
        Self { jar: CookieJar::from_headers(headers), secure }
    }

    pub(super) fn get(&self, name: Name) -> Option<&str> {
        self.jar.get(name.full(self.secure)).map(Cookie::value)
    }
}

/// Sets a cookie, for this host alone and out of scripts' reach.
pub(super) fn set(name: Name, value: &str, secure: bool) -> HeaderValue {
    let mut cookie = bare(name, value, secure);
    cookie.set_max_age(name.lasts());
    header(&cookie)
}

/// Forgets a cookie.
pub(super) fn forget(name: Name, secure: bool) -> HeaderValue {
    let mut cookie = bare(name, "", secure);
    cookie.set_max_age(Duration::ZERO);
    header(&cookie)
}

fn bare(name: Name, value: &str, secure: bool) -> Cookie<'static> {
    Cookie::build((name.full(secure), value.to_owned()))
        .path("/")
        .secure(secure)
        .http_only(true)
        // Lax: a link from a mail or another app still finds its reader signed in.
        .same_site(SameSite::Lax)
        .build()
}

fn header(cookie: &Cookie<'_>) -> HeaderValue {
    // Our values are hex and language tags.
    HeaderValue::try_from(cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}
