"""Sentences to sound, several at once and out in their order.

    steps -> reader -> line of jobs, bounded -> workers -> stretches, in order -> one clock

The reader is a thread of its own, because the text may come slowly (a program that writes as it goes) while what is
there already should be heard. Every job works for itself: what a sentence sounds like never depends on what runs
beside it. What waits in memory is a few sentences, however long the text.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from speech.errors import StoppedError
from speech.machine import cores
from speech.tts import effects
from speech.tts.plan import Chapter, Clip, Mark, Pause, Utterance
from speech.tts.utter import Said, Telling

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from speech.data import Samples, Seconds, Segment, SynthesizeOptions
    from speech.tts.plan import Report, Step
    from speech.tts.utter import Keeper, Loaded, Shape

AHEAD = 2
"""Sentences that wait for each one that is spoken: enough that no worker idles while a long one is fetched."""

_END = object()

Clips = Callable[[str, int], Iterator["Samples"]]
"""Opens a recording that the document names, at a rate: blocks of shape (frames,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A stretch of the document, in order and without gaps; what was reached with it has times from its start."""

    samples: Samples
    """Shape (frames, channels); empty where only something was reached."""
    segment: Segment | None = None
    """What was said ended here: a sentence, or the part of one that is in the same manner."""
    continues: bool = False
    """It is of the same sentence as the segment before."""
    marks: tuple[tuple[str, Seconds], ...] = ()
    chapter: tuple[str, Seconds] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What all sentences of a document share."""

    options: SynthesizeOptions
    shape: Shape
    loaded: Callable[[str | None, str | None], Loaded]
    """The voice of a name (None: the document's) for a language."""
    report: Report
    clips: Clips | None = None
    keeper: Keeper | None = None
    workers: int = 0
    """Sentences spoken at once; 0: one for each core."""


class Performance(Iterator[Sound]):
    """The sound of a document while it is made; iterate once. Closing it, from any thread, stops the work."""

    def __init__(self, steps: Iterable[Step], stage: Stage) -> None:
        # Imported here, since numpy fails now and then where two threads are the first to import it.
        import numpy  # noqa: F401, ICN001
        import soxr  # noqa: F401

        self._stage = stage
        self._line = _Line(steps, stage)
        self._frames = 0
        self._run = self._sounds()

    def __next__(self) -> Sound:
        return next(self._run)

    def close(self) -> None:
        """Stop: nothing is spoken any more. Another thread that iterates meanwhile gets a ``StoppedError``."""
        self._line.stop()
        with suppress(ValueError):  # another thread is inside, and will find that it is over
            self._run.close()

    def _sounds(self) -> Generator[Sound, None, None]:
        self._line.start()
        try:
            for item in self._line:
                for sound in self._sound(item):
                    self._frames += len(sound.samples)
                    yield sound
        finally:
            self._line.stop()

    @property
    def now(self) -> Seconds:
        """How much of the document has been given out."""
        return self._frames / self._stage.shape.rate

    def _sound(self, item: _Job | Pause | Mark | Chapter | Clip) -> Iterator[Sound]:
        shape = self._stage.shape
        if isinstance(item, _Job):
            yield from self._sentence(item)
        elif isinstance(item, Pause):
            yield from map(Sound, effects.silence(item.seconds, shape.rate, shape.channels))
        elif isinstance(item, Clip):
            yield from map(Sound, self._clip(item))
        elif isinstance(item, Mark):
            yield Sound(shape.nothing, marks=((item.name, self.now),))
        else:
            yield Sound(shape.nothing, chapter=(item.title, self.now))

    def _sentence(self, job: _Job) -> Iterator[Sound]:
        start = self.now
        while not isinstance(item := job.given.get(), Said):
            if isinstance(item, BaseException):
                raise item
            yield Sound(item)
        for event in item.events:
            end = self.now + len(item.tail) / self._stage.shape.rate
            self._stage.report(replace(event, start=start, end=end))
        marks = tuple((name, start + time) for name, time in item.marks)
        segment = _later(item.segment, start)
        yield Sound(item.tail, segment, job.utterance.continues, marks)

    def _clip(self, clip: Clip) -> Iterator[Samples]:
        assert self._stage.clips, "a clip that cannot be had is replaced before it comes here"
        shape, manner = self._stage.shape, clip.manner
        for block in self._stage.clips(clip.source, shape.rate):
            louder = effects.gained(block, manner.volume)
            yield louder[:, None] if shape.channels == 1 else effects.panned(louder, manner.pan)


class _Line:
    """What was begun and is not yet fetched: steps, and jobs for those that are spoken, in the order of the text.

    It knows nothing of who fetches, so that a performance that nobody holds any more ends by itself.
    """

    def __init__(self, steps: Iterable[Step], stage: Stage) -> None:
        workers = stage.workers or cores()
        self._steps = steps
        self._stage = stage
        self._waiting: queue.Queue[Any] = queue.Queue(workers * (1 + AHEAD))
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="speech-voice")
        self._early: _Job | None = None

    def start(self) -> None:
        threading.Thread(target=self._read, name="speech-text", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        with suppress(queue.Empty):
            while True:  # so that a reader that waits for room goes on, and sees that it is over
                self._waiting.get_nowait()
        with suppress(queue.Full):
            self._waiting.put_nowait(_END)  # and so does who waits for the next
        self._pool.shutdown(wait=False)  # what was not begun ends at once: somebody may wait for it

    def __iter__(self) -> Iterator[_Job | Pause | Mark | Chapter | Clip]:
        while True:
            item = self._waiting.get()
            if self._stopped.is_set():
                raise _over()
            if item is _END:
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    def _read(self) -> None:
        try:
            for step in self._steps:
                if self._stopped.is_set():
                    return
                self._waiting.put(self._begun(step) if isinstance(step, Utterance) else step)
        except BaseException as error:  # noqa: BLE001 - whatever the text's source raises is for who waits to see
            self._waiting.put(error)
        else:
            self._waiting.put(_END)

    def _begun(self, utterance: Utterance) -> _Job:
        job = _Job(utterance, self._stage, self._stopped, self._early)
        if utterance.sentence.early:
            self._early = job
        try:
            self._pool.submit(job.run)
        except RuntimeError:  # the pool was shut meanwhile, or the interpreter ends
            job.given.put(_over())
        return job


class _Job:
    """One utterance on its way through a worker."""

    def __init__(self, utterance: Utterance, stage: Stage, stopped: threading.Event, early: _Job | None = None) -> None:
        self.given: queue.SimpleQueue[Samples | Said | BaseException] = queue.SimpleQueue()
        """Stretches of sound; last of all, always, what came of it."""
        self._heard = threading.Event()
        self.utterance = utterance
        self._stage = stage
        self._stopped = stopped
        self._early = early
        """The first sentence: until something of it can be heard, all cores are its."""

    def run(self) -> None:
        if self._early:
            self._early._heard.wait()
            self._early = None
        try:
            self.given.put(self._said())
        except BaseException as error:  # noqa: BLE001 - raised where the sentence is waited for
            self.given.put(error)
        finally:
            self._heard.set()

    def _said(self) -> Said:
        if self._stopped.is_set():  # before a voice is loaded for it
            raise _over()
        stage, utterance = self._stage, self.utterance
        loaded = stage.loaded(utterance.voice, utterance.sentence.language)
        sound = Telling(utterance, loaded, stage.options, stage.shape, stage.keeper).sound()
        with closing(sound):
            while not self._stopped.is_set():
                try:
                    self.given.put(next(sound))
                except StopIteration as end:
                    said: Said = end.value
                    return said
                self._heard.set()
        raise _over()


def _over() -> StoppedError:
    return StoppedError("the sound was closed before its end; ask for it again")


def _later(segment: Segment, by: Seconds) -> Segment:
    words = tuple(replace(word, start=word.start + by, end=word.end + by) for word in segment.words)
    return replace(segment, start=segment.start + by, end=segment.end + by, words=words)
