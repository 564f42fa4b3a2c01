//! Every way to get a body wrong.

use serde_json::{Value, json};

use crate::document::{Is, Member, body};

/// What is sent, and must never come back.
pub const PLANTED: &str = "pl4nted";

/// A wrong body, and the problem it is.
pub struct Fault {
    pub what: String,
    pub bytes: Vec<u8>,
    pub status: u16,
    pub kind: &'static str,
    /// The member that the problem must point at.
    pub pointer: Option<String>,
}

/// All faults of a body with these members.
pub fn of_body(members: &[Member]) -> Vec<Fault> {
    let mut faults = of_shape(members);
    faults.extend(of_bytes(members));
    faults.extend(members.iter().flat_map(|member| of_member(members, member)));
    faults
}

fn invalid(what: impl Into<String>, bytes: impl Into<Vec<u8>>, pointer: Option<String>) -> Fault {
    Fault { what: what.into(), bytes: bytes.into(), status: 422, kind: "invalid-request", pointer }
}

fn malformed(what: &str, bytes: impl Into<Vec<u8>>) -> Fault {
    Fault { what: what.to_owned(), bytes: bytes.into(), status: 400, kind: "malformed-body", pointer: None }
}

/// No object, or one with too much in it.
fn of_shape(members: &[Member]) -> Vec<Fault> {
    let top = || Some(String::new());
    let whole = body(members);
    let with = |name: &str| {
        let mut body = whole.clone();
        body[name] = PLANTED.into();
        body.to_string()
    };
    let values: Value = members.iter().map(|member| member.sample.clone()).collect();
    let mut faults = vec![
        invalid("an unknown member", with(PLANTED), top()),
        invalid(
            "an unknown member with words of an error in it",
            with("pl4nted`, expected pl4nted at line"),
            top(),
        ),
        invalid("an unknown member with a slash", with("/pl4nted/~.x"), top()),
        invalid("an empty list", "[]", top()),
        invalid("a list of the values", values.to_string(), top()),
        invalid("a list of the body", json!([whole]).to_string(), top()),
        invalid("a number", "7", top()),
        invalid("a text", "\"pl4nted\"", top()),
        invalid("null", "null", top()),
        invalid("true", "true", top()),
        invalid("a list ten thousand deep", "[".repeat(10_000), top()),
        invalid(
            "an unknown member ten thousand deep",
            format!("{{\"pl4nted\":{}", "[".repeat(10_000)),
            top(),
        ),
    ];
    let required = members.iter().filter(|member| member.required);
    faults.extend(required.map(|member| {
        let mut body = whole.clone();
        body.as_object_mut().unwrap().remove(&member.name);
        invalid(format!("{} missing", member.name), body.to_string(), Some(format!("/{}", member.name)))
    }));
    faults
}

/// No JSON.
fn of_bytes(members: &[Member]) -> Vec<Fault> {
    let whole = body(members).to_string();
    let mut bad = format!("{{\"{PLANTED}").into_bytes();
    bad.extend(b"\xff\xfe\":1}");
    let large = Fault {
        status: 413,
        kind: "body-too-large",
        ..malformed("more than 64 KiB", format!("{}{}", " ".repeat(66 << 10), whole))
    };
    vec![
        malformed("nothing", ""),
        malformed("blanks", " \n"),
        malformed("an object without an end", &whole.as_bytes()[..whole.len() - 1]),
        malformed("more after the object", format!("{whole} {PLANTED}")),
        malformed("two objects", format!("{whole}{whole}")),
        malformed("a byte order mark", format!("\u{feff}{whole}")),
        malformed("a comment", format!("/* {PLANTED} */ {whole}")),
        malformed("single quotes", "{'pl4nted':1}"),
        malformed("UTF-16", whole.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()),
        malformed("a name that is no UTF-8", bad),
        malformed("a raw control character", "{\"pl4nted\u{7}\":1}"),
        malformed("half a character", "{\"pl4nted\\ud800\":1}"),
        malformed("a form", "username=pl4nted&email=pl4nted"),
        large,
    ]
}

/// One member of another type, too long, or given twice.
fn of_member(members: &[Member], member: &Member) -> Vec<Fault> {
    let (name, pointer) = (&member.name, || Some(format!("/{}", member.name)));
    let whole = body(members);
    let as_value = |value: Value| {
        let mut body = whole.clone();
        body[name] = value;
        body.to_string()
    };
    let twice = format!("{{\"{name}\":{0},\"{name}\":{0}}}", member.sample);
    let deep = format!("{{\"{name}\":{}", "[".repeat(10_000));
    let mut bytes = format!("{{\"{name}\":\"{PLANTED}").into_bytes();
    bytes.extend(b"\xff\"}");
    let mut faults = vec![
        invalid(format!("{name} twice"), twice, pointer()),
        invalid(format!("{name} ten thousand deep"), deep, pointer()),
        invalid(format!("{name} as a number"), as_value(json!(7)), pointer()),
        invalid(format!("{name} as a list"), as_value(json!([PLANTED])), pointer()),
        invalid(format!("{name} as an object"), as_value(json!({ PLANTED: PLANTED })), pointer()),
        invalid(format!("{name} too long"), as_value(PLANTED.repeat(1_000).into()), pointer()),
    ];
    if member.is == Is::Flag {
        faults.push(invalid(format!("{name} as a text"), as_value(PLANTED.into()), pointer()));
        return faults;
    }
    faults.push(malformed(&format!("{name} not in UTF-8"), bytes));
    faults
        .push(malformed(&format!("{name} with a raw line break"), format!("{{\"{name}\":\"{PLANTED}\n\"}}")));
    faults.push(invalid(format!("{name} empty"), as_value("".into()), pointer()));
    faults.push(invalid(format!("{name} as a flag"), as_value(true.into()), pointer()));
    if member.required {
        faults.push(invalid(format!("{name} as null"), as_value(Value::Null), pointer()));
    }
    if member.is != Is::Password {
        for control in ['\0', '\u{7}', '\n', '\u{7f}', '\u{85}'] {
            let text = format!("{PLANTED}{control}");
            faults.push(invalid(format!("{name} with {control:?}"), as_value(text.into()), pointer()));
        }
    }
    if member.is == Is::Line {
        faults.push(invalid(format!("{name} of blanks"), as_value("  ".into()), pointer()));
    }
    if member.is == Is::Form {
        faults.push(invalid(format!("{name} of another form"), as_value(PLANTED.into()), pointer()));
    }
    faults
}
