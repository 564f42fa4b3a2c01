//! Who asks for a link learns nothing from the answer.

use serde_json::json;

use crate::bed::Place;

pub async fn everybody_gets_the_same_answer(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    bed.register("ben", "app").await;
    bed.register("carla", "desktop").await;
    let asked = [
        ("ana", "ana@example.org"),
        ("ANA", " Ana@Example.org "),
        ("ben", "ben@example.org"),
        ("carla", "carla@example.org"),
        ("ana", "other@example.org"),
        ("nobody", "nobody@example.org"),
        ("no such name", "no address at all"),
    ];
    let mut shapes = Vec::new();
    for (username, email) in asked {
        shapes.push(bed.ask(username, email).await.expect(202).shape());
        // One after the other, so that it is known which of two comes too soon.
        bed.settled().await;
    }
    for _ in 0..12 {
        shapes.push(bed.ask("flooded", "flooded@example.org").await.expect(202).shape());
    }
    bed.settled().await;
    assert!(shapes.iter().all(|shape| *shape == shapes[0]), "{shapes:#?}");

    let links = |name: &'static str| async { bed.mails_to(name).await.len() };
    assert_eq!((links("ana").await, links("ben").await, links("carla").await), (1, 1, 0));
    assert_eq!(bed.mails().len(), 2, "{:?}", bed.mails());

    let mut reasons: Vec<_> =
        bed.payloads("ResetRefused").await.iter().map(|data| data["reason"].clone()).collect();
    let flood = reasons.split_off(5);
    assert_eq!(
        reasons,
        ["too_soon", "never_signed_in", "other_address", "unknown_username", "unknown_username"]
            .map(|why| json!(why))
    );
    let throttled = flood.iter().filter(|reason| **reason == "throttled").count();
    assert_eq!((flood.len(), throttled), (12, 2), "{flood:?}");
}

/// A mail goes to the address on file, byte for byte, never to the one typed.
pub async fn a_mail_goes_to_the_address_on_file(place: Place) {
    let bed = place.open().await;
    let body = json!({ "username": "mike", "email": "Mike@example.org", "origin": "app" });
    bed.api.command(crate::bed::KEY, "register-account", body).await.expect(201);
    // A dotless ı, which some fold to i.
    bed.ask("mike", "m\u{131}ke@example.org").await.expect(202);
    bed.ask("mike", "MIKE@EXAMPLE.ORG").await.expect(202);
    bed.settled().await;
    let to: Vec<_> = bed.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["Mike@example.org"]);
}

/// One answer, whether the name is nobody's or the password wrong.
pub async fn a_refused_sign_in_does_not_say_what_was_wrong(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let body = json!({ "username": "eva", "email": "eva@example.org", "origin": "app" });
    bed.api.command(crate::bed::KEY, "register-account", body).await.expect(201);
    let mut shapes = Vec::new();
    for name in ["ana", "nobody", "no name at all", "eva"] {
        let refused = bed.try_sign_in(name, "not-what-it-is", None).await;
        refused.assert_problem(401, "wrong-credentials");
        shapes.push(refused.shape());
    }
    assert!(shapes.iter().all(|shape| *shape == shapes[0]), "{shapes:#?}");
}
