//! A database that does not store text as UTF-8 is refused, with the statement that makes a right one.

use std::process::Command;

use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::SmtpSink;
use rekey_test_support::sql::Sql;

use crate::bed::PUBLIC;
use crate::served::{program, set_up};

async fn refusal(command: &Command) -> String {
    let mut process = Process::spawn(command);
    assert_eq!(process.wait().await.code(), Some(1), "{}", process.stderr());
    process.stderr()
}

#[tokio::test]
async fn a_database_that_is_not_utf8_is_refused_with_the_statement_that_makes_one() {
    let server = Postgres::shared().await;
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let options = format!("TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'");
        let url = server.database_with("encoded", &options).await;
        let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
        set_up(folder.path(), &url, PUBLIC, false, &sink);
        for arguments in [&["migrate"][..], &["serve"], &["work", "sweeper", "--listen", "127.0.0.1:0"]] {
            let said = refusal(&program(folder.path(), arguments)).await;
            assert!(said.contains(&format!("stores text as {encoding}, and rekey needs UTF8")), "{said}");
        }
        let said = refusal(&program(folder.path(), &["migrate"])).await;
        let statement = said.split('`').find(|words| words.starts_with("CREATE DATABASE")).unwrap();
        Sql::connect(&server.url()).await.run(statement).await.unwrap();
        let mut migrate = program(folder.path(), &["migrate"]);
        let mut migrated = Process::spawn(migrate.env("REKEY_DATABASE__URL", format!("{url}_utf8")));
        assert!(migrated.wait().await.success(), "{}", migrated.stderr());
    }
}
