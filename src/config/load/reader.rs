//! From the tree to types. The type of a key decides what its text means.

use std::collections::btree_map;
use std::fmt::Display;
use std::iter::Enumerate;
use std::path::Path;
use std::slice;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::names::{closest, listed, names_file};
use super::tree::{Kind, Node, child};

/// What is wrong, and with which key once that is known.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub(super) struct Fault {
    /// The key.
    pub(super) key: Option<String>,
    /// What follows the key in a sentence.
    pub(super) reason: String,
    /// What is wrong with it.
    pub(super) what: What,
}

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Its value.
    Value,
    /// There is no such key. Its value may be a secret: `password` is not a key.
    Unknown,
    /// It is missing; the name of the key in its table.
    Missing(&'static str),
}

impl Fault {
    /// That the value of `key` is wrong.
    pub(super) fn of(key: String, reason: String) -> Self {
        Self { key: Some(key), reason, what: What::Value }
    }

    /// At `key`, unless the place of what is wrong is known already.
    fn at(mut self, key: &str) -> Self {
        if self.key.is_none() {
            self.key = Some(match self.what {
                What::Missing(name) => child(key, name),
                What::Value | What::Unknown => key.to_owned(),
            });
        }
        self
    }
}

impl de::Error for Fault {
    fn custom<T: Display>(reason: T) -> Self {
        Self { key: None, reason: reason.to_string(), what: What::Value }
    }

    fn missing_field(name: &'static str) -> Self {
        Self { what: What::Missing(name), ..Self::custom("is missing") }
    }

    fn unknown_field(name: &str, expected: &'static [&'static str]) -> Self {
        let reason = match closest(name, expected.iter().copied()) {
            Some(meant) => format!("is not a setting; did you mean {meant}?"),
            None => format!("is not a setting; there are {}", listed(expected, "and")),
        };
        Self { what: What::Unknown, ..Self::custom(reason) }
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format!("must be {}", listed(expected, "or")))
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format!("must be {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format!("must be {expected}"))
    }
}

/// Reads the node at `key`.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    pub(super) node: &'a Node,
    pub(super) key: String,
    /// The name of the key, also of what is in its list.
    pub(super) name: &'a str,
    /// Where relative paths begin.
    pub(super) folder: &'a Path,
}

impl<'a> Reader<'a> {
    fn wrong(&self, reason: &str) -> Fault {
        Fault::of(self.key.clone(), reason.to_owned())
    }

    /// The text; the name of a file from the folder of the configuration file.
    fn text(&self) -> Result<String, Fault> {
        match &self.node.kind {
            Kind::Text(text) if names_file(self.name) => resolve(self.folder, text)
                .ok_or_else(|| self.wrong("is below a folder whose name is not UTF-8: give the whole path")),
            Kind::Text(text) => Ok(text.clone()),
            Kind::Table(_) | Kind::List(_) => Err(self.wrong("must be a text")),
            _ => Err(self.wrong("must be a text: write it in quotes")),
        }
    }

    fn number<T: TryFrom<i64> + std::str::FromStr>(&self, wanted: &str) -> Result<T, Fault> {
        let number = match &self.node.kind {
            Kind::Text(text) => text.trim().parse().ok(),
            Kind::Number(number) => T::try_from(*number).ok(),
            _ => None,
        };
        number.ok_or_else(|| self.wrong(&format!("must be a whole number{wanted}")))
    }

    fn flag(&self) -> Result<bool, Fault> {
        match &self.node.kind {
            Kind::Flag(flag) => Ok(*flag),
            Kind::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Kind::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(self.wrong("must be true or false")),
        }
    }
}

/// `text` as a path from `folder`; nothing when that is no text.
pub(super) fn resolve(folder: &Path, text: &str) -> Option<String> {
    folder.join(text).into_os_string().into_string().ok()
}

/// Whole numbers, with their range as it is told.
macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty, $range:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(self.number::<$type>(&$range)?).map_err(|fault: Fault| fault.at(&self.key))
        }
    )*};
}

/// Nothing is borrowed from the tree.
impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Fault;

    /// By what stands there.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.kind {
            Kind::Table(_) => self.deserialize_map(visitor),
            Kind::List(_) => self.deserialize_seq(visitor),
            Kind::Text(_) => self.deserialize_string(visitor),
            Kind::Number(_) => self.deserialize_i64(visitor),
            Kind::Flag(_) => self.deserialize_bool(visitor),
            Kind::Other(_) => Err(self.wrong("must be a text, a number, a list or a table")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.text()?).map_err(|fault: Fault| fault.at(&self.key))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_string(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(self.flag()?)
    }

    numbers! {
        deserialize_u8 visit_u8 u8, format!(" from 0 to {}", u8::MAX);
        deserialize_u16 visit_u16 u16, format!(" from 0 to {}", u16::MAX);
        deserialize_u32 visit_u32 u32, format!(" from 0 to {}", u32::MAX);
        deserialize_u64 visit_u64 u64, " of at least 0";
        deserialize_i64 visit_i64 i64, "";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// A list, or a text with commas.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let parts;
        let items = match &self.node.kind {
            Kind::List(items) => items,
            Kind::Text(text) => {
                parts = split(self.node, text);
                &parts
            }
            _ => return Err(self.wrong("must be a list")),
        };
        let items = Items { list: &self, items: items.iter().enumerate() };
        visitor.visit_seq(items).map_err(|fault: Fault| fault.at(&self.key))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Kind::Table(entries) = &self.node.kind else { return Err(self.wrong("must be a table")) };
        let entries = Entries { table: &self, entries: entries.iter(), value: None };
        visitor.visit_map(entries).map_err(|fault: Fault| fault.at(&self.key))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let text = self.text()?;
        let variant: StrDeserializer<'_, Fault> = text.as_str().into_deserializer();
        visitor.visit_enum(variant).map_err(|fault| fault.at(&self.key))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

/// The parts of a text with commas, without blanks around them; empty ones are left out.
fn split(node: &Node, text: &str) -> Vec<Node> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| Node { place: node.place.clone(), kind: Kind::Text(part.to_owned()) }).collect()
}

/// The entries of a table.
struct Entries<'a> {
    table: &'a Reader<'a>,
    entries: btree_map::Iter<'a, String, Node>,
    value: Option<Reader<'a>>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((name, node)) = self.entries.next() else { return Ok(None) };
        let key = child(&self.table.key, name);
        let deserializer: StrDeserializer<'_, Fault> = name.as_str().into_deserializer();
        let read = seed.deserialize(deserializer).map_err(|fault| fault.at(&key))?;
        self.value = Some(Reader { node, key, name, folder: self.table.folder });
        Ok(Some(read))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let value = self.value.take();
        let value = value.ok_or_else(|| <Fault as de::Error>::custom("a value is read before its key"))?;
        let key = value.key.clone();
        seed.deserialize(value).map_err(|fault| fault.at(&key))
    }
}

/// The items of a list.
struct Items<'a> {
    list: &'a Reader<'a>,
    items: Enumerate<slice::Iter<'a, Node>>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some((index, node)) = self.items.next() else { return Ok(None) };
        let key = format!("{}[{index}]", self.list.key);
        let item = Reader { node, key: key.clone(), name: self.list.name, folder: self.list.folder };
        seed.deserialize(item).map(Some).map_err(|fault| fault.at(&key))
    }
}
