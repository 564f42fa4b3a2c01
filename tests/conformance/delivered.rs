//! Checkpoints on their way to those who keep them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use mail_parser::{MessageParser, MimeHeaders};
use rekey_events::Language;
use rekey_test_support::smtp::{Fault, Phase, SmtpSink};
use rekey_workers::Sealer;
use rekey_workers::message::{Address, Mailbox};
use rekey_workers::sealer::{Delivered, Letters, SealerStats, Uri};
use rekey_workers::smtp::{Limits, Pool, ProviderConfig, Tls};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::bed::Bed;
use crate::seal::{append, key, opened};

const GLANCE: Duration = Duration::from_millis(5);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const PATIENCE: Duration = Duration::from_secs(30);

/// What takes checkpoints by HTTP.
#[derive(Clone)]
struct Hook {
    url: Uri,
    inbox: Arc<Mutex<Inbox>>,
}

struct Inbox {
    status: StatusCode,
    calls: usize,
    notes: Vec<String>,
    elsewhere: usize,
}

impl Hook {
    async fn start() -> Self {
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keep?key=1", door.local_addr().unwrap()).parse().unwrap();
        let inbox = Inbox { status: StatusCode::NO_CONTENT, calls: 0, notes: Vec::new(), elsewhere: 0 };
        let hook = Self { url, inbox: Arc::new(Mutex::new(inbox)) };
        let router = Router::new().route("/keep", any(take)).route("/elsewhere", any(wrong));
        let router = router.with_state(hook.clone());
        tokio::spawn(async { axum::serve(door, router).await });
        hook
    }

    fn answers(&self, status: StatusCode) {
        self.inbox.lock().unwrap().status = status;
    }

    fn notes(&self) -> Vec<String> {
        self.inbox.lock().unwrap().notes.clone()
    }

    fn calls(&self) -> usize {
        self.inbox.lock().unwrap().calls
    }
}

