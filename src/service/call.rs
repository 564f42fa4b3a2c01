//! Who calls, as part of what, and the answer they get.

use std::net::Ipv6Addr;

use rekey_events::account::Account;
use rekey_events::eligibility::{AdminRefusal, administrator_may};
use rekey_events::rows::{Change, IdempotencyRow, SessionRow};
use rekey_events::store::execute::Draft;
use rekey_events::store::{Context, Guard};
use rekey_events::{AccountId, Permission, ResetId, StreamId};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Service;
use crate::problem::{Kind, Problem};

/// Who calls.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Nobody in particular.
    Anyone,
    /// A signed-in person.
    Person(SessionRow),
    /// The holder of an API key.
    Key {
        /// Its name, from the configuration.
        name: String,
        /// What it may do.
        permissions: Vec<Permission>,
    },
}

impl Caller {
    /// As the log names them.
    #[must_use]
    pub fn actor(&self) -> String {
        match self {
            Self::Anyone => "anyone".to_owned(),
            Self::Person(session) => format!("account:{}", session.account_id),
            Self::Key { name, .. } => format!("key:{name}"),
        }
    }

    /// The session of a person who may be asked for a second factor.
    ///
    /// # Errors
    /// Nobody is signed in, or it is a program: a key has no second factor.
    pub fn person(&self) -> Result<&SessionRow, Problem> {
        match self {
            Self::Key { .. } => Err(Kind::SecondFactorRequired.into()),
            _ => self.session(),
        }
    }

    /// The session, if it is a person's.
    ///
    /// # Errors
    /// It is not.
    pub fn session(&self) -> Result<&SessionRow, Problem> {
        match self {
            Self::Person(session) => Ok(session),
            _ => Err(Kind::NotSignedIn.into()),
        }
    }
}

/// One call from outside.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who.
    pub caller: Caller,
    /// When, as part of what, from where.
    pub context: Context,
    /// Under which idempotency key, and with which body.
    pub idempotency: Option<Idempotency>,
}

/// What is answered when all went well.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, an object.
    pub body: Map<String, Value>,
}

impl Answer {
    /// `body` with this status, and a place for the log position reached.
    #[must_use]
    pub fn new(status: u16, body: &impl Serialize) -> Self {
        let mut answer = Self::without_position(status, body);
        answer.body.insert(POSITION.to_owned(), Value::Null);
        answer
    }

    /// `body` with this status, for callers who must not learn how the log moves.
    #[must_use]
    pub fn without_position(status: u16, body: &impl Serialize) -> Self {
        let body = match serde_json::to_value(body) {
            Ok(Value::Object(body)) => body,
            _ => Map::new(),
        };
        Self { status, body }
    }

    /// The same, naming the log position it reached, where it has a place for it.
    #[must_use]
    pub fn at(mut self, position: Option<i64>) -> Self {
        if let Some(place) = self.body.get_mut(POSITION) {
            *place = position.into();
        }
        self
    }
}

/// The member that names the log position reached; null when it was so already.
const POSITION: &str = "position";

/// An answer, or a problem.
pub type Outcome = Result<Answer, Problem>;

/// An idempotency key as it is kept: blinded, and under every name that it is looked for by.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// Who used the key, for which command. The first name is that of the answer; a later one only tells that the
    /// key was used before.
    pub names: Vec<String>,
    /// The body it was sent with.
    pub body: String,
}

impl Call {
    /// For answers that hold a secret shown once, or only say when to come again: they are not kept, so the same call
    /// made again is a new one.
    #[must_use]
    pub fn never_repeated(mut self) -> Self {
        self.context.seed = None;
        self.idempotency = None;
        self
    }

    /// What limits per source count by: the address, of IPv6 its /64. A household or a host has at least that, and
    /// changes its address within it (RFC 8981; RFC 6177). Empty without a connection.
    #[must_use]
    pub fn source_network(&self) -> String {
        let source = self.context.origin.as_ref().map_or("", |origin| origin.source.as_str());
        network_of(source)
    }

