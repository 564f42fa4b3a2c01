//! The database's clock, which all processes on it go by: one whose own clock is
//! wrong would take fresh links for expired, and issue such.

use super::{Store, StoreError, postgres};
use crate::env::Env;
use crate::moment::Moment;

impl Store {
    /// The moment it is by the database's clock; `None` where one process has
    /// the database to itself, on its own machine.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn clock(&self) -> Result<Option<Moment>, StoreError> {
        let Self::Postgres(database) = self else { return Ok(None) };
        let now = sqlx::query_scalar(postgres::sql::CLOCK).fetch_one(&database.pool).await?;
        Ok(Some(Moment::from_micros(now)))
    }

    /// Tells `env` what time it is by the database's clock, if others go by it too.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tell_time(&self, env: &dyn Env) -> Result<(), StoreError> {
        if let Some(now) = self.clock().await? {
            env.told(now);
        }
        Ok(())
    }
}
