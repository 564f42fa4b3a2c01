//! The log, from either end, as auditors look through it.

use std::time::Duration;

use rekey_events::account::AccountCommand as C;
use rekey_events::envelope::{Metadata, StoredEvent, canonical};
use rekey_events::rows::{Change, OriginRow};
use rekey_events::store::audit::{EventFilter, EventPage};
use rekey_events::store::execute::Origin;
use rekey_events::store::{Commit, Context};
use rekey_events::{AccountId, Env, EventId, ResetId};
use uuid::Uuid;

use crate::bed::Bed;
use crate::facts::{account, begin, changing, event, execute, log_after, person, stream};
use crate::plan::fill;

const MINUTE: Duration = Duration::from_secs(60);

/// Two accounts to whom things happen, minutes apart.
async fn history(bed: &Bed) -> (AccountId, Vec<StoredEvent>) {
    let ids = [account(bed, &bed.log).await, account(bed, &bed.log).await];
    for id in ids.iter().cycle().take(8) {
        bed.env.advance(2 * MINUTE);
        let reset = ResetId(bed.env.uuid());
        for command in [C::RecordSignIn, C::IssueReset { reset }] {
            execute(bed, &bed.log, *id, &command).await.unwrap();
        }
    }
    let mut events = log_after(&bed.store, 0).await;
    events.reverse();
    (ids[0], events)
}

async fn read(bed: &Bed, filter: &EventFilter) -> EventPage {
    bed.store.events(filter).await.unwrap()
}

/// All pages of a filter, fewer events on each than there are.
async fn pages(bed: &Bed, filter: &EventFilter) -> Vec<StoredEvent> {
    let (mut filter, mut all) = (EventFilter { limit: 3, ..filter.clone() }, Vec::new());
    loop {
        let page = read(bed, &filter).await;
        assert!(page.events.len() <= 3);
        all.extend(page.events);
        filter.before = page.next;
        if filter.before.is_none() {
            return all;
        }
    }
}

async fn assert_found(
    bed: &Bed,
    filter: &EventFilter,
    all: &[StoredEvent],
    is_wanted: impl Fn(&StoredEvent) -> bool,
) {
    let wanted: Vec<_> = all.iter().filter(|event| is_wanted(event)).cloned().collect();
    assert!(!wanted.is_empty() && wanted.len() < all.len(), "{filter:?}: {} of {}", wanted.len(), all.len());
    assert_eq!(pages(bed, filter).await, wanted, "{filter:?}");
    let at_once = read(bed, &EventFilter { limit: 1000, ..filter.clone() }).await;
    assert_eq!(at_once, EventPage { events: wanted.clone(), next: None }, "{filter:?}");
    let mut forwards = slices(bed, filter).await;
    forwards.reverse();
    assert_eq!(forwards, wanted, "{filter:?}, forwards");
}

/// The same in the order of the log, three at a time.
async fn slices(bed: &Bed, filter: &EventFilter) -> Vec<StoredEvent> {
    let (mut filter, mut all) = (EventFilter { limit: 3, ..filter.clone() }, Vec::new());
    loop {
        let slice = bed.store.events_after(&filter).await.unwrap();
        assert!(slice.events.len() <= 3 && slice.events.iter().all(|event| event.position <= slice.until));
        all.extend(slice.events);
        filter.after = Some(slice.until);
        if slice.is_last {
            return all;
        }
    }
}

