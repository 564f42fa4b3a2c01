"""What there is on this machine: programs, users, ports."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path


class Failed(Exception):
    """It did not do what it should."""


def say(*words):
    print(*words, flush=True)


def run(words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, check=False, **options)
    if done.returncode != 0:
        raise Failed(f"{words[-1]}: {done.stderr.decode(errors='replace')}")


def gone(process):
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def postgres_folder():
    folders = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    sys.exit("cluster: PostgreSQL is missing: run scripts/install-test-tools (or scripts/test) once")


def someone_else():
    """Whom PostgreSQL runs as when we are root."""
    if os.getuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def free_block():
    """A second number of 127.x for ourselves, held by a socket: two clusters do not meet."""
    for block in range(80, 100):
        lock = socket.socket()
        try:
            lock.bind((f"127.{block}.0.1", 6222))
            return block, lock
        except OSError:
            lock.close()
    sys.exit("cluster: there are 20 clusters already")


def free_ports(spec, count):
    """The published ports, or the next that are free."""
    _, published, _ = spec["ports"][0].split(":")
    first, ports = int(published.split("-")[0]), []
    for port in range(first, first + 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                ports.append(port)
            except OSError:
                pass
        if len(ports) == count:
            return ports
    sys.exit("cluster: no port is free")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connects(ip, port):
    try:
        socket.create_connection((ip, port), 1).close()
        return True
    except OSError:
        return False


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            return answer.read().decode()
    except OSError:
        return None
