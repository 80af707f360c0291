"""nginx with answers of ours as static files: the same bytes, from the server that is known to be fast."""

import email.utils
import os

from load import Unmeasured, answer
from servers import Server, free_port

# What nginx sets itself, or what differs from one answer to the next.
OWN_FIELDS = {"connection", "content-length", "content-type", "date", "last-modified", "server", "transfer-encoding"}


class Nginx(Server):
    """nginx with one worker and some answers as static files: Debian's settings, and the files are kept open."""

    def __init__(self, core, folder, answers):
        port = free_port()
        locations = "".join(location(name, folder, found, extra) for name, (found, extra) in answers.items())
        (folder / "empty").write_bytes(b"")
        (folder / "nginx.conf").write_text(CONFIGURATION.format(
            # The folder is readable for its owner alone.
            user="user root;" if os.geteuid() == 0 else "",
            folder=folder,
            port=port,
            locations=locations,
        ))
        command = ["nginx", "-c", folder / "nginx.conf", "-e", folder / "nginx.error"]
        super().__init__("nginx", core, command, port, "/empty", folder / "nginx.log")
        for name, (found, _) in answers.items():
            self.compare(name, found)

    def compare(self, name, wanted):
        """Refuses to measure an answer that is not the same as ours."""
        _, fields, body = wanted
        _, own_fields, own_body = answer(self.target(f"/{name}"))
        plain = lambda fields: sorted((n, v) for n, v in fields if n not in OWN_FIELDS and n != "etag")
        if body != own_body or plain(fields) != plain(own_fields):
            raise Unmeasured(f"nginx answers /{name} otherwise: {own_fields}, expected {fields}")


CONFIGURATION = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error crit;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    server_tokens off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=100;
    keepalive_timeout 65;
    keepalive_requests 1000000000;
    max_ranges 0;
    types {{ }}
    client_body_temp_path {folder}/nginx.body;
    proxy_temp_path {folder}/nginx.proxy;
    fastcgi_temp_path {folder}/nginx.fastcgi;
    uwsgi_temp_path {folder}/nginx.uwsgi;
    scgi_temp_path {folder}/nginx.scgi;
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        root {folder};
{locations}
    }}
}}
"""


def location(name, folder, found, extra):
    """The answer as a file of nginx, with the same fields."""
    _, fields, body = found
    file = folder / name
    file.write_bytes(body)
    fields_of = dict(fields)
    lines = [extra]
    for field, value in fields:
        if field in OWN_FIELDS or field == "etag" and "etag on" in extra:
            continue
        lines.append(f"add_header {field} {quoted(value)};")
    if "last-modified" in fields_of:
        at = email.utils.parsedate_to_datetime(fields_of["last-modified"]).timestamp()
        os.utime(file, (at, at))
    else:
        lines.append('add_header Last-Modified "";')
    lines.append(f"default_type {quoted(fields_of['content-type'])};")
    return f"        location = /{name} {{ {' '.join(lines)} }}\n"


def quoted(value):
    """A value as text of nginx's configuration."""
    if "$" in value:
        raise Unmeasured(f"nginx would read a variable in {value!r}")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
