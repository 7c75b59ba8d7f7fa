"""One revision of one repository in the cache that the hub's libraries share: its files, and what is known of them.

    models--OWNER--NAME/
      blobs/ETAG               contents; ETAG.incomplete while they come
      snapshots/COMMIT/FILE    links to the blobs (or files, where there are no links)
      refs/BRANCH              the commit of a branch
      speech.json              hashes that were computed, those of first downloads, and which blob each file began to
                               come as; speech.lock guards it

A hash is computed once for a file and kept with the file's size, time and inode; until one of these changes, the file
is not read again. Where the catalogue knows no hash, the one of the first download is recorded, and holds from then on.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from speech import hub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from speech.data import ModelFile, ModelSpec

STATE = "speech.json"
VERIFIED, RECORDED, COMING = "verified", "recorded", "coming"

BLOCK = 1 << 20
SHA256 = re.compile("[0-9a-f]{64}")
GIT_HASH = re.compile("[0-9a-f]{40}")
"""Of a commit, or of a small file's content."""

Hashing = Literal["known", "needed", "always"]
"""Which hashes to compute: none, those not known yet, or all."""


@dataclass(frozen=True, slots=True)
class FileFact:
    """What is known of one file of a model that is on this machine."""

    name: str
    path: Path
    size: int
    sha256: str
    source: Literal["pinned", "recorded"]
    """Who says that the hash is right: the catalogue, or the first download."""
    blob: str
    """What the hub calls the content."""


def find(cache: Path, spec: ModelSpec) -> Snapshot | None:
    """The snapshot of the spec's revision, if that is known here; it need not be there, or be whole."""
    if spec.repo is None:
        return None
    revision = spec.revision or "main"
    if GIT_HASH.fullmatch(revision):
        return Snapshot(cache, spec.repo, revision)
    with suppress(OSError):
        commit = (folder(cache, spec.repo) / "refs" / revision).read_text("utf-8").strip()
        if GIT_HASH.fullmatch(commit):
            return Snapshot(cache, spec.repo, commit)
    return None


def folder(cache: Path, repo: str) -> Path:
    """Where everything of a repository lies."""
    return cache / ("models--" + repo.replace("/", "--"))


def sha256(path: Path, read: Callable[[int], None] = lambda _: None) -> str:
    """The hash of a file; ``read`` is told the bytes of every block."""
    return _digest(path, hashlib.sha256(), read)


def wrong_md5(file: ModelFile, path: Path) -> str:
    """What is wrong with the file by the catalogue's md5, for one whose sha256 is not known; "" where nothing is."""
    if file.md5 is None:
        return ""
    digest = _digest(path, hashlib.md5(usedforsecurity=False), lambda _: None)
    return "" if digest == file.md5 else f"has the md5 {digest} in place of {file.md5}"


def git_hash(path: Path) -> str:
    """What git calls the content of a file: the hub names small files so."""
    start = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    return _digest(path, start, lambda _: None)


def _digest(path: Path, digest: hashlib._Hash, read: Callable[[int], None]) -> str:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            read(len(block))
    return digest.hexdigest()


def is_named(path: Path, etag: str, digest: str) -> bool:
    """Whether a file with that sha256 is what the hub calls ``etag``; other kinds of names say nothing."""
    if SHA256.fullmatch(etag):
        return digest == etag
    return not GIT_HASH.fullmatch(etag) or git_hash(path) == etag


def is_blob_name(text: str) -> bool:
    """Whether the hub may call a content so."""
    return bool(SHA256.fullmatch(text) or GIT_HASH.fullmatch(text))


def free_bytes(path: Path) -> int:
    """Room on the disk where ``path`` is, or would be."""
    return shutil.disk_usage(next(each for each in (path, *path.parents) if each.exists())).free


