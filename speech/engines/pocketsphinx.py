"""PocketSphinx: US English from its package's own model, so that a machine with no network still hears words.

Text is lower case without punctuation, as the model's dictionary has it; only "I" and its contractions get their
capital. A word's probability is its posterior in the lattice of everything the decoder considered (``Segment.prob``
of the binding, with PocketSphinx's own ``ascale``), and a segment's confidence the mean of them. ``logprob`` stays
None: the decoder's path scores are densities, not probabilities of tokens.

Features are computed here and handed over as cepstra. They are the decoder's own (its MFCC and its noise removal,
number for number), but every chunk is brought to one level, starts with no memory of the chunks before it, and a
band that the recording never had (telephone) is filled in with what the model's densities say goes with the rest.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speech.data import Device, Heard, Segment, Word
from speech.errors import EngineError, MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from pocketsphinx import Config, Decoder

    from speech.data import Chunk, ModelSpec, Samples, Seconds, TranscribeOptions

    Array = NDArray[np.float64]

REQUIRES = "pocketsphinx>=5.0.4; python_version < '3.14'"

PART: Seconds = 2.0
"""The least speech that is given means of its own."""
LONG_SILENCE: Seconds = 0.5
"""A silence this long, as the decoder heard it, ends a segment."""
LEVEL = 0.05 * 32768
"""Root mean square that every chunk is brought to, in 16-bit steps: what the noise removal takes for granted."""
SILENCE = 1e-5
"""Below this root mean square (a third of a 16-bit step) nothing is decoded: the model makes words of it."""
BAND_FLOOR = -35.0
"""A mel band whose loud frames stay this many dB below the loudest band's was cut off: at 8 kHz sampling the bands
above 4 kHz hold -38 to -60 dB (window leakage), in speech at 16 kHz none stays below -25."""
FEWEST_BANDS = 10
"""With fewer bands than this left there is nothing to go by."""


def load(spec: ModelSpec, files: Path | None, device: Device) -> PocketSphinx:  # noqa: ARG001 - there is only the CPU
    """Load the model that the package brings; ``files`` is None.

    Raises:
        EngineError: ``files`` is a directory, or the package's model cannot be read.
        MissingDependencyError: PocketSphinx is not installed.
    """
    if not find_spec("pocketsphinx"):
        raise MissingDependencyError(
            f"model {spec.name!r} needs PocketSphinx, which is not installed; type: pip install pocketsphinx "
            "(no wheel exists for Python 3.14 and newer: use Python 3.11 to 3.13, or a Whisper model)"
        )
    if files is not None:
        raise EngineError(f"PocketSphinx runs only the model of its package, not {str(files)!r}; name another engine")
    from pocketsphinx import Decoder

    try:
        decoder = Decoder(loglevel="FATAL")
        return PocketSphinx(decoder, FrontEnd.of(decoder.config), spec)
    except (RuntimeError, ValueError, OSError) as error:
        advice = "type: pip install --force-reinstall pocketsphinx"
        raise EngineError(f"PocketSphinx cannot load its model {spec.name!r} ({error}); {advice}") from error


def inspect(path: Path) -> ModelSpec | None:  # noqa: ARG001 - the contract's signature
    """None: the library ends the whole process over a damaged model file, so only its own model is run."""
    return None


def probe() -> list[Device]:
    """The CPU where the package is installed."""
    return [Device(name="cpu", compute_types=("float32",))] if find_spec("pocketsphinx") else []


class PocketSphinx:
    """A loaded decoder. The binding holds Python's lock while it decodes, so several would not run at once."""

    parallel = 1
    batch = 1

    def __init__(self, decoder: Decoder, front_end: FrontEnd, spec: ModelSpec) -> None:
        self._decoder: Decoder | None = decoder
        self._front_end = front_end
        self._spec = spec
        self._frames_per_second = int(decoder.config["frate"])
        # The model's own feature settings win over those of a new Config, so these are set after it is loaded.
        decoder.config["cmn"] = "none"
        decoder.reinit_feat()

    def recognize(self, chunks: Sequence[Chunk], options: TranscribeOptions) -> list[Heard]:
        """One ``Heard`` for each chunk.

        Raises:
            EngineError: the decoder failed, or was closed.
        """
        try:
            return [self._hear(chunk, options) for chunk in chunks]
        except RuntimeError as error:
            if isinstance(error, EngineError):
                raise
            raise EngineError(f"PocketSphinx failed ({error}); try another model, such as --model tiny") from error

    def detect(self, chunks: Sequence[Chunk]) -> list[Mapping[str, float]]:
        """The model's one language, whatever is said."""
        return [dict.fromkeys(self._spec.languages[:1], 1.0) for _ in chunks]

    def close(self) -> None:
        """Free the model; calling it again does nothing."""
        self._decoder = None

    def _hear(self, chunk: Chunk, options: TranscribeOptions) -> Heard:
        words = [word for start, samples in _parts(chunk) for word in self._words(samples, start, chunk)]
        language = next(iter(self._spec.languages), None)
        return Heard(tuple(_segment(stretch, language, options.words) for stretch in _stretches(words, chunk)))

    def _words(self, samples: Samples, start: Seconds, chunk: Chunk) -> Iterator[Word]:
        end = min(chunk.duration, start + len(samples) / chunk.rate)
        for part in self._decode(samples):
            if part.word[0] not in "<[":  # <s>, <sil>, [NOISE]
                begin, stop = (
                    min(start + frame / self._frames_per_second, end)
                    for frame in (part.start_frame, part.end_frame + 1)
                )
                # Rounding in the decoder's logarithms of base 1.0001 leads to 1.0001 at times.
                yield Word(_spelled(part.word), begin, stop, min(1.0, part.prob))

    def _decode(self, samples: Samples) -> list[Any]:
        decoder = self._decoder
        if decoder is None:
            raise EngineError(f"model {self._spec.name!r} was closed; load it again")
        cepstra = self._front_end.cepstra(samples)
        if not len(cepstra):
            return []
        decoder.start_utt()
        try:
            decoder.process_cep(cepstra.astype("float32").tobytes(), full_utt=True)
        finally:
            decoder.end_utt()
        # Without a hypothesis the segmentation would raise.
        return list(decoder.seg()) if decoder.hyp() else []


