//! `deploy/nats/nats.conf`: a real server takes it, and each role may do what it
//! must and nothing else. (That this is enough, `scripts/cluster check` shows.)

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rekey_test_support::process::Process;
use rekey_test_support::{ports, tools};

/// What a role may publish, in the name of any log's stream.
const RELAY: [&str; 9] = [
    "mail.v1.7.link",
    "mail.v1.7.notice",
    "$JS.API.STREAM.INFO.MAIL_V1_7",
    "$JS.API.STREAM.CREATE.MAIL_V1_7",
    "$JS.API.STREAM.DELETE.MAIL_V1_7",
    "$JS.API.CONSUMER.INFO.MAIL_V1_7.mailer-link",
    "$JS.API.CONSUMER.INFO.MAIL_V1_7.mailer-notice",
    "$JS.API.CONSUMER.CREATE.MAIL_V1_7.mailer-link.mail.v1.7.link",
    "$JS.API.CONSUMER.CREATE.MAIL_V1_7.mailer-notice.mail.v1.7.notice",
];
const MAILER: [&str; 4] = [
    "$JS.API.CONSUMER.MSG.NEXT.MAIL_V1_7.mailer-link",
    "$JS.API.CONSUMER.MSG.NEXT.MAIL_V1_7.mailer-notice",
    "$JS.ACK.MAIL_V1_7.mailer-link.1.1.1.1.0",
    "$JS.ACK.MAIL_V1_7.mailer-notice.1.1.1.1.0",
];
/// What nobody may.
const NOBODY: [&str; 9] = [
    "mail.v1.link",
    "mail.v2.7.link",
    "$JS.API.INFO",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.UPDATE.MAIL_V1_7",
    "$JS.API.STREAM.PURGE.MAIL_V1_7",
    "$JS.API.STREAM.MSG.GET.MAIL_V1_7",
    "$JS.API.STREAM.CREATE.OTHER.NAME",
    "$JS.API.CONSUMER.CREATE.MAIL_V1_7.spy.mail.v1.7.link",
];

struct Server {
    port: u16,
    _process: Process,
    _folder: tempfile::TempDir,
}

fn command(port: u16, store: &Path) -> Command {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/nats/nats.conf");
    let mut server = Command::new(tools::find("nats-server").unwrap());
    server.arg("--config").arg(config).env("NATS_STORE", store).env("NATS_NAME", "nats-1");
    server.env("NATS_CLIENTS", format!("127.0.0.1:{port}"));
    server.env("NATS_CLUSTER", format!("127.0.0.1:{}", ports::free()));
    server.env("NATS_MONITOR", format!("127.0.0.1:{}", ports::free()));
    server.env("NATS_ROUTES", "[nats://route:pr@127.0.0.1:1, nats://route:pr@127.0.0.1:2, ]");
    for role in ["ROUTE", "RELAY", "MAILER"] {
        server.env(format!("NATS_{role}_PASSWORD"), format!("p{}", role.to_lowercase()));
    }
    server
}

async fn server() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let port = ports::free();
    let mut process = Process::spawn(&command(port, folder.path()));
    process.wait_for_line("Listening for client connections").await;
    Server { port, _process: process, _folder: folder }
}

struct Client(BufReader<TcpStream>);

impl Client {
    /// A connection, as far as it is let in.
    fn connect(server: &Server, user: &str, password: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut client = Self(BufReader::new(stream));
        client.line();
        client.say(&format!(r#"CONNECT {{"verbose":false,"user":"{user}","pass":"{password}"}}"#));
        client
    }

    fn say(&mut self, words: &str) {
        self.0.get_mut().write_all(format!("{words}\r\n").as_bytes()).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    /// Whether the server lets us say this.
    fn may(&mut self, words: &str) -> bool {
        self.say(&format!("{words}\r\nPING"));
        let mut allowed = true;
        loop {
            match self.line().trim() {
                "PONG" => return allowed,
                "" => panic!("the line was cut after {words}"),
                line => allowed &= !line.starts_with("-ERR"),
            }
        }
    }

    fn may_publish(&mut self, subject: &str) -> bool {
        self.may(&format!("PUB {subject} 2\r\n{{}}"))
    }
}

#[test]
fn the_sample_configuration_of_nats_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let checked = command(4222, folder.path()).arg("-t").output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[tokio::test]
async fn each_role_may_do_on_the_bus_what_it_must_and_nothing_else() {
    let server = server().await;
    for (role, its, others) in [("relay", &RELAY[..], &MAILER[..]), ("mailer", &MAILER[..], &RELAY[..])] {
        let mut client = Client::connect(&server, role, &format!("p{role}"));
        for subject in its {
            assert!(client.may_publish(subject), "{role} may not {subject}");
        }
        for subject in others.iter().chain(&NOBODY).filter(|subject| !subject.contains("CONSUMER.INFO")) {
            assert!(!client.may_publish(subject), "{role} may {subject}");
        }
        assert!(client.may("SUB _INBOX.a.* 1"));
        assert!(!client.may("SUB mail.v1.7.link 2") && !client.may("SUB > 3") && !client.may("SUB $JS.> 4"));
    }
}

#[tokio::test]
async fn nobody_gets_onto_the_bus_without_the_password() {
    let server = server().await;
    for (user, password) in [("relay", "pmailer"), ("mailer", ""), ("route", "proute"), ("", "")] {
        let mut client = Client::connect(&server, user, password);
        assert!(client.line().contains("Authorization Violation"), "{user} with {password}");
    }
}
