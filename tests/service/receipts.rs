//! By what an accepted mail is found in the mail server's log.

use flate2::read::GzDecoder;
use rekey_test_support::smtp::{Fault, Phase};
use serde_json::json;

use crate::bed::{Bed, KEY, Place};
use crate::people::of;

const QUEUE_ID: &str = "4Yb2Kx3Z1Qz5vNN";

pub async fn an_accepted_mail_can_be_found_in_the_mail_servers_log(place: Place) {
    let bed = place.open().await;
    let (_, administrator) = bed.administrator(&["utilities.security.users.erase"]).await;
    let (ana, _) = bed.signed_in("ana").await;
    let taken = format!("250 2.0.0 Ok: queued as {QUEUE_ID}");
    bed.sink.script([(Phase::Dot, Fault::AcceptAndReply(taken))]);
    bed.link("ana").await;
    bed.settled().await;

    let mails = bed.api.get(KEY, "/v1/mails?state=accepted").await.expect(200).json();
    let address = format!("/v1/mails/{}", mails[0]["mail_id"].as_str().unwrap());
    let mail = bed.api.get(KEY, &address).await.expect(200).json();
    let message_id = bed.sink.accepted()[0].message_id.clone().unwrap();
    let accepted = mail["events"].as_array().unwrap().iter().find(|event| event["type"] == "MailAccepted");
    let receipt = json!({
        "event_id": accepted.unwrap()["event_id"], "message_id": message_id, "queue_id": QUEUE_ID,
    });
    assert_eq!(mail["receipts"], json!([receipt]));

    // It is in the vault, and not in the log.
    let events = bed.api.get(KEY, "/v1/events").await.expect(200).text;
    assert!(events.contains("MailAccepted") && !events.contains(QUEUE_ID) && !events.contains(&message_id));
    assert!(exported(&bed, true).await.contains(QUEUE_ID) && !exported(&bed, false).await.contains(QUEUE_ID));

    bed.api.command(&administrator, "erase-person", of(&ana)).await.expect(200);
    assert!(!exported(&bed, true).await.contains(QUEUE_ID));
    assert_eq!(bed.api.get(KEY, &address).await.expect(200).json()["receipts"], json!([]));
}

async fn exported(bed: &Bed, with_personal_data: bool) -> String {
    let mut export = Vec::new();
    rekey::audit::export::export(bed.store(), &mut export, with_personal_data, |_, _| {}).await.unwrap();
    std::io::read_to_string(GzDecoder::new(export.as_slice())).unwrap()
}
