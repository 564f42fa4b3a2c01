//! The ledger check: what was acknowledged, what the log says, and what the
//! mail server itself has seen, held against each other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::path::Path;

use rekey_events::envelope::StoredEvent;
use rekey_events::mail::MailEvent;
use rekey_events::request::RequestEvent;
use rekey_events::store::Store;
use rekey_events::{AccountId, StreamId};
use rekey_test_support::smtp::Attempt;

use crate::load::{Told, address};

/// How much there was.
pub struct Found {
    registered: usize,
    requested: usize,
    maybe: usize,
    events: usize,
    mails: usize,
    accepted: usize,
    unknown: usize,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registered, requested, maybe, events, mails, accepted, unknown } = self;
        let doubles = accepted - mails;
        write!(
            f,
            "{registered} accounts and {requested} requests acknowledged, {maybe} answers lost, {events} events, \
             {mails} mails, {accepted} accepted by the server, {doubles} doubles of {unknown} unknown; nothing lost"
        )
    }
}

/// Checks everything.
pub async fn nothing_is_lost(store: &Store, ledger: &Path, told: &[Told]) -> Found {
    let log = History::read(store).await;
    let links = log.links_of_all_requests();
    log.has_what_was_acknowledged(told, &links);
    let mails = log.mails_of(store, &links).await;
    let accepted = read_ledger(ledger);
    for one in told.iter().filter(|one| one.requested) {
        assert!(
            accepted.contains_key(&one.address()),
            "no mail for {} in the server's own record",
            one.username
        );
    }
    for (account, unknown) in &mails {
        let person = store.person(*account).await.unwrap().unwrap();
        let attempts =
            accepted.get(&address(&person.username)).unwrap_or_else(|| panic!("no mail for {account}"));
        are_the_same_mail(attempts);
        // A double is explained by a moment in which nobody could know.
        assert!(attempts.len() <= 1 + unknown, "{} mails for {account}, {unknown} unknown", attempts.len());
    }
    assert_eq!(accepted.len(), mails.len(), "mails to people who are owed none");
    Found {
        registered: told.iter().filter(|one| one.registered.is_some()).count(),
        requested: told.iter().filter(|one| one.requested).count(),
        maybe: told.iter().filter(|one| !one.requested).count(),
        events: log.events.len(),
        mails: mails.len(),
        accepted: accepted.values().map(Vec::len).sum(),
        unknown: mails.values().sum(),
    }
}

/// The whole log.
struct History {
    events: Vec<StoredEvent>,
    streams: HashMap<StreamId, Vec<usize>>,
}

impl History {
    /// Reads it; there is no gap.
    async fn read(store: &Store) -> Self {
        let mut events: Vec<StoredEvent> = Vec::new();
        loop {
            let more = store.after(events.len() as i64, 1_000).await.unwrap();
            if more.is_empty() {
                break;
            }
            events.extend(more);
        }
        let mut streams: HashMap<_, Vec<_>> = HashMap::new();
        for (at, event) in events.iter().enumerate() {
            assert_eq!(event.position, at as i64 + 1, "a gap");
            streams.entry(event.stream).or_default().push(at);
        }
        assert_eq!(store.last_position().await.unwrap(), events.len() as i64);
        Self { events, streams }
    }

    fn at(&self, position: i64) -> &StoredEvent {
        let at = usize::try_from(position - 1).unwrap();
        self.events.get(at).unwrap_or_else(|| panic!("acknowledged position {position} is missing"))
    }

    fn stream(&self, stream: StreamId) -> impl Iterator<Item = &StoredEvent> {
        self.streams[&stream].iter().map(|at| &self.events[*at])
    }

    fn has_what_was_acknowledged(&self, told: &[Told], links: &HashMap<StreamId, AccountId>) {
        let matched: HashSet<_> = links.values().copied().collect();
        for one in told {
            let Some((account, position)) = one.registered else { continue };
            let event = self.at(position);
            assert_eq!((event.name.as_str(), event.stream), ("AccountRegistered", account.into()));
            assert!(
                !one.requested || matched.contains(&account),
                "the request of {} is missing",
                one.username
            );
        }
    }

    /// Each request's link, and whose it is: everybody here is entitled to one.
    fn links_of_all_requests(&self) -> HashMap<StreamId, AccountId> {
        let requests = self.events.iter().filter(|event| event.name == "ResetRequested");
        let link = |request: &StoredEvent| {
            let events: Vec<_> = self.stream(request.stream).map(|event| event.decode().unwrap()).collect();
            match events.as_slice() {
                [RequestEvent::ResetRequested { .. }, RequestEvent::ResetMatched { account }] => {
                    (request.stream, *account)
                }
                other => panic!("not exactly one answer: {other:?}"),
            }
        };
        requests.map(link).collect()
    }

    /// Each account that is owed a mail, and how often nobody knew what became
    /// of it. Each link has one mail, and that has one outcome.
    async fn mails_of(
        &self,
        store: &Store,
        links: &HashMap<StreamId, AccountId>,
    ) -> BTreeMap<AccountId, usize> {
        let mut owed: HashSet<_> = links.keys().copied().collect();
        let mut mails = BTreeMap::new();
        let mut before = None;
        loop {
            let rows = store.mails(before, "", "", 500).await.unwrap();
            let Some(last) = rows.last() else { break };
            before = Some(last.mail_id);
            for row in rows {
                assert!(
                    owed.remove(&row.reset_id.unwrap().into()),
                    "a second mail, or one that nobody is owed"
                );
                assert_eq!(row.state, "accepted", "{}", row.mail_id);
                let events: Vec<_> =
                    self.stream(row.mail_id.into()).map(|event| event.decode().unwrap()).collect();
                let outcomes = events.iter().filter(|event| is_outcome(event)).count();
                assert_eq!(outcomes, 1, "{events:?}");
                let unknown =
                    events.iter().filter(|event| matches!(event, MailEvent::MailOutcomeUnknown { .. }));
                assert!(mails.insert(row.account_id, unknown.count()).is_none(), "two mails for one account");
            }
        }
        assert!(owed.is_empty(), "{} links without a mail", owed.len());
        mails
    }
}

fn is_outcome(event: &MailEvent) -> bool {
    use MailEvent as E;
    matches!(
        event,
        E::MailAccepted { .. }
            | E::MailRejected { .. }
            | E::MailExpired {}
            | E::MailSuperseded {}
            | E::MailDead { .. }
    )
}

/// The mails with a 250 in the server's own record, by recipient.
fn read_ledger(path: &Path) -> HashMap<String, Vec<Attempt>> {
    let text = std::fs::read_to_string(path).unwrap();
    let attempts = text.lines().map(|line| serde_json::from_str::<Attempt>(line).unwrap());
    let mut accepted: HashMap<_, Vec<_>> = HashMap::new();
    for attempt in attempts.filter(|attempt| attempt.code == 250) {
        accepted.entry(attempt.to.clone().unwrap()).or_default().push(attempt);
    }
    accepted
}

/// Whoever gets a mail twice gets the same bytes under the same Message-ID.
fn are_the_same_mail(attempts: &[Attempt]) {
    let first = &attempts[0];
    assert!(first.message_id.is_some() && first.sha256.is_some());
    for other in attempts {
        assert_eq!((&other.message_id, &other.sha256), (&first.message_id, &first.sha256));
    }
}
