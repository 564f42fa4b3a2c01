//! `rekey audit replay`.

mod told;

use clap::Args;
use rekey_events::replay::Point;
use rekey_events::store::StoreError;
use rekey_events::{AccountId, Env, Moment, SystemEnv};

use super::Judged;
use crate::cli::database::DatabaseArgs;
use crate::cli::progress::Progress;
use crate::cli::say::json;

/// What to find out by folding the log from nothing.
#[derive(Debug, Args)]
pub(in crate::cli) struct Replay {
    #[command(flatten)]
    database: DatabaseArgs,
    /// What was true then: a position, or a time such as 2026-05-03T14:03:00Z. Without it: whether the live
    /// views are what the log makes of them.
    #[arg(long, value_name = "POSITION|TIME", value_parser = point)]
    at: Option<Point>,
    /// Only what is about this account; needs --at.
    #[arg(long, value_name = "ID", requires = "at")]
    account: Option<AccountId>,
    /// For programs.
    #[arg(long)]
    json: bool,
}

fn point(text: &str) -> Result<Point, String> {
    let position = || text.parse().ok().filter(|position| *position >= 0).map(Point::Position);
    let time = || text.parse::<Moment>().ok().map(Point::Time);
    position()
        .or_else(time)
        .ok_or_else(|| "give a position, or a time such as 2026-05-03T14:03:00Z".to_owned())
}

impl Replay {
    /// What came of it, in words or for programs, and whether the live views are right.
    pub(super) async fn judge(self) -> Judged {
        let store = self.database.open_to_read().await?;
        let progress = Progress::bar();
        let went_on = move |position, of| progress.at(position, of);
        let Some(point) = self.at else {
            let compared = match store.compare_views(went_on).await {
                // What is stored is no history: so much was found out.
                Err(StoreError::Replay(error)) if error.is_damage() => {
                    return Ok((format!("WRONG: {error}. `rekey audit verify` tells more.\n"), false));
                }
                compared => compared?,
            };
            let told =
                if self.json { json(&told::comparison(&compared))? } else { told::differences(&compared) };
            return Ok((told, compared.is_same()));
        };
        if matches!(point, Point::Time(at) if at > SystemEnv.now()) {
            return Err("that is still to come: nobody knows yet what will be true then".into());
        }
        let then = store.as_of(point, self.account, went_on).await?;
        let names = told::names(&store, &then).await?;
        let told = if self.json { json(&told::as_of(&then))? } else { told::table_of(&then, &names) };
        Ok((told, true))
    }
}
