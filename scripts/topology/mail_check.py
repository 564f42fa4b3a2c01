"""Each fault of each mail server, and what rekey makes of it."""

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import time
import urllib.request
from pathlib import Path

from .machine import Failed, fetch, free_port, gone, say
from .mail_servers import ROOT, SENDER, START, Exim, Postfix
from .people import ask, expect

BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/rekey"
KEY = "rkk_scripts-mail-servers"
REFUSED = 45  # seconds for mails to be refused for the first time
CORRECTED = 60  # seconds for mails to be accepted after the server is corrected
PEOPLE = 2  # more than one: the same answer for several recipients is about us


class Rekey:
    """One `rekey serve` on SQLite before one mail server."""

    def __init__(self, server, port):
        self.folder, self.base, self.people = server.folder / "rekey", f"http://127.0.0.1:{port}", 0
        self.folder.mkdir(exist_ok=True)
        self.program = [str(BINARY)]
        self.configure(server, port)
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*self.program, "serve"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        end = time.monotonic() + START
        while fetch(f"{self.base}/healthz") is None:
            if time.monotonic() > end or self.process.poll() is not None:
                raise Failed(f"rekey does not answer: see {self.folder}/log")
            time.sleep(0.1)

    def configure(self, server, port):
        if not (self.folder / "keys.toml").exists():
            subprocess.run([*self.program, "keys", "generate", "keys.toml"], cwd=self.folder, check=True, capture_output=True)
        permissions = ["utilities.security.users.register", "utilities.mail"]
        (self.folder / "rekey.toml").write_text(
            f'public_url = "{self.base}"\nlisten = "127.0.0.1:{port}"\nkey_file = "keys.toml"\n'
            f'[database]\nurl = "sqlite:rekey.db"\n'
            f'[mail]\nfrom = "{SENDER}"\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nhello_name = "localhost"\n'
            f'[[api_keys]]\nname = "check"\ntoken_hash = "{hashlib.sha256(KEY.encode()).hexdigest()}"\n'
            f"permissions = {json.dumps(permissions)}\n"
        )

    def request_link(self):
        """A link for a new person: the account."""
        self.people += 1
        person = {"username": f"person{self.people}", "email": f"person{self.people}@example.org"}
        account = json.loads(self.post("register-account", {**person, "origin": "app"}, (201,)))["account_id"]
        self.post("request-reset", person, (202,))
        return account

    def post(self, command, body, good):
        once = f"{command}-{body['username']}"
        status, answer = ask(f"{self.base}/v1/commands/{command}", body, once, KEY)
        expect(good, command, status, answer)
        return answer

    def get(self, path):
        request = urllib.request.Request(f"{self.base}/v1/{path}", headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def mails(self, accounts):
        return [mail for mail in self.get("mails") if mail["account_id"] in accounts]

    def suppressions(self):
        database = sqlite3.connect(f"file:{self.folder}/rekey.db?mode=ro", uri=True)
        try:
            return database.execute("SELECT count(*) FROM suppressions").fetchone()[0]
        finally:
            database.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        gone(self.process)


def check(data):
    failed, steps = 0, 0
    for kind in (Postfix, Exim):
        server = kind(data, free_port())
        server.become(None)
        rekey = Rekey(server, free_port())
        try:
            for fault in kind.faults:
                steps += 1
                failed += not step(server, rekey, fault)
        finally:
            rekey.stop()
            server.stop()
    say(f"mail-servers: {steps - failed} passed, {failed} failed")
    return 1 if failed else 0


def step(server, rekey, fault):
    what = f"{server.name}: {fault}"
    try:
        server.become(fault)
        accounts = [rekey.request_link() for _ in range(PEOPLE)]
        codes = refused(rekey, accounts)
        server.become(None)
        took = accepted(rekey, accounts)
        found(server, rekey, accounts)
        say(f"  {what:<28} answered {codes}; nobody suppressed; accepted {took:4.1f} s after the correction")
        return True
    except Failed as error:
        say(f"  {what:<28} FAILED: {error}")
        return False


def refused(rekey, accounts):
    """Waits until the server has refused each mail; none may be given up for it."""
    end = time.monotonic() + REFUSED
    while True:
        mails = rekey.mails(accounts)
        given_up = [mail for mail in mails if mail["state"] not in ("pending", "unknown")]
        if given_up or rekey.suppressions():
            raise Failed(f"{[mail['state'] for mail in mails]}, {rekey.suppressions()} suppressed")
        if len(mails) == len(accounts) and all(mail["last_code"] for mail in mails):
            return sorted({mail["last_code"] for mail in mails})
        if time.monotonic() > end:
            raise Failed(f"not refused within {REFUSED} s: {[(mail['state'], mail['last_code']) for mail in mails]}")
        time.sleep(0.2)


def accepted(rekey, accounts):
    begin = time.monotonic()
    while time.monotonic() < begin + CORRECTED:
        mails = rekey.mails(accounts)
        if all(mail["state"] == "accepted" for mail in mails):
            return time.monotonic() - begin
        time.sleep(0.2)
    raise Failed(f"not accepted within {CORRECTED} s: {[(mail['state'], mail['last_code']) for mail in mails]}")


def found(server, rekey, accounts):
    """The mails are in the server's log by the queue ids that rekey has kept."""
    for mail in rekey.mails(accounts):
        receipts = rekey.get(f"mails/{mail['mail_id']}")["receipts"]
        ids = [receipt["queue_id"] for receipt in receipts]
        if len(ids) != 1 or not ids[0] or not server.has_logged(ids[0]):
            raise Failed(f"the queue id {ids} is not in the log of {server.name}")
