"""The servers that are measured, listening on a free port of 127.0.0.1."""

import contextlib
import os
import pathlib
import re
import secrets
import signal
import socket
import subprocess
import time

from load import Target, Unmeasured, answer

PATIENCE_S = 30
PUBLIC_URL = "https://data.example.org"


def free_port():
    """A port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def pinned(core):
    """What is started inside runs on that core (on any, if None): this process is there for so long, and
    children inherit it."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, own if core is None else {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, own)


class Server:
    """A process that answers HTTP, and ends with the `with`."""

    def __init__(self, name, core, command, port, ready, log, env=None):
        self.name, self.url, self.log = name, f"http://127.0.0.1:{port}", pathlib.Path(log)
        with pinned(core), open(log, "wb") as output:
            self.process = subprocess.Popen(
                command, cwd=self.log.parent, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self.pid = self.process.pid
        try:
            self.wait_until_it_answers(ready)
        except BaseException:
            self.end()
            raise

    def target(self, path, name=None, **how):
        """A kind of request to it."""
        return Target(name or self.name, self.pid, self.url + path, **how)

    def wait_until_it_answers(self, ready):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                if answer(self.target(ready))[0] == 200:
                    return
            time.sleep(0.0005)
        raise Unmeasured(f"{self.name} does not answer {ready}: {self.log.read_text(errors='replace')[-2000:]}")

    def end(self):
        """Ends it; what has not ended after 10 s is killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


# More than anybody asks for.
UNBOUNDED = {
    f"ALMANAC_RATES__{of}__{what}": 50_000_000 if what.endswith("AT_ONCE") else 1_000_000
    for of in ("ANONYMOUS", "SIGNED_IN")
    for what in ("READS_PER_S", "READS_AT_ONCE", "WRITES_PER_S", "WRITES_AT_ONCE", "JOBS_PER_H")
}


def environment(**more):
    """The environment without settings of ours or of Rocket."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("ALMANAC_", "ROCKET_"))}
    return own | {key: str(value) for key, value in more.items()}


def cli(binary, folder, *words, text="", **settings):
    """Runs a command of the binary on a data folder; from beside it, so that no Rocket.toml counts."""
    return subprocess.run(
        [binary, *words, "--data-dir", folder], input=text, cwd=folder.parent, env=environment(**settings),
        capture_output=True, text=True, timeout=PATIENCE_S,
    )


def author(binary, folder, role="editor", **settings):
    """A token of a new user."""
    password = secrets.token_urlsafe(24) + "\n"
    made = cli(binary, folder, "user", "add", "writer", "--role", role, "--password-stdin", text=password, **settings)
    token = cli(binary, folder, "token", "add", "writer", **settings)
    if made.returncode or token.returncode:
        raise Unmeasured(f"no user could be added: {made.stderr}{token.stderr}")
    return token.stdout.strip()


class Almanac(Server):
    """The binary on a data folder. `settings` are those beyond the defaults."""

    def __init__(self, binary, core, folder, name="Almanac", ready="/livez", **settings):
        port = free_port()
        command = [binary, "serve", "--port", str(port), "--data-dir", str(folder), "--public-url", PUBLIC_URL]
        # No line for each request: nginx's access log is off too. Clients are counted, and never held up.
        env = environment(**{"ALMANAC_LOG": "warn"} | UNBOUNDED | settings)
        super().__init__(name, core, command, port, ready, f"{folder}.{port}.log", env)

    def memory_bytes(self):
        """Resident memory."""
        return self.status_bytes("VmRSS")

    def peak_bytes(self):
        """Most resident memory since the start, or since `forget_peak`."""
        return self.status_bytes("VmHWM")

    def forget_peak(self):
        """From now on the peak is that of what follows (proc(5), clear_refs)."""
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def status_bytes(self, line):
        """A line of /proc/PID/status."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"^{line}:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024


class Flask(Server):
    """`benches/peers/flask` with one synchronous worker."""

    def __init__(self, programs, core, folder, articles):
        app = pathlib.Path(__file__).resolve().parent.parent / "peers" / "flask"
        env = environment(DATABASE_URL=f"sqlite:///{folder}/flask.db", PYTHONDONTWRITEBYTECODE=1)
        seed = [programs / "flask", "--app", app / "app.py", "seed", articles]
        subprocess.run(seed, env=env, stdin=subprocess.DEVNULL, check=True, capture_output=True, timeout=PATIENCE_S)
        port = free_port()
        command = [programs / "gunicorn", "--chdir", app, "--workers", "1", "--worker-class", "sync"]
        command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", "app:app"]
        super().__init__("Flask", core, command, port, "/articles?per_page=1", folder / "flask.log", env)
