//! What every test here needs.

use std::time::Duration;

use rekey_test_support::smtp::{Builder, Encryption, Fault, Phase as At, SmtpSink};
use rekey_workers::{
    message::{self, Brand, BuiltMessage, Mailbox, MessageSpec, Sample, Template},
    smtp::{Address, Authorities, Delivery, Envelope, Limits, Open, Pool, ProviderConfig, Tls},
};
use uuid::Uuid;

/// Long enough for a busy machine, where nothing is meant to time out.
pub const AMPLE: Duration = Duration::from_secs(20);

/// Short enough to wait for, where something is.
pub const SHORT: Duration = Duration::from_millis(80);

pub fn limits(each: Duration) -> Limits {
    Limits {
        connect: each,
        greeting: each,
        hello: each,
        command: each,
        body: each,
        dot: each,
        ..Limits::default()
    }
}

pub fn config(sink: &SmtpSink) -> ProviderConfig {
    ProviderConfig {
        name: "sink".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: sink.address().port(),
        tls: Tls::None,
        extra_roots: sink.certificate().map(|pem| Authorities::from_pem(pem.as_bytes()).unwrap()),
        credentials: None,
        hello_name: "rekey.test".parse().unwrap(),
        max_connections: 4,
        limits: limits(AMPLE),
    }
}

pub fn pool(sink: &SmtpSink) -> Pool {
    Pool::new(config(sink)).unwrap()
}

pub fn encrypted(sink: &SmtpSink, encryption: Encryption) -> ProviderConfig {
    let tls = match encryption {
        Encryption::None => Tls::None,
        Encryption::StartTls => Tls::StartTls,
        Encryption::Implicit => Tls::Implicit,
    };
    ProviderConfig { tls, ..config(sink) }
}

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub fn envelope(to: &str) -> Envelope {
    Envelope { from: address("rekey@example.org"), to: address(to) }
}

/// A real mail, number `n`.
pub fn mail(n: u128) -> BuiltMessage {
    let Sample { kind, language, .. } = Template::samples().remove(0);
    message::build(&MessageSpec {
        mail_id: Uuid::from_u128(n),
        kind,
        language,
        to: &address("ana@example.org"),
        from: &Mailbox { name: Some("rekey".to_owned()), address: address("rekey@example.org") },
        date: 1_795_000_000,
        brand: &Brand::sample(),
        message_id_key: &[7; 32],
        dkim: None,
    })
    .unwrap()
}

pub async fn send(pool: &Pool) -> Delivery {
    pool.deliver(&envelope("ana@example.org"), &mail(1).bytes, &Open).await
}

/// One delivery to a server with one fault, and the server.
pub async fn with_fault(phase: At, fault: Fault) -> (Delivery, SmtpSink) {
    with_fault_at(SmtpSink::builder(), phase, fault).await
}

/// The same, to that server.
pub async fn with_fault_at(sink: Builder, phase: At, fault: Fault) -> (Delivery, SmtpSink) {
    let sink = sink.start().await.unwrap();
    sink.script([(phase, fault)]);
    let delivery = send(&pool(&sink)).await;
    (delivery, sink)
}
