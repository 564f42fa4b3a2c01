//! The API's own description, as the tests walk it.

use serde_json::{Value, json};

/// What there is at a path.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// With an id where the description has a parameter.
    pub path: String,
    pub method: String,
    /// The body's members; `None` when it takes none.
    pub members: Option<Vec<Member>>,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    pub required: bool,
    pub is: Is,
    /// A value that the description allows.
    pub sample: Value,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Is {
    /// One line of text.
    Line,
    /// A password: any text.
    Password,
    /// Text of a certain form: an id, a name of a list.
    Form,
    Flag,
}

pub const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

pub fn document() -> Value {
    serde_json::to_value(rekey::http::openapi()).unwrap()
}

pub fn endpoints() -> Vec<Endpoint> {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (path.clone(), method.to_uppercase(), operation))
    });
    each.map(|(path, method, operation)| Endpoint {
        path: path.replace("{id}", ID).replace("{type}/{version}", "SignedIn/1"),
        method,
        members: members(&document, operation),
    })
    .collect()
}

/// Those that take a body.
pub fn commands() -> Vec<(String, Vec<Member>)> {
    endpoints().into_iter().filter_map(|endpoint| Some((endpoint.path, endpoint.members?))).collect()
}

fn members(document: &Value, operation: &Value) -> Option<Vec<Member>> {
    let reference = operation.pointer("/requestBody/content/application~1json/schema/$ref")?.as_str()?;
    let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let members = properties.iter().map(|(name, about)| Member {
        name: name.clone(),
        required: required.iter().any(|one| one == name),
        is: is(name, about),
        sample: sample(name),
    });
    Some(members.collect())
}

fn is(name: &str, about: &Value) -> Is {
    match name {
        _ if about["type"] == "boolean" => Is::Flag,
        _ if about["format"] == "password" => Is::Password,
        "origin" | "permission" | "account_id" | "mail_id" => Is::Form,
        _ => Is::Line,
    }
}

fn sample(name: &str) -> Value {
    match name {
        "account_id" | "mail_id" => json!(ID),
        "must_change" => json!(true),
        "origin" => json!("app"),
        "permission" => json!("utilities.mail"),
        "email" => json!("ana@example.org"),
        "code" => json!("000000"),
        _ => json!("orbit-lantern-gravel-77"),
    }
}

/// A body that the description allows.
pub fn body(members: &[Member]) -> Value {
    Value::Object(members.iter().map(|member| (member.name.clone(), member.sample.clone())).collect())
}