class Snapshot:
    """One revision of one repository."""

    def __init__(self, cache: Path, repo: str, commit: str) -> None:
        self.cache = cache
        self.commit = commit
        self.folder = folder(cache, repo)
        self.path = self.folder / "snapshots" / commit
        self.blobs = self.folder / "blobs"

    def fault(self, file: ModelFile, hashing: Hashing, read: Callable[[int], None] = lambda _: None) -> str:
        """What is wrong with a file, as the end of a sentence about it; "" where it is right."""
        path = self.path / file.name
        try:
            size = path.stat().st_size
        except OSError:
            return "is missing"
        if file.size not in (None, size):
            return f"has {size} bytes in place of {file.size}"
        digest = self._measured(file.name, hashing, read)
        expected = file.sha256 or self.recorded(file.name)
        if digest is None or digest == expected:
            return ""
        if expected:
            return f"has the sha256 {digest} in place of {expected}"
        named = is_named(path, self._etag(path), digest)
        fault = wrong_md5(file, path) if named else "is not what its name in the cache says"
        if not fault:
            self._save(RECORDED, {self._key(file.name): digest})
        return fault

    def fact(self, file: ModelFile) -> FileFact:
        """What is known of a file that is there."""
        path = self.path / file.name
        digest = self._measured(file.name, "needed", lambda _: None) or ""
        source: Literal["pinned", "recorded"] = "pinned" if file.sha256 or file.md5 else "recorded"
        blob = etag if is_blob_name(etag := self._etag(path)) else digest
        return FileFact(file.name, path, path.stat().st_size, digest, source, blob)

    def add(self, name: str, content: Path, etag: str, digest: str) -> None:
        """Take in a file that was found right: its blob first, then the link, so that a half of it never counts."""
        blob, path = self.blobs / etag, self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content != blob:
            content.replace(blob)
        _link(blob, path)
        self._save(VERIFIED, {self._key(name): [digest, *_stamp(path)]})

    def partial(self, etag: str) -> Path:
        """Where a blob grows while it comes; the hub's older versions go on with the same file."""
        return self.blobs / f"{etag}.incomplete"

    def expect(self, name: str, etag: str) -> None:
        """Remember whose the blob is that will come."""
        self._save(COMING, {self._key(name): etag})

    def begun(self, etag: str) -> int:
        """Bytes of a blob that are here, of all of it or of a part."""
        paths = (self.partial(etag), self.blobs / etag)
        return max(path.stat().st_size if path.exists() else 0 for path in paths)

    def recorded(self, name: str) -> str | None:
        """The hash of the first download of a file."""
        return self._state()[RECORDED].get(self._key(name))

    def record(self, name: str, digest: str) -> None:
        """Keep the hash of a file of which the catalogue has none."""
        self._save(RECORDED, {self._key(name): digest})

    def name(self, revision: str) -> None:
        """Remember which commit a branch or tag stood at."""
        if revision != self.commit:
            path = self.folder / "refs" / revision
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.commit, "utf-8")

    def is_there(self, names: Iterable[str]) -> bool:
        """Whether one of the files is here, or a part of a download that was cut."""
        names = list(names)
        others = self._others(names)
        parts = (blob.name.removesuffix(".incomplete") for blob in self.blobs.glob("*.incomplete"))
        return any(os.path.lexists(self.path / name) for name in names) or any(part not in others for part in parts)

    def _others(self, names: Iterable[str]) -> set[str]:
        """The blobs that other files than these began to come as."""
        own = {self._key(name) for name in names}
        return {etag for key, etag in self._state()[COMING].items() if etag and key not in own}

    def remove(self, names: Iterable[str]) -> int:
        """Delete these files, and every blob that nothing uses any more; the bytes that are free now.

        Other files of the revision stay, and what has come of them: several models may come from one repository.
        """
        names = list(names)
        before = _bytes(self.folder)
        for name in names:
            (self.path / name).unlink(missing_ok=True)
        rest = [path for path in (self.folder / "snapshots").rglob("*") if not path.is_dir()]
        used = {self._etag(path) for path in rest} | self._others(names)
        for blob in self.blobs.glob("*"):
            etag = blob.name.removesuffix(".incomplete")
            if etag not in used and self._is_free(etag):
                blob.unlink()
        self._save(COMING, dict.fromkeys(map(self._key, names)))
        if not any(self.path in path.parents for path in rest):
            self._forget()
        if not rest and not any(self.blobs.glob("*")):
            shutil.rmtree(self.folder)
        return before - _bytes(self.folder)

    def _forget(self) -> None:
        """Take away the empty snapshot, and the names it went by."""
        if self.path.exists():
            shutil.rmtree(self.path)
        for ref in (self.folder / "refs").rglob("*"):
            if ref.is_file() and ref.read_text("utf-8").strip() == self.commit:
                ref.unlink()

    def _is_free(self, etag: str) -> bool:
        """Whether no process is fetching the blob."""
        try:
            with _locked(self._lock_file(etag), patience=0.1):
                return True
        except TimeoutError:
            return False

    def _lock_file(self, name: str) -> Path:
        return self.cache / ".locks" / self.folder.name / f"{name}.lock"

    @contextmanager
    def lock(self, name: str, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Keep other processes out, those of the hub's library too; ``waiting`` is called about once a second."""
        with _locked(self._lock_file(name), waiting):
            yield

    # What is kept of hashes.

    def _measured(self, name: str, hashing: Hashing, read: Callable[[int], None]) -> str | None:
        """A file's sha256: as kept, while the file has not changed; computed where it is asked for."""
        stamp = _stamp(self.path / name)
        kept, *known = self._state()[VERIFIED].get(self._key(name), [None])
        if known == stamp and hashing != "always":
            return str(kept)
        if hashing == "known":
            return None
        digest = sha256(self.path / name, read)
        self._save(VERIFIED, {self._key(name): [digest, *stamp]})
        return digest

    def _key(self, name: str) -> str:
        return f"{self.commit}/{name}"

    def _etag(self, path: Path) -> str:
        """The name of a file's blob; "" where it is no link."""
        return path.readlink().name if path.is_symlink() else ""

    def _state(self) -> dict[str, dict[str, Any]]:
        merged: dict[str, dict[str, Any]] = {VERIFIED: {}, RECORDED: {}, COMING: {}}
        for path in self._state_files():
            with suppress(OSError, ValueError, TypeError, AttributeError):
                state = json.loads(path.read_text("utf-8"))
                for part, entries in merged.items():
                    entries.update(state.get(part, {}))
        return merged

    def _save(self, part: str, entries: dict[str, Any]) -> None:
        """Keep something: beside the snapshots, or among the user's own files where the cache may not be written."""
        for path in self._state_files():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with _locked(path.with_suffix(".lock")):
                    state = self._state()
                    state[part].update(entries)
                    _write(path, json.dumps(state, indent=1, sort_keys=True))
            except OSError:
                continue
            return

    def _state_files(self) -> tuple[Path, Path]:
        own = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
        return self.folder / STATE, own / "speech" / f"{self.folder.name}.json"


@contextmanager
def _locked(path: Path, waiting: Callable[[], None] = lambda: None, patience: float | None = None) -> Iterator[None]:
    """Hold a lock, waiting for it without end, or for ``patience`` seconds and then TimeoutError."""
    from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]  # loaded lazily there

    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        lock = WeakFileLock(path, timeout=1.0 if patience is None else patience)
        try:
            lock.__enter__()
        except TimeoutError:
            if patience is not None:
                raise
            waiting()
            continue
        break
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _bytes(path: Path) -> int:
    return sum(each.lstat().st_size for each in path.rglob("*") if not each.is_symlink() and each.is_file())


def _stamp(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ino]


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.{uuid4().hex[:8]}")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _link(blob: Path, path: Path) -> None:
    """Let ``path`` lead to the blob; where there are no links, the blob itself goes there."""
    beside = path.with_name(f"{path.name}.{uuid4().hex[:8]}")
    if not hub.is_on("HF_HUB_DISABLE_SYMLINKS"):
        with suppress(OSError):
            beside.symlink_to(os.path.relpath(blob, path.parent))
            beside.replace(path)
            return
    blob.replace(path)
