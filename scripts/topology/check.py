"""Breaks everything once; after each fault a reset's mail must come."""

import re
import shutil
import subprocess
import time

from .machine import Failed, fetch, say
from .people import PATIENCE, Site


def faults(cluster):
    """Each is a name and what to do."""
    for instance in cluster.instances:
        yield f"kill {instance.name}", instance.kill
    stores = [instance for instance in cluster.instances if instance.service.startswith("nats")]
    for instance in stores:
        yield f"wipe {instance.name}'s store", lambda instance=instance: wipe(cluster, [instance])
    yield "wipe all three at once", lambda: wipe(cluster, stores)
    yield "wipe all under the running servers", lambda: [clear(cluster.volume(one.service)) for one in stores]


def wipe(cluster, stores):
    for instance in stores:
        instance.kill()
    for instance in stores:
        clear(cluster.volume(instance.service))


def clear(folder):
    for child in folder.iterdir():
        shutil.rmtree(child, ignore_errors=True)


def check(cluster):
    site, steps = Site(cluster), [("nothing broken", lambda: None), *faults(cluster)]
    names = [f"person{number}" for number in range(len(steps))]
    for name in names:
        site.register(name)
    first = sealed(cluster)
    failed = [what for name, (what, do) in zip(names, steps) if not step(cluster, site, name, what, do)]
    failed += refusals(cluster) + unsealed(cluster, first)
    say(f"  mails claimed since each mailer's last start: {claims(cluster)}")
    say(f"cluster: {len(steps) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def step(cluster, site, name, what, do):
    do()
    try:
        took, asked, completed = site.reset(name)
        say(f"  {what:<36} mail after {took:6.2f} s   asked {asked.name}, completed on {completed.name}")
        for instance in cluster.instances:
            cluster.until_healthy(instance)
        return True
    except Failed as error:
        say(f"  {what:<36} FAILED: {error}")
        return False


def claims(cluster):
    """By a hint from NATS, or by looking into the database."""
    pages = [fetch(f"http://{mailer.ip}:8080/metrics") or "" for mailer in cluster.of("mailer")]
    count = lambda by: sum(int(found) for page in pages for found in re.findall(rf'claimed_total{{by="{by}"}} (\d+)', page))  # noqa: E731
    return f"{count('hint')} by a hint, {count('look')} by looking"


def sealed(cluster):
    """How many events the newest checkpoint is over."""
    checkpoint = cluster.volume("seal") / "signed" / "checkpoint"
    return int(checkpoint.read_text().splitlines()[1]) if checkpoint.exists() else 0


def unsealed(cluster, first):
    """The log was sealed on its way, all of it is as it was signed, and auditors were mailed a checkpoint."""
    end, verified = time.monotonic() + PATIENCE, None
    while time.monotonic() < end and (verified is None or "came after the last checkpoint" in verified.stdout):
        cluster.tick()
        verified = verify(cluster)
    last, mails = sealed(cluster), list((cluster.data / "mails").glob("*-auditors@example.org.txt"))
    say(f"  events sealed: {first} at the beginning, {last} at the end; checkpoints mailed: {len(mails)}")
    if verified.returncode == 0 and last > first and mails:
        return []
    say(f"  FAILED: the seal\n{verified.stdout}{verified.stderr}")
    return ["the seal"]


def verify(cluster):
    command = [cluster.binaries / "rekey", "audit", "verify", "--config", "rekey.toml", "--key", "seal.key.pub"]
    return subprocess.run(command, cwd=cluster.volume("secrets"), capture_output=True, text=True, check=False)


def refusals(cluster):
    """What NATS did not let somebody do: a right that is missing in deploy/nats/nats.conf."""
    logs = [instance for instance in cluster.instances if instance.service.startswith("nats")]
    lines = [line for instance in logs for line in instance.log.read_text().splitlines() if "Violation" in line]
    for line in lines[:5]:
        say("  NATS refused:", line)
    return lines[:1]