def _parts(chunk: Chunk) -> Iterator[tuple[Seconds, Samples]]:
    """The chunk in parts that are decoded apart, each with where it starts: whole pieces, of PART or longer.

    Two speakers, or two places of a recording, have different means; over too little speech a mean says nothing.
    """
    ends = [piece.chunk_start + piece.duration for piece in chunk.pieces]
    start: Seconds = 0.0
    for end in ends[:-1]:
        if end - start >= PART and ends[-1] - end >= PART:
            yield start, chunk.samples[round(start * chunk.rate) : round(end * chunk.rate)]
            start = end
    yield start, chunk.samples[round(start * chunk.rate) :]


def _spelled(word: str) -> str:
    text = word.partition("(")[0]  # "for(2)" is the second way to say "for"
    return "I" + text[1:] if text.partition("'")[0] == "i" else text


def _stretches(words: Iterable[Word], chunk: Chunk) -> Iterator[list[Word]]:
    """Words without a long silence between them: one that was heard, or one that was cut out between two pieces."""
    cuts = [piece.chunk_start for piece in chunk.pieces[1:]]
    stretch: list[Word] = []
    for word in words:
        if stretch and (
            word.start - stretch[-1].end >= LONG_SILENCE or _piece(cuts, word) != _piece(cuts, stretch[-1])
        ):
            yield stretch
            stretch = []
        stretch.append(word)
    if stretch:
        yield stretch


def _piece(cuts: list[Seconds], word: Word) -> int:
    return bisect(cuts, (word.start + word.end) / 2)


