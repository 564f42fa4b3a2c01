//! `with-postgres COMMAND…`: runs the command with one PostgreSQL server for all
//! its tests, and ends the server with it. A server per test would cost each a second.

use std::env;
use std::process::{ExitCode, ExitStatus};

use rekey_test_support::postgres::{Postgres, SHARED_SERVER};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("usage: with-postgres COMMAND [ARGUMENT]…");
        return ExitCode::from(2);
    };
    // Ctrl-C reaches the command too: it ends as it likes, and we after it.
    let _interrupts = signal(SignalKind::interrupt());
    let mut terminations = signal(SignalKind::terminate()).expect("a handler for SIGTERM");
    let server = Postgres::start().await;
    // The command ends with us, should we be killed.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--"]).arg(program).args(arguments);
    let mut child =
        command.env(SHARED_SERVER, server.base_url()).spawn().expect("setpriv (package util-linux)");
    loop {
        tokio::select! {
            status = child.wait() => return exit_code(status.expect("the command's end")),
            _ = terminations.recv() => pass_on(&child),
        }
    }
}

/// Asks the command to end, as we were asked.
fn pass_on(child: &Child) {
    let id = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
    // It may just have ended.
    let _ = id.map(|id| kill_process(id, Signal::TERM));
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(1))
}
