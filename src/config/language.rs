//! `language`: what the house speaks with whoever has not chosen.

use rekey_events::Language;
use serde::{Deserialize, Deserializer, de::Error};
use strum::IntoEnumIterator;

use super::load::names::listed;

/// A language by its tag.
pub(super) fn by_tag<'de, D: Deserializer<'de>>(from: D) -> Result<Language, D::Error> {
    let tag = String::deserialize(from)?;
    tag.parse().map_err(|_| {
        let tags: Vec<_> = Language::iter().map(Language::tag).collect();
        D::Error::custom(format!("must be {}", listed(&tags, "or")))
    })
}
