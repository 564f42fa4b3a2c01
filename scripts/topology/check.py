"""Breaks everything once; after each fault a reset's mail must come."""

import re
import shutil
import subprocess

from .machine import Failed, fetch, say
from .people import Site


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
    failed = [what for name, (what, do) in zip(names, steps) if not step(cluster, site, name, what, do)]
    failed += refusals(cluster) + broken_seal(cluster)
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


def broken_seal(cluster):
    """Whether the log, after all that, is as the sealer signed it."""
    url = (cluster.volume("secrets") / "database-url").read_text().strip()
    url = cluster.of("serve")[0].translate(url)
    verify = [cluster.binaries / "rekey", "audit", "verify", "--key", cluster.volume("seal") / "seal.key.pub", "--database", url]
    verified = subprocess.run(verify, capture_output=True, text=True, check=False)
    say("  seal:", (verified.stdout + verified.stderr).strip().splitlines()[-1])
    return [] if verified.returncode == 0 else ["the seal"]


def refusals(cluster):
    """What NATS did not let somebody do: a right that is missing in deploy/nats/nats.conf."""
    logs = [instance for instance in cluster.instances if instance.service.startswith("nats")]
    lines = [line for instance in logs for line in instance.log.read_text().splitlines() if "Violation" in line]
    for line in lines[:5]:
        say("  NATS refused:", line)
    return lines[:1]
