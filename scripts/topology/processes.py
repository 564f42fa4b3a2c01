"""compose.yaml as processes of this machine."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import yaml

from .machine import Failed, connects, fetch, free_block, free_ports, gone, postgres_folder, run, someone_else

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "target/tools"
START = 90  # seconds for a service to become healthy
RESTART = 2  # seconds until what died is started again


class Instance:
    """One container of compose.yaml, as a process."""

    def __init__(self, cluster, service, number):
        self.cluster, self.service, self.spec = cluster, service, cluster.services[service]
        self.name = f"{service}-{number}" if cluster.scale(service) > 1 else service
        self.ip, self.port = cluster.address(service, number)
        self.log = cluster.data / "logs" / f"{self.name}.log"
        self.process, self.died_at = None, None

    def translate(self, text, is_host=False):
        """What a container reads, as it is on this machine."""
        folders = {inside: str(outside) for outside, inside in self.cluster.mounts(self.service)}
        if folders:
            inside = "|".join(map(re.escape, folders))
            text = re.sub(rf"(?<![\w.])({inside})(?=[/\s]|$)", lambda found: folders[found[1]], str(text))
        hosts = {name: self.cluster.address(name, 1)[0] for name in self.cluster.services}
        if is_host:
            return hosts.get(text, text)
        own = rf"{self.ip}:{self.port}" if self.port else rf"{self.ip}:\2"
        text = re.sub(r"(0\.0\.0\.0|127\.0\.0\.1):(\d+)", own, str(text))
        text = re.sub(r"=127\.0\.0\.1$", f"={self.ip}", text)
        return re.sub(rf"(?<![\w.-])({'|'.join(hosts)})(?=:\d)", lambda found: hosts[found[1]], text)

    def command(self):
        if self.service == "postgres":
            return self.cluster.postgres(self)
        if self.service == "mailpit":
            return [sys.executable, str(ROOT / "scripts/cluster"), "catch", self.ip, "1025", str(self.cluster.data / "mails")]
        words = [*self.spec.get("entrypoint", ["rekey"]), *self.spec.get("command", [])]
        return [self.translate(word) for word in words]

    def environment(self):
        own = {name: self.translate(value, name.endswith("HOST")) for name, value in self.spec.get("environment", {}).items()}
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("REKEY_", "NATS_", "PG"))}
        return {**ours, "PATH": f"{self.cluster.binaries}:{TOOLS / 'bin'}:{os.environ['PATH']}", **own, **self.cluster.overrides(self.spec)}

    def start(self):
        user, death = (self.cluster.nobody, "QUIT") if self.service == "postgres" else (None, "KILL")
        guard = ["setpriv", "--pdeathsig", death]
        if user:
            guard += ["--clear-groups", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid)]
        folder = self.translate(self.spec.get("working_dir", str(self.cluster.data)))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*guard, "--", *self.command()], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment(), cwd=folder, start_new_session=True)  # fmt: skip
        self.died_at = None

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def healthy(self):
        """What compose.yaml's health check asks."""
        if not self.alive():
            return False
        words = [self.translate(word) for word in self.spec["healthcheck"]["test"][1:]]
        if self.service == "mailpit":
            return connects(self.ip, 1025)
        if words[-1].startswith("http://"):
            return fetch(words[-1]) is not None
        words[0] = str(self.cluster.postgres_folder / words[0])
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def tail(self):
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""


