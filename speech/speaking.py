"""One document while it is spoken: an iterator of audio that knows what was said when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from math import isfinite, log10
from typing import TYPE_CHECKING, Literal, Self

from speech import __version__
from speech.audio import Audio
from speech.data import Event, Progress, Segment, SynthesizeOptions, Word
from speech.errors import SpeechError, StoppedError
from speech.transcript import Transcript
from speech.tts import effects
from speech.tts.pipeline import Performance, Sound, Stage
from speech.tts.plan import Chapter, Clip, Pause, Utterance
from speech.tts.utter import Shape

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Iterable, Mapping
    from types import TracebackType

    from speech.audio.loudness import Loudness
    from speech.choice import Choice
    from speech.data import ProgressHook, Samples, Seconds
    from speech.transcript import ModelUse
    from speech.tts.pipeline import Clips
    from speech.tts.plan import Step
    from speech.tts.utter import Keeper, Loaded


LOUDNESS_TOLERANCE = 0.5
"""LU; EBU R 128 allows a programme that much off its target."""
OVER = 0.5
"""Decibels above full scale that may be cut off in a file unheard: a resampler makes peaks that much higher."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spoken(Audio):
    """Audio that was made from text, and what is said in it.

    It is ``Audio``, so ``transcribe`` takes it too.
    """

    marks: tuple[Word, ...] = ()
    """Each word with its times, as it is written in the text: from the start of the document."""
    transcript: Transcript | None = None
    """Of a whole document: its sentences, what made it, and what was not spoken as it stands."""

    chapters: tuple[tuple[str, Seconds], ...] = ()
    """Of a whole document: its chapters, and when each begins."""
    named_marks: Mapping[str, Seconds] = field(default_factory=dict)
    """Of a whole document: when each ``<mark>`` in it is reached."""

    @property
    def record(self) -> tuple[Event, ...]:
        """What was dropped, swapped or ignored on the way."""
        return self.transcript.record if self.transcript else ()

    def __repr__(self) -> str:
        channels = {1: "mono", 2: "stereo"}.get(self.channels, f"{self.channels} channels")
        return f"<Spoken {self.duration:.2f} s, {self.rate} Hz, {channels}, {len(self.marks)} words>"

    def save(self, path: str | os.PathLike[str], format: str | None = None, *, overwrite: bool = True) -> None:  # noqa: A002
        """Write an audio file, whole or not at all, marked as made by a machine.

        Args:
            path: where; the end of its name says the format unless ``format`` does.
            format: one of ``speech.audio.writing.formats()``.
            overwrite: whether a file that is there may be replaced.

        Raises:
            UnsupportedError: no such format.
            OutputError: the file cannot be written, or is there and may not be replaced.
        """
        from speech.publish import save

        save(self, path, format, overwrite=overwrite)


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A document that is ready to be spoken: what it is called, its steps, and who speaks them."""

    name: str
    steps: Iterator[Step]
    options: SynthesizeOptions
    loaded: Callable[[str | None, str | None], Loaded]
    choice: Callable[[str | None, str | None], Choice]
    events: list[Event]
    """What reading the text put on record, so far."""
    keeper: Keeper | None = None
    clips: Clips | None = None
    length: int | None = None
    """Characters of the whole text, where they are known."""


class Speaking(Iterator[Spoken]):
    """The audio of one document, each stretch as soon as it exists; iterate once.

    Closing it, from any thread, or leaving its ``with`` block, stops the work; what is not yet given out is lost.
    """

    def __init__(
        self,
        script: Script,
        stopped: Callable[[], bool],
        *,
        progress: ProgressHook | None = None,
        suited: Callable[[int], int] = int,
    ) -> None:
        """Prepare; nothing is read or spoken yet.

        Args:
            script: what is spoken.
            stopped: once true, the stream ends with an error at its next stretch.
            progress: told of every sentence.
            suited: of a sample rate the one to make, for formats that take only some.
        """
        self._script = script
        self._stopped = stopped
        self._progress = progress
        self._suited = suited
        self._events: list[Event] = []
        self._segments: list[Segment] = []
        self.named_marks: dict[str, Seconds] = {}
        """When each ``<mark>`` was reached."""
        self.chapters: list[tuple[str, Seconds]] = []
        self._first: Choice | None = None
        self._frames = self._characters = 0
        self._silent = self._closed = self._ended = False
        self._peak = 0.0
        self._shape: Shape | None = None
        self._performance: Performance | None = None
        self._run = self._pieces()

    @property
    def options(self) -> SynthesizeOptions:
        """Those of this document."""
        return self._script.options

    @property
    def name(self) -> str:
        """What messages call the document."""
        return self._script.name

    @property
    def title(self) -> str:
        """The heading that it begins with; "" where it has none before its first sentence."""
        self._begin()
        return self._title

    @property
    def silent(self) -> bool:
        """Whether it has neither a word nor a recording in it; read to the first sentence to know."""
        self._begin()
        return self._silent

    @property
    def shape(self) -> Shape:
        """Rate and channels of what is made: known when the first sentence is, since its voice decides."""
        self._begin()
        assert self._shape
        return self._shape

    @property
    def record(self) -> tuple[Event, ...]:
        """What was dropped, swapped or ignored so far: of the choice of voices, of the text, then of its sound."""
        chosen = self._first.events if self._first else ()
        return (*chosen, *self._script.events, *self._events)

    @property
    def marks(self) -> tuple[Word, ...]:
        """The words spoken so far, as they are written, with their times."""
        return tuple(word for segment in self._segments for word in segment.words)

    @property
    def duration(self) -> Seconds:
        """Seconds given out so far."""
        return self._frames / self._shape.rate if self._shape else 0.0

    @property
    def model(self) -> ModelUse:
        """The voice of the first sentence."""
        self._begin()
        assert self._first
        return self._first.use

    def sounds(self) -> Iterator[Sound]:
        """Everything that is heard, stretch by stretch, with what is reached in each.

        Raises:
            SpeechError: a voice or the text's source failed.
            StoppedError: it was closed meanwhile.
        """
        self._begin()
        assert self._performance
        try:
            for sound in self._performance:
                self._check()
                self._note(sound)
                yield sound
        except GeneratorExit:  # whoever listens may go on later
            raise
        except BaseException as error:
            self._performance.close()
            if isinstance(error, SpeechError):  # a voice that was closed fails in its own words
                self._check(error)
            raise
        self._check()
        if not self._ended:
            self._ended = True
            self._warn()
            self._tell("done", self.duration)

    def transcript(self) -> Transcript:
        """What was said when, so far: once the iteration has ended, all of it."""
        self._begin()
        language = self._segments[0].language if self._segments else self._script.options.language
        return Transcript(
            segments=tuple(self._segments),
            language=language,
            languages={},
            duration=self.duration,
            speech=sum(segment.end - segment.start for segment in self._segments),
            source=self._script.name,
            model=self.model,
            options=self._script.options,
            record=self.record,
            version=__version__,
        )

    def spoken(self) -> Spoken:
        """The rest as one audio, in memory."""
        import numpy as np

        parts = [sound.samples for sound in self.sounds()]
        samples = np.concatenate([self.shape.nothing, *parts])
        if self.options.loudness is not None:
            leveled = self.leveled(lambda: [samples], self._measured([samples]))
            samples = np.concatenate(list(leveled))
            self.judge(self._measured([samples]))
        transcript = self.transcript()
        return Spoken(
            _flat(samples), self.shape.rate, transcript.words, transcript, tuple(self.chapters), dict(self.named_marks)
        )

    def close(self) -> None:
        """Stop the work; what was given out stays. Who waits for a text to begin at all waits on."""
        self._closed = True
        if self._performance:
            self._performance.close()
        with suppress(ValueError):  # another thread iterates, and will find that it is over
            self._run.close()

    def __next__(self) -> Spoken:
        try:
            return next(self._run)
        except StopIteration:
            self._check()  # the end of what was closed must not pass for the end of the document
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _pieces(self) -> Generator[Spoken, None, None]:
        reached: list[Word] = []
        for sound in self.sounds():
            if sound.segment:
                reached += sound.segment.words
            if len(sound.samples):
                yield Spoken(_flat(sound.samples), self.shape.rate, tuple(reached))
                reached.clear()
        if reached:  # behind the last sentence nothing came that could carry its words
            yield Spoken(_flat(self.shape.nothing), self.shape.rate, tuple(reached))

    def _begin(self) -> None:
        """Read to the first sentence: its voice decides the rate of the whole."""
        if self._performance:
            return
        self._check()
        script, head = self._script, []
        steps = iter(script.steps)
        for step in steps:
            head.append(step)
            if isinstance(step, Utterance):
                break
        first = next((step for step in head if isinstance(step, Utterance)), None)
        self._title = next((step.title for step in head if isinstance(step, Chapter)), "")
        self._silent = first is None and not any(isinstance(step, Clip) for step in head)
        self._first = script.choice(*(first.voice, first.sentence.language) if first else (None, None))
        options = script.options
        rate = self._suited(options.sample_rate or self._first.spec.sample_rate)
        self._shape = Shape(rate, 2 if options.channels == "stereo" else 1)
        around = (Pause(options.lead_in), Pause(options.lead_out)) if first else (Pause(0.0), Pause(0.0))
        stage = Stage(options, self._shape, script.loaded, self._events.append, script.clips, script.keeper)
        self._performance = Performance(chain(around[:1], head, steps, around[1:]), stage)
        self._check()

    def _check(self, cause: SpeechError | None = None) -> None:
        if self._ended:
            return
        if self._stopped():
            raise StoppedError("the synthesizer was closed while it spoke; make a new one") from cause
        if self._closed:
            raise StoppedError(f"{self._script.name!r} was closed before its end; ask for it again") from cause

    def _whole(self, rest: Segment) -> Segment:
        """A sentence that was said in several manners, as one segment; several who speak have one each."""
        if not self._segments or self._segments[-1].speaker != rest.speaker:
            return rest
        begun = self._segments.pop()
        text = f"{begun.text} {rest.text}"
        return replace(begun, text=text, end=rest.end, words=(*begun.words, *rest.words))

    def _tell(self, stage: Literal["synthesize", "done"], total: Seconds | None) -> None:
        if self._progress:
            self._progress(Progress(stage, self._script.name, self.duration, total))

    @property
    def _estimate(self) -> Seconds | None:
        """How long the whole will be, if the rest is spoken as fast as what was."""
        length = self._script.length
        return length and max(self.duration, self.duration * length / max(1, self._characters))

    def _measured(self, blocks: Iterable[Samples]) -> Loudness:
        from speech.audio import loudness

        return loudness.measure(blocks, self.shape.rate, self.shape.channels)

    def _note(self, sound: Sound) -> None:
        self._frames += len(sound.samples)
        self._peak = max(self._peak, float(abs(sound.samples).max(initial=0.0)))
        self.named_marks.update(sound.marks)
        if sound.chapter:
            self.chapters.append(sound.chapter)
        if sound.segment:
            self._segments.append(self._whole(sound.segment) if sound.continues else sound.segment)
            self._characters += len(sound.segment.text)
            self._tell("synthesize", self._estimate)

    def leveled(self, blocks: Callable[[], Iterable[Samples]], measured: Loudness) -> Iterator[Samples]:
        """The whole at the loudness that was asked for, with its peaks held down.

        Args:
            blocks: gives the whole from its beginning, as often as it is called.
            measured: how loud it is as it came.
        """
        from speech.audio import loudness

        options = self._script.options
        assert options.loudness is not None
        gain = loudness.gain_for(measured, options.loudness, options.true_peak)
        if measured.true_peak + gain > options.true_peak:  # held down, the peaks leave it softer than their gain says
            reached = self._measured(self._limited(blocks(), gain)).integrated
            short = replace(measured, integrated=reached - gain)
            gain = loudness.gain_for(short, options.loudness, options.true_peak)
        return self._limited(blocks(), gain)

    def _limited(self, blocks: Iterable[Samples], gain: float) -> Iterator[Samples]:
        from speech.audio import limiter

        louder = (effects.gained(block, gain) for block in blocks)
        return limiter.limited(louder, self.shape.rate, self.shape.channels, self._script.options.true_peak)

    def judge(self, reached: Loudness) -> None:
        """Put on record where the whole did not come to the loudness that was asked for."""
        asked, ceiling = self._script.options.loudness, self._script.options.true_peak
        assert asked is not None
        if isfinite(reached.integrated) and abs(reached.integrated - asked) > LOUDNESS_TOLERANCE:
            message = (
                f"the loudness is {reached.integrated:.1f} LUFS and not {asked:g}: for more, the peaks would have to "
                f"be pressed too far down under {ceiling:g} dBTP"
            )
            self._flag(message, lufs=reached.integrated, asked=asked)
        elif not isfinite(reached.integrated) and isfinite(reached.true_peak):
            message = f"the loudness is as it came and not {asked:g} LUFS: too little is heard to measure it"
            self._flag(message, asked=asked)

    def _warn(self) -> None:
        """Say so where a file cannot hold how loud it is."""
        over = 20 * log10(self._peak) if self._peak else 0.0
        if self._script.options.loudness is None and over > OVER:
            message = (
                f"the loudest moment is {over:.1f} dB above full scale, and is cut off in a file; lower the volume"
            )
            self._flag(message, peak=over)

    def _flag(self, message: str, **details: float) -> None:
        self._events.append(Event("flagged", message, details=details))


def _flat(samples: Samples) -> Samples:
    return samples[:, 0] if samples.shape[1] == 1 else samples
