//! Each way to tamper, found by both.

use serde_json::{Value, json};

use crate::judges::both;
use crate::sealed::{SOURCE, Sealed, verifier};

/// Where the events begin in an export with two checkpoints, after the first line.
const FIRST: usize = 3;

async fn sealed() -> Sealed {
    Sealed::new(7, 5).await
}

/// Tampers with the export of a log, and has both verifiers find it, with no more than the public key.
async fn found(tamper: impl Fn(&mut Vec<Value>)) {
    let sealed = sealed().await;
    let mut lines = sealed.export(false).await;
    let before = lines.clone();
    tamper(&mut lines);
    assert_ne!(lines, before);
    for said in both(&sealed.pack(&lines), &verifier(5), &[]) {
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.words.contains("WRONG") || said.words.contains("Not verified"), "{said:?}");
    }
}

/// The `n`th event.
fn event(lines: &mut [Value], n: usize) -> &mut Value {
    &mut lines[FIRST + n]["event"]
}

/// Numbers the events anew, and says how many there are: as somebody would who hides what was done.
fn renumber(lines: &mut [Value]) {
    let mut events = 0;
    for line in lines.iter_mut().filter(|line| line.get("event").is_some()) {
        events += 1;
        line["event"]["position"] = json!(events);
    }
    lines.last_mut().unwrap()["end"]["events"] = json!(events);
}

#[tokio::test]
async fn an_export_as_it_is_is_verified_with_and_without_personal_data() {
    let sealed = sealed().await;
    let since = [sealed.write("earlier", &sealed.earlier), sealed.write("newest", &sealed.newest)];
    for with_personal_data in [false, true] {
        let lines = sealed.export(with_personal_data).await;
        let is_personal = lines.iter().any(|line| line.to_string().contains(SOURCE));
        assert_eq!(is_personal, with_personal_data);
        for said in both(&sealed.pack(&lines), &verifier(5), &since) {
            assert_eq!(said.code, 0, "{said:?}");
        }
    }
}

#[tokio::test]
async fn a_byte_of_a_payload() {
    found(|lines| {
        let payload = &mut event(lines, 1)["payload"];
        *payload = json!(payload.as_str().unwrap().replace("desktop", "Desktop"));
    })
    .await;
}

#[tokio::test]
async fn a_blank_in_a_payload() {
    found(|lines| {
        let payload = &mut event(lines, 1)["payload"];
        *payload = json!(payload.as_str().unwrap().replacen(':', ": ", 1));
    })
    .await;
}

#[tokio::test]
async fn a_byte_of_metadata() {
    found(|lines| {
        let metadata = &mut event(lines, 4)["metadata"];
        *metadata = json!(metadata.as_str().unwrap().replace("anyone", "Anyone"));
    })
    .await;
}

#[tokio::test]
async fn a_time() {
    found(|lines| event(lines, 9)["time"] = json!(event(lines, 9)["time"].as_i64().unwrap() + 1)).await;
}

#[tokio::test]
async fn a_type_and_an_epoch() {
    found(|lines| event(lines, 1)["type"] = json!("SignInFailed")).await;
    found(|lines| event(lines, 60)["epoch"] = json!(2)).await;
    found(|lines| event(lines, 60)["schema"] = json!(2)).await;
}

#[tokio::test]
async fn an_event_removed() {
    found(|lines| drop(lines.remove(FIRST + 20))).await;
    found(|lines| {
        lines.remove(FIRST + 20);
        renumber(lines);
    })
    .await;
}

#[tokio::test]
async fn an_event_inserted() {
    found(|lines| {
        let mut more = lines[FIRST + 20].clone();
        more["event"]["id"] = json!("01970000-0000-7000-8000-000000000001");
        lines.insert(FIRST + 21, more);
        renumber(lines);
    })
    .await;
}

#[tokio::test]
async fn an_event_swapped_with_its_neighbour() {
    found(|lines| lines.swap(FIRST + 20, FIRST + 21)).await;
    found(|lines| {
        lines.swap(FIRST + 20, FIRST + 21);
        renumber(lines);
    })
    .await;
}

#[tokio::test]
async fn an_event_moved_to_another_stream() {
    found(|lines| event(lines, 5)["stream"] = event(lines, 0)["stream"].clone()).await;
    found(|lines| event(lines, 5)["version"] = json!(7)).await;
}

/// The last ten are gone, and so is every trace of them in the export: who kept a checkpoint knows.
#[tokio::test]
async fn the_last_ten_cut_off() {
    let sealed = sealed().await;
    let mut lines = sealed.export(false).await;
    let ten = lines.len() - 11..lines.len() - 1;
    lines.drain(ten);
    lines.retain(|line| line["checkpoint"] != json!(sealed.newest));
    renumber(&mut lines);
    let export = sealed.pack(&lines);
    let newest = sealed.write("newest", &sealed.newest);
    for said in both(&export, &verifier(5), &[newest]) {
        assert_eq!(said.code, 1, "{said:?}");
    }
    // Nothing but the checkpoint could tell, which is why it must be kept elsewhere.
    for said in both(&export, &verifier(5), &[]) {
        assert_eq!(said.code, 0, "{said:?}");
    }
}

