//! Cookies: a session's token, what tells one browser from others, a language chosen.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, SameSite};
use time::Duration;

use crate::http::field_value::field_values;

/// The cookies of a request, under the names they have in this house.
pub(super) struct Cookies {
    all: Vec<Cookie<'static>>,
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
    /// Reads every cookie on its own: other applications on the domain set theirs, and one that cannot be read must
    /// not hide ours. HTTP/2 sends several header lines (RFC 9113, section 8.2.3).
    pub(super) fn of(headers: &HeaderMap, secure: bool) -> Self {
        let lines = field_values(headers, header::COOKIE);
        let read = |line: std::borrow::Cow<'_, str>| {
            Cookie::split_parse(line.into_owned()).filter_map(Result::ok).collect::<Vec<_>>()
        };
        Self { all: lines.flat_map(read).collect(), secure }
    }

    pub(super) fn get(&self, name: Name) -> Option<&str> {
        let name = name.full(self.secure);
        self.all.iter().find(|cookie| cookie.name() == name).map(Cookie::value)
    }
}

/// Sets a cookie, for this host alone and out of scripts' reach.
pub(super) fn set(name: Name, value: &str, secure: bool) -> HeaderValue {
    let mut cookie = bare(name, value, secure);
    cookie.set_max_age(name.lasts());
    as_header(&cookie)
}

/// Forgets a cookie.
pub(super) fn forget(name: Name, secure: bool) -> HeaderValue {
    let mut cookie = bare(name, "", secure);
    cookie.set_max_age(Duration::ZERO);
    as_header(&cookie)
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

fn as_header(cookie: &Cookie<'_>) -> HeaderValue {
    // Our values are hex and language tags.
    HeaderValue::try_from(cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(lines: &[&[u8]]) -> Cookies {
        let line = |line: &&[u8]| (header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        Cookies::of(&lines.iter().map(line).collect(), true)
    }

    #[test]
    fn a_foreign_cookie_with_odd_bytes_hides_no_cookie_of_ours() {
        for lines in [
            &["x=Müller; __Host-rekey=rks_1; __Host-rekey-language=de".as_bytes()][..],
            &[b"x=M\xfcller; __Host-rekey=rks_1; __Host-rekey-language=de"],
            &[b"__Host-rekey=rks_1; x=\xff\xfe; __Host-rekey-language=de; y"],
            &[b"\xfc; =; ;; __Host-rekey=rks_1", b"x=\x80", b"__Host-rekey-language=de"],
            &[b"__Host-rekey=rks_1;__Host-rekey-language=de;\xc3=\x28"],
        ] {
            let cookies = sent(lines);
            assert_eq!(cookies.get(Name::Session), Some("rks_1"), "{lines:?}");
            assert_eq!(cookies.get(Name::Language), Some("de"), "{lines:?}");
            assert_eq!(cookies.get(Name::Browser), None, "{lines:?}");
        }
    }
}
