"""The voices of a synthesizer: each is settled when it is first named, and loaded when it first speaks."""

from __future__ import annotations

import hashlib
import threading
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, cast

from speech import engines, languages
from speech.choice import choose
from speech.data import Progress
from speech.devices import AUTO
from speech.errors import StoppedError
from speech.tts.utter import Loaded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from speech.choice import Choice
    from speech.data import ModelSpec, ProgressHook
    from speech.engines import Voice

DEFAULT_LANGUAGE = "en"


class Cabinet:
    """Voices by name and language, shared by all threads.

    Args:
        device: as for ``Synthesizer``, and so are the others.
        threads: threads of a voice together; 0: one for each core.
        offline: fetch nothing.
        fallback: the voice to take where one that is named cannot be had.
        progress: told of downloads and of loading.
    """

    def __init__(
        self,
        *,
        device: str = AUTO,
        threads: int = 0,
        offline: bool = False,
        fallback: str | None = None,
        progress: ProgressHook | None = None,
    ) -> None:
        self._device, self._threads, self._offline = device, threads, offline
        self._fallback = fallback
        self._progress = progress
        self._lock = threading.RLock()
        self._choices: dict[tuple[str, str | None], Choice] = {}
        self._loaded: dict[str, Loaded] = {}
        self._closed = False

    def choice(self, name: str, language: str | None = None, fallback: str | None = None) -> Choice:
        """Which voice that is; of ``auto``, the best for the language. What was chosen is known by its own name too.

        Raises:
            SpeechError: as ``choose``.
        """
        key = (name, (language or DEFAULT_LANGUAGE) if name == AUTO else None)
        with self._lock:
            if key not in self._choices:
                self._choices[key] = choose(
                    name,
                    task="synthesize",
                    language=key[1],
                    device=self._device,
                    threads=self._threads,
                    offline=self._offline,
                    fallback=self._fallback or fallback,
                    progress=self._progress,
                )
                self._choices.setdefault((self.name(self._choices[key]), None), self._choices[key])
            return self._choices[key]

    def name(self, choice: Choice) -> str:
        """What that choice is asked for by from here on: its path, where another voice has its name already."""
        with self._lock:
            own = self._choices.setdefault((choice.spec.name, None), choice)
            return choice.spec.name if own.spec == choice.spec or not choice.spec.path else str(choice.spec.path)

    def loaded(self, name: str, language: str | None = None) -> Loaded:
        """The voice, ready to speak.

        Raises:
            SpeechError: it cannot be had or loaded, or the cabinet was closed.
        """
        choice = self.choice(name, language)
        spec = choice.spec
        with self._lock:
            if self._closed:
                raise StoppedError("the synthesizer is closed; make a new one")
            key = self.name(choice)
            if key not in self._loaded:
                if self._progress:
                    self._progress(Progress("load", spec.name, message=choice.reason))
                voice = cast("Voice", engines.find(spec.engine).load(spec, choice.files, choice.device))
                self._loaded[key] = Loaded(voice, spec, _identity(choice))
            return self._loaded[key]

    def close(self) -> None:
        """Free all voices."""
        with self._lock:
            self._closed = True
            for loaded in self._loaded.values():
                loaded.voice.close()
            self._loaded.clear()


def tag(spec: ModelSpec) -> str:
    """The language a voice speaks unless told otherwise, with its region where the voice's name has one."""
    head = spec.name.partition("-")[0]
    if "_" in head and languages.base(known := languages.tag(head)) in spec.languages:
        return known
    return spec.languages[0] if len(spec.languages) == 1 else DEFAULT_LANGUAGE


def _identity(choice: Choice) -> str:
    """What tells this voice's sound from any other's: its files, and the engine with its version."""
    spec = choice.spec
    parts = [spec.name, spec.engine, spec.revision or "", choice.device.name, *_versions(spec), *_files(choice)]
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _versions(spec: ModelSpec) -> Iterator[str]:
    from re import match

    for requirement in (engines.find(spec.engine).REQUIRES, "onnxruntime"):
        if found := match(r"[\w.-]+", requirement):
            try:
                yield f"{found[0]} {version(found[0])}"
            except PackageNotFoundError:
                yield found[0]


def _files(choice: Choice) -> Iterator[str]:
    """Of a voice of the catalogue the hashes say it, of the user's own file its size and when it was written."""
    for file in choice.spec.files:
        yield f"{file.name} {file.size} {file.sha256}"
    if path := choice.spec.path:
        for found in sorted(_beside(path)):
            status = found.stat()
            yield f"{found.name} {status.st_size} {status.st_mtime_ns}"


def _beside(path: Path) -> Iterator[Path]:
    yield from path.glob("*.onnx*") if path.is_dir() else path.parent.glob(f"{path.name}*")
