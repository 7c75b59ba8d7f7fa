"""One recording while it is being transcribed: an iterator of segments that becomes a transcript."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from speech import __version__, audio
from speech.data import Event, Passage, Progress, Segment
from speech.errors import StoppedError
from speech.stt.chunks import chunks
from speech.stt.pipeline import Recognition, in_time_order
from speech.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import TracebackType

    from speech.audio.source import Source
    from speech.data import ModelSpec, ProgressHook, Samples, Seconds, TranscribeOptions
    from speech.stt.batcher import Lane
    from speech.stt.pipeline import Journal
    from speech.transcript import ModelUse


@dataclass(frozen=True, slots=True)
class Setting:
    """What all streams of a transcriber share."""

    spec: ModelSpec
    model: ModelUse
    events: tuple[Event, ...]
    """What the choice of the model and of the options put on record."""
    stopped: Callable[[], bool]
    """Once true, a stream ends with an error at its next block."""


class Stream(Iterator[Segment]):
    """The segments of one recording, each as soon as it is known; iterate once.

    Closing it, or leaving its ``with`` block, stops the work.
    """

    def __init__(
        self,
        source: Source,
        setting: Setting,
        options: TranscribeOptions,
        lane: Lane,
        *,
        progress: ProgressHook | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.name = audio.name_of(source)
        self._source = source
        self._setting = setting
        self._options = options
        self._lane = lane
        self._progress = progress
        self._events: list[Event] = [*setting.events, *_sampling(setting.spec, options)]
        self._segments: list[Segment] = []
        self._failure: Exception | None = None
        self._heard = 0.0
        self._speech = 0.0
        self._total = length(source, options) if progress else None
        self._chunks = chunks(self._blocks(), options, setting.spec.max_seconds, options.start)
        self._recognition = Recognition(self._chunks, lane, setting.spec, options, journal)
        self._run = self._segments_in_order()

    @property
    def language(self) -> str | None:
        """The language of the recording, as far as it is known yet."""
        return self._recognition.language

    @property
    def record(self) -> tuple[Event, ...]:
        """What was dropped, retried, swapped or ignored so far, in the order of time."""
        return tuple(sorted(self._events, key=lambda event: event.start if event.start is not None else -1.0))

    def transcript(self) -> Transcript:
        """Everything that was said; goes through whatever is left of the recording first.

        Where the stream was closed before, the record says that the rest is missing.

        Raises:
            SpeechError: the recording failed, now or before: what there is of it is never given as the whole.
        """
        for _ in self:
            pass
        if self._failure:
            raise self._failure
        return Transcript(
            segments=tuple(self._segments),
            language=self.language,
            languages=self._recognition.vote.shares,
            duration=self._heard,
            speech=self._speech,
            source=self.name,
            model=self._setting.model,
            options=self._options,
            record=self.record,
            version=__version__,
        )

    def close(self) -> None:
        """Stop the work; what was given so far stays."""
        self._run.close()
        self._release()

    def __next__(self) -> Segment:
        segment = next(self._run)
        self._segments.append(segment)
        return segment

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _segments_in_order(self) -> Generator[Segment, None, None]:
        try:
            beside = 0 if audio.is_stream(self._source) else self._lane.beside
            yield from in_time_order(map(self._noted, self._recognition.passages(beside)))
            self._report("done", self._heard)
        except GeneratorExit:
            self._events.append(
                Event("input", "closed before the end: the rest of the recording is missing", self._heard)
            )
            raise
        except Exception as error:
            self._failure = error
            raise
        finally:
            self._release()

    def _release(self) -> None:
        """Let go of the source, and of what is queued."""
        self._chunks.close()
        self._lane.close()

    def _blocks(self) -> Iterator[Samples]:
        options = self._options
        blocks = audio.blocks(
            self._source,
            rate=self._setting.spec.sample_rate,
            channels=options.channels,
            start=options.start,
            end=options.end,
            track=options.track,
            on_event=self._events.append,
        )
        for block in blocks:
            self._unless_stopped()
            self._heard += len(block) / self._setting.spec.sample_rate
            yield block

    def _noted(self, passage: Passage) -> Passage:
        self._events += passage.events
        self._speech += passage.speech
        self._report("transcribe", passage.end - self._options.start)
        self._unless_stopped()
        return passage

    def _unless_stopped(self) -> None:
        if self._setting.stopped():
            raise StoppedError(f"stopped while transcribing {self.name!r}; run it again")

    def _report(self, stage: str, done: float) -> None:
        if self._progress:
            self._progress(Progress(stage, self.name, done, self._total))  # type: ignore[arg-type]


def length(source: Source, options: TranscribeOptions) -> Seconds | None:
    """Seconds that there are to transcribe, as far as the headers tell.

    Raises:
        AudioError: the source cannot be read.
    """
    whole = audio.describe(source).duration
    end = min((t for t in (whole, options.end) if t is not None), default=None)
    return None if end is None else max(0.0, end - options.start)


def _sampling(spec: ModelSpec, options: TranscribeOptions) -> tuple[Event, ...]:
    if not options.temperature or "temperature" not in spec.features:
        return ()
    return (Event("flagged", f"sampled at temperature {options.temperature}: another run gives another text"),)
