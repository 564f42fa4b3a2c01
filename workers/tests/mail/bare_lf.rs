//! Servers whose lines end in a bare LF.

use rekey_test_support::smtp::{Encryption, Fault, Phase as At, SmtpSink};
use rekey_workers::smtp::{Delivery, Failure, Open, Phase, Pool, ProviderConfig};

use super::setup::{encrypted, envelope, mail, pool, send, with_fault};

#[tokio::test]
async fn a_server_whose_lines_end_in_a_bare_lf_takes_mails() {
    for encryption in [Encryption::None, Encryption::StartTls] {
        let sink = SmtpSink::builder()
            .bare_lf()
            .encryption(encryption)
            .credentials("courier", "s3cret")
            .pipelining()
            .smtputf8()
            .start()
            .await
            .unwrap();
        let credentials = Some(("courier".to_owned(), "s3cret".into()));
        let pool = Pool::new(ProviderConfig { credentials, ..encrypted(&sink, encryption) }).unwrap();
        // Its address needs an extension, which is a line of the EHLO reply.
        for n in [1, 2] {
            let delivery = pool.deliver(&envelope("用户@example.org"), &mail(n).bytes, &Open).await;
            assert!(matches!(delivery, Delivery::Accepted { .. }), "{encryption:?} {delivery:?}");
        }
        assert_eq!(sink.connections(), 1);
    }
}

#[tokio::test]
async fn a_bare_lf_in_the_middle_of_a_reply_ends_its_line() {
    let refused = Fault::reply("550-5.1.1 no\n550-5.1.1 such\r\n550 5.1.1 user");
    let (delivery, _) = with_fault(At::Rcpt, refused).await;
    let Delivery::Rejected { phase: Phase::Rcpt, reply, .. } = delivery else { panic!("{delivery:?}") };
    assert_eq!((reply.code, reply.enhanced.as_deref()), (550, Some("5.1.1")));

    let taken = Fault::AcceptAndReply("250-2.0.0 Taken\n250 as 4F2".to_owned());
    let (delivery, _) = with_fault(At::Dot, taken).await;
    assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
}

#[tokio::test]
async fn a_reply_of_endless_short_lines_is_given_up() {
    let sink = SmtpSink::start().await.unwrap();
    let endless = "250-x\n".repeat(4000);
    sink.script([(At::Hello, Fault::reply(&endless))]);
    let delivery = send(&pool(&sink)).await;
    assert_eq!(delivery, Delivery::ConnectionFailed { phase: Phase::Hello, reason: Failure::Malformed });
}