async fn take(State(hook): State<Hook>, headers: axum::http::HeaderMap, note: String) -> Response {
    let mut inbox = hook.inbox.lock().unwrap();
    inbox.calls += 1;
    assert_eq!(headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    if inbox.status.is_success() {
        inbox.notes.push(note);
    }
    (inbox.status, [(header::LOCATION, "/elsewhere")]).into_response()
}

async fn wrong(State(hook): State<Hook>) {
    hook.inbox.lock().unwrap().elsewhere += 1;
}

/// A sealer at work.
struct Running {
    stats: SealerStats,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    fn start(sealer: Sealer) -> Self {
        let (stats, stop) = (sealer.stats(), CancellationToken::new());
        Self { stats, task: tokio::spawn(sealer.run(stop.clone())), stop }
    }

    fn failures(&self, to: &str) -> u32 {
        self.of(to).failures
    }

    fn of(&self, to: &str) -> Delivered {
        self.stats.delivered().into_iter().find(|one| one.to == to).unwrap()
    }

    async fn stops(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

fn sealer(bed: &Bed, folder: &TempDir) -> Sealer {
    Sealer::new(bed.log.clone(), key(), folder.path(), GLANCE)
}

fn mailing(sealer: Sealer, sink: &SmtpSink) -> Sealer {
    let address = |text| Address::parse(text).unwrap();
    let server = ProviderConfig {
        name: "main".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: sink.address().port(),
        tls: Tls::None,
        extra_roots: None,
        credentials: None,
        hello_name: "localhost".parse().unwrap(),
        max_connections: 1,
        limits: Limits::default(),
    };
    let letters = Letters {
        servers: vec![Pool::new(server).unwrap()],
        from: Mailbox { name: None, address: address("rekey@example.org") },
        product: "Acme".to_owned(),
        language: Language::En,
        dkim: None,
    };
    sealer.with_mail(vec![address("auditors@example.org")], DAY, letters)
}

/// Looks again and again until it is so.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let so = async {
        while !is_so() {
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::time::timeout(PATIENCE, so).await.unwrap_or_else(|_| panic!("{what} is late"));
}

/// The note that a mail carries.
fn attached(mail: &[u8]) -> (String, String) {
    let mail = MessageParser::default().parse(mail).unwrap();
    assert_eq!(mail.attachment_count(), 1);
    let part = mail.attachment(0).unwrap();
    let note = String::from_utf8(part.contents().to_vec()).unwrap();
    (part.attachment_name().unwrap().to_owned(), note)
}

pub async fn a_checkpoint_is_mailed_and_posted(bed: Bed) {
    let (folder, sink, hook) =
        (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap(), Hook::start().await);
    append(&bed, 10).await;
    let running =
        Running::start(mailing(sealer(&bed, &folder), &sink).with_webhook(hook.url.clone()).unwrap());
    until("the first checkpoint", || sink.accepted_count() == 1 && hook.notes().len() == 1).await;
    let first = bed.store.newest_checkpoint().await.unwrap().unwrap().note;
    let mail = sink.accepted().remove(0);
    assert_eq!(mail.to, "auditors@example.org");
    assert_eq!(
        attached(&mail.bytes),
        ("checkpoint-login.example.org-log-1-10.txt".to_owned(), first.clone())
    );
    let text = String::from_utf8(mail.bytes).unwrap();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in
        ["Subject: Acme: a checkpoint of the log, 10 events", "--since", "seal.key.pub", "1 January 2026"]
    {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert_eq!(hook.notes(), [first]);

    append(&bed, 5).await;
    until("the second", || hook.notes().len() == 2).await;
    assert_eq!(opened(&hook.notes()[1]).size, 15);
    running.stops().await;
    // It is remembered who has what: nobody is told twice, and the next mail is due a day later.
    append(&bed, 1).await;
    let running =
        Running::start(mailing(sealer(&bed, &folder), &sink).with_webhook(hook.url.clone()).unwrap());
    until("the third", || hook.notes().len() == 3).await;
    bed.env.advance(DAY);
    until("the next mail", || sink.accepted_count() == 2 && running.of("mail").position == 16).await;
    assert_eq!(opened(&attached(&sink.accepted()[1].bytes).1).size, 16);
    assert_eq!((hook.calls(), running.of("webhook").position), (3, 16));
    running.stops().await;
}

/// Also by another sealer: what nobody could know to be delivered is sent as it was.
pub async fn a_mail_tried_again_is_the_same_mail(bed: Bed) {
    let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
    sink.script([
        (Phase::Dot, Fault::reply("451 4.3.0 not now")),
        (Phase::Dot, Fault::reply("554 5.7.1 spam")),
    ]);
    append(&bed, 10).await;
    let running = Running::start(mailing(sealer(&bed, &folder), &sink));
    until("the first failure", || running.failures("mail") == 1).await;
    bed.env.advance(Duration::from_secs(10));
    until("the second failure", || running.failures("mail") == 2).await;
    running.stops().await;
    append(&bed, 10).await;
    bed.env.advance(Duration::from_secs(3600));
    let running = Running::start(mailing(sealer(&bed, &folder), &sink));
    until("the mail", || running.of("mail") == Delivered { to: "mail", position: 10, failures: 0 }).await;
    running.stops().await;
    let tries: Vec<_> =
        sink.ledger().into_iter().map(|attempt| (attempt.message_id, attempt.sha256)).collect();
    assert_eq!(tries.len(), 3);
    assert!(tries[0].0.is_some() && tries.iter().all(|one| *one == tries[0]), "{tries:?}");
}

pub async fn a_webhook_that_refuses_is_tried_again(bed: Bed) {
    let (folder, hook) = (tempfile::tempdir().unwrap(), Hook::start().await);
    hook.answers(StatusCode::TEMPORARY_REDIRECT);
    append(&bed, 10).await;
    let running = Running::start(sealer(&bed, &folder).with_webhook(hook.url.clone()).unwrap());
    for (failures, pause) in [(1, 10), (2, 20)] {
        until("a failure", || running.failures("webhook") == failures).await;
        hook.answers(if failures == 1 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK });
        bed.env.advance(Duration::from_secs(pause));
    }
    until("the checkpoint", || running.of("webhook").position == 10).await;
    assert_eq!((hook.calls(), hook.notes().len(), hook.inbox.lock().unwrap().elsewhere), (3, 1, 0));
    running.stops().await;
}

pub async fn nobody_who_is_away_holds_up_the_seal(bed: Bed) {
    let (folder, mut sink, hook) =
        (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap(), Hook::start().await);
    sink.refuse().await;
    hook.answers(StatusCode::SERVICE_UNAVAILABLE);
    append(&bed, 1).await;
    let running =
        Running::start(mailing(sealer(&bed, &folder), &sink).with_webhook(hook.url.clone()).unwrap());
    until("failures", || running.failures("mail") == 1 && running.failures("webhook") == 1).await;
    for size in 2..6 {
        append(&bed, 1).await;
        let checkpoint = folder.path().join("checkpoint");
        until("a checkpoint", || opened(&std::fs::read_to_string(&checkpoint).unwrap()).size == size).await;
    }
    sink.resume().await.unwrap();
    hook.answers(StatusCode::OK);
    bed.env.advance(Duration::from_secs(10));
    until("the mail", || sink.accepted_count() == 1).await;
    until("the newest checkpoint", || running.of("webhook").position == 5).await;
    running.stops().await;
}
