//! What a node knows of the streams it wrote to: the folded state, behind a
//! mutex per stream.
//!
//! The mutex lets a node's commands to one stream come one after the other
//! instead of conflicting. The state may be out of date, when another node has
//! written: then the append finds out.

use std::any::Any;
use std::sync::Arc;

use moka::sync::Cache;
use tokio::sync::Mutex;

use crate::aggregate::Rules;
use crate::ids::StreamId;

/// Streams remembered at most.
const CAPACITY: u64 = 50_000;

/// A stream's state, folded up to a version.
#[derive(Clone, Debug, Default)]
pub struct Loaded<R> {
    /// The state.
    pub state: R,
    /// The stream's version; 0 when it does not exist.
    pub version: i64,
}

/// One stream's memory.
#[derive(Default)]
pub(crate) struct Slot(Option<Box<dyn Any + Send + Sync>>);

impl Slot {
    pub(crate) fn get<R: Rules>(&self) -> Option<&Loaded<R>> {
        self.0.as_ref()?.downcast_ref()
    }

    pub(crate) fn set<R: Rules>(&mut self, loaded: Loaded<R>) {
        self.0 = Some(Box::new(loaded));
    }

    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }
}

/// The streams a node remembers.
pub(crate) struct Streams(Cache<StreamId, Arc<Mutex<Slot>>>);

impl Default for Streams {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl Streams {
    /// The stream's slot. Two callers may get different ones after an eviction;
    /// that costs a conflict, nothing else.
    pub(crate) fn slot(&self, stream: StreamId) -> Arc<Mutex<Slot>> {
        self.0.get_with(stream, Arc::default)
    }
}
