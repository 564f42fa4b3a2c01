//! Children that cannot outlive us: the kernel ends them when we are gone, however we went.

use std::io;
use std::process::{Child, Command};
use std::sync::LazyLock;
use std::sync::mpsc::{self, Sender};
use std::thread;

use crate::user::User;

/// The command run by `setpriv` (util-linux), which asks the kernel to send
/// `death_signal` when the parent dies: we do the same only with unsafe code.
pub(crate) fn guarded(command: &Command, death_signal: &str, user: Option<&User>) -> Command {
    let mut guarded = Command::new("setpriv");
    guarded.args(["--pdeathsig", death_signal]);
    if let Some(user) = user {
        guarded.arg("--clear-groups");
        guarded.args(["--reuid", &user.id.to_string(), "--regid", &user.group.to_string()]);
    }
    guarded.arg("--").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => guarded.env(name, value),
            None => guarded.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        guarded.current_dir(folder);
    }
    guarded
}

struct Job {
    command: Command,
    reply: Sender<io::Result<Child>>,
}

/// For the kernel the parent is the *thread* that spawned, and a test's thread
/// ends with its test: so one thread that stays spawns for all.
static SPAWNER: LazyLock<Sender<Job>> = LazyLock::new(|| {
    let (jobs, queue) = mpsc::channel::<Job>();
    thread::spawn(move || {
        for mut job in queue {
            let _ = job.reply.send(job.command.spawn());
        }
    });
    jobs
});

/// Spawns from the thread that stays.
pub(crate) fn spawn(command: Command) -> io::Result<Child> {
    let (reply, answer) = mpsc::channel();
    SPAWNER.send(Job { command, reply }).map_err(io::Error::other)?;
    answer.recv().map_err(io::Error::other)?
}
