"""Debian's Postfix and Exim, unpacked, each with its own configuration and spool."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .machine import Failed, connects, gone, run, say

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "target/tools/mail-servers"
START = 20  # seconds for a server to listen
SENDER = "noreply@example.org"


def install():
    """Unpacks the servers once, with what they need of the machine."""
    if os.getuid() != 0:
        raise Failed("this needs root: it installs libraries, and mail servers change users")
    for package in ("postfix", "exim4-daemon-light"):
        if not (PACKAGES / package / "usr").exists():
            unpack(package)
    for user in ("postfix", "Debian-exim"):
        subprocess.run(["useradd", "--system", "--no-create-home", user], capture_output=True, check=False)
    subprocess.run(["groupadd", "--system", "postdrop"], capture_output=True, check=False)


def unpack(package):
    say(f"mail-servers: unpacking {package} of Debian into {PACKAGES / package}")
    folder = PACKAGES / package
    folder.mkdir(parents=True, exist_ok=True)
    try:
        run(["apt-get", "-q", "download", package], cwd=folder)
    except Failed:
        run(["apt-get", "-q", "update"])
        run(["apt-get", "-q", "download", package], cwd=folder)
    archive = next(folder.glob("*.deb"))
    needs = run_text(["dpkg-deb", "--field", archive, "Depends"])
    libraries = [found for found in re.findall(r"(?:^|[,|] )(lib[^\s,|]+)", needs) if "perl" not in found]
    run(["apt-get", "-q", "install", "-y", "--no-install-recommends", *libraries])
    run(["dpkg-deb", "--extract", archive, folder])


def run_text(words):
    return subprocess.run([str(word) for word in words], capture_output=True, check=True, text=True).stdout


class Server:
    """One mail server; `fault` is what it refuses mails for, or None."""

    def __init__(self, data, port):
        self.folder, self.port, self.process = data / self.name, port, None
        self.folder.mkdir(exist_ok=True)

    def become(self, fault):
        """Starts with that fault, after stopping."""
        self.stop()
        self.configure(fault)
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, **self.environment()}, start_new_session=True)  # fmt: skip
        end = time.monotonic() + START
        while not connects("127.0.0.1", self.port):
            if time.monotonic() > end or self.process.poll() is not None:
                raise Failed(f"{self.name} does not listen: see {self.folder}")
            time.sleep(0.1)

    def stop(self):
        if self.process:
            # All of its processes: Exim's for each open connection would go on as it was before.
            os.killpg(self.process.pid, signal.SIGTERM)
            gone(self.process)
            self.process = None

    def environment(self):
        return {}

    def has_logged(self, text):
        return any(text in log.read_text(errors="replace") for log in self.logs())


class Postfix(Server):
    name = "postfix"
    faults = {
        "relay denied": ["relay_domains ="],
        "sender rejected": ["smtpd_sender_restrictions = reject_unlisted_sender"],
        "HELO rejected": ["smtpd_helo_restrictions = reject_non_fqdn_helo_hostname"],
        "mailbox full": ["smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/full"],
    }
    package = PACKAGES / "postfix"
    private = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")

    def configure(self, fault):
        etc, spool, data = (self.folder / name for name in ("etc", "spool", "data"))
        for folder in (etc, spool, data, spool / "pid", *(spool / name for name in (*self.private, "maildrop", "public"))):
            folder.mkdir(exist_ok=True)
        for folder in (data, *(spool / name for name in self.private)):
            shutil.chown(folder, "postfix")
        for folder in (spool / "maildrop", spool / "public"):
            shutil.chown(folder, "postfix", "postdrop")
            folder.chmod(0o730)
        (self.folder / "recipients").write_text("/^person[0-9]+@example\\.org$/ OK\n")
        (self.folder / "full").write_text("/./ 552 5.2.2 Mailbox full\n")
        lines = [POSTFIX.format(folder=self.folder, package=self.package), *self.faults.get(fault, [])]
        (etc / "main.cf").write_text("\n".join(lines).replace("{folder}", str(self.folder)) + "\n")
        (etc / "master.cf").write_text(f"127.0.0.1:{self.port} inet n - n - - smtpd\n{SERVICES}")

    def command(self):
        return [self.package / "usr/lib/postfix/sbin/master", "-c", self.folder / "etc", "-d"]

    def environment(self):
        return {"MAIL_CONFIG": str(self.folder / "etc"), "LD_LIBRARY_PATH": str(self.package / "usr/lib/postfix")}

    def logs(self):
        return self.folder.glob("mail.log")


POSTFIX = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = {package}/usr/sbin
daemon_directory = {package}/usr/lib/postfix/sbin
shlib_directory = {package}/usr/lib/postfix
import_environment = MAIL_CONFIG LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH={package}/usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.test
mydestination =
mynetworks = 192.0.2.0/24
alias_maps =
local_recipient_maps =
relay_domains = example.org
relay_recipient_maps = regexp:{folder}/recipients
relay_transport = discard:
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
smtpd_helo_required = yes
smtpd_reject_unlisted_sender = no
smtpd_relay_restrictions = reject_unauth_destination"""

SERVICES = """cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Exim(Server):
    name = "exim"
    faults = {
        "relay denied": "deny message = relay not permitted",
        "sender rejected": f"deny senders = {SENDER}\n       message = Sender verify failed",
        "HELO rejected": "deny condition = ${if match{$sender_helo_name}{[.]}{no}{yes}}\n       message = HELO should be a fully qualified name",
        "mailbox full": "deny message = 552 5.2.2 Mailbox full",
    }
    binary = PACKAGES / "exim4-daemon-light/usr/sbin/exim4"

    def configure(self, fault):
        for folder in (self.folder / "spool", self.folder / "log"):
            folder.mkdir(exist_ok=True)
            shutil.chown(folder, "Debian-exim")
        text = EXIM.format(folder=self.folder, binary=self.binary, port=self.port, fault=self.faults.get(fault, ""))
        (self.folder / "exim.conf").write_text(text)

    def command(self):
        return [self.binary, "-C", self.folder / "exim.conf", "-bdf"]

    def logs(self):
        return self.folder.glob("log/mainlog")


EXIM = """exim_path = {binary}
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
primary_hostname = exim.test
local_interfaces = 127.0.0.1.{port}
tls_advertise_hosts =
keep_environment =
host_lookup =
acl_smtp_rcpt = rcpt
acl_smtp_data = data
begin acl
rcpt:
  {fault}
  accept domains = example.org
  deny message = relay not permitted
data:
  accept
begin routers
sink:
  driver = redirect
  data = :blackhole:
begin retry
* * F,2h,15m
"""
