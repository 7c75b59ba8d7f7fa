"""The model hub: its environment, what it says of a file, and a download that goes on where it was cut.

huggingface_hub is underneath: its client, its tokens, its names for files. Only the transfer is our own: since 2.0 the
library writes every attempt to a file of a new name, and deletes it when it fails, so 1.5 GB cut at the end starts
again from nothing. Here the partial file has the name of its content, and is kept.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from speech.errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PUBLIC = "https://huggingface.co"

PIECE = 1 << 18
"""Bytes between two reports, and the most that a cut loses."""

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further attempt; a piece that arrives starts the count afresh."""

CONNECT, READ = 10.0, 30.0
"""Seconds without a connection, or without a byte, after which an attempt has failed."""

BUSY = (408, 425, 429, 500, 502, 503, 504)
"""HTTP answers that may be better next time."""

NO_ANSWER = (407, 502, 503, 504)
"""HTTP answers that come from a proxy, and not from the hub."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Remote:
    """What the hub says of one file."""

    url: str
    commit: str
    etag: str
    """sha256 of a large file, git's blob hash of a small one: the name of its blob in the cache."""
    size: int | None


def cache_folder() -> Path:
    """Where the hub's libraries keep models: HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    hub = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE") or Path(home, "hub")
    return Path(os.path.expandvars(hub)).expanduser().absolute()


def endpoint() -> str:
    """The hub, or the mirror that HF_ENDPOINT names."""
    return (os.environ.get("HF_ENDPOINT") or PUBLIC).rstrip("/")


def is_offline() -> bool:
    """Whether the environment forbids the network: HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE."""
    return is_on("HF_HUB_OFFLINE") or is_on("TRANSFORMERS_OFFLINE")


def is_on(variable: str) -> bool:
    """Whether a variable of the environment says yes, as the hub's libraries read it."""
    return os.environ.get(variable, "").upper() in {"1", "ON", "YES", "TRUE"}


def reachable(timeout: float) -> bool:
    """Whether the hub answers at all within ``timeout`` seconds, looking its name up included."""
    from threading import Thread

    answers: list[int] = []

    def ask() -> None:
        with suppress(*_failures()):
            answers.append(_client().head(endpoint(), timeout=timeout, follow_redirects=False).status_code)

    # A name server that does not answer holds the caller for longer than any timeout of the client: hence the thread.
    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout)
    return bool(answers) and answers[0] not in NO_ANSWER


