//! `rekey mail show`.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use rekey_events::envelope::{Metadata, StoredEvent};
use rekey_events::rows::ReceiptRow;
use rekey_events::{Env, MailId, Moment};

use super::{ConfigArgs, open};
use crate::cli::say::{say, say_json};
use crate::cli::table::table;
use crate::mails::{MailHistory, ShownMail, receipts, words};

/// Which mail.
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    #[command(flatten)]
    config: ConfigArgs,
    /// The mail's id, from `rekey mail list`.
    #[arg(value_name = "ID")]
    mail: MailId,
    /// For programs, as `GET /v1/mails/{id}` has it.
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) async fn run(self, env: &dyn Env) -> Result<ExitCode, Box<dyn Error>> {
        let store = open(&self.config).await?;
        store.tell_time(env).await?;
        let (row, events) = (store.mail(self.mail).await?, store.stream(self.mail.into()).await?);
        let waits = store.waits().await?;
        let receipts = receipts(&store, &events).await?;
        store.close().await;
        let row = row.ok_or_else(|| {
            format!("there is no mail {}: `rekey mail list` shows those there are", self.mail)
        })?;
        let mail = ShownMail::new(row, &waits, env.now());
        if self.json {
            say_json(&MailHistory::new(mail, &events, receipts))?;
        } else {
            say(&for_people(&mail, &events, &receipts, env.now()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn for_people(mail: &ShownMail, events: &[StoredEvent], receipts: &[ReceiptRow], now: Moment) -> String {
    let about = table(&about(mail, receipts));
    let story: Vec<_> = events.iter().map(|event| told(event, now)).collect();
    let advice = words::advice(words::state(mail)).map(|advice| format!("\n{advice}\n")).unwrap_or_default();
    format!("{about}\n{}{advice}", table(&story))
}

fn about(mail: &ShownMail, receipts: &[ReceiptRow]) -> Vec<Vec<String>> {
    let age = words::span(Duration::from_secs(mail.age_seconds));
    let mut rows = vec![
        ["mail", &mail.mail_id],
        ["kind", words::kind(&mail.kind)],
        ["state", words::state(mail)],
        ["age", &age],
        ["account", &mail.account_id],
    ];
    let answer = words::last_answer(mail);
    rows.extend((!answer.is_empty()).then_some(["last answer", &answer]));
    let waits_for = mail.waits_for.as_ref().map(words::waits_for);
    rows.extend(waits_for.as_ref().map(|waits_for| ["waits for", waits_for.as_str()]));
    rows.extend(mail.reset_id.as_ref().map(|reset| ["reset", reset.as_str()]));
    for receipt in receipts {
        rows.push(["message id", &receipt.message_id]);
        rows.extend(receipt.queue_id.as_ref().map(|queue_id| ["queue id", queue_id.as_str()]));
    }
    rows.into_iter().map(|row| row.map(str::to_owned).to_vec()).collect()
}

/// When, how long ago, by whom, and what.
fn told(event: &StoredEvent, now: Moment) -> Vec<String> {
    let metadata: Option<Metadata> = serde_json::from_slice(&event.metadata).ok();
    vec![
        words::time(event.recorded_at),
        format!("{} ago", words::span(now.since(event.recorded_at))),
        metadata.map(|metadata| metadata.actor).unwrap_or_default(),
        words::event(event),
    ]
}
