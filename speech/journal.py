"""What is already finished of a recording, on disk beside its output, so that a killed run can go on.

JSON lines: first a header (which recording, which model, which options), then one line for each finished
``Passage``. Every line goes to the system with one flush, so a killed process loses the line it was writing and no
other; only a failing machine can lose more. The file is locked while a process works on its recording; the system
drops the lock when the process ends, however it ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import IO, TYPE_CHECKING, Any

from speech.data import Passage
from speech.errors import BusyError, OutputError, SpeechError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from speech.data import Chunk

SUFFIX = ".speech-journal"
VERSION = 1

# A chunk found again is the same chunk when its ends agree within this: half a sample at 16 kHz.
SAME_TIME = 0.5 / 16_000

# The longest file name that common file systems take, in bytes.
LONGEST_NAME = 255


def beside(output: Path, name: str) -> Path:
    """Where the journal of the recording called ``name`` lies: hidden, in the folder of its output."""
    file = f".{name}{SUFFIX}"
    if len(os.fsencode(file)) > LONGEST_NAME:
        file = f".{hashlib.sha256(os.fsencode(name)).hexdigest()}{SUFFIX}"
    return output.parent / file


class Journal:
    """The finished passages of one recording: the ``journal`` that ``Transcriber.stream`` takes."""

    def __init__(self, path: Path, header: Mapping[str, Any], *, resume: bool = False) -> None:
        """Open and lock the journal at ``path``.

        Args:
            path: of the file, made if need be; its folder is there.
            header: JSON values that tell this work from any other.
            resume: keep what the file holds, where it was begun with the same header.

        Raises:
            BusyError: another process holds it.
            OSError: the folder cannot be written to.
        """
        self.path = path
        self._passages: dict[tuple[int | None, int], Passage] = {}
        self._file: IO[bytes] | None = _open_locked(path)
        self.stale = False
        """True where a journal was found that could not be used, so that the work begins afresh."""
        wanted = json.loads(json.dumps({"speech_journal": VERSION, **header}))
        kept = self._read(wanted) if resume else 0
        self._file.seek(kept)
        self._file.truncate()
        if not kept:
            self._write(wanted)

    @property
    def held(self) -> int:
        """How many passages it holds. (No ``__len__``: an empty journal is a journal.)"""
        return len(self._passages)

    def get(self, chunk: Chunk) -> Passage | None:
        """The passage that came of this chunk before, if it is there."""
        passage = self._passages.get((chunk.channel, chunk.index))
        if passage is None:
            return None
        apart = max(abs(passage.start - chunk.start), abs(passage.end - chunk.end))
        return passage if apart <= SAME_TIME else None

    def put(self, passage: Passage) -> None:
        """Write down a finished passage."""
        from speech.transcript import to_dict

        self._passages[passage.channel, passage.index] = passage
        self._write(to_dict(passage))

    def close(self) -> None:
        """Leave the journal for another run, if there is anything in it; calling it again does nothing."""
        if self._file is not None and not self._passages:
            self.finish()
        elif self._file is not None:
            self._release()

    def finish(self) -> None:
        """Remove the journal: the outputs are whole."""
        if sys.platform == "win32":  # An open file cannot be removed there.
            self._release()
        self.path.unlink(missing_ok=True)
        self._release()

    def _release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self, wanted: Mapping[str, Any]) -> int:
        """Take in the passages; the length in bytes of what can be used."""
        from speech.transcript import from_dict

        assert self._file is not None
        kept = 0
        for line in self._file:
            try:
                if not line.endswith(b"\n"):
                    break
                entry = json.loads(line)
                if not kept and entry != wanted:
                    break
                if kept:
                    passage = from_dict(Passage, entry)
                    self._passages[passage.channel, passage.index] = passage
            except (ValueError, TypeError, KeyError, SpeechError):
                break
            kept += len(line)
        self.stale = not kept and self.path.stat().st_size > 0
        return kept

    def _write(self, entry: Mapping[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(entry, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
            self._file.flush()
        except OSError as error:
            raise OutputError(
                f"cannot write {str(self.path)!r} ({error.strerror}); free some space, then run again with --resume"
            ) from error


def _open_locked(path: Path) -> IO[bytes]:
    """The file, made if need be, held by this process alone."""
    while True:
        file = path.open("a+b")
        try:
            held = _lock(file)
            if held and _same(file, path):
                file.seek(0)
                return file
        except BaseException:
            file.close()
            raise
        file.close()
        if not held:
            raise BusyError("is being transcribed by another process; wait for that one")
        # Between opening and locking, the process that held it finished and removed it: begin again.


def _same(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        # Locked bytes cannot be read by others, so the one that stands for the file lies beyond its end.
        file.seek(2**30)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            pass  # A file system without locks: better to work without one than not at all.
        return True
