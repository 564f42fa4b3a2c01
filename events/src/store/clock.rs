//! The database's clock, which all processes on it go by: one whose own clock is
//! wrong would take fresh links for expired, and issue such.

use std::time::Instant;

use super::{Store, StoreError, postgres};
use crate::env::Env;
use crate::moment::Moment;

impl Store {
    /// Tells `env` what time it is by the database's clock; nothing where one
    /// process has the database to itself, on its own machine.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tell_time(&self, env: &dyn Env) -> Result<(), StoreError> {
        let Self::Postgres(database) = self else { return Ok(()) };
        // Not to count as a way to the clock and back: waiting for a connection.
        let mut lent = database.connections.lend().await?;
        let asked = Instant::now();
        let now = sqlx::query_scalar(postgres::sql::CLOCK).fetch_one(&mut *lent).await;
        let now = lent.answered(now)?;
        env.told(Moment::from_micros(now), asked.elapsed());
        Ok(())
    }
}