def head(repo: str, revision: str, name: str) -> Remote:
    """What the hub says of one file.

    Raises:
        DownloadError: it does not say.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    what = f"{name} of {repo}"

    def attempt() -> Remote:
        url = hf_hub_url(repo, name, revision=revision, endpoint=endpoint())
        found = get_hf_file_metadata(url, timeout=CONNECT, endpoint=endpoint())
        commit, etag = found.commit_hash or "", found.etag or ""
        if not _is_name(commit) or not _is_name(etag):
            raise DownloadError(
                f"cannot fetch {what}: {endpoint()} does not answer as a model hub does; "
                "check HF_ENDPOINT and the proxy, and whether this network wants a login first"
            )
        return Remote(url, commit, etag, found.size)

    return _persistently(attempt, what, lambda error: _status(error) in BUSY)


def download(remote: Remote, partial: Path, arrived: Callable[[int], None]) -> None:
    """Bring the file to ``partial``, going on with what is there already.

    Args:
        remote: the file.
        partial: where it goes; kept when the download is cut.
        arrived: told the size so far, after every piece.

    Raises:
        DownloadError: it could not be brought whole.
    """
    partial.parent.mkdir(parents=True, exist_ok=True)
    if _size(partial) > (remote.size or _size(partial)):
        partial.unlink()
    if remote.size is not None and _size(partial) == remote.size:
        partial.touch()  # an empty file has nothing to ask for
        return arrived(remote.size)
    _persistently(
        lambda: _stream(remote, partial, arrived),
        remote.url.removeprefix(endpoint() + "/"),
        lambda error: _status(error) in (None, 416, *BUSY),
        lambda: _size(partial),
    )
    return None


def _stream(remote: Remote, partial: Path, arrived: Callable[[int], None]) -> None:
    """One request, from where ``partial`` ends."""
    from huggingface_hub import hf_raise_for_status
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # loaded lazily there

    done = _size(partial)
    headers = build_hf_headers(library_name="speech-pipeline") | {"Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    with _client().stream("GET", remote.url, headers=headers, timeout=_timeout()) as response:
        if response.status_code == 416:
            partial.unlink()
        hf_raise_for_status(response)
        if response.status_code != 206:
            done = 0  # a server that knows no ranges sends it all again
        with partial.open("r+b" if done else "wb", buffering=0) as file:
            file.seek(done)
            for piece in response.iter_bytes(PIECE):
                _write(file, piece)
                done += len(piece)
                arrived(done)
            os.fsync(file.fileno())
    if remote.size not in (None, done):
        if done > (remote.size or 0):
            partial.unlink()
        raise ConnectionError(f"{done} bytes came, and {remote.size} were announced")


def _write(file: IO[bytes], piece: bytes) -> None:
    rest = memoryview(piece)
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        raise DownloadError(
            f"cannot write to {file.name} ({error.strerror or error}); make room, or let HF_HUB_CACHE name a folder on "
            "another disk. What has come so far is kept"
        ) from error


def _persistently(
    attempt: Callable[[], T], what: str, may_pass: Callable[[Exception], bool], size: Callable[[], int] = lambda: 0
) -> T:
    """Try again, with growing pauses, while the failure may pass; what has arrived meanwhile counts as success."""
    failures = _failures()
    tries = 0
    while True:
        before = size()
        try:
            return attempt()
        except DownloadError:
            raise
        except failures as error:
            tries = 0 if size() > before else tries
            if tries == len(PAUSES) or not may_pass(error):
                raise DownloadError(f"cannot fetch {what}: {_explained(error)}") from error
            time.sleep(PAUSES[tries])
            tries += 1


def _explained(error: Exception) -> str:
    """What went wrong, in a line that ends with what to do."""
    status, kinds = _status(error), {kind.__name__ for one in _causes(error) for kind in type(one).__mro__}
    for key, text in _CAUSES.items():
        if key == status or key in kinds:
            return text.format(status=status, hub=endpoint(), cause=_said(error))
    if status is not None:
        return f"{endpoint()} answers {status}; try again later, what has come so far is kept"
    return f"{_said(error)}; try again, what has come so far is kept"


_REFUSED = (
    "the hub refuses it ({status}): the repository is private or gated, or there is none of that name; accept the "
    "terms on its page, set HF_TOKEN to your token, and try again"
)
_UNREACHED = (
    "{hub} cannot be reached ({cause}); check the network, or bring an archive from another machine: "
    "`speech models import`, `speech voices import`"
)

# By HTTP status or by the name of the exception, as httpx, httpx2 and ssl call them; the first that fits.
_CAUSES: Mapping[str | int, str] = {
    401: _REFUSED,
    403: _REFUSED,
    404: "the hub has no such file or revision; correct the catalogue's entry, or update this package",
    "ProxyError": "the proxy refuses ({cause}); check HTTPS_PROXY and NO_PROXY",
    "SSLError": "the connection to {hub} is not trusted ({cause}); let SSL_CERT_FILE name your certificates",
    "TimeoutException": "{hub} does not answer in time; try again, what has come so far is kept",
    "ConnectError": _UNREACHED,
}


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status(error: Exception) -> int | None:
    return getattr(getattr(error, "response", None), "status_code", None)


def _failures() -> tuple[type[Exception], ...]:
    """What the hub's client raises: it is built on httpx in 1.x and on httpx2 since 2.0."""
    import sys

    from huggingface_hub.errors import HFValidationError

    httpx = next(kind.__module__ for kind in type(_client()).__mro__ if kind.__module__.startswith("httpx"))
    module = sys.modules[httpx.partition(".")[0]]
    return (OSError, HFValidationError, module.HTTPError, module.InvalidURL)


def _client() -> Any:  # noqa: ANN401 - httpx's or httpx2's
    from huggingface_hub import get_session

    return get_session()


def _timeout() -> tuple[float, float, float, float]:
    return (CONNECT, READ, READ, CONNECT)  # connect, read, write, a free connection


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _is_name(text: str) -> bool:
    """A hash or the like: something that may be part of a path."""
    return bool(text) and text.isascii() and text.replace("-", "").isalnum()