def _segment(words: list[Word], language: str | None, keep_words: bool) -> Segment:
    return Segment(
        text=" ".join(word.text for word in words),
        start=words[0].start,
        end=words[-1].end,
        words=tuple(words) if keep_words else (),
        language=language,
        confidence=sum(word.probability or 0 for word in words) / len(words),
    )


@dataclass(frozen=True, slots=True, eq=False)
class FrontEnd:
    """Samples to mean-free cepstra, as ``fe_sigproc.c`` and ``fe_noise.c`` of PocketSphinx 5 compute them."""

    window: Array
    """Hamming, (samples of a frame,)."""
    step: int
    """Samples from frame to frame."""
    emphasis: float
    filters: Array
    """(bands, bins of the spectrum): triangles on the mel scale, each of unit area."""
    transform: Array
    """(cepstra, bands): cosine transform with the sine lifter."""
    covariance: Array
    """(bands, bands) of the log mel spectrum, over all densities of the acoustic model."""
    denoise: bool

    @classmethod
    def of(cls, config: Config) -> FrontEnd:
        """The front end that a loaded model asks for.

        Raises:
            ValueError: the model was trained on features that this front end does not compute.
        """
        import numpy as np

        if (config["transform"], config["feat"], config["ncep"]) != ("dct", "1s_c_d_dd", 13):
            raise ValueError("its features are not the 13 DCT cepstra with two deltas that this engine computes")
        size = int(config["wlen"] * config["samprate"] + 0.5)
        transform = _transform(config["nfilt"], config["lifter"])
        return cls(
            window=np.hamming(size),
            step=int(config["samprate"] / config["frate"] + 0.5),
            emphasis=config["alpha"],
            filters=_filters(config),
            transform=transform,
            covariance=_covariance(Path(config["hmm"]), transform),
            denoise=config["remove_noise"],
        )

    def cepstra(self, samples: Samples) -> Array:
        """(frames, 13), one frame each 10 ms; none where the chunk is shorter than a frame or silent."""
        import numpy as np

        level = float(np.sqrt(np.mean(np.square(samples, dtype="f8")))) if len(samples) else 0.0
        if len(samples) < len(self.window) or level < SILENCE:
            return np.empty((0, len(self.transform)))
        power = self._power(samples.astype("f8") * (LEVEL / level))
        bands = _bands(power)
        heard = np.log(np.maximum(power, 1)).mean(axis=1) > 0  # frames of digital silence say nothing of the channel
        logs = np.log(np.maximum(_denoised(power) if self.denoise else power, 1e-4))
        logs -= logs[heard].mean(axis=0)
        return self._filled(logs, bands) @ self.transform.T

    def _power(self, samples: Array) -> Array:
        import numpy as np

        emphasised = np.concatenate([samples[:1], samples[1:] - self.emphasis * samples[:-1]])
        short = -(len(samples) - len(self.window)) % self.step
        frames = np.lib.stride_tricks.sliding_window_view(np.pad(emphasised, (0, short)), len(self.window))[
            :: self.step
        ]
        bins = 2 * (self.filters.shape[1] - 1)
        return np.abs(np.fft.rfft(frames * self.window, bins)) ** 2 @ self.filters.T

    def _filled(self, logs: Array, bands: int) -> Array:
        """The bands from number ``bands`` on, as the rest makes them most likely under the model's densities."""
        import numpy as np

        if not FEWEST_BANDS <= bands < logs.shape[1]:
            return logs
        known, rest = self.covariance[:bands, :bands], self.covariance[bands:, :bands]
        # A tenth of white noise: 13 cepstra say nothing of the finer differences between 25 bands.
        guess = logs[:, :bands] @ np.linalg.solve(known + 0.1 * np.eye(bands), rest.T)
        return np.concatenate([logs[:, :bands], guess], axis=1)


def _bands(power: Array) -> int:
    """How many bands, from the lowest, the recording has."""
    import numpy as np

    loud = 10 * np.log10(np.quantile(power, 0.95, axis=0) + 1e-9)
    return int(np.flatnonzero(loud > loud.max() + BAND_FLOOR)[-1]) + 1


