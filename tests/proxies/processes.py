"""The server, nginx and Varnish as children of the tests: each in a folder of its own, on free ports of 127.0.0.1,
ended by its id."""

import contextlib
import json
import os
import pathlib
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess

from client import ask, until

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
SYSTEM_PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"


_given = set()


def free_port():
    """A port on which nobody listens, given out once: below those that the system gives out by itself, to clients
    too."""
    while True:
        port = random.randrange(20_000, 32_000)
        if port in _given:
            continue
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            _given.add(port)
            return port


def answers(port):
    """Whether somebody listens there."""
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


def filled_in(file, changes):
    """The text of a file under `deploy/` with its marked lines changed: each key stands there exactly once."""
    text = (DEPLOY / file).read_text()
    for old, new in changes.items():
        assert text.count(old) == 1, f"{file}: expected `{old}` once, found it {text.count(old)} times"
        text = text.replace(old, new)
    return text


class Child:
    """A process that is started, and ended by its id."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.process = None

    def spawn(self, command, **options):
        with open(self.folder / "out", "ab") as out, open(self.folder / "err", "ab") as err:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=self.folder, **options
            )

    def running(self):
        assert self.process.poll() is None, f"{self.folder.name} ended: {self.said()}"
        return True

    def said(self):
        return (self.folder / "out").read_text(errors="replace")[-2000:] + (
            self.folder / "err"
        ).read_text(errors="replace")[-4000:]

    def end(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Server(Child):
    """`almanac serve` with its demonstration data. `start` can be called again: the data stays."""

    def __init__(self, folder, name, program, proxies=(), public_url="http://site.test"):
        super().__init__(folder, name)
        self.program, self.data, self.public_url = program, self.folder / "data", public_url
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("ALMANAC_", "ROCKET_"))
        }
        # Tests ask as fast as they can.
        self.environment["ALMANAC_RATES__ENABLED"] = "false"
        if proxies:
            self.environment["ALMANAC_CACHE__PROXIES"] = json.dumps(proxies)
        self.start()

    def start(self):
        self.port = free_port()
        self.spawn(
            [self.program, "serve", "--demo", "--port", str(self.port), "--data-dir", self.data,
             "--public-url", self.public_url],
            env=self.environment,
        )
        until("the server listens", lambda: self.running() and answers(self.port), seconds=120)

    def add_user(self, name, role):
        """A new user; a token of theirs."""
        self._command("user", "add", name, "--role", role, "--password-stdin", text=secrets.token_urlsafe(24))
        return self._command("token", "add", name).strip()

    def _command(self, *words, text=""):
        result = subprocess.run(
            [self.program, *words, "--data-dir", self.data],
            input=text + "\n", capture_output=True, text=True, env=self.environment, cwd=self.folder,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def ask(self, path, *words, **named):
        return ask(self.port, path, *words, **named)

    def log(self):
        """The lines of the access log so far."""
        lines = []
        for line in (self.folder / "err").read_text().splitlines():
            with contextlib.suppress(ValueError):
                entry = json.loads(line)
                if entry.get("target") == "almanac::access":
                    lines.append(entry)
        return lines


class Nginx(Child):
    """Debian's nginx with `deploy/nginx.conf` as its one site."""

    # As Debian's own: the site has to do without what this file could set, and to bear with what it sets.
    MAIN = """
{user}
worker_processes 2;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log {folder}/access.log;
    gzip on;
    gzip_proxied any;
    gzip_types text/plain application/json application/ld+json text/csv;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site;
}}
"""

    def __init__(self, folder, name, origin, change=lambda text: text):
        super().__init__(folder, name)
        self.port = free_port()
        site = filled_in("nginx.conf", {
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{origin};",
            "    listen 80; ": f"    listen 127.0.0.1:{self.port}; ",
            "/var/lib/nginx/almanac": f"{self.folder}/cache",
        })
        (self.folder / "site").write_text(change(site))
        user = "user www-data;" if os.geteuid() == 0 else ""
        (self.folder / "main").write_text(self.MAIN.format(folder=self.folder, user=user))
        self.spawn([program("nginx"), "-p", self.folder, "-c", self.folder / "main", "-e",
                    self.folder / "error.log", "-g", "daemon off;"])
        until("nginx listens", lambda: self.running() and answers(self.port))


class Varnish(Child):
    """Debian's Varnish with `deploy/default.vcl`, and with the parameters that its first lines name."""

    def __init__(self, folder, name, origin, parameters=True, port=None, change=lambda text: text):
        super().__init__(folder, name)
        self.port = port or free_port()
        text = change(filled_in("default.vcl", {'.port = "8000";': f'.port = "{origin}";'}))
        (self.folder / "default.vcl").write_text(text)
        named = re.findall(r"-p (\w+=\w+)", text.split("vcl 4.1;")[0])
        assert named, "default.vcl names no parameters of varnishd"
        options = [word for name in named for word in ("-p", name)] if parameters else []
        self.spawn([program("varnishd"), "-F", "-j", "none", "-n", self.folder / "work", "-T", "none",
                    "-a", f"127.0.0.1:{self.port}", "-f", self.folder / "default.vcl",
                    "-s", "malloc,256m", *options])
        until("Varnish listens", lambda: self.running() and answers(self.port), seconds=60)


def program(name):
    found = shutil.which(name, path=SYSTEM_PATH)
    assert found, f"{name} is not installed: tests/proxies/run --install"
    return found
