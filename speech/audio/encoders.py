"""Encoders: from samples to the bytes of a file, each the same for the same samples however they come in.

FFmpeg's libraries (through PyAV) write everything but FLAC and Vorbis: they put the comment of a FLAC where players
do not look for it, and have no good encoder for Vorbis.
Nothing that differs between two runs (dates, serial numbers, names of libraries) is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol, cast

from speech.audio import mpeg
from speech.audio.ogg import Pages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from _typeshed import ReadableBuffer
    from numpy.typing import NDArray

    from speech.audio.sound import Samples

    PCM = NDArray[np.int16]

BITEXACT = 1 << 23
"""FFmpeg's AV_CODEC_FLAG_BITEXACT."""
PAGE = 200_000
"""Microseconds of Opus in a page of a pipe; FFmpeg would wait for a second."""
BIT_RATES = ((12_000, 32_000, 48_000), (16_000, 48_000, 96_000), (24_000, 80_000, 128_000), (10**9, 128_000, 192_000))
"""Up to a rate: bits per second of mono and of stereo in mp3 and AAC. Rates that all their tables hold; speech at 24
kHz has nothing to gain beyond."""
OPUS_BIT_RATES = (64_000, 96_000)
"""Bits per second of mono and of stereo: above what listeners can tell from the original in speech (RFC 6716)."""
BLOCK = 4096
"""Frames that libsndfile is given at a time: where it ends a page depends on them, and pieces come in any size."""
FLAC_LEVEL = 0.625
"""Of libsndfile's 0 to 1: libFLAC's own default of 5, of 8."""
VORBIS_QUALITY = 0.4
"""What libsndfile calls compression: its 1 minus libvorbis' quality; 0.6 is what players call -q 6."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written."""

    container: str
    """FFmpeg's name of it; "" where FFmpeg does not write it."""
    codec: str
    sample: Literal["s16", "flt", "fltp"]
    """What the codec takes: 16-bit or float samples, "p" with the channels apart."""
    rates: tuple[int, ...] = ()
    """Those it takes, lowest first; empty: any."""
    options: Mapping[str, str] = field(default_factory=dict)
    seeks: bool = False
    """It cannot be written to a pipe."""
    chapters: bool = False


class Output(Protocol):
    """A file to write to."""

    seeks: bool

    def write(self, data: ReadableBuffer, /) -> int:
        """Take all of it."""
        ...

    def tell(self) -> int:
        """Bytes from the start."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As on any file."""
        ...


class Encoder(Protocol):
    """A file in the making."""

    def encode(self, samples: Samples) -> None:
        """Add samples of shape (frames, channels)."""
        ...

    def close(self) -> None:
        """Write what is still inside."""
        ...


def pcm16(samples: Samples) -> PCM:
    """16-bit samples, rounded to the nearest and clipped; what was read from 16 bits comes back the same.

    No dither: it would be noise at -96 dBFS, far below that of any voice, and files would not repeat without a seed.
    """
    import numpy as np

    return np.rint(np.clip(samples, -1, 1) * 32768).clip(-32768, 32767).astype("<i2")


class PcmEncoder:
    """Bare 16-bit little-endian samples, channels in turn."""

    def __init__(self, file: Output) -> None:
        self._file = file

    def encode(self, samples: Samples) -> None:
        """Add samples."""
        self._file.write(pcm16(samples).tobytes())

    def close(self) -> None:
        """Nothing is inside."""


class SoundFileEncoder:
    """FLAC, or Vorbis in Ogg, through libsndfile."""

    def __init__(self, file: Output, form: Format, rate: int, channels: int, *, tags: Mapping[str, str]) -> None:
        import soundfile

        self._form = form
        vorbis = form.codec == "vorbis"
        self._file = soundfile.SoundFile(
            cast("BinaryIO", Pages(file) if vorbis else file),
            "w",
            rate,
            channels,
            "VORBIS" if vorbis else "PCM_16",
            format="OGG" if vorbis else "FLAC",
            compression_level=VORBIS_QUALITY if vorbis else FLAC_LEVEL,
        )
        for name, value in tags.items():
            setattr(self._file, name, value)
        self._held: list[Samples] = []

    def encode(self, samples: Samples) -> None:
        """Add samples."""
        import numpy as np

        held = np.concatenate([*self._held, samples])
        whole = len(held) - len(held) % BLOCK
        for at in range(0, whole, BLOCK):
            self._write(held[at : at + BLOCK])
        self._held = [held[whole:]]

    def close(self) -> None:
        """Write what is left."""
        for rest in self._held:
            self._write(rest)
        self._file.close()

    def _write(self, samples: Samples) -> None:
        self._file.write(pcm16(samples) if self._form.sample == "s16" else samples)


