//! What the path and the query say: a problem when it is nothing we know.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use super::App;
use crate::problem::{Kind, Problem};

/// The path's parameters, as text; what is no UTF-8 names nothing.
pub(super) struct Named<T = String>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let named = Path::<T>::from_request_parts(parts, app).await;
        named.map(|Path(name)| Self(name)).map_err(|_| Kind::NotFound.into())
    }
}

/// A query of exactly the shape asked for.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let wrong = |_| {
            Problem::invalid(
                "",
                "the query has a parameter that is not known here, or with a value it cannot have",
            )
        };
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(wrong)
    }
}

/// A number from `LEAST` to `MOST`.
pub(super) fn between<'de, const LEAST: i64, const MOST: i64, D: Deserializer<'de>>(
    from: D,
) -> Result<i64, D::Error> {
    let number = i64::deserialize(from)?;
    if (LEAST..=MOST).contains(&number) { Ok(number) } else { Err(D::Error::custom("out of range")) }
}
