"""A model hub on this machine: the protocol of huggingface.co as its client speaks it, and the ways it breaks.

Large files answer with a redirect to another address and have their sha256 as name; small ones answer themselves and
have git's blob hash.
"""

import hashlib
import json
import re
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

COMMIT = "c" * 40
LARGE = 1000
"""Bytes from which a file is stored apart, as the hub does above 10 MB."""


@dataclass(frozen=True)
class Fault:
    """What happens in place of the proper answer to one request for content."""

    status: int | None = None
    cut: int | None = None
    """Close the connection after so many bytes."""
    wrong: bool = False
    """Send other bytes, as many as announced."""
    extra: int = 0
    """Send so many bytes too many, and announce no length."""
    no_range: bool = False
    """Send all of it, whatever range was asked for."""


@dataclass
class Hub:
    """A running hub. ``files`` may be changed at any time; ``requests`` says what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    repo: str = "owner/model"
    commit: str = COMMIT
    requests: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    faults: dict[str, deque] = field(default_factory=dict)
    """By file name, or "*" for every one: what happens to the next requests for its content."""
    asking: dict[str, int] = field(default_factory=dict)
    """By file name: the status of every answer about it."""
    etags: dict[str, str] = field(default_factory=dict)
    """By file name: announced in place of the true one."""
    bytes_per_second: float | None = None
    token: str | None = None
    """Whoever does not send it is refused."""
    stop: Event = field(default_factory=Event)

    def __post_init__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self}))
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that was killed
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self):
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()

    def fault(self, name, *faults):
        self.faults.setdefault(name, deque()).extend(faults)

    def etag(self, name):
        content = self.files[name]
        if name in self.etags:
            return self.etags[name]
        if len(content) >= LARGE:
            return hashlib.sha256(content).hexdigest()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    @property
    def fetched(self):
        """The files whose content was asked for, in order."""
        return [request.removeprefix("GET ") for request in self.requests if request.startswith("GET ")]


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def log_message(self, *_):
        pass

    def answer(self):
        hub = self.hub
        hub.tokens.append(self.headers.get("Authorization"))
        if self.path in ("", "/"):
            return self.reply(200)
        if found := re.fullmatch(r"/cdn/(.+)", self.path):
            return self.content(found[1], {"ETag": '"elsewhere"'})
        if hub.token and self.headers.get("Authorization") != f"Bearer {hub.token}":
            return self.reply(401, {"X-Error-Code": "GatedRepo"})
        if found := re.fullmatch(rf"/api/models/{hub.repo}(/.*)?", self.path):
            return self.listing(found[1] or "")
        found = re.fullmatch(rf"/{hub.repo}/resolve/([^/]+)/(.+)", self.path)
        if not found:
            return self.reply(404, {"X-Error-Code": "RepoNotFound"})
        revision, name = found.groups()
        if revision not in (hub.commit, "main"):
            return self.reply(404, {"X-Error-Code": "RevisionNotFound"})
        if name not in hub.files:
            return self.reply(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": hub.commit})
        return self.file(name)

    def file(self, name):
        hub, size = self.hub, len(self.hub.files[name])
        if name in hub.asking:
            return self.reply(hub.asking[name])
        headers = {"X-Repo-Commit": hub.commit, "ETag": f'"{hub.etag(name)}"'}
        if size < LARGE:
            return self.content(name, headers)
        headers |= {"X-Linked-Etag": headers["ETag"], "X-Linked-Size": str(size), "Location": f"/cdn/{name}"}
        return self.reply(302, headers | {"Location": f"{hub.url.replace('127.0.0.1', 'localhost')}/cdn/{name}"})

    def listing(self, rest):
        hub = self.hub
        if rest.startswith("/tree/"):
            entries = []
            for name, content in hub.files.items():
                entry = {"type": "file", "path": name, "size": len(content), "oid": hub.etag(name)}
                if len(content) >= LARGE:
                    entry["lfs"] = {"oid": hub.etag(name), "size": len(content), "pointerSize": 130}
                entries.append(entry)
            return self.reply(200, {"Content-Type": "application/json"}, json.dumps(entries).encode())
        siblings = [{"rfilename": name} for name in hub.files]
        body = {"id": hub.repo, "modelId": hub.repo, "sha": hub.commit, "siblings": siblings, "tags": []}
        return self.reply(200, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def content(self, name, headers):
        """The bytes, or the part asked for, or the fault that is due."""
        hub = self.hub
        body, start = hub.files[name], 0
        if self.command == "HEAD":
            return self.reply(200, headers | {"Content-Length": str(len(body))})
        hub.requests.append(f"GET {name}")
        due = hub.faults.get(name) or hub.faults.get("*")
        fault = due.popleft() if due else Fault()
        if fault.status:
            return self.reply(fault.status)
        if fault.wrong:
            body = bytes(255 - byte for byte in body)
        asked = self.headers.get("Range")
        if asked and not fault.no_range:
            hub.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(body):
                return self.reply(416, {"Content-Range": f"bytes */{len(body)}"})
            headers = headers | {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        return self.send(206 if start else 200, headers, body[start:], fault)

    def send(self, status, headers, body, fault):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if fault.extra:
            body += bytes(fault.extra)
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault.cut is not None:
            body = body[: fault.cut]
            self.close_connection = True
        self.trickle(body)
        return

    def trickle(self, body):
        rate = self.hub.bytes_per_second
        step = len(body) if rate is None else max(1, int(rate / 100))
        try:
            for at in range(0, len(body), step or 1):
                self.wfile.write(body[at : at + step])
                if rate is not None and self.hub.stop.wait(step / rate):
                    return
        except OSError:
            self.close_connection = True

    def reply(self, status, headers=None, body=b""):
        self.send_response(status)
        headers = {"Content-Length": str(len(body))} | (headers or {})
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)
