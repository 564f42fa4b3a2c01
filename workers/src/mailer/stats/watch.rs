//! What the mails under way wait for: a silent server is seen long before its
//! limit has passed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rekey_events::MailId;
use rekey_events::rows::MailRow;
use rekey_events::store::overview::Wait;

use super::Standing;

/// What is under way for less is not told of in the heartbeat: most mails are
/// done by then.
const WORTH_TELLING: Duration = Duration::from_millis(500);
/// Mails told of in a heartbeat at most.
const TOLD: usize = 256;

/// A mail at a version: once its outcome is recorded, it may be under way again.
type Attempt = (MailId, i64);

/// All mails that are being handed over.
#[derive(Debug)]
pub(super) struct Watches {
    under_way: Mutex<BTreeMap<Attempt, UnderWay>>,
    providers: Vec<Arc<Standing>>,
}

#[derive(Debug)]
struct UnderWay {
    began: Instant,
    now: Option<Step>,
}

/// What is waited for.
#[derive(Debug)]
struct Step {
    provider: String,
    phase: &'static str,
    since: Instant,
}

/// A mail that is being handed over, until this is dropped.
#[derive(Debug)]
pub(in crate::mailer) struct Watch {
    watches: Arc<Watches>,
    attempt: Attempt,
}

impl Watches {
    pub(super) fn new(providers: Vec<Arc<Standing>>) -> Self {
        Self { under_way: Mutex::default(), providers }
    }

    pub(super) fn begin(this: &Arc<Self>, row: &MailRow) -> Watch {
        let attempt = (row.mail_id, row.version);
        this.lock().insert(attempt, UnderWay { began: Instant::now(), now: None });
        Watch { watches: Arc::clone(this), attempt }
    }

    pub(super) fn all(&self) -> Vec<Wait> {
        self.longer_than(Duration::ZERO)
    }

    pub(super) fn to_tell(&self) -> Vec<Wait> {
        let mut waits = self.longer_than(WORTH_TELLING);
        waits.truncate(TOLD);
        waits
    }

    fn longer_than(&self, least: Duration) -> Vec<Wait> {
        let under_way = self.lock();
        let mut long: Vec<_> = under_way.iter().filter(|(_, one)| one.began.elapsed() >= least).collect();
        long.sort_unstable_by_key(|(_, one)| one.began);
        long.into_iter().filter_map(|(attempt, one)| one.wait(*attempt)).collect()
    }

    /// Ends the step that a mail is at, and begins the next, if there is one.
    fn step(&self, attempt: Attempt, next: Option<Step>) {
        let last = self.lock().get_mut(&attempt).and_then(|one| std::mem::replace(&mut one.now, next));
        let Some(last) = last else { return };
        if let Some(provider) = self.providers.iter().find(|provider| provider.name() == last.provider) {
            provider.took(last.phase, last.since.elapsed());
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Attempt, UnderWay>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnderWay {
    fn wait(&self, (mail, version): Attempt) -> Option<Wait> {
        self.now.as_ref().map(|step| Wait {
            mail,
            version,
            provider: step.provider.clone(),
            phase: step.phase.to_owned(),
            millis: u64::try_from(step.since.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }
}

impl Watch {
    /// From now on it waits for this at that provider.
    pub(in crate::mailer) fn waits_for(&self, provider: &str, phase: &'static str) {
        let step = Step { provider: provider.to_owned(), phase, since: Instant::now() };
        self.watches.step(self.attempt, Some(step));
    }

    /// It waits for nothing of a provider's.
    pub(in crate::mailer) fn waits_for_nobody(&self) {
        self.watches.step(self.attempt, None);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.waits_for_nobody();
        self.watches.lock().remove(&self.attempt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekey_events::AccountId;
    use uuid::Uuid;

    fn row(number: u128) -> MailRow {
        MailRow {
            mail_id: MailId(Uuid::from_u128(number)),
            kind: "reset_link".to_owned(),
            account_id: AccountId(Uuid::nil()),
            reset_id: None,
            state: "pending".to_owned(),
            version: 3,
            attempts: 0,
            copies: 0,
            requested_at: 0,
            due_at: 0,
            expires_at: 0,
            settled_at: None,
            last_code: None,
            last_enhanced: None,
            last_failure: None,
            pinned_to: None,
            refused_by: None,
        }
    }

    #[test]
    fn each_phase_is_waited_for_and_then_counted() {
        let provider = Arc::new(Standing::new("main"));
        let watches = Arc::new(Watches::new(vec![Arc::clone(&provider)]));
        let watch = Watches::begin(&watches, &row(1));
        assert_eq!(watches.all(), []);
        watch.waits_for("main", "greeting");
        watch.waits_for("main", "dot");
        let wait = watches.all().remove(0);
        assert_eq!((wait.mail, wait.version, wait.phase.as_str()), (MailId(Uuid::from_u128(1)), 3, "dot"));
        drop(watch);
        assert_eq!(watches.all(), []);
        let counts: Vec<_> =
            provider.phases().into_iter().map(|(phase, spans)| (phase, spans.count())).collect();
        assert_eq!(counts, [("dot", 1), ("greeting", 1)]);
    }

    #[test]
    fn the_heartbeat_tells_of_few_and_of_none_that_has_just_begun() {
        let watches = Arc::new(Watches::new(Vec::new()));
        let begun: Vec<_> = (0..300).map(|number| Watches::begin(&watches, &row(number))).collect();
        begun.iter().for_each(|watch| watch.waits_for("main", "greeting"));
        assert_eq!((watches.all().len(), watches.to_tell().len()), (300, 0));
        let long_ago = Instant::now().checked_sub(WORTH_TELLING).unwrap();
        watches.lock().values_mut().for_each(|one| one.began = long_ago);
        assert_eq!(watches.to_tell().len(), TOLD);
    }
}
