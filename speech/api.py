"""What the user holds: a loaded model as a class, and the same calls as functions.

Every keyword beyond a call's own is a field of ``TranscribeOptions``.
"""

from __future__ import annotations

import os
import threading
from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from itertools import islice
from math import inf
from typing import TYPE_CHECKING, Any, Literal, Self, TypedDict, Unpack, cast, overload

from speech import audio, engines, languages
from speech.choice import AUTO, Choice, check, choose, wanted
from speech.data import Progress, TranscribeOptions
from speech.errors import EngineError, SpeechError, UnsupportedError
from speech.stream import Setting, Stream, length
from speech.stt.batcher import Batcher
from speech.stt.chunks import chunks
from speech.stt.pipeline import notable
from speech.transcript import ModelUse, Transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    from speech.audio.source import Source
    from speech.data import Chunk, Device, ProgressHook, Seconds
    from speech.stt.pipeline import Journal

    Journals = Callable[[Source], Journal | None]
    ModelName = str | os.PathLike[str]

BATCH = {"cpu": 4, "cuda": 16}
"""Chunks decoded together. On a CPU more than four cost memory and give nothing; a GPU wants more to do."""

OPEN_SOURCES = 4
"""Recordings that ``transcribe_many`` reads at once, so that short ones share batches."""

PLACES = 5
"""Where ``detect`` listens: in so many places, evenly spread."""
PLACE_SECONDS = 60.0
"""How much it reads in each to find a chunk of speech."""


class Options(TypedDict, total=False):
    """The fields of ``TranscribeOptions`` as keywords; see there."""

    language: str | None
    task: Literal["transcribe", "translate"]
    words: bool
    prompt: str | None
    hotwords: str | Iterable[str]
    beam_size: int
    temperature: float
    no_repeat_ngram: int
    vad: bool
    vad_threshold: float
    min_silence: Seconds
    speech_pad: Seconds
    max_chunk: Seconds | None
    logprob_threshold: float | None
    compression_ratio_threshold: float | None
    no_speech_threshold: float | None
    retry: bool
    start: Seconds
    end: Seconds | None
    track: int | None
    channels: Literal["mix", "split"]


@dataclass(frozen=True, slots=True)
class Place:
    """What one place of a recording sounds like."""

    start: Seconds
    end: Seconds
    languages: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Detection:
    """The language of a recording; None where nobody speaks."""

    language: str | None
    probability: float
    languages: Mapping[str, float]
    """Mean probability of each, the likeliest first."""
    places: tuple[Place, ...]


