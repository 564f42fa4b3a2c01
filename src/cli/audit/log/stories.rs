//! Resets as stories: a line for each, from being asked for to being used, or not.

use std::collections::BTreeSet;
use std::error::Error;

use rekey_events::AccountId;
use rekey_events::store::Store;
use rekey_events::store::audit::EventFilter;

use super::Format;
use super::form::record;
use crate::audit::story::{Stories, Story};
use crate::cli::say::say;
use crate::cli::table::table;
use crate::http::pages::story::sentence;
use crate::http::pages::tongue::Tongue;
use crate::mails::words;

/// Tells the stories that began where `filter` says; how each ended may be later.
pub(super) async fn tell(store: &Store, filter: &EventFilter, format: Format) -> Result<(), Box<dyn Error>> {
    let mut stories = read(store, filter.after.unwrap_or(0)).await?;
    stories.retain(|story| is_wanted(story, filter));
    let told = match format {
        Format::Ndjson => lines(&stories)?,
        Format::Table | Format::Csv => in_words(store, &stories, format).await?,
    };
    Ok(say(&told)?)
}

async fn read(store: &Store, after: i64) -> Result<Vec<Story>, Box<dyn Error>> {
    let mut stories = Stories::default();
    let mut scan = store.scan(after, store.last_position().await?);
    while let Some(batch) = scan.next().await? {
        stories.take_all(store, &batch).await?;
    }
    Ok(stories.told())
}

fn is_wanted(story: &Story, filter: &EventFilter) -> bool {
    filter.account.is_none_or(|account| story.account == Some(account))
        && filter.correlation.is_none_or(|reset| story.reset == reset)
        && filter.since.is_none_or(|since| story.began >= since)
        && filter.until.is_none_or(|until| story.began < until)
}

fn lines(stories: &[Story]) -> Result<String, serde_json::Error> {
    stories.iter().map(|story| Ok(format!("{}\n", serde_json::to_string(story)?))).collect()
}

async fn in_words(store: &Store, stories: &[Story], format: Format) -> Result<String, Box<dyn Error>> {
    let accounts: BTreeSet<AccountId> =
        stories.iter().flat_map(|story| story.account.into_iter().chain(story.by)).collect();
    let people = store.people(&accounts.into_iter().collect::<Vec<_>>()).await?;
    let tongue = Tongue::plain();
    let told = stories.iter().map(|story| (story, sentence(&tongue, story, &people)));
    if format == Format::Csv {
        let head = record(&["time", "reset", "story"].map(str::to_owned));
        let lines =
            told.map(|(story, text)| record(&[story.began.to_string(), story.reset.to_string(), text]));
        return std::iter::once(head).chain(lines).collect();
    }
    let head = ["TIME", "STORY"].map(str::to_owned).to_vec();
    let rows = told.map(|(story, text)| vec![words::time(story.began), text]);
    Ok(table(&std::iter::once(head).chain(rows).collect::<Vec<_>>()))
}
