"""A model in one file, for a machine that has no network: an uncompressed tar, its manifest first.

The manifest names the model, its repository and revision, and the size and sha256 of each file. Reading one trusts
nothing in it: what comes in must be what the manifest says, and what the catalogue of this machine says.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from speech import snapshot
from speech.errors import DownloadError, SpeechError
from speech.snapshot import FileFact, Snapshot
from speech.store import Count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from speech.catalog import Catalog
    from speech.data import ModelSpec, ProgressHook
    from speech.store import Store

MANIFEST = "manifest.json"
FORMAT = "speech-model/1"
MANIFEST_LIMIT = 1 << 20
"""Bytes; a real one has about one thousand."""
BLOCK = 1 << 20


def write(store: Store, spec: ModelSpec, target: Path, progress: ProgressHook | None = None) -> None:
    """Write a model that is on this machine into the file ``target``, which appears when it is whole.

    Raises:
        NotDownloadedError: the model is not there, or not right.
        DownloadError: it is damaged, or the file cannot be written.
    """
    facts = store.verify(spec, progress)
    commit = store.path(spec).name
    with _translated(target, "written"):
        content = json.dumps(_described(spec, commit, facts), indent=1).encode()
        beside = target.with_name(f".{target.name}.{uuid4().hex[:8]}")
        try:
            with beside.open("xb") as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
                tar.addfile(_member(MANIFEST, len(content)), io.BytesIO(content))
                for fact in facts:
                    with fact.path.open("rb") as file:
                        tar.addfile(_member(f"files/{fact.name}", fact.size), file)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


def _described(spec: ModelSpec, commit: str, facts: tuple[FileFact, ...]) -> dict[str, Any]:
    """The manifest."""
    return {
        "format": FORMAT,
        "model": spec.name,
        "repo": spec.repo,
        "revision": commit,
        "licence": spec.licence,
        "files": [{"name": fact.name, "size": fact.size, "sha256": fact.sha256, "blob": fact.blob} for fact in facts],
    }


def read(store: Store, source: Path, catalog: Catalog, progress: ProgressHook | None = None) -> ModelSpec:
    """Take the model in the file ``source`` into the store; the model.

    Raises:
        UnknownModelError: the catalogue has no such model.
        DownloadError: the file is damaged, or is not what the catalogue says.
    """
    with _translated(source, "imported"), tarfile.open(source, mode="r:") as tar:
        manifest = _manifest(tar, source)
        spec = catalog.find(manifest["model"])
        rows = _rows(source, spec, manifest)
        here = Snapshot(store.cache, manifest["repo"], manifest["revision"])
        _check_space(source, rows, store)
        total = sum(row["size"] for row in rows.values())
        with _taken(tar, source, rows, here, Count(spec.name, "verify", total, progress).add) as contents:
            for file in spec.files:
                row, content = rows[file.name], contents[file.name]
                if here.recorded(file.name) not in (None, row["sha256"]) and not file.sha256:
                    raise _refused(source, f"{file.name} is not what the first download brought")
                if not file.sha256 and snapshot.wrong_md5(file, content):
                    raise _refused(source, f"{file.name} is not what the catalogue says")
                with here.lock(row["blob"]):
                    if not file.sha256:
                        here.record(file.name, row["sha256"])
                    here.add(file.name, content, row["blob"], row["sha256"])
        here.name(spec.revision or "main")
    return spec


def _manifest(tar: tarfile.TarFile, source: Path) -> dict[str, Any]:
    """The archive's first member, as far as its form can be checked."""
    first = tar.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > MANIFEST_LIMIT:
        raise _refused(source, f"it does not begin with {MANIFEST}")
    file = tar.extractfile(first)
    try:
        manifest = json.loads(file.read() if file else b"")
    except ValueError as error:
        raise _refused(source, f"its {MANIFEST} is not JSON") from error
    texts = [manifest.get(key) for key in ("format", "model", "repo", "revision")] if isinstance(manifest, dict) else []
    if not texts or not all(isinstance(text, str) for text in texts) or not isinstance(manifest.get("files"), list):
        raise _refused(source, f"its {MANIFEST} is not one of a model")
    if manifest["format"] != FORMAT:
        raise _refused(source, f"its format is {manifest['format']!r}, and this version reads {FORMAT!r}")
    return dict(manifest)


