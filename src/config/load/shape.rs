//! The keys there are, found out from the types that hold them: no list to keep beside.
//!
//! A type is asked to deserialize itself along one path at a time. What it asks for at the end of the path
//! (a struct, a list, something else) is what stands there, and the attempt ends by an error.

use std::fmt::Display;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::tree::Step;

/// What a key takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A table with these keys.
    Table(Vec<(&'static str, Shape)>),
    /// A list of tables.
    Tables(Box<Shape>),
    /// A value, or a list of values.
    Value,
}

impl Shape {
    /// The shape of `T`.
    pub(super) fn of<T: DeserializeOwned>() -> Self {
        Self::below::<T>(&mut Vec::new())
    }

    fn below<T: DeserializeOwned>(path: &mut Vec<Step>) -> Self {
        match T::deserialize(Probe(path)) {
            Err(Found::Table(names)) => Self::Table(
                names.iter().map(|name| (*name, Self::after::<T>(path, Step::Key(name)))).collect(),
            ),
            Err(Found::List) => match Self::after::<T>(path, Step::Index(0)) {
                table @ Self::Table(_) => Self::Tables(Box::new(table)),
                _ => Self::Value,
            },
            _ => Self::Value,
        }
    }

    fn after<T: DeserializeOwned>(path: &mut Vec<Step>, step: Step) -> Self {
        path.push(step);
        let shape = Self::below::<T>(path);
        path.pop();
        shape
    }

    /// The path of the value that the variable sets; `names` is its name after the prefix, taken apart.
    pub(super) fn path(&self, names: &[&str]) -> Option<Vec<Step>> {
        match (self, names.split_first()) {
            (Self::Value, None) => Some(Vec::new()),
            (Self::Table(keys), Some((name, rest))) => {
                let (key, shape) = keys.iter().find(|(key, _)| key.to_ascii_uppercase() == **name)?;
                Some([vec![Step::Key(key)], shape.path(rest)?].concat())
            }
            (Self::Tables(item), Some((number, rest))) => {
                let index: usize =
                    number.parse().ok().filter(|index: &usize| index.to_string() == **number)?;
                Some([vec![Step::Index(index)], item.path(rest)?].concat())
            }
            _ => None,
        }
    }

    /// The names of all variables that are keys, after `prefix`; lists of tables with this number.
    pub(super) fn variables(&self, prefix: &str, number: usize) -> Vec<String> {
        let below = |name: &str, shape: &Self| shape.variables(&format!("{prefix}{name}"), number);
        let table = |keys: &[(&'static str, Self)], between: &str| -> Vec<String> {
            let names =
                keys.iter().map(|(key, shape)| (format!("{between}{}", key.to_ascii_uppercase()), shape));
            names.flat_map(|(name, shape)| below(&name, shape)).collect()
        };
        match self {
            Self::Value => vec![prefix.to_owned()],
            Self::Table(keys) => table(keys, if prefix.ends_with('_') { "" } else { "__" }),
            Self::Tables(item) => below(&format!("__{number}"), item),
        }
    }
}

/// What stands at the end of a path.
#[derive(Debug)]
enum Found {
    Table(&'static [&'static str]),
    List,
    Value,
}

impl Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Found {}

impl de::Error for Found {
    fn custom<T: Display>(_: T) -> Self {
        Self::Value
    }
}

/// Leads a type along a path.
struct Probe<'a>(&'a [Step]);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Found;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
        Err(Found::Value)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Found> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Found> {
        if self.0.is_empty() { Err(Found::Table(fields)) } else { visitor.visit_map(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        if self.0.is_empty() { Err(Found::List) } else { visitor.visit_seq(self) }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Probe<'_> {
    type Error = Found;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Found> {
        match self.0.first() {
            Some(Step::Key(name)) => {
                let name: StrDeserializer<'_, Found> = name.into_deserializer();
                seed.deserialize(name).map(Some)
            }
            _ => Err(Found::Value),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Found> {
        seed.deserialize(Probe(&self.0[1..]))
    }
}

impl<'de> SeqAccess<'de> for Probe<'_> {
    type Error = Found;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Found> {
        seed.deserialize(Probe(&self.0[1..])).map(Some)
    }
}
