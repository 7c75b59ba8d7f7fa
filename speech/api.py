"""What the user holds: a loaded model as a class. The same calls as functions are in ``oneshot``.

Every keyword beyond a call's own is a field of ``TranscribeOptions``.
"""

from __future__ import annotations

import os
import threading
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING, Literal, Self, Unpack, cast, overload

from speech import engines, many
from speech.choice import Choice, check, choose, wanted
from speech.data import Progress, TranscribeOptions
from speech.detection import Detection, detection, places
from speech.devices import AUTO
from speech.errors import SpeechError, StoppedError, UnsupportedError
from speech.options import Options, with_options
from speech.stream import Setting, Stream
from speech.stt import silero
from speech.stt.batcher import Batcher
from speech.stt.silero import RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from types import TracebackType

    from speech.audio.source import Source
    from speech.data import ProgressHook
    from speech.engines import Recognizer
    from speech.stt.batcher import Lane
    from speech.stt.packing import Counts
    from speech.stt.pipeline import Journal
    from speech.stt.sharing import Seat
    from speech.transcript import ModelUse, Transcript

    Journals = Callable[[Source], Journal | None]
    ModelName = str | os.PathLike[str]


class Transcriber:
    """A model that is loaded once and transcribes as often as you like, from any number of threads.

    Args:
        model: a name or alias of the catalogue, the directory of a model, or ``auto``: the best one that is on this
            machine, as ``speech doctor`` explains.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:1``.
        compute_type: ``auto``, or one of those that ``speech doctor`` lists for the device.
        threads: CPU threads for one call of the model; 0 chooses by the machine, as do the next two.
        workers: calls of the model at once.
        batch_size: chunks in one call.
        offline: fetch nothing, even if the model is missing.
        fallback: the model to take if ``model`` cannot be had.
        progress: called with every step of a download, of loading, and of the work; from one thread at a time.
        needs: features that ``auto`` must look for, beyond those that the options ask for: ``detect``, say.
        options: for every call of this transcriber, where the call says nothing else.

    Raises:
        SpeechError: one of its kinds, before anything is loaded where that is possible.
    """

    def __init__(
        self,
        model: ModelName = AUTO,
        *,
        device: str = AUTO,
        compute_type: str = AUTO,
        threads: int = 0,
        workers: int = 0,
        batch_size: int | None = None,
        offline: bool = False,
        fallback: ModelName | None = None,
        progress: ProgressHook | None = None,
        needs: frozenset[str] = frozenset(),
        **options: Unpack[Options],
    ) -> None:
        self.options = with_options(TranscribeOptions(), options)
        _check_loading(model, threads, workers, batch_size)
        _prepare()
        self.choice: Choice = choose(
            model,
            language=self.options.language,
            needs=needs | wanted(self.options),
            device=device,
            compute_type=compute_type,
            threads=threads,
            workers=workers,
            batch=batch_size or 0,
            offline=offline,
            fallback=fallback,
            progress=progress,
        )
        check(self.choice.spec, self.options)
        self._progress = _one_at_a_time(progress)
        self._stop = threading.Event()
        spec = self.choice.spec
        if spec.sample_rate != RATE:
            raise UnsupportedError(
                f"model {spec.name!r} wants {spec.sample_rate} Hz; the flow runs at {RATE}: let its engine resample"
            )
        if self._progress:
            self._progress(Progress("load", spec.name, message=self.choice.reason))
        loaded = engines.find(spec.engine).load(spec, self.choice.files, self.choice.device)
        self._recognizer = cast("Recognizer", loaded)
        self._batcher = Batcher(self._recognizer, self._recognizer.batch)

    @property
    def model(self) -> ModelUse:
        """Which model this is, as it is written into every transcript."""
        return self.choice.use

    @property
    def packed(self) -> Counts:
        """How many short recordings shared windows so far, and how many of them had to be decoded alone after all."""
        return self._batcher.packed

    def stream(
        self,
        source: Source,
        *,
        progress: ProgressHook | None = None,
        journal: Journal | None = None,
        **options: Unpack[Options],
    ) -> Stream:
        """The segments of a recording, each as soon as it is known.

        Args:
            source: a path, ``-`` for standard input, bytes, a file object, or an ``Audio``.
            progress: called for this stream only.
            journal: passages it knows are not recognized again.
            options: over those of the transcriber.

        Raises:
            AudioError: at once or while iterating: the source cannot be read.
            UnsupportedError: the model cannot do what was asked.
        """
        hook = _one_at_a_time(progress) or self._progress
        return self._open(source, hook, journal, options, stop=self._stop, lane=self._batcher.lane())

    def _open(
        self,
        source: Source,
        progress: ProgressHook | None,
        journal: Journal | None,
        options: Options,
        *,
        stop: threading.Event,
        lane: Lane,
    ) -> Stream:
        if self._stop.is_set():
            raise StoppedError("the transcriber is closed; make a new one")
        asked = with_options(self.options, options)
        events = self.choice.events + check(self.choice.spec, asked)
        setting = Setting(self.choice.spec, self.model, events, lambda: stop.is_set() or self._stop.is_set())
        return Stream(source, setting, asked, lane, progress=progress, journal=journal)

    def transcribe(
        self,
        source: Source,
        *,
        progress: ProgressHook | None = None,
        journal: Journal | None = None,
        **options: Unpack[Options],
    ) -> Transcript:
        """The transcript of one recording; ``stream`` to its end."""
        with self.stream(source, progress=progress, journal=journal, **options) as stream:
            return stream.transcript()

    @overload
    def transcribe_many(
        self,
        sources: Iterable[Source],
        *,
        errors: Literal["raise"] = "raise",
        progress: ProgressHook | None = None,
        journal: Journals | None = None,
        **options: Unpack[Options],
    ) -> Iterator[Transcript]: ...

    @overload
    def transcribe_many(
        self,
        sources: Iterable[Source],
        *,
        errors: Literal["return"],
        progress: ProgressHook | None = None,
        journal: Journals | None = None,
        **options: Unpack[Options],
    ) -> Iterator[Transcript | SpeechError]: ...

    def transcribe_many(
        self,
        sources: Iterable[Source],
        *,
        errors: Literal["raise", "return"] = "raise",
        progress: ProgressHook | None = None,
        journal: Journals | None = None,
        **options: Unpack[Options],
    ) -> Iterator[Transcript | SpeechError]:
        """The transcripts of many recordings, in their order; short ones share batches.

        Args:
            sources: read as it is needed, a few ahead.
            errors: ``return`` gives the error in the place of a transcript and goes on; ``raise`` raises it there.
            progress: called from one thread at a time.
            journal: gives the journal of a source.
            options: over those of the transcriber.
        """
        if errors not in ("raise", "return"):
            raise UnsupportedError(f"errors is {errors!r}; it must be 'raise' or 'return'")
        if isinstance(sources, (str, bytes, os.PathLike)):
            raise UnsupportedError(f"{sources!r} is one source; give a list of them, or call transcribe")
        hook = _one_at_a_time(progress) or self._progress
        return self._many(sources, errors, hook, journal, options)

    def _many(
        self,
        sources: Iterable[Source],
        errors: str,
        hook: ProgressHook | None,
        journal: Journals | None,
        options: Options,
    ) -> Iterator[Transcript | SpeechError]:
        stop = threading.Event()

        def one(source: Source, seat: Seat | None) -> Transcript:
            lane = self._batcher.lane(seat, urgent=False)
            with self._open(source, hook, journal and journal(source), options, stop=stop, lane=lane) as stream:
                return stream.transcript()

        pack = with_options(self.options, options).pack
        group = partial(self._batcher.group, self.choice.spec.max_seconds) if pack else None
        with closing(many.in_order(sources, one, underfull=self._batcher.underfull, group=group)) as results:
            try:
                for future in results:
                    result = _result(future)
                    if isinstance(result, SpeechError) and errors == "raise":
                        raise result
                    yield result
            finally:
                stop.set()

    def detect(self, source: Source, **options: Unpack[Options]) -> Detection:
        """The language of a recording, from several places in it.

        Raises:
            UnsupportedError: the model knows one language only.
            AudioError: the source cannot be read.
        """
        asked = with_options(self.options, options)
        if "detect" not in self.choice.spec.features:
            raise UnsupportedError(
                f"the model {self.choice.spec.name!r} does not tell languages apart; take a multilingual one, such as "
                "'tiny', with --model"
            )
        heard = list(places(source, asked, self.choice.spec.max_seconds))
        return detection(heard, self._batcher.detect(heard) if heard else [])

    def close(self) -> None:
        """Stop whatever runs and free the model."""
        self._stop.set()
        self._batcher.close()
        self._recognizer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check_loading(model: object, threads: object, workers: object, batch_size: object) -> None:
    wrong = [
        (not isinstance(model, (str, os.PathLike)), "model", model, "a name or a path"),
        (not isinstance(threads, int) or threads < 0, "threads", threads, "0 or more"),
        (not isinstance(workers, int) or workers < 0, "workers", workers, "0 or more"),
        (
            batch_size is not None and (not isinstance(batch_size, int) or batch_size < 1),
            "batch_size",
            batch_size,
            "1 or more",
        ),
    ]
    for bad, name, value, should in wrong:
        if bad:
            raise UnsupportedError(f"{name} is {value!r}; it must be {should}")


def _prepare() -> None:
    """Have what the first recording needs imported meanwhile, in a thread of its own."""
    import numpy  # noqa: F401, ICN001 - it fails now and then where two threads are the first to import it

    def work() -> None:
        with suppress(Exception):  # whoever needs it meets the error
            import av  # noqa: F401
            import soxr  # noqa: F401

            silero.prepare()

    threading.Thread(target=work, name="speech-prepare", daemon=True).start()


def _one_at_a_time(progress: ProgressHook | None) -> ProgressHook | None:
    if progress is None:
        return None
    lock = threading.RLock()  # a hook may call the transcriber

    def locked(step: Progress) -> None:
        with lock:
            progress(step)

    return locked


def _result(future: Future[Transcript]) -> Transcript | SpeechError:
    try:
        return future.result()
    except SpeechError as error:
        return error