/// Somebody with the whole database, but not the key, makes a history and seals it by the same name.
#[tokio::test]
async fn the_tree_rebuilt_and_signed_with_another_key() {
    let (genuine, forged) = (sealed().await, Sealed::new(7, 6).await);
    let export = forged.pack(&forged.export(false).await);
    let newest = forged.write("kept", &genuine.newest);
    for since in [&[][..], &[newest]] {
        for said in both(&export, &verifier(5), since) {
            assert_eq!(said.code, 1, "{said:?}");
        }
    }
}

/// The log's own key, but over another log: its history is not this one's.
#[tokio::test]
async fn a_checkpoint_of_another_log() {
    let (one, other) = (sealed().await, Sealed::new(8, 5).await);
    let export = one.pack(&one.export(false).await);
    let kept = one.write("kept", &other.newest);
    for said in both(&export, &verifier(5), &[kept]) {
        assert_eq!(said.code, 1, "{said:?}");
    }
    let mut lines = one.export(false).await;
    lines[1] = json!({ "checkpoint": other.newest });
    for said in both(&one.pack(&lines), &verifier(5), &[]) {
        assert_eq!(said.code, 1, "{said:?}");
    }
}

#[tokio::test]
async fn a_checkpoint_that_is_changed_or_of_another_name_is_refused() {
    let sealed = sealed().await;
    let export = sealed.pack(&sealed.export(false).await);
    let changed = sealed.newest.replacen("/log/1\n", "/log/2\n", 1);
    for (name, note) in [("changed", changed.as_str()), ("empty", "")] {
        let kept = sealed.write(name, note);
        for said in both(&export, &verifier(5), &[kept]) {
            assert_eq!(said.code, 2, "{said:?}");
        }
    }
}

#[tokio::test]
async fn an_export_that_is_not_whole_or_none_is_refused() {
    let sealed = sealed().await;
    let mut lines = sealed.export(false).await;
    let whole = std::fs::read(sealed.pack(&lines)).unwrap();
    let more = [lines.clone(), vec![lines[FIRST].clone()]].concat();
    for said in both(&sealed.pack(&more), &verifier(5), &[]) {
        assert_ne!(said.code, 0, "{said:?}");
    }
    lines.pop();
    let without_end = sealed.pack(&lines);
    for said in both(&without_end, &verifier(5), &[]) {
        assert_ne!(said.code, 0, "{said:?}");
    }
    for cut in [whole.len() / 2, 10, 0] {
        std::fs::write(&without_end, &whole[..cut]).unwrap();
        for said in both(&without_end, &verifier(5), &[]) {
            assert_eq!(said.code, 2, "{cut} bytes: {said:?}");
        }
    }
}

#[tokio::test]
async fn what_is_not_signed_yet_is_told() {
    let sealed = sealed().await;
    crate::sealed::people(&sealed.log, &sealed.env, 1).await;
    let export = sealed.pack(&sealed.export(false).await);
    for said in both(&export, &verifier(5), &[]) {
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.words.contains("80"), "{said:?}");
    }
}

/// Fields that give bytes to each other hash to the same leaf, if somebody lets them.
#[tokio::test]
async fn bytes_moved_from_field_to_field() {
    refused(|lines| {
        let event = event(lines, 5);
        let [stream, id] = ["stream", "id"].map(|name| event[name].as_str().unwrap().replace('-', ""));
        let version = event["version"].as_i64().unwrap();
        event["version"] = json!(i64::from_str_radix(&stream[16..], 16).unwrap_or(0));
        event["id"] = json!(format!("{version:016x}{id}"));
        event["stream"] = json!(stream[..16]);
    })
    .await;
}

#[tokio::test]
async fn lines_that_say_more_than_they_should() {
    refused(|lines| event(lines, 5)["verdict"] = json!("innocent")).await;
    refused(|lines| event(lines, 5)["position"] = json!(6.0)).await;
    refused(|lines| event(lines, 5)["schema"] = json!(true)).await;
    refused(|lines| lines.insert(FIRST, json!({ "pardon": {} }))).await;
    refused(|lines| {
        let events = lines.last().unwrap()["end"]["events"].as_f64();
        lines.last_mut().unwrap()["end"]["events"] = json!(events);
    })
    .await;
    // Its size was passed already: nothing would be held against it.
    refused(|lines| lines.insert(FIRST + 1, lines[1].clone())).await;
}

/// Both verifiers refuse to judge it.
async fn refused(tamper: impl Fn(&mut Vec<Value>)) {
    let sealed = sealed().await;
    let mut lines = sealed.export(false).await;
    tamper(&mut lines);
    for said in both(&sealed.pack(&lines), &verifier(5), &[]) {
        assert_eq!(said.code, 2, "{said:?}");
    }
}

/// Whoever empties the log, its checkpoints too, has nothing that anybody vouches for.
#[tokio::test]
async fn an_empty_log() {
    let sealed = sealed().await;
    let mut lines = sealed.export(false).await;
    lines.drain(1..lines.len() - 1);
    renumber(&mut lines);
    for said in both(&sealed.pack(&lines), &verifier(5), &[]) {
        assert_eq!(said.code, 1, "{said:?}");
    }
}

/// A row that is no checkpoint counts for nothing.
#[tokio::test]
async fn a_note_that_is_none() {
    let sealed = sealed().await;
    let mut lines = sealed.export(false).await;
    for junk in ["", "garbage", "a\n\nb c d\n"] {
        lines.insert(1, json!({ "checkpoint": junk }));
    }
    for said in both(&sealed.pack(&lines), &verifier(5), &[]) {
        assert_eq!(said.code, 0, "{said:?}");
    }
}
