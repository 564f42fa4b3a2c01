//! Forms as they are sent: from our own page in the same browser, or refused.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::visitor::Visitor;
use crate::http::App;
use crate::http::caller::make_idempotent;
use crate::problem::{Kind, Problem};
use crate::service::Call;

/// The largest form: 64 KiB.
const MOST: usize = 64 << 10;

/// A form's fields, and the call they are part of: sent twice, it is one call.
pub(super) struct Form<T>(pub Call, pub T);

/// What every form sends along.
#[derive(Deserialize)]
struct Ours {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    once: String,
}

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, app).await?;
        if !is_own(&parts.headers, &visitor.house.origin) {
            return Err(Kind::StaleForm.into());
        }
        let bytes = to_bytes(body, MOST).await.map_err(|_| Kind::BodyTooLarge)?;
        let wrong = |_| Problem::new(Kind::InvalidRequest);
        let ours: Ours = serde_urlencoded::from_bytes(&bytes).map_err(wrong)?;
        if !bool::from(ours.csrf.as_bytes().ct_eq(visitor.csrf.as_bytes())) {
            return Err(Kind::StaleForm.into());
        }
        let fields = serde_urlencoded::from_bytes(&bytes).map_err(wrong)?;
        let mut call = visitor.call.clone();
        if !ours.once.is_empty() {
            // Corrected and sent again it is another call, so the fields are part of the key.
            let key = hex::encode(Sha256::digest(&bytes));
            make_idempotent(app, &mut call, parts.uri.path(), &key, &bytes);
        }
        Ok(Self(call, fields))
    }
}

/// Whether a page of ours sent it, as far as the browser says: scripts elsewhere cannot lie about
/// that (Fetch Metadata, `Sec-Fetch-Site`; Fetch, `Origin`, which is `null` for whoever sends no referrer).
/// The last word has the token that only our own page could read.
fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    // As bytes: what cannot be read was sent all the same, and is not ours.
    let mut sites = headers.get_all("sec-fetch-site").iter().peekable();
    let mut origins = headers.get_all(header::ORIGIN).iter();
    if sites.peek().is_some() {
        return sites.all(|site| site == "same-origin" || site == "none");
    }
    origins.all(|from| from == "null" || from == origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_elsewhere_is_told_apart() {
        let own = |headers: &[(&'static str, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| {
                (header::HeaderName::from_static(name), header::HeaderValue::from_static(value))
            });
            is_own(&headers.collect(), "https://login.example.org")
        };
        assert!(own(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(own(&[("origin", "https://login.example.org")]));
        assert!(own(&[]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "https://login.example.org")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("origin", "https://evil.example")]));
    }

    #[test]
    fn attack_an_origin_that_cannot_be_read_is_not_taken_for_none() {
        for value in [&b"https://evil.ex\xe4mple"[..], b"\xff", b""] {
            for name in [header::ORIGIN, header::HeaderName::from_static("sec-fetch-site")] {
                let value = header::HeaderValue::from_bytes(value).unwrap();
                let headers = HeaderMap::from_iter([(name.clone(), value)]);
                assert!(!is_own(&headers, "https://login.example.org"), "{name}");
            }
        }
        // Of two lines, both must be ours.
        let lines =
            ["https://login.example.org", "https://evil.example"].map(header::HeaderValue::from_static);
        let headers = lines.map(|line| (header::ORIGIN, line)).into_iter().collect();
        assert!(!is_own(&headers, "https://login.example.org"));
    }
}