class Cluster:
    def __init__(self, data):
        self.data = data.resolve()
        self.services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
        self.binaries = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
        self.postgres_folder = postgres_folder()
        self.nobody = someone_else()
        self.block, self.lock = free_block()
        self.published = {name: free_ports(spec, self.scale(name)) for name, spec in self.services.items() if name == "serve"}
        self.instances = []
        for folder in ("logs", "mails"):
            (self.data / folder).mkdir(parents=True, exist_ok=True)

    # How compose.yaml is read.

    def scale(self, service):
        return self.services[service].get("scale", 1)

    def address(self, service, number):
        """Published ones are at 127.0.0.1, others at an address of their own."""
        if service in self.published:
            return "127.0.0.1", self.published[service][number - 1]
        return f"127.{self.block}.{list(self.services).index(service) + 1}.{number}", None

    def mounts(self, service):
        for mount in self.services[service].get("volumes", []):
            outside, inside, *_ = mount.split(":")
            yield (ROOT / outside).resolve() if outside.startswith(".") else self.volume(outside), inside

    def volume(self, name):
        return self.data / "volumes" / name

    def overrides(self, spec):
        """What is not as in the containers: who owns the files, and the port if 8080 is taken."""
        first = self.published["serve"][0]
        public = {"REKEY_PUBLIC_URL": f"http://127.0.0.1:{first}"} if spec.get("image") == "rekey:local" and first != 8080 else {}
        return {**public, "OWN": "no"}

    def postgres(self, instance):
        """The image's entry point makes the database on the first start; so do we."""
        data = self.volume("postgres")
        server = self.postgres_folder / "postgres"
        if not (data / "PG_VERSION").exists():
            password = self.data / "password"
            password.write_text((self.volume("secrets") / "postgres-password").read_text())
            self.hand_over(data, password)
            guard = ["setpriv", "--clear-groups", "--reuid", str(self.nobody.pw_uid), "--regid", str(self.nobody.pw_gid), "--"] if self.nobody else []
            run([*guard, self.postgres_folder / "initdb", "--pgdata", data, "--username=rekey", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--no-locale"], cwd=data)
            run([*guard, server, "--single", "-D", data, "postgres"], cwd=data, input=b"CREATE DATABASE rekey;\n")
            password.unlink()
        command = instance.spec["command"][1:]
        return [str(server), "-D", str(data), *command, "-c", f"listen_addresses={instance.ip}", "-c", "unix_socket_directories="]

    def hand_over(self, *paths):
        """PostgreSQL refuses to be root."""
        for path in paths:
            if self.nobody:
                os.chown(path, self.nobody.pw_uid, self.nobody.pw_gid)
            path.chmod(0o700)

    # Starting and stopping.

    def start(self):
        for service in self.in_order():
            for outside, _ in self.mounts(service):
                outside.mkdir(mode=0o700, parents=True, exist_ok=True)
            started = [Instance(self, service, number + 1) for number in range(self.scale(service))]
            for instance in started:
                instance.start()
            if self.services[service].get("restart") == "no":
                self.finish(started[0])
                continue
            self.instances += started
        for instance in self.instances:
            self.until_healthy(instance)

    def in_order(self):
        """As `depends_on` says. Nothing waits for the health of what it depends on: rekey must not need it."""
        done = []
        while len(done) < len(self.services):
            ready = [name for name, spec in self.services.items() if name not in done and set(spec.get("depends_on", {})) <= set(done)]
            done += ready or sys.exit("cluster: depends_on of compose.yaml goes round in a circle")
        return done

    def finish(self, instance):
        if instance.process.wait(START) != 0:
            raise Failed(f"{instance.name} failed\n{instance.tail()}")

    def until_healthy(self, instance):
        end = time.monotonic() + START
        while not instance.healthy():
            self.tick()
            if time.monotonic() > end:
                raise Failed(f"{instance.name} is not healthy after {START} s\n{instance.tail()}")
            time.sleep(0.1)

    def tick(self):
        """`restart: unless-stopped`."""
        for instance in self.instances:
            if not instance.alive():
                instance.died_at = instance.died_at or time.monotonic()
                if time.monotonic() > instance.died_at + RESTART:
                    instance.start()

    def stop(self):
        """In the opposite order, gently, then firmly; only what was started here."""
        for instance in reversed(self.instances):
            if instance.alive():
                instance.process.send_signal(signal.SIGINT if instance.service == "postgres" else signal.SIGTERM)
                if instance.service in ("postgres", "mailpit") or instance.service.startswith("nats"):
                    gone(instance.process)
        for instance in self.instances:
            gone(instance.process)

    def of(self, service):
        return [instance for instance in self.instances if instance.service == service]
