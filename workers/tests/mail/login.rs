//! Encryption and authentication.

use rekey_test_support::smtp::{Encryption, Fault, Identity, Phase as At, SmtpSink};
use rekey_workers::smtp::{ConfigError, Delivery, Failure, Phase, Pool, ProviderConfig, Tls, TlsFailure};

use super::setup::{config, encrypted, send};

fn with_password(base: ProviderConfig, password: &str) -> ProviderConfig {
    ProviderConfig { credentials: Some(("courier".to_owned(), password.into())), ..base }
}

#[tokio::test]
async fn plain_and_login_are_both_spoken() {
    for mechanisms in ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 PLAIN"] {
        let sink = SmtpSink::builder()
            .credentials("courier", "s3cret")
            .mechanisms(mechanisms)
            .start()
            .await
            .unwrap();
        let pool = Pool::new(with_password(config(&sink), "s3cret")).unwrap();
        assert!(matches!(send(&pool).await, Delivery::Accepted { .. }), "{mechanisms}");
    }
}

#[tokio::test]
async fn a_wrong_password_fails_the_connection_and_not_the_mail() {
    for mechanisms in ["PLAIN", "LOGIN"] {
        let sink = SmtpSink::builder()
            .credentials("courier", "s3cret")
            .mechanisms(mechanisms)
            .start()
            .await
            .unwrap();
        let pool = Pool::new(with_password(config(&sink), "wrong")).unwrap();
        let delivery = send(&pool).await;
        let Delivery::ConnectionFailed { phase: Phase::Auth, reason: Failure::Refused(reply) } = delivery
        else {
            panic!("{delivery:?}")
        };
        assert_eq!((reply.code, reply.enhanced.as_deref()), (535, Some("5.7.8")));
        assert!(sink.ledger().is_empty());
    }
}

#[tokio::test]
async fn a_server_without_a_common_mechanism_is_a_failed_connection() {
    let sink =
        SmtpSink::builder().credentials("courier", "s3cret").mechanisms("CRAM-MD5").start().await.unwrap();
    let pool = Pool::new(with_password(config(&sink), "s3cret")).unwrap();
    let reason = Failure::NoCommonMechanism;
    assert_eq!(send(&pool).await, Delivery::ConnectionFailed { phase: Phase::Auth, reason });
}

#[tokio::test]
async fn encrypted_from_the_first_byte_or_by_starttls() {
    for encryption in [Encryption::Implicit, Encryption::StartTls] {
        let sink = SmtpSink::builder()
            .encryption(encryption)
            .credentials("courier", "s3cret")
            .start()
            .await
            .unwrap();
        let pool = Pool::new(with_password(encrypted(&sink, encryption), "s3cret")).unwrap();
        for _ in 0..2 {
            let delivery = send(&pool).await;
            assert!(matches!(delivery, Delivery::Accepted { .. }), "{encryption:?} {delivery:?}");
        }
        assert_eq!(sink.connections(), 1);
        assert_eq!(sink.accepted()[0].bytes, super::setup::mail(1).bytes);
    }
}

#[tokio::test]
async fn an_unknown_certificate_is_not_talked_to() {
    for encryption in [Encryption::Implicit, Encryption::StartTls] {
        let sink = SmtpSink::builder().encryption(encryption).start().await.unwrap();
        let pool = Pool::new(ProviderConfig { extra_roots: None, ..encrypted(&sink, encryption) }).unwrap();
        let delivery = send(&pool).await;
        let Delivery::ConnectionFailed { phase: Phase::Tls, reason: Failure::Tls(kind, _) } = delivery else {
            panic!("{delivery:?}")
        };
        assert_eq!(kind, TlsFailure::UnknownAuthority);
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_says_why() {
    for (identity, expected) in
        [(Identity::Expired, TlsFailure::Expired), (Identity::OtherHost, TlsFailure::WrongHost)]
    {
        let encryption = Encryption::StartTls;
        let sink = SmtpSink::builder().encryption(encryption).identity(identity).start().await.unwrap();
        let delivery = send(&Pool::new(encrypted(&sink, encryption)).unwrap()).await;
        let Delivery::ConnectionFailed { phase: Phase::Tls, reason: Failure::Tls(kind, _) } = delivery else {
            panic!("{delivery:?}")
        };
        assert_eq!(kind, expected);
    }
    // A server that does not encrypt, taken for one that does from the first byte.
    let sink = SmtpSink::start().await.unwrap();
    let delivery = send(&Pool::new(encrypted(&sink, Encryption::Implicit)).unwrap()).await;
    let Delivery::ConnectionFailed { phase: Phase::Tls, reason: Failure::Tls(kind, _) } = delivery else {
        panic!("{delivery:?}")
    };
    assert_eq!(kind, TlsFailure::NotTls);
}

#[tokio::test]
async fn starttls_is_not_optional() {
    let sink = SmtpSink::start().await.unwrap();
    let pool = Pool::new(encrypted(&sink, Encryption::StartTls)).unwrap();
    let reason = Failure::NoStartTls;
    assert_eq!(send(&pool).await, Delivery::ConnectionFailed { phase: Phase::Tls, reason });
}

/// CVE-2011-0411: what a stranger writes before the handshake must not pass for the server's encrypted words.
#[tokio::test]
async fn words_injected_before_the_handshake_are_not_believed() {
    let sink = SmtpSink::builder().encryption(Encryption::StartTls).start().await.unwrap();
    sink.script([(At::StartTls, Fault::reply("220 2.0.0 Go ahead\r\n250-evil.test\r\n250 AUTH PLAIN"))]);
    let pool = Pool::new(encrypted(&sink, Encryption::StartTls)).unwrap();
    assert_eq!(
        send(&pool).await,
        Delivery::ConnectionFailed { phase: Phase::Tls, reason: Failure::OutOfTurn }
    );
}

#[tokio::test]
async fn what_cannot_work_is_refused_at_the_start() {
    let sink = SmtpSink::start().await.unwrap();
    let refused = |config| Pool::new(config).err();
    let far_away = ProviderConfig { host: "mail.example.org".to_owned(), ..config(&sink) };
    assert_eq!(refused(with_password(far_away, "s3cret")), Some(ConfigError::PasswordInClear));
    assert_eq!(
        refused(ProviderConfig { max_connections: 0, ..config(&sink) }),
        Some(ConfigError::NoConnections)
    );
    let nameless = ProviderConfig { host: "no name".to_owned(), tls: Tls::Implicit, ..config(&sink) };
    assert_eq!(refused(nameless), Some(ConfigError::Host));
}

#[tokio::test]
async fn debug_shows_no_password() {
    let sink = SmtpSink::start().await.unwrap();
    let shown = format!("{:?}", with_password(config(&sink), "s3cret"));
    assert!(!shown.contains("s3cret") && !shown.contains("courier"), "{shown}");
}