    /// The call's context, where it is part of a reset: all of its story has one correlation.
    pub(super) fn about(&self, reset: ResetId) -> Context {
        let mut context = self.context.clone();
        context.metadata.correlation = reset.0;
        context
    }

    /// Keeps the answer in the commit it tells of, so that the same call made
    /// again gets it again.
    pub fn keep(&self, answer: &Outcome, draft: &mut Draft<'_>) {
        let (Some(idempotency), Some(event_id)) = (&self.idempotency, draft.first()) else { return };
        let (status, text) = match answer {
            Ok(answer) => (answer.status, serde_json::to_string(&answer.body)),
            Err(problem) => (problem.status().as_u16(), serde_json::to_string(&problem.body())),
        };
        let text = text.unwrap_or_default();
        for name in &idempotency.names {
            draft.change(Change::PutIdempotency(IdempotencyRow {
                key: name.clone(),
                body: idempotency.body.clone(),
                event_id,
                status: status.into(),
                answer: text.clone(),
                recorded_at: self.context.at.micros(),
            }));
        }
    }
}

/// An address as text, of IPv6 its /64; any other text as it is.
fn network_of(source: &str) -> String {
    match source.parse::<Ipv6Addr>() {
        Ok(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        Err(_) => source.to_owned(),
    }
}

impl Service {
    /// Whether the caller may do what needs `permission`, decided on their own
    /// stream as it is now. The guards keep that true until the commit: a right
    /// revoked meanwhile fails it.
    ///
    /// # Errors
    /// Nobody is signed in, the permission is missing, or, where it could help
    /// somebody into another's account, the second factor was not used in this
    /// session.
    pub async fn authorise(&self, caller: &Caller, permission: Permission) -> Result<Vec<Guard>, Problem> {
        match caller {
            Caller::Anyone => Err(Kind::NotSignedIn.into()),
            Caller::Key { permissions, .. } if permissions.contains(&permission) => Ok(Vec::new()),
            Caller::Key { .. } => Err(missing(permission)),
            Caller::Person(session) => {
                let stream = StreamId::from(session.account_id);
                let own = self.log().load::<Account>(stream).await?;
                administrator_may(&own.state, permission, session.second_factor).map_err(refused)?;
                Ok(vec![Guard { stream, version: own.version }])
            }
        }
    }

    /// The same, for an account's own affairs: its owner needs nothing else.
    ///
    /// # Errors
    /// As [`Service::authorise`].
    pub async fn authorise_over(
        &self,
        caller: &Caller,
        account: AccountId,
        permission: Permission,
    ) -> Result<Vec<Guard>, Problem> {
        match caller {
            Caller::Person(session) if session.account_id == account => Ok(Vec::new()),
            _ => self.authorise(caller, permission).await,
        }
    }
}

fn refused(refusal: AdminRefusal) -> Problem {
    match refusal {
        AdminRefusal::MissingPermission(permission) => missing(permission),
        AdminRefusal::SecondFactorRequired => Kind::SecondFactorRequired.into(),
    }
}

fn missing(permission: Permission) -> Problem {
    Problem::because(Kind::MissingPermission, format!("The permission {} is needed.", permission.name()))
}

/// Adds guards, but for the stream that the commit itself writes to.
pub(super) fn guard(draft: &mut Draft<'_>, guards: &[Guard], written: StreamId) {
    guards
        .iter()
        .filter(|guard| guard.stream != written)
        .for_each(|one| draft.guard(one.stream, one.version));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_sources_count_by_their_64_and_all_others_by_themselves() {
        for (source, network) in [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("2001:db8:1:3:3:4:5:6", "2001:db8:1:3::/64"),
            ("203.0.113.7", "203.0.113.7"),
            ("unknown", "unknown"),
            ("", ""),
        ] {
            assert_eq!(network_of(source), network);
        }
    }
}
