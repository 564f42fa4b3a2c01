"""In the place of mailpit: writes mails into a folder."""

import email
import signal
from email import policy
from pathlib import Path

from aiosmtpd.controller import Controller


class Catcher:
    """Writes each mail into the folder: as it came, and its text to be read."""

    def __init__(self, folder):
        self.folder, self.count = folder, len(list(folder.glob("*.eml")))

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 (aiosmtpd's name)
        mail = email.message_from_bytes(envelope.original_content, policy=policy.default)
        text = "".join(f"{name}: {value}\n" for name, value in mail.items())
        text += "\n" + mail.get_body(("plain",)).get_content()
        self.count += 1
        name = f"{self.count:05}-{envelope.rcpt_tos[0]}"
        for file, content in ((f"{name}.eml", envelope.original_content), (f"{name}.txt", text.encode()), ("latest.txt", text.encode())):
            (self.folder / ".part").write_bytes(content)
            (self.folder / ".part").rename(self.folder / file)
        return "250 caught"


def catch(ip, port, folder):
    Controller(Catcher(Path(folder)), hostname=ip, port=int(port)).start()
    signal.pause()
