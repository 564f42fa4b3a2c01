//! Header values as text, whatever bytes they hold.
//!
//! A field value may hold any byte from 0x80 up (RFC 9110, section 5.5: `obs-text`), and other applications on the
//! same domain put their names and settings into cookies. One such byte must not discard the value, or the values
//! beside it.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The values of a header, one per header line, in order. Bytes that are not UTF-8 become U+FFFD.
pub(super) fn field_values(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = Cow<'_, str>> {
    let lines: Vec<_> = headers.get_all(name).iter().map(text_of).collect();
    lines.into_iter()
}

/// The first value of a header. Bytes that are not UTF-8 become U+FFFD.
pub(super) fn field_value(headers: &HeaderMap, name: HeaderName) -> Option<Cow<'_, str>> {
    headers.get(name).map(text_of)
}

fn text_of(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}
