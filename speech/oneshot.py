"""``transcribe`` and ``detect`` as functions, over a transcriber that stays loaded for the next call."""

from __future__ import annotations

import os
import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

from speech.api import Transcriber
from speech.choice import wanted
from speech.data import TranscribeOptions
from speech.devices import AUTO
from speech.options import Options, with_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speech.api import ModelName
    from speech.audio.source import Source
    from speech.data import ProgressHook
    from speech.detection import Detection
    from speech.transcript import Transcript


class Loading(TypedDict, total=False):
    """How ``Transcriber`` chooses and loads a model; see there."""

    device: str
    compute_type: str
    threads: int
    batch_size: int | None
    offline: bool
    fallback: str | os.PathLike[str] | None
    progress: ProgressHook | None
    needs: frozenset[str]


class Arguments(Loading, Options, total=False):
    """Every keyword of the one-shot functions."""


def transcribe(source: Source, model: ModelName = AUTO, **arguments: Unpack[Arguments]) -> Transcript:
    """The transcript of one recording; the model stays loaded for the next call that asks for the same.

    Args:
        source: a path, ``-`` for standard input, bytes, a file object, or an ``Audio``.
        model: as for ``Transcriber``.
        arguments: those of ``Transcriber``.
    """
    loading, options = _apart(arguments)
    with _warm.lend(model, loading, options) as transcriber:
        return transcriber.transcribe(source, progress=arguments.get("progress"), **options)


def detect(source: Source, model: ModelName = AUTO, **arguments: Unpack[Arguments]) -> Detection:
    """The language of a recording; see ``Transcriber.detect``."""
    loading, options = _apart(arguments)
    if model == AUTO:  # of a model that is named, detect itself says whether it can
        loading["needs"] = frozenset({"detect"})
    with _warm.lend(model, loading, options) as transcriber:
        return transcriber.detect(source, **options)


class _Warm:
    """Keeps the last model of the one-shot functions loaded, and closes it when nobody uses it any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: object = None
        self._last: Transcriber | None = None
        self._users: Counter[Transcriber] = Counter()

    @contextmanager
    def lend(self, model: ModelName, loading: Loading, options: Options) -> Iterator[Transcriber]:
        with self._lock:
            transcriber = self._get(model, loading, options)
            self._users[transcriber] += 1
        try:
            yield transcriber
        finally:
            with self._lock:
                self._users[transcriber] -= 1
                self._close_unless_used(transcriber)

    def _get(self, model: ModelName, loading: Loading, options: Options) -> Transcriber:
        asked = with_options(TranscribeOptions(), options)
        bound = (asked.language, wanted(asked)) if model == AUTO else None
        key = (os.fspath(model), bound, *sorted((k, v) for k, v in loading.items() if k != "progress"))
        if self._last is None or key != self._key:
            before, self._last = self._last, None
            if before:  # closed first: two large models may not fit
                self._close_unless_used(before)
            self._last, self._key = Transcriber(model, **loading, **options), key
            self._last.options, self._last._progress = TranscribeOptions(), None  # the next call brings its own
        return self._last

    def forget(self) -> None:
        """Begin anew, without closing what belongs to another process."""
        vars(self).update(vars(_Warm()))

    def _close_unless_used(self, transcriber: Transcriber) -> None:
        if transcriber is not self._last and not self._users[transcriber]:
            del self._users[transcriber]
            transcriber.close()


_warm = _Warm()

if hasattr(os, "register_at_fork"):  # a child has the parent's model, but none of the threads that run it
    os.register_at_fork(after_in_child=_warm.forget)


def _apart(arguments: Arguments) -> tuple[Loading, Options]:
    loading = {key: value for key, value in arguments.items() if key in Loading.__annotations__}
    options = {key: value for key, value in arguments.items() if key not in loading}
    return cast("Loading", loading), cast("Options", options)
