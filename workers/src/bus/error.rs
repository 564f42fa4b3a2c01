//! What can go wrong with the bus. None of it loses a mail.

/// Why something was not done on the bus.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The configuration; the text says what is wrong.
    #[error("bus: {0}")]
    Config(String),
    /// There is no connection.
    #[error("the bus is away")]
    Away,
    /// It has not answered in time.
    #[error("the bus does not answer in time")]
    Late,
    /// It refused, or the line was lost while it answered.
    #[error("the bus: {0}")]
    Answer(#[source] async_nats::Error),
}

impl BusError {
    pub(super) fn answer(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Answer(Box::new(error))
    }
}
