//! The ledger check: what was acknowledged, what the log says, and what the
//! mail server itself has seen, held against each other.

mod lost_track;
mod story;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;

use rekey::audit::verify::Trust;
use rekey_events::envelope::StoredEvent;
use rekey_events::request::RequestEvent;
use rekey_events::store::Store;
use rekey_events::{AccountId, StreamId};
use rekey_test_support::smtp::Attempt;

use crate::load::{Told, address};
pub use story::{Story, micros};

/// How much there was.
pub struct Found {
    /// Of each mail.
    pub stories: Vec<Story>,
    registered: usize,
    requested: usize,
    maybe: usize,
    events: usize,
}

impl Found {
    /// What was owed.
    pub fn obligations(&self) -> String {
        let Self { stories, registered, requested, maybe, events } = self;
        let mails = stories.len();
        format!(
            "{registered} accounts and {requested} requests acknowledged, {maybe} answers lost; {mails} mails owed; {events} events"
        )
    }

    /// What became of it.
    pub fn outcomes(&self) -> String {
        let with = |state| self.stories.iter().filter(|story| story.state() == state).count();
        let (accepted, rejected, dead) = (with("accepted"), with("rejected"), with("dead"));
        format!("{accepted} accepted, {rejected} rejected, {dead} dead; 0 lost")
    }

    /// 250s that are not the one that counts.
    pub fn doubles(&self) -> usize {
        self.stories.iter().map(|story| story.doubles().count()).sum()
    }

    /// How often nobody knew what became of a mail.
    pub fn unknown(&self) -> usize {
        self.stories.iter().map(|story| story.unknown().count()).sum()
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (doubles, unknown) = (self.doubles(), self.unknown());
        write!(f, "{}; {}; {doubles} doubles of {unknown} unknown", self.obligations(), self.outcomes())
    }
}

/// The views are what the log folds to, and each event is as its leaf says.
async fn history_is_whole(store: &Store) {
    let compared = store.compare_views(|_, _| {}).await.unwrap();
    assert_eq!(compared.differences, []);
    let verified = rekey::audit::verify::database(store, &Trust::default(), |_, _| {}).await.unwrap();
    assert_eq!((verified.flaws, verified.events), (Vec::new(), compared.position.cast_unsigned()));
}

/// Checks everything.
pub async fn nothing_is_lost(store: &Store, ledger: &Path, told: &[Told]) -> Found {
    history_is_whole(store).await;
    let log = History::read(store).await;
    let links = log.links_of_all_requests();
    log.has_what_was_acknowledged(told, &links);
    let mut ledger = read_ledger(ledger);
    let stories = log.stories_of(store, &links, &mut ledger).await;
    for story in &stories {
        are_the_same_mail(story);
        lost_track::of_each_double(story);
    }
    let owed_none = ledger.values().flatten().filter(|attempt| attempt.code == 250).count();
    assert_eq!(owed_none, 0, "mails to people who are owed none");
    let people: HashSet<_> = stories.iter().map(|story| story.address.as_str()).collect();
    for one in told.iter().filter(|one| one.requested) {
        assert!(people.contains(one.address().as_str()), "no mail for {}", one.username);
    }
    Found {
        registered: told.iter().filter(|one| one.registered.is_some()).count(),
        requested: told.iter().filter(|one| one.requested).count(),
        maybe: told.iter().filter(|one| !one.requested).count(),
        events: log.events.len(),
        stories,
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

    /// The story of each mail. Each link has one mail, and that has one outcome, which the server gave.
    async fn stories_of(
        &self,
        store: &Store,
        links: &HashMap<StreamId, AccountId>,
        ledger: &mut HashMap<String, Vec<Attempt>>,
    ) -> Vec<Story> {
        let mut owed: HashSet<_> = links.keys().copied().collect();
        let mut stories = Vec::new();
        let mut before = None;
        loop {
            let rows = store.mails(before, "", "", 500).await.unwrap();
            let Some(last) = rows.last() else { break };
            before = Some(last.mail_id);
            for row in rows {
                let is_owed = owed.remove(&row.reset_id.unwrap().into());
                assert!(is_owed, "a second mail, or one that nobody is owed");
                let person = store.person(row.account_id).await.unwrap().unwrap();
                let address = address(&person.username);
                let attempts = ledger.remove(&address).unwrap_or_default();
                let asked = self.stream(row.reset_id.unwrap().into()).next().unwrap().recorded_at;
                let story = Story::new(address, asked.micros(), self.stream(row.mail_id.into()), attempts);
                assert_eq!(row.state, story.state(), "{story}");
                assert!(story.has_one_outcome(), "{story}");
                assert!(story.answer().is_some(), "not in the server's own record\n{story}");
                stories.push(story);
            }
        }
        assert!(owed.is_empty(), "{} links without a mail", owed.len());
        stories
    }
}

/// What the server's own record has, by recipient.
fn read_ledger(path: &Path) -> HashMap<String, Vec<Attempt>> {
    let text = std::fs::read_to_string(path).unwrap();
    let attempts = text.lines().map(|line| serde_json::from_str::<Attempt>(line).unwrap());
    let mut ledger: HashMap<_, Vec<_>> = HashMap::new();
    for attempt in attempts {
        // Without a recipient, it was refused before one was named.
        let Some(to) = attempt.to.clone() else { continue };
        ledger.entry(to).or_default().push(attempt);
    }
    ledger
}

/// Whoever gets a mail twice gets the same bytes under the same Message-ID.
fn are_the_same_mail(story: &Story) {
    let Some(first) = story.accepted().next() else { return };
    assert!(first.message_id.is_some() && first.sha256.is_some());
    for other in story.accepted() {
        assert_eq!((&other.message_id, &other.sha256), (&first.message_id, &first.sha256), "{story}");
    }
}
