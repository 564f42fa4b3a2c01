//! Reading a body: JSON of exactly the shape asked for, or a problem that says
//! what to mend. No answer repeats what was sent.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::field_value::field_value;
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
    let said = field_value(headers, header::CONTENT_TYPE).unwrap_or_default();
    let mut parts = said.split(';').map(|part| part.trim().to_ascii_lowercase());
    // Parameters mean nothing here (RFC 8259, section 11), but for one that names another encoding.
    let is_readable =
        |part: String| !part.starts_with("charset=") || part.replace('"', "") == "charset=utf-8";
    parts.next().as_deref() == Some("application/json") && parts.all(is_readable)
}

/// What the bytes say.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if is_other_value(bytes) {
        return Err(Problem::invalid("", "must be an object"));
    }
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let value =
        serde_path_to_error::deserialize(&mut from).map_err(|error| explain(error.path(), error.inner()))?;
    from.end()
        .map_err(|_| Problem::because(Kind::MalformedBody, "Send one JSON object, and nothing after it."))?;
    Ok(value)
}

/// Whether it begins as JSON that is no object. serde would take a list for one.
fn is_other_value(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    first.is_some_and(|byte| matches!(byte, b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'))
}

fn explain(path: &Path, error: &serde_json::Error) -> Problem {
    if error.classify() != Category::Data {
        let text =
            format!("The JSON ends or goes wrong at line {}, column {}.", error.line(), error.column());
        return Problem::because(Kind::MalformedBody, text);
    }
    let text = error.to_string();
    let said = text.rsplit_once(" at line ").map_or(text.as_str(), |(said, _)| said);
    let (pointer, detail) = member(path, said);
    Problem::invalid(pointer, detail)
}

/// Which member is wrong, and how; only words of ours, never the value. What
/// was sent may be quoted in `said`, but comes before the last of our words.
fn member(path: &Path, said: &str) -> (String, String) {
    let expected = said.rsplit_once(", expected ").map(|(_, expected)| expected);
    let quoted = || format!("{}/{}", pointer(path, 0), said.split('`').nth(1).unwrap_or_default());
    match said {
        _ if said.starts_with("missing field") => (quoted(), "is missing".to_owned()),
        _ if said.starts_with("duplicate field") => (quoted(), "must be given once".to_owned()),
        _ if said.starts_with("unknown field") => {
            let known = if said.ends_with("there are no fields") { None } else { expected };
            let detail = format!("has a member that is not known here; known: {}", known.unwrap_or("none"));
            (pointer(path, 1), detail)
        }
        _ if said.starts_with("unknown variant") || said.starts_with("invalid type") => {
            (pointer(path, 0), format!("must be {}", expected.unwrap_or("of another type")))
        }
        _ if said.starts_with("UUID parsing failed") => (pointer(path, 0), "must be a UUID".to_owned()),
        _ if said.starts_with("must ") => (pointer(path, 0), said.to_owned()),
        _ => (pointer(path, 0), "is not valid".to_owned()),
    }
}

/// The path as a JSON pointer, without its last `less` parts. A name of ours
/// has no character to be escaped; one that was sent is among the last parts.
fn pointer(path: &Path, less: usize) -> String {
    let parts: Vec<_> = path.iter().collect();
    let parts = parts[..parts.len().saturating_sub(less)].iter();
    parts
        .filter_map(|part| match part {
            Segment::Map { key } => Some(format!("/{key}")),
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
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
            (r#"{"name":"a","x":1}"#, "", "has a member that is not known here; known: `name` or `age`"),
            (r#"["a",7]"#, "", "must be an object"),
            ("7", "", "must be an object"),
        ] {
            let (kind, errors) = errors(body);
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
        for body in [
            r#"{"name":{"s3cret":1}}"#,
            r#"{"s3cret":1}"#,
            r#"{"/s3cret/.x":1}"#,
            r#"{"s3cret`, expected s3cret at line ":1}"#,
            r#"{"name":"a","age":"s3cret"}"#,
        ] {
            let problem = parse::<Sample>(body.as_bytes()).unwrap_err();
            assert!(!serde_json::to_string(&problem.body()).unwrap().contains("s3cret"), "{body}");
        }
    }
}
