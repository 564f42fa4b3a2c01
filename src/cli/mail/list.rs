//! `rekey mail list`.

use std::collections::BTreeSet;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use rekey_events::Env;

use super::{ConfigArgs, open};
use crate::cli::say::{say, say_json};
use crate::cli::table::table;
use crate::mails::{KINDS, STATES, ShownMail, words};

/// Which mails.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    config: ConfigArgs,
    /// Those in this state.
    #[arg(long, value_parser = PossibleValuesParser::new(STATES))]
    state: Option<String>,
    /// Those of this kind.
    #[arg(long, value_parser = PossibleValuesParser::new(KINDS))]
    kind: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
    /// For programs, as `GET /v1/mails` has it.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) async fn run(self, env: &dyn Env) -> Result<ExitCode, Box<dyn Error>> {
        let store = open(&self.config).await?;
        store.tell_time(env).await?;
        let (state, kind) =
            (self.state.as_deref().unwrap_or_default(), self.kind.as_deref().unwrap_or_default());
        let rows = store.mails(None, state, kind, self.limit).await?;
        let waits = store.waits().await?;
        store.close().await;
        let now = env.now();
        let mails: Vec<_> = rows.into_iter().map(|row| ShownMail::new(row, &waits, now)).collect();
        if self.json {
            say_json(&mails)?;
        } else {
            say(&for_people(&mails))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn for_people(mails: &[ShownMail]) -> String {
    if mails.is_empty() {
        return "There are no such mails.\n".to_owned();
    }
    let heads = ["MAIL", "KIND", "STATE", "AGE", "TRIED AGAIN", "LAST ANSWER", "WAITS FOR"]
        .map(str::to_owned)
        .to_vec();
    let rows: Vec<_> = std::iter::once(heads).chain(mails.iter().map(row)).collect();
    let states: BTreeSet<_> = mails.iter().map(words::state).collect();
    let advice = states.into_iter().filter_map(|state| Some(format!("{state}: {}\n", words::advice(state)?)));
    let advice: String = advice.collect();
    format!("{}\n{advice}What happened to one: `rekey mail show ID`.\n", table(&rows))
}

fn row(mail: &ShownMail) -> Vec<String> {
    let next = match mail.due_in_seconds {
        Some(0) => "now".to_owned(),
        Some(seconds) => format!("in {}", words::span(Duration::from_secs(seconds))),
        None => String::new(),
    };
    vec![
        mail.mail_id.clone(),
        words::kind(&mail.kind).to_owned(),
        words::state(mail).to_owned(),
        words::span(Duration::from_secs(mail.age_seconds)),
        next,
        words::last_answer(mail),
        mail.waits_for.as_ref().map(words::waits_for).unwrap_or_default(),
    ]
}
