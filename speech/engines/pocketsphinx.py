"""PocketSphinx: US English from its package's own model, so that a machine with no network still hears words.

Text is lower case without punctuation, as the model's dictionary has it; only "I" and its contractions get their
capital.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from speech.data import Device, Heard, Segment, Word
from speech.errors import EngineError, MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pocketsphinx import Decoder

    from speech.data import Chunk, ModelSpec, Samples, Seconds, TranscribeOptions

REQUIRES = "pocketsphinx>=5.0.4; python_version < '3.14'"

FRAME: Seconds = 0.01
"""The decoder's step; its ``frate`` is 100."""
LONG_SILENCE: Seconds = 0.5
"""A silence this long, as the decoder heard it, ends a segment."""


def load(spec: ModelSpec, files: Path | None, device: Device) -> PocketSphinx:  # noqa: ARG001 - there is only the CPU
    """Load the model in ``files``, or the package's own.

    Raises:
        EngineError: the files are not a model of this engine.
        MissingDependencyError: PocketSphinx is not installed.
    """
    if not find_spec("pocketsphinx"):
        raise MissingDependencyError(
            f"model {spec.name!r} needs PocketSphinx, which is not installed; type: pip install pocketsphinx "
            "(it has no wheel for Python 3.14 and newer: use Python 3.11 to 3.13 there, or a Whisper model)"
        )
    from pocketsphinx import Decoder

    try:
        return PocketSphinx(Decoder(loglevel="FATAL"), spec)
    except (RuntimeError, ValueError) as error:
        raise EngineError(f"PocketSphinx cannot load model {spec.name!r} ({error}); reinstall pocketsphinx") from error


def inspect(path: Path) -> ModelSpec | None:  # noqa: ARG001 - the contract's signature
    """None: a directory of the user's own is not taken yet."""
    return None


def probe() -> list[Device]:
    """The CPU where the package is installed."""
    return [Device(name="cpu", compute_types=("float32",))] if find_spec("pocketsphinx") else []


class PocketSphinx:
    """A loaded decoder. The binding holds Python's lock while it decodes, so several would not run at once."""

    parallel = 1

    def __init__(self, decoder: Decoder, spec: ModelSpec) -> None:
        self._decoder: Decoder | None = decoder
        self._spec = spec

    def recognize(self, chunks: Sequence[Chunk], options: TranscribeOptions) -> list[Heard]:
        """One ``Heard`` for each chunk.

        Raises:
            EngineError: the decoder failed.
        """
        try:
            return [self._hear(chunk, options) for chunk in chunks]
        except RuntimeError as error:
            raise EngineError(f"PocketSphinx failed ({error}); try another model, such as --model tiny") from error

    def detect(self, chunks: Sequence[Chunk]) -> list[Mapping[str, float]]:
        """English: the model knows nothing else."""
        return [{"en": 1.0} for _ in chunks]

    def close(self) -> None:
        """Free the model; calling it again does nothing."""
        self._decoder = None

    def _hear(self, chunk: Chunk, options: TranscribeOptions) -> Heard:
        if self._decoder is None:
            raise EngineError(f"model {self._spec.name!r} was closed; load it again")
        if not len(chunk.samples):
            return Heard(languages={"en": 1.0})
        self._decoder.reinit_feat()  # forgets the noise that earlier chunks had, so that order does not matter
        self._decoder.start_utt()
        try:
            self._decoder.process_raw(_pcm(chunk.samples), full_utt=True)
        finally:
            self._decoder.end_utt()
        # No hypothesis means that nothing was heard; the segmentation raises then.
        found = list(self._decoder.seg()) if self._decoder.hyp() else []
        segments = tuple(_segment(words, options.words) for words in _stretches(_words(found, chunk.duration)))
        return Heard(segments, languages={"en": 1.0})


def _pcm(samples: Samples) -> bytes:
    import numpy as np

    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def _words(found: Iterable[Any], duration: Seconds) -> Iterable[Word]:
    for part in found:
        if part.word[0] not in "<[":  # <sil>, <s>, [NOISE]
            text = part.word.split("(")[0]  # "for(2)" is the second way to say "for"
            text = "I" + text[1:] if text.split("'")[0] == "i" else text
            start, end = part.start_frame * FRAME, min((part.end_frame + 1) * FRAME, duration)
            yield Word(text, start, max(start, end), min(1.0, part.prob))


def _stretches(words: Iterable[Word]) -> Iterable[list[Word]]:
    stretch: list[Word] = []
    for word in words:
        if stretch and word.start - stretch[-1].end >= LONG_SILENCE:
            yield stretch
            stretch = []
        stretch.append(word)
    if stretch:
        yield stretch


def _segment(words: list[Word], keep_words: bool) -> Segment:
    return Segment(
        text=" ".join(word.text for word in words),
        start=words[0].start,
        end=words[-1].end,
        words=tuple(words) if keep_words else (),
        language="en",
        confidence=sum(word.probability or 0 for word in words) / len(words),
    )