def _rows(source: Path, spec: ModelSpec, manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the manifest says of each file, if that is what the catalogue says."""
    pinned = spec.revision if snapshot.GIT_HASH.fullmatch(spec.revision or "") else manifest["revision"]
    if manifest["repo"] != spec.repo or manifest["revision"] != pinned or not snapshot.GIT_HASH.fullmatch(pinned):
        raise _refused(
            source,
            f"it holds {manifest['repo']} at {manifest['revision']}, and the catalogue of this machine has model "
            f"{spec.name!r} as {spec.repo} at {spec.revision}",
        )
    rows = {row["name"]: row for row in manifest["files"] if _is_row(row)}
    if len(rows) != len(manifest["files"]) or set(rows) != {file.name for file in spec.files}:
        raise _refused(source, f"its files are not those of model {spec.name!r}")
    for file in spec.files:
        row = rows[file.name]
        if file.size not in (None, row["size"]) or file.sha256 not in (None, row["sha256"]):
            raise _refused(source, f"{file.name} is not what the catalogue says")
    return rows


def _is_row(row: object) -> bool:
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("name", "sha256", "blob")):
        return False
    is_size = isinstance(row.get("size"), int) and row["size"] >= 0
    return is_size and bool(snapshot.SHA256.fullmatch(row["sha256"]) and snapshot.is_blob_name(row["blob"]))


def _check_space(source: Path, rows: dict[str, dict[str, Any]], store: Store) -> None:
    needed = sum(row["size"] for row in rows.values())
    free = snapshot.free_bytes(store.cache)
    if needed > free:
        raise _refused(source, f"it needs {needed} bytes in {str(store.cache)!r}, where {free} are free", "make room")


@contextmanager
def _taken(
    tar: tarfile.TarFile, source: Path, rows: dict[str, dict[str, Any]], here: Snapshot, read: Callable[[int], None]
) -> Iterator[dict[str, Path]]:
    """The contents of the archive as files that count for nothing yet, every one checked; gone afterwards."""
    here.blobs.mkdir(parents=True, exist_ok=True)
    contents = {name: here.blobs / f"{row['blob']}.{uuid4().hex[:8]}.incomplete" for name, row in rows.items()}
    try:
        for member in tar:
            if member.name == MANIFEST and member.offset == 0:
                continue
            name = member.name.removeprefix("files/")
            row, content = rows.get(name), contents.get(name)
            plain = member.isreg() and not member.issparse() and member.name != name
            if not plain or row is None or content is None or content.exists() or member.size != row["size"]:
                raise _refused(source, f"it holds {member.name!r}, which does not belong to the model")
            _extract(tar, member, content)
            digest = snapshot.sha256(content, read)
            if digest != row["sha256"] or not snapshot.is_named(content, row["blob"], digest):
                raise _refused(source, f"{name} in it is damaged")
        if missing := [name for name, content in contents.items() if not content.exists()]:
            raise _refused(source, f"{', '.join(missing)} is missing in it")
        yield contents
    finally:
        for content in contents.values():
            content.unlink(missing_ok=True)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, content: Path) -> None:
    source = tar.extractfile(member)
    with content.open("xb") as out:
        if source:
            shutil.copyfileobj(source, out, BLOCK)
        out.flush()
        os.fsync(out.fileno())


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    return member


def _refused(source: Path, why: str, then: str = "export the model again, or pull it from the hub") -> DownloadError:
    return DownloadError(f"{str(source)!r} cannot be imported: {why}; {then}")


@contextmanager
def _translated(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except SpeechError:
        raise
    except tarfile.TarError as error:
        raise _refused(path, f"it is not a whole archive of a model ({error})") from error
    except OSError as error:
        raise DownloadError(f"{str(path)!r} cannot be {what} ({error}); check the path and the disk") from error
