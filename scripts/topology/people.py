"""What people do: ask for a link at one serve, use it at another."""

import json
import re
import time
import urllib.error
import urllib.request
import uuid

from .machine import Failed

PATIENCE = 30  # seconds for a mail, and for an answer
SUBJECT = "Subject: Reset your"


class Site:
    """The serves, as somebody behind a load balancer sees them."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.key = (cluster.volume("secrets") / "api-key").read_text().strip()

    def post(self, path, body, serves, key=False):
        """Asks one after the other until one answers: its answer, and which it was."""
        once, end = str(uuid.uuid4()), time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for serve in serves:
                status, answer = ask(f"http://{serve.ip}:{serve.port}/v1/{path}", body, once, self.key if key else None)
                if status and status < 500:
                    return status, answer, serve
            self.cluster.tick()
            time.sleep(0.1)
        raise Failed(f"no serve answered {path} within {PATIENCE} s")

    def register(self, name):
        body = {"username": name, "email": f"{name}@example.org", "origin": "app"}
        return expect((201, 409), "register-account", *self.post("commands/register-account", body, self.cluster.of("serve"), key=True)[:2])

    def reset(self, name):
        """A whole one: asked at one serve, completed at another. Seconds to the mail, and both serves."""
        serves = self.cluster.of("serve")
        body = {"username": name, "email": f"{name}@example.org"}
        status, answer, asked = self.post("commands/request-reset", body, serves)
        expect((202,), "request-reset", status, answer)
        since = time.time()
        token, took = self.link(name, since)
        others = [serve for serve in serves if serve is not asked]
        body = {"token": token, "username": name, "new_password": f"seven violet lanterns {uuid.uuid4()}"}
        status, answer, completed = self.post("commands/complete-reset", body, others)
        expect((200,), "complete-reset", status, answer)
        status, answer, _ = self.post("sessions", {"username": name, "password": body["new_password"]}, serves)
        expect((200, 201), "sessions", status, answer)
        return took, asked, completed

    def link(self, name, since):
        while time.time() < since + PATIENCE:
            self.cluster.tick()
            for mail in sorted((self.cluster.data / "mails").glob(f"*-{name}@example.org.txt")):
                text = mail.read_text()
                if SUBJECT in text:
                    return re.search(r"#(\S+)", text)[1], mail.stat().st_mtime - since
            time.sleep(0.01)
        raise Failed(f"no mail within {PATIENCE} s")


def ask(url, body, once, key):
    headers = {"Content-Type": "application/json", "Idempotency-Key": once}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return None, None


def expect(good, what, status, answer):
    if status not in good:
        raise Failed(f"{what}: {status} {answer}")
