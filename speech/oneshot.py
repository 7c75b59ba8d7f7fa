"""``transcribe`` and ``detect`` as functions, over a transcriber that stays loaded for the next call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

from speech.api import Transcriber
from speech.choice import wanted
from speech.data import TranscribeOptions
from speech.devices import AUTO
from speech.options import Options, with_options
from speech.warm import Warm, apart, key

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

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
    workers: int
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
    loading, options = apart(arguments, Loading)
    with _transcriber(model, cast("Loading", loading), cast("Options", options)) as transcriber:
        return transcriber.transcribe(source, progress=arguments.get("progress"), **cast("Options", options))


def detect(source: Source, model: ModelName = AUTO, **arguments: Unpack[Arguments]) -> Detection:
    """The language of a recording; see ``Transcriber.detect``."""
    loading, options = apart(arguments, Loading)
    if model == AUTO:  # of a model that is named, detect itself says whether it can
        loading["needs"] = frozenset({"detect"})
    with _transcriber(model, cast("Loading", loading), cast("Options", options)) as transcriber:
        return transcriber.detect(source, **cast("Options", options))


def _transcriber(model: ModelName, loading: Loading, options: Options) -> AbstractContextManager[Transcriber]:
    asked = with_options(TranscribeOptions(), options)
    bound = (asked.language, wanted(asked)) if model == AUTO else None

    def make() -> Transcriber:
        made = Transcriber(model, **loading, **options)
        made.options, made._progress = TranscribeOptions(), None  # the next call brings its own
        return made

    return _recognizers.lend((os.fspath(model), bound, *key(loading)), make)


_recognizers: Warm[Transcriber] = Warm()
