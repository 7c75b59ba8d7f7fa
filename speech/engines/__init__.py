"""The contract of an engine, and the look-up of engines by name.

An engine is one file in this folder, or a module that another package names in the entry-point group
``speech.engines``. Its name is the file's name; a file whose name begins with "_" is a part of others. An engine
imports its heavy package inside ``load`` and ``probe``.

To a recognizer the caller promises float32 mono at ``spec.sample_rate``, at most ``spec.max_seconds`` a chunk, options
already checked against the spec, and that all chunks of one call share their options. The engine promises one
``Heard`` for each chunk, times that increase and count from the chunk's start, nothing printed, nothing downloaded.

To a voice the caller promises one sentence at a time with something to say in it, a rate between 0.2 and 5, a pitch
only where the spec has it among its features, and a speaker of the spec. The engine promises float32 mono at
``spec.sample_rate`` between -1 and 1, never scaled by itself sentence by sentence; the same samples for the same
sentence and options, whatever runs beside it; one word for each of ``sentence.spoken.split()`` (``interpolated`` where
it can only guess) if it has the feature ``words``; and an event for whatever it could not say.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from speech.errors import MissingDependencyError, UnknownModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from speech.data import (
        Chunk,
        Device,
        Heard,
        ModelSpec,
        Sentence,
        Speech,
        SynthesizeOptions,
        TranscribeOptions,
    )

ENTRY_POINTS = "speech.engines"


class Recognizer(Protocol):
    """A loaded model that turns speech into text."""

    parallel: int
    """Calls allowed at once, from different threads; with 1 the caller serialises."""
    batch: int
    """Chunks that a call should have: more would cost memory and gain nothing."""

    def recognize(self, chunks: Sequence[Chunk], options: TranscribeOptions) -> list[Heard]:
        """One ``Heard`` for each chunk, in order, also where nothing was said.

        Raises:
            EngineError: the engine failed.
        """
        ...

    def detect(self, chunks: Sequence[Chunk]) -> list[Mapping[str, float]]:
        """The probability of each language, for each chunk.

        Raises:
            EngineError: the engine failed.
        """
        ...

    def close(self) -> None:
        """Free the model; calling it again does nothing."""
        ...


class Voice(Protocol):
    """A loaded model that turns text into speech."""

    parallel: int
    """Calls allowed at once, from different threads; with 1 the caller serialises."""

    def speak(self, sentence: Sentence, options: SynthesizeOptions) -> Iterator[Speech]:
        """The sentence as samples, in order, each stretch as soon as it exists; closing the iterator stops the work.

        Raises:
            EngineError: the engine failed.
        """
        ...

    def close(self) -> None:
        """Free the model; calling it again does nothing."""
        ...


class Engine(Protocol):
    """What the module of an engine holds."""

    REQUIRES: str
    """The pip requirement that brings it, or "" where the core brings it."""

    def load(self, spec: ModelSpec, files: Path | None, device: Device) -> Recognizer | Voice:
        """Load a model from its directory (None where the package carries the data).

        What ``device`` leaves open (threads, workers, batch) the engine chooses.

        Raises:
            EngineError: the files are not a model of this engine.
            MissingDependencyError: the engine's package is not installed.
        """
        ...

    def inspect(self, path: Path) -> ModelSpec | None:
        """What the file or directory ``path`` holds, if it is a model of this engine; reads no weights."""
        ...

    def probe(self) -> list[Device]:
        """The devices that are here, each with what works on it; empty where the package is missing."""
        ...


def paced(spec: ModelSpec, files: Path | None, device: Device) -> Device:
    """The device with the numbers that ``load`` would choose, where the engine says them beforehand.

    An engine does by a function ``pace`` with the arguments of ``load``; one without takes one call of one chunk.
    """
    pace = getattr(find(spec.engine), "pace", None)
    return cast("Device", pace(spec, files, device)) if pace else device


def names() -> list[str]:
    """Every engine there is, those of this package first."""
    from pkgutil import iter_modules

    own = sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    return own + sorted(set(_entry_points()) - set(own))


def find(name: str) -> Engine:
    """The engine of that name.

    Raises:
        UnknownModelError: there is none.
        MissingDependencyError: another package names it, and its module cannot be imported.
    """
    from importlib.util import find_spec

    own = f"{__name__}.{name}"
    if name.isidentifier() and not name.startswith("_") and find_spec(own):
        return cast("Engine", import_module(own))
    try:
        return cast("Engine", _entry_points()[name].load())
    except KeyError:
        known = ", ".join(names())
        raise UnknownModelError(f"no engine is called {name!r}; these are installed: {known}") from None
    except ImportError as error:
        raise MissingDependencyError(
            f"the engine {name!r} cannot be imported ({error}); reinstall its package"
        ) from error


@cache
def _entry_points() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}
