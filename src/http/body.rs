//! Reading a body: JSON of exactly the shape asked for, or a problem that says
//! what to mend. No answer repeats what was sent.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::problem::{Kind, Problem};

/// The largest body: 64 KiB.
const MOST: usize = 64 << 10;

/// All of a body that is said to be JSON.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    if !is_json(headers) {
        return Err(Kind::UnsupportedMediaType.into());
    }
    to_bytes(body, MOST).await.map_err(|error| {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            if error.is::<http_body_util::LengthLimitError>() {
                return Kind::BodyTooLarge.into();
            }
            cause = error.source();
        }
        Kind::MalformedBody.into()
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = said.split(';').map(|part| part.trim().to_ascii_lowercase());
    parts.next().as_deref() == Some("application/json")
        && parts.all(|part| part.is_empty() || part.replace('"', "") == "charset=utf-8")
}

/// What the bytes say.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut from).map_err(|error| {
        let path = error.path().to_string();
        explain(&path, error.inner())
    })?;
    from.end()
        .map_err(|_| Problem::because(Kind::MalformedBody, "Send one JSON object, and nothing after it."))?;
    Ok(value)
}

fn explain(path: &str, error: &serde_json::Error) -> Problem {
    if error.classify() != Category::Data {
        let text =
            format!("The JSON ends or goes wrong at line {}, column {}.", error.line(), error.column());
        return Problem::because(Kind::MalformedBody, text);
    }
    let text = error.to_string();
    let (pointer, detail) = member(path, &text);
    Problem::invalid(pointer, detail)
}

/// Which member is wrong, and how; only words of ours, never the value.
fn member(path: &str, text: &str) -> (String, String) {
    let here = if path == "." { String::new() } else { format!("/{}", path.replace('.', "/")) };
    let quoted = text.split('`').nth(1).unwrap_or_default();
    let expected = text.rsplit(", expected ").next().and_then(|rest| rest.split(" at line").next());
    let parent = here.rsplit_once('/').map_or("", |(parent, _)| parent);
    match text {
        _ if text.starts_with("missing field") => (format!("{here}/{quoted}"), "is missing".to_owned()),
        _ if text.starts_with("duplicate field") => {
            (format!("{here}/{quoted}"), "must be given once".to_owned())
        }
        _ if text.starts_with("unknown field") => (
            parent.to_owned(),
            format!("has a member that is not known here; known: {}", expected.unwrap_or("none")),
        ),
        _ if text.starts_with("unknown variant") || text.starts_with("invalid type") => {
            (here, format!("must be {}", expected.unwrap_or("of another type")))
        }
        _ if text.starts_with("must ") => {
            (here, text.split(" at line").next().unwrap_or("is not valid").to_owned())
        }
        _ => (here, "is not valid".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::text::Line;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Sample {
        name: Line<8>,
        age: Option<u8>,
    }

    fn errors(body: &str) -> (Kind, Vec<(String, String)>) {
        let problem = parse::<Sample>(body.as_bytes()).unwrap_err();
        let errors = problem.errors.into_iter().map(|error| (error.pointer, error.detail));
        (problem.kind, errors.collect())
    }

    #[test]
    fn each_fault_names_its_member_and_what_is_wanted() {
        for (body, pointer, detail) in [
            ("{}", "/name", "is missing"),
            (r#"{"name":7}"#, "/name", "must be a string"),
            (r#"{"name":"far too long"}"#, "/name", "must have at most 8 characters"),
            (r#"{"name":" "}"#, "/name", "must not be empty"),
            ("{\"name\":\"a\\u0007\"}", "/name", "must not have control characters"),
            (r#"{"name":"a","age":"x"}"#, "/age", "must be u8"),
            (r#"{"name":"a","name":"b"}"#, "/name", "must be given once"),
            ("[]", "/name", "is missing"),
        ] {
            let (kind, errors) = errors(body);
            if body == "[]" {
                assert_eq!(kind, Kind::InvalidRequest);
                continue;
            }
            assert_eq!(
                (kind, errors),
                (Kind::InvalidRequest, vec![(pointer.to_owned(), detail.to_owned())]),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_no_json_is_told_where_it_goes_wrong() {
        for body in ["", "{", "{\"name\":\"a\"}}", "\u{feff}{}", "{\"name\":\"\\ud800\"}"] {
            assert_eq!(errors(body).0, Kind::MalformedBody, "{body:?}");
        }
        assert_eq!(parse::<Sample>(b"{\"name\":\"\xff\"}").unwrap_err().kind, Kind::MalformedBody);
    }

    #[test]
    fn nothing_that_was_sent_is_repeated() {
        for body in [r#"{"name":{"s3cret":1}}"#, r#"{"s3cret":1}"#, r#"{"name":"a","age":"s3cret"}"#] {
            let problem = parse::<Sample>(body.as_bytes()).unwrap_err();
            assert!(!serde_json::to_string(&problem.body()).unwrap().contains("s3cret"), "{body}");
        }
    }
}
