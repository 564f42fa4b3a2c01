//! The log as cqrs-es' [`EventStore`]: for those who bring that framework's
//! own executor. Ours ([`Log::execute`]) answers with positions, remembers
//! streams, and takes changes to the vault into the commit.

use std::collections::HashMap;

use cqrs_es::{AggregateContext, AggregateError, EventEnvelope, EventStore};
use uuid::Uuid;

use super::execute::Draft;
use super::streams::Loaded;
use super::{AppendError, Context, Log, StoreError};
use crate::aggregate::{At, Ruled, Rules};
use crate::ids::StreamId;

/// [`EventStore`] for every aggregate of ours.
#[derive(Clone, Debug)]
pub struct CqrsStore(pub Log);

/// An aggregate as loaded.
#[derive(Debug)]
pub struct StreamContext<R: Rules> {
    stream: StreamId,
    version: i64,
    aggregate: Ruled<R>,
}

impl<R: Rules> AggregateContext<Ruled<R>> for StreamContext<R> {
    fn aggregate(&mut self) -> &mut Ruled<R> {
        &mut self.aggregate
    }
}

type Failure<R> = AggregateError<<R as Rules>::Refusal>;

impl<R: Rules> EventStore<Ruled<R>> for CqrsStore {
    type AC = StreamContext<R>;

    async fn load_events(&self, id: &str) -> Result<Vec<EventEnvelope<Ruled<R>>>, Failure<R>> {
        let stream = parse::<R>(id)?;
        let stored = self.0.store().stream(stream).await.map_err(unread::<R>)?;
        stored
            .iter()
            .map(|event| {
                let what =
                    event.decode().map_err(|error| AggregateError::DeserializationError(error.into()))?;
                Ok(envelope(id, event.version, At::new(event.recorded_at, what), HashMap::new()))
            })
            .collect()
    }

    async fn load_aggregate(&self, id: &str) -> Result<Self::AC, Failure<R>> {
        let stream = parse::<R>(id)?;
        let Loaded { state, version } = self.0.load::<R>(stream).await.map_err(unread::<R>)?;
        Ok(StreamContext { stream, version, aggregate: Ruled { state } })
    }

    async fn commit(
        &self,
        events: Vec<At<R::Event>>,
        context: Self::AC,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<Ruled<R>>>, Failure<R>> {
        let Some(first) = events.first() else { return Ok(Vec::new()) };
        let mut about = Context::new(self.0.env(), metadata.get("actor").map_or("anyone", String::as_str));
        about.at = first.at;
        let mut draft = Draft::new(&self.0, &about);
        let recorded: Vec<_> = events.iter().map(|event| event.what.clone()).collect();
        // cqrs-es has applied them already.
        draft.record(context.stream, context.version, &context.aggregate.state, &recorded);
        draft.append().await.map_err(unappended::<R>)?;
        let id = context.stream.to_string();
        let numbered = (context.version + 1..).zip(events);
        Ok(numbered.map(|(version, event)| envelope(&id, version, event, metadata.clone())).collect())
    }
}

fn envelope<R: Rules>(
    id: &str,
    version: i64,
    event: At<R::Event>,
    metadata: HashMap<String, String>,
) -> EventEnvelope<Ruled<R>> {
    let sequence = usize::try_from(version).unwrap_or_default();
    EventEnvelope { aggregate_id: id.to_owned(), sequence, payload: event, metadata }
}

fn parse<R: Rules>(id: &str) -> Result<StreamId, Failure<R>> {
    id.parse::<Uuid>().map(StreamId).map_err(|error| AggregateError::UnexpectedError(error.into()))
}

fn unread<R: Rules>(error: StoreError) -> Failure<R> {
    match error {
        StoreError::UnknownFact(error) => AggregateError::DeserializationError(error.into()),
        error => AggregateError::DatabaseConnectionError(error.into()),
    }
}

fn unappended<R: Rules>(error: AppendError) -> Failure<R> {
    match error {
        AppendError::Conflict => AggregateError::AggregateConflict,
        error => AggregateError::DatabaseConnectionError(error.into()),
    }
}
