"""What is passed from stage to stage: frozen, slotted, and free of any library.

All times are seconds. Inside an engine they count from the start of its chunk; everywhere else from the start
of the input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
    """Mono, between -1 and 1: shape (frames,)."""

Seconds = float


@dataclass(frozen=True, slots=True)
class Word:
    """One word and its place; ``text`` carries no surrounding space."""

    text: str
    start: Seconds
    end: Seconds
    probability: float | None = None
    interpolated: bool = False
    """True where the engine gave no time and the neighbours' were shared out."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What was said in one stretch, as the model cut it; ``text`` carries no surrounding space."""

    text: str
    start: Seconds
    end: Seconds
    words: tuple[Word, ...] = ()
    language: str | None = None
    confidence: float | None = None
    """0 to 1: how far to trust the text. The mean of the word probabilities where there are any, else exp(logprob)."""
    logprob: float | None = None
    """Mean natural log-probability of the tokens."""
    no_speech: float | None = None
    """Probability, by the model, that nothing was said in the window the segment came from."""
    speaker: str | None = None
    channel: int | None = None
    """Counted from 0; None where the channels were mixed."""
    tokens: tuple[int, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    """Numbers that only one engine has."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the recording inside a chunk: ``chunk_start`` in the chunk is ``start`` in the recording."""

    chunk_start: Seconds
    start: Seconds
    duration: Seconds
    speech_start: Seconds
    """Where in the recording the speech of this piece begins; before it lies padding."""
    speech_end: Seconds
    """Where in the recording the speech of this piece ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Audio for one recognition: speech whose long silences were cut out, at most ``spec.max_seconds`` long."""

    samples: Samples
    pieces: tuple[Piece, ...]
    """Where each part of ``samples`` lies in the recording: in order, without gaps in the chunk."""
    rate: int = 16_000
    index: int = 0
    """Place in the order of the recording, over all its channels."""
    channel: int | None = None
    language: str | None = None
    """The language to decode in; None: the one the engine detects in this chunk."""
    prompt: str | None = None
    """Overrides the options' prompt for this chunk; "" for none."""

    @property
    def start(self) -> Seconds:
        """Where the chunk begins in the recording."""
        return self.pieces[0].start

    @property
    def end(self) -> Seconds:
        """Where the chunk ends in the recording."""
        return self.pieces[-1].start + self.pieces[-1].duration

    @property
    def duration(self) -> Seconds:
        """Seconds of audio in the chunk; the stretch of recording it covers may be longer."""
        return len(self.samples) / self.rate


EventKind = Literal["dropped", "retried", "swapped", "flagged", "ignored", "language", "input"]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a transcript's record: something that was not simply accepted."""

    kind: EventKind
    message: str
    start: Seconds | None = None
    end: Seconds | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """What an engine made of one chunk: also when nothing was said."""

    segments: tuple[Segment, ...] = ()
    languages: Mapping[str, float] = field(default_factory=dict)
    """Probability of each language: wherever the options name none and the model can tell, also when the chunk does."""
    no_speech: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    """What the engine left out or did in another way; without times, and told for every chunk it is true of."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What finally came of one chunk, after the gates: the unit that is journalled and resumed."""

    index: int
    channel: int | None
    start: Seconds
    end: Seconds
    speech: Seconds
    """Seconds of audio that were recognized."""
    segments: tuple[Segment, ...] = ()
    languages: Mapping[str, float] = field(default_factory=dict)
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model; a size or hash that is not known is None, never guessed."""

    name: str
    size: int | None = None
    sha256: str | None = None


Task = Literal["transcribe", "synthesize"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """One model of the catalogue: where it comes from and what it can do."""

    name: str
    task: Task
    engine: str
    """The file in ``speech/engines`` (or the entry point) that runs it."""
    repo: str | None = None
    """Repository on the model hub, ``owner/name``."""
    revision: str | None = None
    """Full commit hash."""
    files: tuple[ModelFile, ...] = ()
    licence: str | None = None
    """SPDX identifier where there is one."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes (or Whisper's own for the few languages without one); empty: not known."""
    features: frozenset[str] = frozenset()
    """What it can do beyond plain text: words, translate, detect, prompt, hotwords, beam_size, temperature,
    no_repeat_ngram."""
    sample_rate: int = 16_000
    max_seconds: Seconds = 30.0
    """The longest chunk it takes."""
    parameters: int | None = None
    aliases: tuple[str, ...] = ()
    embedded: bool = False
    """True where the data comes with a package, so that nothing is fetched."""
    path: Path | None = None
    """A model directory of the user's own; then there is nothing to fetch or verify."""
    description: str = ""
    origin: str = "speech"
    """Which catalogue the entry comes from."""

    @property
    def size(self) -> int | None:
        """Bytes of all files, or None where one is not known."""
        sizes = [file.size for file in self.files]
        return None if not sizes or None in sizes else sum(size for size in sizes if size is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A place to compute: ``cpu`` or ``cuda:0``."""

    name: str
    compute_types: tuple[str, ...] = ()
    """What works there, the best choice first; empty where the device is there but cannot be used (see ``note``)."""
    free_bytes: int | None = None
    threads: int = 0
    """Threads of one call; 0 leaves it to the engine."""
    note: str = ""
    """Why it cannot be used, or what a user should know: one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscribeOptions:
    """Everything that decides what a transcript says; written whole into it."""

    # Meaning: a model that lacks one of these refuses.
    language: str | None = None
    """A language code; None: detected once for the recording; ``each``: detected for every chunk."""
    task: Literal["transcribe", "translate"] = "transcribe"
    """``translate`` gives English text."""
    words: bool = False
    """Word times and probabilities."""

    # Tuning: a model that lacks one of these says so once and goes on.
    prompt: str | None = None
    hotwords: tuple[str, ...] = ()
    beam_size: int = 5
    """As upstream."""
    temperature: float = 0.0
    """Above 0 the model samples, and no longer repeats itself."""
    no_repeat_ngram: int = 0

    # Speech detection.
    vad: bool = True
    vad_threshold: float = 0.5
    """Speech probability above which a window is speech; Silero's own default."""
    min_silence: Seconds = 0.3
    """A pause this long ends a span of speech, and so is a place where a chunk may end."""
    speech_pad: Seconds = 0.4
    """Kept on both sides of every span, or half of the pause where that is less: a pause longer than twice this is
    shortened for the model, a shorter one is left as it is. As faster-whisper."""
    max_chunk: Seconds | None = None
    """The longest chunk; None: what the model takes."""

    # Gates (see stt/gates.py); None turns one off.
    logprob_threshold: float | None = -1.0
    compression_ratio_threshold: float | None = 2.4
    no_speech_threshold: float | None = 0.6
    retry: bool = True

    # Input.
    start: Seconds = 0.0
    end: Seconds | None = None
    track: int | None = None
    """Which audio track of the file, from 0; None: the first, as players do."""
    channels: Literal["mix", "split"] = "mix"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long call has come."""

    stage: Literal["download", "verify", "load", "transcribe", "done", "failed"]
    source: str
    """What is being worked on: a path, or a model's name."""
    done: float = 0.0
    """Seconds of audio, or bytes of a download."""
    total: float | None = None
    """The same for the whole; None where it is not known."""
    message: str = ""


ProgressHook = Callable[[Progress], None]
