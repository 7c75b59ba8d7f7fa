"""The models on this machine: look up, fetch, verify, remove; never a network call for what is already there.

A model counts as present when each of its files is there in the size and with the sha256 that the catalogue says; see
snapshot.py for what lies where, and for hashes that the catalogue does not know.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from speech import hub, snapshot
from speech.data import Progress
from speech.errors import DownloadError, NotDownloadedError, SpeechError, UnsupportedError
from speech.snapshot import FileFact, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from speech.catalog import Catalog
    from speech.data import ModelFile, ModelSpec, ProgressHook
    from speech.hub import Remote
    from speech.snapshot import Hashing

    Stage = Literal["download", "verify"]

__all__ = ["FileFact", "Store", "human"]

MARGIN = 64 << 20
"""Bytes that stay free on the disk when a model is fetched."""


def human(size: float | None) -> str:
    """Bytes as people read them, such as ``486 MB``: in powers of ten, as the hub shows them."""
    if size is None:
        return "unknown size"
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


class Store:
    """The models on this machine.

    Args:
        offline: never ask the network; HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE say the same.
    """

    def __init__(self, *, offline: bool = False) -> None:
        self.offline = offline or hub.is_offline()
        self.cache = hub.cache_folder()
        self.endpoint = hub.endpoint()

    def has(self, spec: ModelSpec) -> bool:
        """Whether every file is there in its size, and none is known to be wrong; reads no contents."""
        return not self._faults(spec, "known")

    def find(self, spec: ModelSpec, progress: ProgressHook | None = None) -> Path | None:
        """The model's directory, if all of it is there and is right.

        The first time this reads the files and computes their hashes; after that it only looks at their dates.
        """
        with self._translated():
            if self._faults(spec, "needed", progress):
                return None
            return self._snapshot(spec).path

    def path(self, spec: ModelSpec, progress: ProgressHook | None = None) -> Path:
        """The model's directory.

        Raises:
            NotDownloadedError: it is not there, or not right.
        """
        with self._translated():
            if faults := self._faults(spec, "needed", progress):
                raise _missing(spec, faults)
            return self._snapshot(spec).path

    def facts(self, spec: ModelSpec) -> tuple[FileFact, ...]:
        """What is known of each file.

        Raises:
            NotDownloadedError: the model is not there, or not right.
        """
        self.path(spec)
        here = self._snapshot(spec)
        return tuple(here.fact(file) for file in spec.files)

    def verify(self, spec: ModelSpec, progress: ProgressHook | None = None) -> tuple[FileFact, ...]:
        """Read every file again, and compare.

        Raises:
            NotDownloadedError: the model, or a file of it, is not there.
            DownloadError: a file is not what it should be; from now on the model does not count as present.
        """
        with self._translated():
            faults = self._faults(spec, "always", progress)
            if any(fault == "is missing" for fault in faults.values()):
                raise _missing(spec, faults)
            if faults:
                raise DownloadError(
                    f"{spec.kind} {spec.name!r} is damaged: {_list(faults)}; "
                    f"`speech {spec.kind}s pull {spec.name}` fetches what is wrong"
                )
        return self.facts(spec)

    def reachable(self, timeout: float = 3.0) -> bool:
        """Whether the hub answers within ``timeout`` seconds; never asked where the store is offline."""
        return not self.offline and hub.reachable(timeout)

    def fetch(self, spec: ModelSpec, progress: ProgressHook | None = None) -> Path:
        """The model's directory, after fetching what is not there or not right.

        An interrupted fetch goes on where it was cut, also in another process. Two at once share the work.

        Raises:
            UnsupportedError: the model is embedded, or the user's own directory.
            NotDownloadedError: something must be fetched, and the store is offline.
            DownloadError: the fetch failed, or what came is not what the catalogue says.
        """
        with self._translated():
            if spec.repo is None:
                raise UnsupportedError(
                    f"{spec.kind} {spec.name!r} is not from the hub: there is nothing to fetch; just use it"
                )
            faults = self._faults(spec, "needed", progress)
            if not faults:
                return self._snapshot(spec).path
            if self.offline:
                raise _missing(spec, faults)
            return _Fetch(self.cache, spec, progress).run(faults)

    def remove(self, spec: ModelSpec) -> int:
        """Delete the model; the bytes that are free now. What other models and revisions share stays.

        Raises:
            NotDownloadedError: nothing of it is there.
        """
        with self._translated():
            here = snapshot.find(self.cache, spec)
            names = [file.name for file in spec.files]
            if here is None or not here.is_there(names):
                raise _missing(spec, {})
            return here.remove(names)

    def export(self, spec: ModelSpec, target: Path, progress: ProgressHook | None = None) -> None:
        """Write the model into one file for another machine, after reading and comparing all of it.

        Raises:
            NotDownloadedError: the model is not there, or not whole.
            DownloadError: it is damaged, or the file cannot be written.
        """
        from speech import archive

        archive.write(self, spec, target, progress)

    def import_(self, source: Path, catalog: Catalog, progress: ProgressHook | None = None) -> ModelSpec:
        """Take in a model from a file that ``export`` wrote; nothing in the file is trusted.

        Raises:
            UnknownModelError: the catalogue has no such model.
            DownloadError: the file is damaged, or does not hold what the catalogue says.
        """
        from speech import archive

        return archive.read(self, source, catalog, progress)

    def _snapshot(self, spec: ModelSpec) -> Snapshot:
        here = snapshot.find(self.cache, spec)
        if here is None:
            raise _missing(spec, {})
        return here

    def _faults(self, spec: ModelSpec, hashing: Hashing, progress: ProgressHook | None = None) -> dict[str, str]:
        """What is wrong with each file that is not right; all of them, where the model is not there at all."""
        here = snapshot.find(self.cache, spec)
        if here is None:
            return {file.name: "is missing" for file in spec.files} or {"it": "is missing"}
        # What is missing or cut is seen at once: no other file need be read then.
        if hashing == "needed" and (faults := _found(here, spec, "known", lambda _: None)):
            return faults
        return _found(here, spec, hashing, Count(spec.name, "verify", spec.size, progress).add)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SpeechError:
            raise
        except OSError as error:
            raise DownloadError(
                f"the store in {str(self.cache)!r} cannot be used ({error}); check its permissions and the disk, "
                "or let HF_HUB_CACHE name another folder"
            ) from error


def _found(here: Snapshot, spec: ModelSpec, hashing: Hashing, read: Callable[[int], None]) -> dict[str, str]:
    faults = {file.name: here.fault(file, hashing, read) for file in spec.files}
    return {name: fault for name, fault in faults.items() if fault}


def _missing(spec: ModelSpec, faults: dict[str, str]) -> NotDownloadedError:
    if spec.repo is None:
        return NotDownloadedError(
            f"{spec.kind} {spec.name!r} is not from the hub: it has no files in the store; just use it"
        )
    size = f" ({human(spec.size)})" if spec.size else ""
    if len(faults) < len(spec.files) and faults:
        what = f"{spec.kind} {spec.name!r} is not whole on this machine: {_list(faults)}"
    else:
        what = f"{spec.kind} {spec.name!r}{size} is not on this machine"
    return NotDownloadedError(f"{what}; with a network, type: speech {spec.kind}s pull {spec.name}")


def _list(faults: dict[str, str]) -> str:
    return ", ".join(f"{name} {fault}" for name, fault in faults.items())


class Count:
    """Adds up the bytes of one stage, and reports them."""

    def __init__(self, name: str, stage: Stage, total: int | None, progress: ProgressHook | None) -> None:
        self._name, self._stage, self._total, self._progress = name, stage, total, progress
        self.done = 0

    def add(self, size: int) -> None:
        """So many bytes more."""
        self.at(self.done + size)

    def at(self, done: int, message: str = "") -> None:
        """So many bytes in all."""
        self.done = done
        if self._progress:
            self._progress(Progress(self._stage, self._name, done, self._total, message))


class _Fetch:
    """One fetch of one model: ask of every file first, then bring one after the other."""

    def __init__(self, cache: Path, spec: ModelSpec, progress: ProgressHook | None) -> None:
        self.cache, self.spec, self.progress = cache, spec, progress
        self.repo = spec.repo or ""

    def run(self, faults: dict[str, str]) -> Path:
        """Fetch the files that have a fault; the snapshot's directory."""
        wanted = [file for file in self.spec.files if file.name in faults]
        here, remotes = self.ask(wanted)
        sizes = [remote.size for remote in remotes]
        total = None if None in sizes else sum(size or 0 for size in sizes)
        self.check_space(here, remotes)
        count = Count(self.spec.name, "download", total, self.progress)
        count.at(0, f"fetching {self.spec.kind} {self.spec.name} ({human(total)}) from {hub.endpoint()}/{self.repo}")
        for file, remote in zip(wanted, remotes, strict=True):
            done = count.done
            self.bring(here, file, remote, count)
            count.at(done + (remote.size or 0))
        here.name(self.spec.revision or "main")
        return here.path

    def ask(self, wanted: list[ModelFile]) -> tuple[Snapshot, list[Remote]]:
        """What the hub says of the files, and where they go; a hub with other files is found out before any comes."""
        revision = self.spec.revision or "main"
        remotes: list[Remote] = []
        for file in wanted:
            remote = hub.head(self.repo, revision, file.name)
            if snapshot.GIT_HASH.fullmatch(revision) and remote.commit != revision:
                raise self.other(file, f"is of revision {remote.commit} in place of {revision}")
            if None not in (file.size, remote.size) and file.size != remote.size:
                raise self.other(file, f"has {remote.size} bytes in place of {file.size}")
            if file.sha256 and snapshot.SHA256.fullmatch(remote.etag) and remote.etag != file.sha256:
                raise self.other(file, f"has the sha256 {remote.etag} in place of {file.sha256}")
            revision = remote.commit
            remotes.append(remote)
        return Snapshot(self.cache, self.repo, revision), remotes

    def check_space(self, here: Snapshot, remotes: list[Remote]) -> None:
        """Whether the disk takes what is still to come."""
        needed = sum((remote.size or 0) - here.begun(remote.etag) for remote in remotes)
        free = snapshot.free_bytes(here.folder)
        if needed + MARGIN > free:
            raise DownloadError(
                f"{self.spec.kind} {self.spec.name!r} needs {human(needed)} more in {str(self.cache)!r}, where "
                f"{human(free)} are free; make room, or let HF_HUB_CACHE name a folder on another disk"
            )

    def bring(self, here: Snapshot, file: ModelFile, remote: Remote, count: Count) -> None:
        """Fetch one file, check it, and take it in; one process at a time."""
        before = count.done
        said = [f"waiting for another process that fetches {file.name} of {self.spec.kind} {self.spec.name}"]
        with here.lock(remote.etag, lambda: count.at(before + here.begun(remote.etag), said.pop() if said else "")):
            if not here.fault(file, "needed"):
                return  # another process was quicker
            blob, partial = here.blobs / remote.etag, here.partial(remote.etag)
            if blob.exists():
                if not (fault := self.check(here, file, remote, blob)):
                    return
                if snapshot.is_named(blob, remote.etag, snapshot.sha256(blob)):
                    raise self.other(file, fault)  # whole, and another tool may use it: the hub has the same
                blob.unlink()
            begun = partial.exists()
            here.expect(file.name, remote.etag)
            while True:
                hub.download(remote, partial, lambda size: count.at(before + size))
                if not (fault := self.check(here, file, remote, partial)):
                    return
                partial.unlink()
                if not begun:
                    raise self.other(file, fault)
                begun = False  # the fault may lie in what an earlier fetch left: once more, all of it

    def check(self, here: Snapshot, file: ModelFile, remote: Remote, content: Path) -> str:
        """What is wrong with what came; where nothing is, it is taken in."""
        digest = snapshot.sha256(content, Count(self.spec.name, "verify", remote.size, self.progress).add)
        expected = file.sha256 or here.recorded(file.name)
        if expected not in (None, digest):
            return f"has the sha256 {digest} in place of {expected}"
        if not snapshot.is_named(content, remote.etag, digest):
            return f"is not what the hub announced ({remote.etag})"
        if expected is None:
            if fault := snapshot.wrong_md5(file, content):
                return fault
            here.record(file.name, digest)
        here.add(file.name, content, remote.etag, digest)
        return ""

    def other(self, file: ModelFile, how: str) -> DownloadError:
        """The hub has something else than the catalogue says."""
        return DownloadError(
            f"{file.name} of {self.spec.kind} {self.spec.name!r} at {hub.endpoint()}/{self.repo} {how}, "
            "so it is not used; try again, check HF_ENDPOINT if that is a mirror, and tell us if it stays so"
        )
