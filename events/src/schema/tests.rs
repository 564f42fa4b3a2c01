//! The files are what the types are: of each type the newest version is made anew, and compared.

use std::path::PathBuf;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use strum::{IntoEnumIterator, VariantNames};

use super::*;
use crate::account::AccountEvent;
use crate::attempt::AttemptEvent;
use crate::mail::MailEvent;
use crate::moment::Moment;
use crate::permission::Permission;
use crate::request::RequestEvent;
use crate::upcast::newest;

impl JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl JsonSchema for Permission {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Permission".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&'static str> = Self::iter().map(Into::into).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}

/// The schemas of an aggregate's events, by type.
fn of<E: JsonSchema>() -> Vec<(String, Value)> {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let all = settings.into_generator().into_root_schema_for::<E>().to_value();
    let each = all["oneOf"].as_array().unwrap().iter();
    each.map(|variant| {
        let name = variant["properties"]["type"]["const"].as_str().unwrap();
        (name.to_owned(), made(name, variant))
    })
    .collect()
}

fn made(name: &str, variant: &Value) -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:rekey:event:{name}:{}", newest(name)),
        "title": name,
        "description": variant["description"],
    });
    let own = schema.as_object_mut().unwrap();
    own.extend(variant["properties"]["data"].as_object().unwrap().clone());
    own.insert("additionalProperties".to_owned(), false.into());
    schema
}

fn all() -> Vec<(String, Value)> {
    [of::<AccountEvent>(), of::<RequestEvent>(), of::<AttemptEvent>(), of::<MailEvent>()].concat()
}

#[test]
fn the_newest_version_of_each_type_is_on_file() {
    for (name, schema) in all() {
        let version = newest(&name);
        let file = format!("schemas/{name}.{version}.json");
        let wanted = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        let found = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(&file));
        assert_eq!(found.unwrap_or_default(), wanted, "{file} should be this, or the type has a new version");
    }
}

#[test]
fn every_file_is_of_a_type_that_there_is_and_every_version_is_there() {
    let names = [AccountEvent::VARIANTS, RequestEvent::VARIANTS, AttemptEvent::VARIANTS, MailEvent::VARIANTS];
    let mut on_file: Vec<_> =
        SCHEMAS.iter().map(|schema| format!("{}.{}.json", schema.name, schema.version)).collect();
    let mut wanted = Vec::new();
    for name in names.concat() {
        wanted.extend((1..=newest(name)).map(|version| format!("{name}.{version}.json")));
    }
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut files: Vec<_> =
        folder.read_dir().unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    [&mut on_file, &mut wanted, &mut files].into_iter().for_each(|names| names.sort());
    assert_eq!(on_file, wanted);
    assert_eq!(files, wanted);
}
