"""One utterance as sound: the voice, the cache before it, and the effects behind it.

voice.speak -> 24 bits -> pitch -> rate of the document -> edges -> gain -> place
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

from speech.data import PITCH_LIMIT, Event, Segment, Sentence, Speech, SynthesizeOptions
from speech.tts import effects
from speech.tts.words import written_words

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from speech.data import ModelSpec, Samples, Seconds, Word
    from speech.engines import Voice
    from speech.tts.plan import Utterance

SHORTEST = 0.01
"""Seconds: a stretch below this waits for the next."""

FULL_SCALE = float(2**23)
"""Samples are rounded to 24 bits where they leave the voice: what a lossless file keeps of them is then all of them,
so that a sentence from the cache is the same to the last bit."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A voice that is ready to speak."""

    voice: Voice
    spec: ModelSpec
    key: str
    """Tells its sound from that of any other voice, revision or engine."""
    turn: threading.BoundedSemaphore = field(init=False)
    """As many calls at once as the voice allows."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "turn", threading.BoundedSemaphore(max(1, self.voice.parallel)))


class Keeper(Protocol):
    """Where finished sentences are kept, by their content."""

    def get(self, key: str) -> Speech | None:
        """The sentence as it was said before, to the last bit; None if it was not, or is damaged."""
        ...

    def put(self, key: str, speech: Speech) -> None:
        """Keep a whole sentence; where that fails nothing happens."""
        ...


@dataclass(frozen=True, slots=True)
class Shape:
    """The sound of a document: the same from its first sample to its last."""

    rate: int
    channels: int = 1

    @property
    def nothing(self) -> Samples:
        """A stretch of no length."""
        import numpy as np

        return np.zeros((0, self.channels), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What came of an utterance, once it is whole: times in seconds from its start."""

    segment: Segment
    tail: Samples
    """The last moment of its sound, which its end comes with."""
    events: tuple[Event, ...] = ()
    marks: tuple[tuple[str, Seconds], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Telling:
    """How one utterance is turned into sound."""

    utterance: Utterance
    loaded: Loaded
    options: SynthesizeOptions
    shape: Shape
    keeper: Keeper | None = None

    def sound(self) -> Generator[Samples, None, Said]:
        """Stretches of shape (frames, channels) at the document's rate, and what was said in them.

        Raises:
            EngineError: the voice failed.
        """
        import numpy as np

        heard: list[Speech] = []
        frames, tail = 0, self.shape.nothing
        for stretch in self._effects(self._noted(heard)):
            frames += len(stretch)
            tail = np.concatenate([tail, stretch])
            if len(tail) >= SHORTEST * self.shape.rate:
                yield tail
                tail = self.shape.nothing
        return self._said(heard, frames / self.shape.rate, tail)

    @property
    def sentence(self) -> Sentence:
        """What the voice is asked for: where it has no pitch of its own, slower or faster by as much as shifts it."""
        asked = self.utterance.sentence
        if "pitch" in self.loaded.spec.features:
            return asked
        return replace(asked, pitch=0.0, rate=asked.rate / self._shift)

    @property
    def _shift(self) -> float:
        """How much faster than it was spoken the sentence is played; 1 where the voice has a pitch of its own."""
        if "pitch" in self.loaded.spec.features:
            return 1.0
        pitch = self.utterance.sentence.pitch
        return effects.pitch_ratio(min(PITCH_LIMIT, max(-PITCH_LIMIT, pitch)))

    def _effects(self, spoken: Iterator[Samples]) -> Iterator[Samples]:
        rate = self.loaded.spec.sample_rate
        pitched = effects.resampled(spoken, rate * self._shift, self.shape.rate)
        for stretch in effects.faded(pitched, self.shape.rate):
            louder = effects.gained(stretch, self.utterance.sentence.volume)
            yield louder[:, None] if self.shape.channels == 1 else effects.panned(louder, self.utterance.pan)

    def _noted(self, heard: list[Speech]) -> Iterator[Samples]:
        for speech in self._spoken():
            heard.append(replace(speech, samples=speech.samples[:0]))  # its words and events; not its sound
            yield speech.samples

    def _spoken(self) -> Iterator[Speech]:
        if self.keeper is None:
            yield from self._fresh()
            return
        key = self._key()
        if (known := self.keeper.get(key)) is not None:
            yield known
            return
        whole = []
        for speech in self._fresh():
            whole.append(speech)
            yield speech
        self.keeper.put(key, joined(whole, self.loaded.spec.sample_rate))

    def _fresh(self) -> Iterator[Speech]:
        with self.loaded.turn:
            for speech in self.loaded.voice.speak(self.sentence, self.options):
                yield replace(speech, samples=_rounded(speech.samples))

    def _key(self) -> str:
        """Everything that decides the samples."""
        tuning = (self.options.noise, self.options.noise_w)
        sentence = replace(self.sentence, volume=0.0)  # applied behind the cache
        return blake2b(repr((self.loaded.key, sentence, tuning)).encode("utf-8", "surrogatepass")).hexdigest()[:40]

    def _said(self, heard: list[Speech], duration: Seconds, tail: Samples) -> Said:
        sentence = self.utterance.sentence
        spoken = [_faster(word, self._shift) for speech in heard for word in speech.words]
        words = written_words(sentence, spoken)
        start, end = (words[0].start, words[-1].end) if words else (0.0, duration)
        segment = Segment(
            sentence.written.strip(), start, end, words, language=sentence.language, speaker=self.utterance.role
        )
        events = tuple(event for speech in heard for event in speech.events)
        return Said(segment, tail, events, tuple(_placed(self.utterance.marks, spoken, duration)))


def joined(stretches: list[Speech], rate: int) -> Speech:
    """The stretches of a sentence as one."""
    import numpy as np

    return Speech(
        np.concatenate([item.samples for item in stretches]) if stretches else np.zeros(0, np.float32),
        rate,
        tuple(word for item in stretches for word in item.words),
        tuple(event for item in stretches for event in item.events),
    )


def _rounded(samples: Samples) -> Samples:
    import numpy as np

    scale = np.float32(FULL_SCALE)
    rounded: Samples = np.clip(np.rint(samples * scale), -scale, scale - 1) / scale
    return rounded


def _faster(word: Word, ratio: float) -> Word:
    return word if ratio == 1 else replace(word, start=word.start / ratio, end=word.end / ratio)


def _placed(marks: tuple[tuple[str, int], ...], spoken: list[Word], duration: Seconds) -> Iterator[tuple[str, Seconds]]:
    """When each mark is reached: where the word behind it begins."""
    for name, words_before in marks:
        if words_before < len(spoken):
            yield name, spoken[words_before].start
        else:
            yield name, duration if words_before or not spoken else 0.0
