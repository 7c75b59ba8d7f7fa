"""Finished sentences on disk, by their content: a killed book goes on where it was, a corrected sentence costs one.

A file is one line of JSON (digest, words, events, rate) and the samples as FLAC of 24 bits, which is all that the flow
keeps of them. The folder is a cache: whatever is wrong with a file, the sentence is simply spoken again.
"""

from __future__ import annotations

import io
import json
import os
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from speech.data import Event, Speech, Word
from speech.errors import SpeechError
from speech.folders import cache
from speech.transcript import from_dict, to_dict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from speech.data import Samples

LIMIT = 2 * 2**30
"""Bytes kept: some twenty hours of speech. Beyond it the sentences longest unused go first."""

SUFFIX = ".sentence"


class Spool:
    """A folder of sentences, shared by all processes: files appear whole, and are never changed."""

    def __init__(self, folder: Path | None = None, limit: int = LIMIT) -> None:
        self.folder = folder or cache() / "sentences"
        self._limit = limit

    def get(self, key: str) -> Speech | None:
        """The sentence, to the last bit; None where it is not there or not whole."""
        path = self._path(key)
        try:
            head, _, sound = path.read_bytes().partition(b"\n")
            plain = json.loads(head)
            if plain["digest"] != _digest(plain, sound):
                return None
            speech = _speech(plain, sound)
        except (OSError, ValueError, LookupError, TypeError, SpeechError):
            return None
        with suppress(OSError):
            os.utime(path)  # used just now
        return speech

    def put(self, key: str, speech: Speech) -> None:
        """Keep a sentence; a full disk or a folder that cannot be written is no error."""
        sound = _flac(speech.samples, speech.rate)
        plain = {
            "rate": speech.rate,
            "words": [to_dict(word) for word in speech.words],
            "events": [to_dict(event) for event in speech.events],
        }
        plain["digest"] = _digest(plain, sound)
        path = self._path(key)
        draft = path.with_name(f".{key}-{os.urandom(6).hex()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(json.dumps(plain).encode() + b"\n" + sound)
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def trim(self) -> None:
        """Delete what was longest unused until the rest fits the limit; a draft of a killed process is such a file."""
        found = sorted(self._files(), reverse=True)
        room = self._limit
        for _, size, path in found:
            room -= size
            if room < 0:
                with suppress(OSError):
                    path.unlink()

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{SUFFIX}"

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for path in self.folder.glob("??/*"):
            with suppress(OSError):
                status = path.stat()
                yield status.st_mtime, status.st_size, path


def _digest(plain: dict[str, Any], sound: bytes) -> str:
    head = json.dumps([plain["rate"], plain["words"], plain["events"]], sort_keys=True)
    return blake2b(head.encode() + sound, digest_size=16).hexdigest()


def _flac(samples: Samples, rate: int) -> bytes:
    import soundfile

    if not len(samples):
        return b""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="FLAC", subtype="PCM_24")
    return file.getvalue()


def _speech(plain: dict[str, Any], sound: bytes) -> Speech:
    import numpy as np
    import soundfile

    samples = soundfile.read(io.BytesIO(sound), dtype="float32")[0] if sound else np.zeros(0, np.float32)
    words = tuple(from_dict(Word, word) for word in plain["words"])
    events = tuple(from_dict(Event, event) for event in plain["events"])
    return Speech(samples, plain["rate"], words, events)
