"""What audio is once it is in memory, and what a file says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING

from speech.errors import AudioError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from speech.data import Seconds

    Samples = NDArray[np.float32]

MOST_CHANNELS = 64
"""More than this is an array lying on its side, or a damaged header."""


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Samples with their rate: float32 between -1 and 1, of shape (frames,) or (frames, channels).

    Integers are taken as PCM at full scale, other floats are narrowed.

    Raises:
        AudioError: not an array of such a shape, a kind of number that is no sample, NaN or infinity, or no rate.
    """

    samples: Samples
    rate: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", _checked(self.samples))
        object.__setattr__(self, "rate", checked_rate(self.rate))

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return 1 if self.samples.ndim == 1 else int(self.samples.shape[1])

    @property
    def duration(self) -> Seconds:
        """Seconds."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class Track:
    """One audio track of a file; its place in the file's list is the ``track`` that ``blocks`` takes."""

    codec: str
    """Name of the decoder; "" where there is none for it."""
    rate: int
    channels: int
    language: str | None = None
    """As the file writes it, mostly three letters."""
    title: str | None = None

    def __str__(self) -> str:
        parts = (self.codec or "no decoder", self.language, self.title and repr(self.title))
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What the headers of a source say; rate, channels and codec are those of its first track."""

    name: str
    duration: Seconds | None
    """None where the headers do not say; an estimate where they give only a bit rate."""
    rate: int = 0
    """0 where it is not known: the source is empty, or a pipe that cannot be read twice."""
    channels: int = 0
    tracks: tuple[Track, ...] = ()
    codec: str = ""


def checked_rate(rate: object) -> int:
    """The rate as an int, also where it comes as a float or as numpy's.

    Raises:
        AudioError: it is no whole number above 0.
    """
    value = float(rate) if isinstance(rate, Real) and not isinstance(rate, bool) else 0.0
    if value.is_integer() and 0 < value < 2**31:
        return int(value)
    raise AudioError(f"a sample rate cannot be {rate!r}; give frames per second, such as 16000")


def _checked(samples: object) -> Samples:
    import numpy as np

    if not isinstance(samples, np.ndarray):
        raise AudioError(f"samples are a numpy array, not {type(samples).__name__}; convert them with numpy.asarray")
    if samples.ndim not in (1, 2) or (samples.ndim == 2 and not 1 <= samples.shape[1] <= MOST_CHANNELS):
        hint = "pass samples.T" if samples.ndim == 2 and samples.shape[0] <= MOST_CHANNELS else "reshape them"
        raise AudioError(f"samples have the shape (frames,) or (frames, channels), not {samples.shape}; {hint}")
    if samples.dtype.kind not in "iuf":
        raise AudioError(f"samples are floats or integers, not {samples.dtype}; convert them with astype('float32')")
    converted = as_float(samples)
    if not np.isfinite(converted).all():
        raise AudioError("the samples hold NaN or infinity; clean them with numpy.nan_to_num")
    return converted


def as_float(samples: NDArray[np.generic]) -> Samples:
    """PCM of any width as float32 between -1 and 1; floats keep their values.

    Unsigned integers have their zero in the middle, as PCM does.
    """
    import numpy as np

    if samples.dtype.kind == "f":
        with np.errstate(over="ignore"):  # beyond float32 becomes infinity, and is dealt with as such
            return samples.astype(np.float32, copy=False)
    half = float(2 ** (8 * samples.dtype.itemsize - 1))
    middle = np.float32(half if samples.dtype.kind == "u" else 0)
    # Dividing by a power of two is exact: what float32 can hold of the integer comes out unchanged.
    return (samples.astype(np.float32) - middle) / np.float32(half)