class Transcriber:
    """A model that is loaded once and transcribes as often as you like, from any number of threads.

    Args:
        model: a name or alias of the catalogue, the directory of a model, or ``auto``: the best one that is on this
            machine, as ``speech doctor`` explains.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:1``.
        compute_type: ``auto``, or one of those that ``speech doctor`` lists for the device.
        threads: CPU threads for one call of the model; 0 leaves it to the engine.
        batch_size: chunks decoded together; None chooses by the device.
        offline: fetch nothing, even if the model is missing.
        fallback: the model to take if ``model`` cannot be had.
        progress: called with every step of a download, of loading, and of the work; from one thread at a time.
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
        batch_size: int | None = None,
        offline: bool = False,
        fallback: ModelName | None = None,
        progress: ProgressHook | None = None,
        **options: Unpack[Options],
    ) -> None:
        self.options = _with(TranscribeOptions(), options)
        if batch_size is not None and batch_size < 1:
            raise UnsupportedError(f"batch_size is {batch_size!r}; it must be at least 1")
        self.choice: Choice = choose(
            model,
            language=self.options.language,
            needs=wanted(self.options),
            device=device,
            compute_type=compute_type,
            threads=threads,
            offline=offline,
            fallback=fallback,
            progress=progress,
        )
        check(self.choice.spec, self.options)
        self._progress = _one_at_a_time(progress)
        self._stop = threading.Event()
        spec = self.choice.spec
        if self._progress:
            self._progress(Progress("load", spec.name, message=self.choice.reason))
        self._recognizer = engines.find(spec.engine).load(spec, self.choice.files, self.choice.device)
        self._batcher = Batcher(self._recognizer, batch_size or BATCH.get(_kind(self.choice.device), BATCH["cpu"]))

    @property
    def model(self) -> ModelUse:
        """Which model this is, as it is written into every transcript."""
        spec, device = self.choice.spec, self.choice.device
        return ModelUse(
            name=spec.name,
            engine=spec.engine,
            repo=spec.repo,
            revision=spec.revision,
            licence=spec.licence,
            device=device.name,
            compute_type=next(iter(device.compute_types), None),
            embedded=spec.embedded,
        )

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
        return self._open(source, _one_at_a_time(progress) or self._progress, journal, options, self._stop)

    def _open(
        self,
        source: Source,
        progress: ProgressHook | None,
        journal: Journal | None,
        options: Options,
        stop: threading.Event,
    ) -> Stream:
        if self._stop.is_set():
            raise EngineError("the transcriber is closed; make a new one")
        asked = _with(self.options, options)
        events = self.choice.events + check(self.choice.spec, asked)
        setting = Setting(self.choice.spec, self.model, events, lambda: stop.is_set() or self._stop.is_set())
        return Stream(source, setting, asked, self._batcher.lane(), progress=progress, journal=journal)

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
        stop = threading.Event()

        def one(source: Source) -> Transcript:
            opened = self._open(source, hook, journal and journal(source), options, stop)
            with opened as stream:
                return stream.transcript()

        pool = ThreadPoolExecutor(OPEN_SOURCES, thread_name_prefix="speech-source")
        waiting: deque[Future[Transcript]] = deque()
        remaining = iter(sources)
        try:
            waiting.extend(pool.submit(one, source) for source in islice(remaining, OPEN_SOURCES))
            while waiting:
                result = _result(waiting.popleft())
                waiting.extend(pool.submit(one, source) for source in islice(remaining, 1))
                if isinstance(result, SpeechError) and errors == "raise":
                    raise result
                yield result
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)

    def detect(self, source: Source, **options: Unpack[Options]) -> Detection:
        """The language of a recording, from several places in it.

        Raises:
            UnsupportedError: the model knows one language only.
            AudioError: the source cannot be read.
        """
        asked = _with(self.options, options)
        if "detect" not in self.choice.spec.features:
            raise UnsupportedError(
                f"the model {self.choice.spec.name!r} does not tell languages apart; take a multilingual one, such as "
                "'tiny', with --model"
            )
        heard = list(_places(source, asked, self.choice.spec.max_seconds))
        probabilities = self._batcher.detect(heard) if heard else []
        places = tuple(
            Place(round(chunk.start, 3), round(chunk.end, 3), notable(found))
            for chunk, found in zip(heard, probabilities, strict=True)
        )
        return _summed(places)

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


class Loading(TypedDict, total=False):
    """How ``Transcriber`` chooses and loads a model; see there."""

    device: str
    compute_type: str
    threads: int
    batch_size: int | None
    offline: bool
    fallback: str | os.PathLike[str] | None
    progress: ProgressHook | None


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
        asked = _with(TranscribeOptions(), options)
        bound = (asked.language, wanted(asked)) if model == AUTO else None
        key = (os.fspath(model), bound, *sorted((k, v) for k, v in loading.items() if k != "progress"))
        if self._last is None or key != self._key:
            before, self._last = self._last, None
            if before:  # closed first: two large models may not fit
                self._close_unless_used(before)
            self._last, self._key = Transcriber(model, **loading, **options), key
            self._last.options, self._last._progress = TranscribeOptions(), None  # the next call brings its own
        return self._last

    def _close_unless_used(self, transcriber: Transcriber) -> None:
        if transcriber is not self._last and not self._users[transcriber]:
            del self._users[transcriber]
            transcriber.close()


_warm = _Warm()


def _apart(arguments: Arguments) -> tuple[Loading, Options]:
    loading = {key: value for key, value in arguments.items() if key in Loading.__annotations__}
    options = {key: value for key, value in arguments.items() if key not in loading}
    return cast("Loading", loading), cast("Options", options)


def _with(base: TranscribeOptions, options: Options) -> TranscribeOptions:
    """The options with some replaced, checked as far as that needs no model.

    Raises:
        UnsupportedError: an option that there is not, or a value that means nothing.
    """
    try:
        asked = replace(base, **_normal(options))
        _check_values(asked)
    except (TypeError, AttributeError) as error:
        message = f"an option is of the wrong kind ({error}); see help(speech.TranscribeOptions)"
        raise UnsupportedError(message) from error
    return asked


def _normal(options: Options) -> dict[str, Any]:
    """The options as the fields want them."""
    given: dict[str, Any] = dict(options)
    known = [field.name for field in fields(TranscribeOptions)]
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UnsupportedError(
                f"there is no option {name!r}; "
                + (f"did you mean {near[0]!r}?" if near else "see help(speech.Transcriber)")
            )
    if given.get("language") is not None:
        given["language"] = languages.code(given["language"])
    if isinstance(hotwords := given.get("hotwords", ()), str):
        given["hotwords"] = hotwords.split(",")
    if "hotwords" in given:
        given["hotwords"] = tuple(word.strip() for word in given["hotwords"] or () if word.strip())
    return given


def _check_values(options: TranscribeOptions) -> None:
    wrong = [
        (options.task not in ("transcribe", "translate"), "task", "'transcribe' or 'translate'"),
        (options.channels not in ("mix", "split"), "channels", "'mix' or 'split'"),
        (not isinstance(options.prompt, str | None), "prompt", "text"),
        (options.beam_size < 1, "beam_size", "at least 1"),
        (not 0 <= options.temperature < inf, "temperature", "0 or more"),
        (options.no_repeat_ngram < 0, "no_repeat_ngram", "0 or more"),
        (not 0 < options.vad_threshold < 1, "vad_threshold", "between 0 and 1"),
        (not 0 <= options.min_silence < inf, "min_silence", "0 or more seconds"),
        (not 0 <= options.speech_pad < inf, "speech_pad", "0 or more seconds"),
        (options.max_chunk is not None and not options.max_chunk >= 1, "max_chunk", "at least 1 second"),
        (not 0 <= options.start < inf, "start", "0 or more seconds"),
        (options.end is not None and not options.end > options.start, "end", f"after the start ({options.start} s)"),
    ]
    for bad, name, should in wrong:
        if bad:
            raise UnsupportedError(f"{name} is {getattr(options, name)!r}; it must be {should}")


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


def _kind(device: Device) -> str:
    return device.name.split(":")[0]


def _places(source: Source, options: TranscribeOptions, max_seconds: Seconds) -> Iterator[Chunk]:
    """A chunk of speech from each of several places; of a source that cannot be measured, from its beginning."""
    total = length(source, options)
    step = (total or 0.0) / PLACES
    starts = [options.start + step * place for place in range(PLACES)] if step > max_seconds else [options.start]
    for start in starts:
        # A short recording is heard whole; of one that cannot be measured, nobody knows how much there is.
        end = start + PLACE_SECONDS if len(starts) > 1 or total is None else options.end
        end = end if options.end is None or end is None else min(end, options.end)
        blocks = audio.blocks(source, start=start, end=end, track=options.track)
        yield from islice(chunks(blocks, options, max_seconds, start), 1 if len(starts) > 1 else PLACES)


def _summed(places: tuple[Place, ...]) -> Detection:
    sums: Counter[str] = Counter()
    for place in places:
        sums.update(place.languages)
    means = notable({language: total / len(places) for language, total in sums.most_common()})
    best = next(iter(means), None)
    return Detection(best, means[best] if best else 0.0, means, places)