class AvEncoder:
    """Anything that FFmpeg's libraries write."""

    def __init__(
        self, file: Output, form: Format, rate: int, channels: int, *, tags: Mapping[str, str], bit_rate: int | None
    ) -> None:
        import av

        self._file, self._form, self._rate, self._channels = file, form, rate, channels
        self._taken = 0
        if form.container in ("mp3", "adts"):
            file.write(mpeg.id3(tags) if tags else b"")
            self._at = file.tell()
            file, tags = cast("Output", From(file, self._at)), {}
        elif form.container == "opus":
            file, tags = cast("Output", Pages(file, tags)), {}
        self._container = av.open(cast("Any", file), "w", format=form.container, options=self._options())
        self._container.metadata.update(tags)
        self._stream: Any = self._container.add_stream(form.codec, rate=rate, layout=self._layout)
        context = self._stream.codec_context
        context.format = form.sample
        context.flags |= BITEXACT
        context.thread_count = 1
        context.time_base = self._stream.time_base = Fraction(1, rate)
        self._scale = 1.0
        if form.sample != "s16":
            context.bit_rate = bit_rate or usual_bit_rate(form.codec, rate, channels)
            self._scale = mpeg.scale(context.bit_rate, rate) if form.container == "mp3" else 1.0
        self._container.start_encoding()

    @property
    def _layout(self) -> str:
        return "mono" if self._channels == 1 else "stereo"

    def _options(self) -> dict[str, str]:
        options = {"fflags": "+bitexact", **self._form.options}
        if self._form.container == "ipod":
            options["movie_timescale"] = str(self._rate)  # else the edit list, and the end, count in milliseconds
        if not self._file.seeks:
            options["flush_packets"] = "1"
            if self._form.container == "opus":
                options["page_duration"] = str(PAGE)
        return options

    def encode(self, samples: Samples) -> None:
        """Add samples."""
        import av
        import numpy as np

        values = pcm16(samples) if self._form.sample == "s16" else samples / np.float32(self._scale)
        planes = values.T if self._form.sample == "fltp" else values.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), format=self._form.sample, layout=self._layout)
        frame.sample_rate, frame.time_base, frame.pts = self._rate, Fraction(1, self._rate), self._taken
        self._taken += len(samples)
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what the encoder holds and the sizes in the header."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        del self._container, self._stream  # with them goes the index of an MP4, which is about to be made again
        if self._form.container == "mp3" and self._file.seeks:
            mpeg.end_at(cast("BinaryIO", self._file), self._at, self._taken, self._rate)


class From:
    """A file from one of its bytes on."""

    def __init__(self, file: Output, at: int) -> None:
        self._file, self._at = file, at
        self.seeks = file.seeks
        self.write = file.write

    def seekable(self) -> bool:
        """As the file itself."""
        return self.seeks

    def tell(self) -> int:
        """Bytes from there."""
        return self._file.tell() - self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """As on any file."""
        return self._file.seek(offset + (self._at if whence == 0 else 0), whence) - self._at


def usual_bit_rate(codec: str, rate: int, channels: int) -> int:
    """Bits per second where nobody asked for others."""
    if codec == "libopus":
        return OPUS_BIT_RATES[channels - 1]
    return next(rates for limit, *rates in BIT_RATES if rate <= limit)[channels - 1]


def remux(
    draft: BinaryIO, path: Path, chapters: Sequence[tuple[str, float]], tags: Mapping[str, str], rate: int
) -> None:
    """Copy an MP4 without encoding it again: chapters go into its header, and its index before its sound.

    Chapters have to be known before the first packet is written, and the index is wanted first by whoever reads an
    audio book over a network; at the end of the stream both are known.
    """
    import av

    options = {"fflags": "+bitexact", "movie_timescale": str(rate), "movflags": "+faststart"}
    with av.open(draft) as source, path.open("w+b") as file:

        def reopened(*_: object) -> BinaryIO:
            file.flush()
            return path.open("rb")

        target = av.open(file, "w", format="ipod", options=options, io_open=cast("Any", reopened))
        target.metadata.update(tags)
        sound = source.streams.audio[0]
        target.set_chapters(_chapters(chapters, cast("int", sound.duration), rate))
        stream = target.add_stream_from_template(sound)
        for packet in source.demux(sound):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
        target.close()
        file.flush()


def _chapters(chapters: Sequence[tuple[str, float]], end: int, rate: int) -> list[Any]:
    starts = [min(end, round(start * rate)) for _, start in chapters]
    stops = [*starts[1:], end][: len(starts)]
    return [
        {"id": number, "start": start, "end": stop, "time_base": Fraction(1, rate), "metadata": {"title": title}}
        for number, (start, stop, (title, _)) in enumerate(zip(starts, stops, chapters, strict=True))
    ]
