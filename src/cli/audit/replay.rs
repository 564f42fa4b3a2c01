//! `rekey audit replay`.

mod told;

use std::error::Error;
use std::process::ExitCode;

use clap::Args;
use rekey_events::replay::Point;
use rekey_events::{AccountId, Env, Moment, SystemEnv};

use crate::cli::database::DatabaseArgs;
use crate::cli::progress::Progress;
use crate::cli::say::{say, say_json};

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
    pub(super) async fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let store = self.database.open().await?;
        let progress = Progress::bar();
        let went_on = move |position, of| progress.at(position, of);
        let Some(point) = self.at else {
            let compared = store.compare_views(went_on).await?;
            if self.json {
                say_json(&told::comparison(&compared))?
            } else {
                say(&told::differences(&compared))?
            }
            let is_same = compared.differences.is_empty();
            return Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        };
        if matches!(point, Point::Time(at) if at > SystemEnv.now()) {
            return Err("that is still to come: nobody knows yet what will be true then".into());
        }
        let then = store.as_of(point, self.account, went_on).await?;
        let names = told::names(&store, &then).await?;
        if self.json {
            say_json(&told::as_of(&then))?
        } else {
            say(&told::table_of(&then, &names))?
        }
        Ok(ExitCode::SUCCESS)
    }
}