def _denoised(power: Array) -> Array:
    """Spectral subtraction with a tracked floor and temporal masking; constants are those of ``fe_noise.c``."""
    import numpy as np

    smooth, peak = power[0].copy(), np.zeros(power.shape[1])
    noise, floor = smooth / 20, smooth / 20
    gains = np.empty_like(power)
    for frame, now in enumerate(power):
        smooth = 0.7 * smooth + 0.3 * now
        noise = _envelope(noise, smooth)
        signal = np.maximum(smooth - noise, 1)
        floor = _envelope(floor, signal)
        peak *= 0.85
        masked = np.where(signal < 0.85 * peak, 0.2 * peak, signal)
        peak = np.maximum(peak, signal)
        gains[frame] = np.maximum(masked, floor) / np.maximum(smooth, 1e-9)
    return power * _neighbours(np.clip(gains, 1 / 20, 20))


def _envelope(lower: Array, now: Array) -> Array:
    import numpy as np

    keep = np.where(now >= lower, 0.995, 0.5)  # rises slowly, falls fast
    return keep * lower + (1 - keep) * now


def _neighbours(gains: Array) -> Array:
    """The mean over four bands on either side."""
    import numpy as np

    bands = np.arange(gains.shape[1])
    low, high = np.maximum(bands - 4, 0), np.minimum(bands + 5, len(bands))
    sums = np.pad(gains.cumsum(axis=1), ((0, 0), (1, 0)))
    return np.asarray((sums[:, high] - sums[:, low]) / (high - low))


def _filters(config: Config) -> Array:
    import numpy as np

    size = int(config["wlen"] * config["samprate"] + 0.5)
    bins = config["nfft"] or 1 << (size - 1).bit_length()
    width = config["samprate"] / bins
    low, high = (2595 * np.log10(1 + config[edge] / 700) for edge in ("lowerf", "upperf"))
    edges = 700 * (10 ** (np.linspace(low, high, config["nfilt"] + 2) / 2595) - 1)
    edges = np.floor(edges / width + 0.5) * width
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    at = np.arange(bins // 2 + 1) * width
    triangles = np.minimum((at - left) / (centre - left), (right - at) / (right - centre))
    return np.asarray(np.maximum(triangles, 0) * 2 / (right - left))


def _transform(bands: int, lifter: int) -> Array:
    import numpy as np

    order = np.arange(13)[:, None]
    cosines = np.cos(np.pi * order * (np.arange(bands) + 0.5) / bands) * np.sqrt(2 / bands)
    cosines[0] /= np.sqrt(2)
    return np.asarray(cosines * (1 + lifter / 2 * np.sin(np.pi * order / lifter)) if lifter else cosines)


def _covariance(model: Path, transform: Array) -> Array:
    import numpy as np

    means, variances = (_densities(model / name) for name in ("means", "variances"))
    cepstral = np.cov(means.T) + np.diag(variances.mean(axis=0))
    back = np.linalg.pinv(transform)
    return np.asarray(back @ cepstral @ back.T)


def _densities(path: Path) -> Array:
    """(densities, 13): the static part of a Sphinx-3 parameter file.

    After the text header: byte order mark, codebooks, streams, densities, the length of each stream's vector, the
    count of numbers, and the numbers as codebook x stream x density x vector.
    """
    import numpy as np

    data = path.read_bytes()
    start = data.index(b"endhdr\n") + len(b"endhdr\n")
    order = "<" if data[start : start + 4] == b"\x44\x33\x22\x11" else ">"
    books, streams, densities = np.frombuffer(data, order + "u4", 3, start + 4)
    lengths = np.frombuffer(data, order + "u4", int(streams), start + 16)
    count = int(books * densities * lengths.sum())
    numbers = np.frombuffer(data, order + "f4", count, start + 20 + 4 * int(streams)).reshape(books, -1)
    static = numbers[:, : densities * lengths[0]].reshape(-1, lengths[0])[:, :13]
    return np.asarray(static, "f8")
