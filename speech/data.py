"""What is passed from stage to stage: frozen, slotted, and free of any library.

All times are seconds. Inside an engine they count from the start of its chunk; everywhere else from the start
of the input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

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
class Phrase:
    """A stretch of a sentence: what stands in the text, and what is said in its place.

    The phrases of a sentence follow each other as they are: their spaces and punctuation stand in them.
    """

    written: str
    """As the author wrote it: what subtitles show."""
    spoken: str
    """In words: ``forty-nine dollars`` where ``$49`` is written."""
    phonemes: str | None = None
    """How to pronounce it, in the International Phonetic Alphabet, in place of what the voice makes of ``spoken``."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a voice speaks in one go."""

    phrases: tuple[Phrase, ...]
    speaker: str | None = None
    """A name of the voice's ``speakers``, or a number in it; None: the voice's first."""
    language: str | None = None
    """A language code; None: the voice's own."""
    rate: float = 1.0
    """2 is twice as fast."""
    pitch: float = 0.0
    """Semitones up or down."""
    volume: float = 0.0
    """Decibels; a voice need not care, the flow applies it."""
    seed: int = 0
    """Decides every random number that goes into this sentence."""
    early: bool = False
    """The first audio is waited for: give it before the rest is ready. It may change samples in the last bits, so it
    is a part of what is said and never depends on the moment."""

    @property
    def spoken(self) -> str:
        """What is said, in words. Its ``split()`` are the words whose times a voice gives."""
        return "".join(phrase.spoken for phrase in self.phrases)

    @property
    def written(self) -> str:
        """What stands in the text."""
        return "".join(phrase.written for phrase in self.phrases)


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """A stretch of what a voice said: a whole sentence or a part of one."""

    samples: Samples
    rate: int
    words: tuple[Word, ...] = ()
    """Words that begin in this stretch, with times from the start of the sentence: over the stretches of a sentence
    one for each of ``sentence.spoken.split()``, or none at all where the voice does not know times."""
    events: tuple[Event, ...] = ()
    """What could not be said as it stands; without times."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model; a size or hash that is not known is None, never guessed."""

    name: str
    size: int | None = None
    sha256: str | None = None
    md5: str | None = None
    """Checked where no sha256 is known: older catalogues have nothing else."""

    @property
    def is_paper(self) -> bool:
        """Whether it says something about the model and is no part of it: a licence or a model card."""
        return self.name.rpartition("/")[2] in PAPERS


PAPERS = ("LICENSE", "MODEL_CARD", "README.md")


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
    """What it can do beyond plain text. Of a recognizer: words, translate, detect, prompt, hotwords, beam_size,
    temperature, no_repeat_ngram. Of a voice: words (it knows when each is said), phonemes, pitch (of its own, else the
    flow shifts it), noise."""
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
    speakers: tuple[str, ...] = ()
    """Of a voice with several: their names, in the order of their numbers."""
    warning: str = ""
    """What a careful user should know of its licence before publishing what it made: one line."""
    trained_from: str = ""
    """The model whose weights it began with, "scratch" where there was none; "" where that is not known."""
    quality: str = ""
    """Of a voice: what its publisher calls it, such as x_low, low, medium, high."""

    @property
    def kind(self) -> Literal["model", "voice"]:
        """What people call it, and with an "s" the command that lists and fetches it."""
        return "voice" if self.task == "synthesize" else "model"

    @property
    def size(self) -> int | None:
        """Bytes of all files but papers, or None where one is not known."""
        sizes = [file.size for file in self.files if not file.is_paper]
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
    workers: int = 0
    """Calls computed at once; 0 leaves it to the engine."""
    batch: int = 0
    """Chunks in one call; 0 leaves it to the engine."""
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

    pack: bool = False
    """Of many recordings in one call, let short ones share windows of the model, where ``language`` names theirs. It is
    faster, and what cannot be told apart is decoded alone; but a model that hears less well in full windows loses words
    by it, so it is asked for."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesizeOptions:
    """Everything beside the text and the voice that decides what is heard; written whole into what is made."""

    start: ClassVar[Seconds] = 0.0
    """What is made is heard from its beginning."""

    language: str | None = None
    """A language code; None: the voice's own. It decides how numbers are read and, of an unnamed voice, which one."""
    speaker: str | None = None
    """Of a voice with several: a name or a number."""
    speed: float = 1.0
    """2 is twice as fast."""
    pitch: float = 0.0
    """Semitones up or down, at most ``PITCH_LIMIT`` of them."""
    volume: float = 0.0
    """Decibels."""
    noise: float | None = None
    """How much the tone varies; None: as the voice was published. 0 makes every reading alike."""
    noise_w: float | None = None
    """How much the rhythm varies; None: as the voice was published."""
    seed: int = 0
    """The same seed, text, voice and options give the same samples."""
    normalize: bool = True
    """Write out numbers, money, times, units and abbreviations as they are spoken."""

    # Pauses, in seconds; each follows what it is named after.
    sentence_pause: Seconds = 0.25
    paragraph_pause: Seconds = 0.6
    item_pause: Seconds = 0.4
    heading_pause: Seconds = 0.9
    lead_in: Seconds = 0.0
    """Silence before the first word: some players and loudspeakers swallow the first moment."""
    lead_out: Seconds = 0.0

    # Sound.
    sample_rate: int | None = None
    """Of what is made; None: the voice's, or the nearest the format takes."""
    channels: Literal["mono", "stereo"] = "mono"
    loudness: float | None = None
    """Integrated loudness of the whole in LUFS (ITU-R BS.1770), such as -16 for a podcast; None: as it comes."""
    true_peak: float = -1.0
    """The ceiling in dBTP that ``loudness`` keeps to (EBU R 128)."""


PITCH_LIMIT = 4.0
"""Semitones: beyond, a voice no longer sounds like itself."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long call has come."""

    stage: Literal["download", "verify", "load", "transcribe", "synthesize", "done", "failed"]
    source: str
    """What is being worked on: a path, or a model's name."""
    done: float = 0.0
    """Seconds of audio, or bytes of a download."""
    total: float | None = None
    """The same for the whole; None where it is not known. Of a text that is spoken, an estimate by what was spoken."""
    message: str = ""


ProgressHook = Callable[[Progress], None]
