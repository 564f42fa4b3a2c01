//! Who is spoken to how.

use rekey_events::Language;

use crate::bed::Place;
use crate::mail::Mail;
use crate::people::NEW;

/// The text, whatever its lines.
fn words(mail: &Mail) -> String {
    mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub async fn a_mail_speaks_the_persons_language_and_tells_the_persons_time(place: Place) {
    let bed = place.open().await;
    let (account, _) = bed.signed_in("ana").await;
    let account = account.parse().unwrap();
    bed.store().prefer(account, Language::De, Some("Asia/Tokyo")).await.unwrap();
    let token = bed.link("ana").await;
    bed.complete(&token, "ana", NEW).await.expect(200);

    let mails = bed.mails_to("ana").await;
    let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(subjects, ["Passwort für rekey zurücksetzen", "Ihr Passwort für rekey wurde geändert"]);
    let notice = words(&mails[1]);
    assert!(notice.contains("wurde am 1. Januar 2026 um 09:00 Uhr (Asia/Tokyo) geändert."), "{notice}");
}

pub async fn a_zone_that_nobody_knows_costs_no_mail(place: Place) {
    let bed = place.open().await;
    let (account, _) = bed.signed_in("ana").await;
    bed.store().prefer(account.parse().unwrap(), Language::Es, Some("Mars/Olympus")).await.unwrap();
    let token = bed.link("ana").await;
    bed.complete(&token, "ana", NEW).await.expect(200);
    let notice = words(&bed.mails_to("ana").await[1]);
    assert!(notice.contains("se cambió el 1 de enero de 2026 a las 00:00 (UTC)."), "{notice}");
}