pub async fn events_are_found_by_who_caused_them_and_why(bed: Bed) {
    let (id, _) = history(&bed).await;
    let reasons = [r#"{"reason":"wrong_password"}"#, r#"{"reason":{"kind":"throttled","for":3}}"#];
    for nth in 0..8_u128 {
        let mut failed = event(&bed, stream(&bed), 1);
        failed.payload = reasons[nth as usize % 2].as_bytes().to_vec();
        let actor = format!("key:{}", nth / 4);
        let metadata = Metadata { actor, correlation: Uuid::from_u128(nth / 3), causation: None };
        failed.metadata = canonical(&metadata).unwrap();
        failed.subject = Some(id);
        bed.log.append(Commit { events: vec![failed], ..Commit::default() }).await.unwrap();
    }
    let mut all = log_after(&bed.store, 0).await;
    all.reverse();
    let metadata = |event: &StoredEvent| serde_json::from_slice::<Metadata>(&event.metadata).unwrap();
    for account in [None, Some(id)] {
        let any = EventFilter { account, ..EventFilter::default() };
        let by_actor = EventFilter { actor: Some("key:1".to_owned()), ..any.clone() };
        assert_found(&bed, &by_actor, &all, |event| metadata(event).actor == "key:1").await;
        let correlation = Uuid::from_u128(2);
        let of_call = EventFilter { correlation: Some(correlation), ..any.clone() };
        assert_found(&bed, &of_call, &all, |event| metadata(event).correlation == correlation).await;
        for (reason, payload) in ["wrong_password", "throttled"].into_iter().zip(reasons) {
            let because = EventFilter { reason: Some(reason.to_owned()), ..any.clone() };
            assert_found(&bed, &because, &all, |event| event.payload == payload.as_bytes()).await;
        }
    }
}

pub async fn events_are_found_by_what_they_are(bed: Bed) {
    let nothing = read(&bed, &EventFilter { limit: 10, ..EventFilter::default() }).await;
    assert_eq!(nothing, EventPage::default());
    let (id, all) = history(&bed).await;
    assert_eq!(pages(&bed, &EventFilter::default()).await, all);
    let is_about = |event: &StoredEvent| event.subject == Some(id);
    let mails = all.iter().filter(|event| is_about(event) && event.stream.0 != id.0).count();
    assert!(mails > 1, "found by their subject alone");
    let kinds = ["SignedIn", "MailRequested"].map(str::to_owned).to_vec();
    let is_kind = |event: &StoredEvent| kinds.contains(&event.name);
    let about = EventFilter { account: Some(id), ..EventFilter::default() };
    assert_found(&bed, &about, &all, is_about).await;
    let of_kinds = EventFilter { kinds: kinds.clone(), ..EventFilter::default() };
    assert_found(&bed, &of_kinds, &all, is_kind).await;
    let both = EventFilter { kinds: kinds.clone(), ..about };
    assert_found(&bed, &both, &all, |event| is_about(event) && is_kind(event)).await;
    let none = EventFilter { kinds: vec!["Nothing".to_owned()], limit: 10, ..EventFilter::default() };
    assert_eq!(read(&bed, &none).await, EventPage::default());
}

pub async fn events_are_found_by_when_they_were(bed: Bed) {
    let (id, all) = history(&bed).await;
    let (since, until) = (all[all.len() * 3 / 4].recorded_at, all[all.len() / 4].recorded_at);
    let (after, before) = (all[all.len() - 4].position, all[4].position);
    for account in [None, Some(id)] {
        let is_about = |event: &StoredEvent| account.is_none_or(|id| event.subject == Some(id));
        let filter = EventFilter { account, ..EventFilter::default() };
        let from = EventFilter { since: Some(since), ..filter.clone() };
        assert_found(&bed, &from, &all, |event| is_about(event) && event.recorded_at >= since).await;
        let to = EventFilter { until: Some(until), ..filter.clone() };
        assert_found(&bed, &to, &all, |event| is_about(event) && event.recorded_at < until).await;
        let within = EventFilter { since: Some(since), until: Some(until), ..filter.clone() };
        let is_within = |event: &StoredEvent| (since..until).contains(&event.recorded_at);
        assert_found(&bed, &within, &all, |event| is_about(event) && is_within(event)).await;
        let later = EventFilter { after: Some(after), ..filter.clone() };
        assert_found(&bed, &later, &all, |event| is_about(event) && event.position > after).await;
        let earlier = EventFilter { before: Some(before), ..filter.clone() };
        let earlier = EventFilter { after: Some(after), ..earlier };
        let limited = read(&bed, &EventFilter { limit: 1000, ..earlier }).await;
        assert!(limited.events.iter().all(|event| (after + 1..before).contains(&event.position)));
        assert_eq!(limited.next, None);
    }
    for (after, before) in [(None, Some(i64::MIN)), (Some(i64::MAX), None), (Some(9), Some(8))] {
        let nowhere = EventFilter { after, before, limit: 10, ..EventFilter::default() };
        assert_eq!(read(&bed, &nowhere).await, EventPage::default());
    }
    let never = EventFilter { since: Some(bed.env.now().after(MINUTE)), limit: 10, ..EventFilter::default() };
    assert_eq!(read(&bed, &never).await, EventPage::default());
}

/// A call's events have the time it began, and are in the log when it was done.
pub async fn events_not_in_the_order_of_their_times_are_found(bed: Bed) {
    let now = bed.env.now();
    let seconds = (0..200_u64).map(|nth| nth * 5 + nth * 7919 % 30);
    let events = seconds.map(|second| {
        let mut event = event(&bed, stream(&bed), 1);
        event.recorded_at = now.after(Duration::from_secs(second));
        event
    });
    bed.log.append(Commit { events: events.collect(), ..Commit::default() }).await.unwrap();
    let mut all = log_after(&bed.store, 0).await;
    all.reverse();
    for second in [1, 33, 500, 777, 1000] {
        let border = now.after(Duration::from_secs(second));
        let since = EventFilter { since: Some(border), ..EventFilter::default() };
        assert_found(&bed, &since, &all, |event| event.recorded_at >= border).await;
        let until = EventFilter { until: Some(border), ..EventFilter::default() };
        assert_found(&bed, &until, &all, |event| event.recorded_at < border).await;
    }
}

pub async fn a_rare_type_is_looked_for_so_far_and_no_further(bed: Bed) {
    let id = account(&bed, &bed.log).await;
    fill(&bed, 45_000).await;
    let rare =
        EventFilter { kinds: vec!["AccountRegistered".to_owned()], limit: 10, ..EventFilter::default() };
    let mut next = read(&bed, &rare).await.next;
    assert_eq!(next, Some(25_002));
    let mut requests = 1;
    let found = loop {
        let page = read(&bed, &EventFilter { before: next, ..rare.clone() }).await;
        (requests, next) = (requests + 1, page.next);
        if next.is_none() {
            break page.events;
        }
        assert_eq!(page.events, []);
    };
    assert_eq!((requests, found.len(), found[0].position), (3, 1, 1));
    // What is about an account is found by index, however long ago it was.
    let about = read(&bed, &EventFilter { account: Some(id), ..rare }).await;
    assert_eq!(about, EventPage { events: found, next: None });
}

pub async fn people_are_named_by_their_accounts(bed: Bed) {
    let ids: Vec<_> = (0..3).map(|_| AccountId(bed.env.uuid())).collect();
    let people = ids.iter().zip(["ana", "ben"]).map(|(id, name)| Change::PutPerson(person(*id, name)));
    bed.log.append(changing(begin(&bed), people)).await.unwrap();
    let named = bed.store.people(&[ids[0], ids[1], ids[2], ids[0]]).await.unwrap();
    assert_eq!(named.len(), 2);
    assert_eq!(named[&ids[0]], person(ids[0], "ana"));
    assert_eq!(named[&ids[1]].username, "ben");
    assert!(bed.store.people(&[]).await.unwrap().is_empty());
}

pub async fn origins_are_found_by_their_events(bed: Bed) {
    let id = account(&bed, &bed.log).await;
    let origin = Origin { source: "192.0.2.7".to_owned(), user_agent: "a browser".to_owned() };
    let context = Context { origin: Some(origin), ..bed.context() };
    let done = bed
        .log
        .execute(&context, id.into(), &C::RecordSignIn, |_: &rekey_events::account::Account, _, _| {})
        .await
        .unwrap();
    let first = done.first.unwrap();
    let registered: Vec<EventId> =
        log_after(&bed.store, 0).await.iter().map(|event| event.event_id).collect();
    let found = bed.store.origins(&registered).await.unwrap();
    let expected = OriginRow {
        event_id: first,
        source: "192.0.2.7".to_owned(),
        user_agent: "a browser".to_owned(),
        recorded_at: context.at.micros(),
    };
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [(first, expected)]);
    assert!(bed.store.origins(&[]).await.unwrap().is_empty());
}
