"""Decoders: from a file to frames of samples, each with its time in the recording.

FFmpeg's libraries (through PyAV) read everything that they know: on uncompressed audio, FLAC and mp3 they give the
same samples as libsndfile does. libsndfile reads what they do not know (HTK, MATLAB, SDS ...), and G.721/G.723, which
they decode wrongly out of AU and WAV.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NoReturn, cast

from speech.audio.sound import Track, as_float
from speech.errors import AudioError, SpeechError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from speech.audio.notes import Notes
    from speech.audio.sound import Audio, Samples
    from speech.audio.source import Input
    from speech.data import Seconds

AvObject = Any
"""A container, stream, packet or frame: their classes cannot be named before av is imported."""
PREROLL: Seconds = 1.0
"""Decoded before a place that was sought: Opus needs 0.08 s to settle, mp3 the bits of earlier frames."""
ENCODER_DELAY: Seconds = 0.1
"""A track that starts later than this was recorded later; below, it is the encoder's padding (mp3 0.03 to 0.07 s)."""
SEEKS_TO_THE_SAMPLE = {"wav", "w64", "aiff", "au", "caf", "flac", "ogg", "mp3", "mov", "matroska"}
"""Containers whose times are right after a jump; the others guess them from the bit rate, so they are read through."""
COUNTS_FROM_ZERO = {"mov", "matroska"}
"""Containers whose time 0 is the start of the recording; elsewhere (MPEG-TS, Ogg) it is the first time there is."""
PLAYLISTS = {"hls", "dash", "concat", "sdp", "rtsp", "rtp", "imf", "applehttp"}
BROKEN_CODECS = ("g726", "adpcm_g726")
KNOWN_TO_FFMPEG = (b"ID3", b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b".snd", b"caff", b"riff", b"NIST_1A")
"""How files begin that libsndfile would read as well, but no better where they are damaged."""
SAMPLE_TYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}
"""FFmpeg's names of them, without the "p" of those that keep the channels apart, and numpy's."""
RATES = range(100, 10_000_001)
"""Beyond these the header is damaged, and the resampler would be asked for the impossible."""

GATHERED: Seconds = 0.25
"""Of a frame: a decoder gives some 0.02 s at a time, and each step after it costs as much for little as for much."""
ROUNDED: Seconds = 0.001
"""By how much a container may have rounded the time of a frame: Matroska counts in milliseconds."""

OPUS_RATE = 48_000
"""Opus counts its frames at this rate, whatever was encoded."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A stretch of what was recorded: shape (frames, channels)."""

    samples: Samples
    rate: int
    time: Seconds | None
    """From the start of the recording; None where the container does not say: right after the one before."""


@dataclass(frozen=True, slots=True, eq=False)
class _Raw:
    """A decoder's frame: shape (frames, channels), in its own kind of number, timed by the container's clock."""

    samples: NDArray[np.generic]
    rate: int
    time: Seconds | None


class AvReader:
    """A file through FFmpeg's libraries."""

    def __init__(self, file: Input) -> None:
        self._file = file
        self._container = demuxer(file)
        formats = set(self._container.format.name.split(","))
        self._seeks = file.seekable() and bool(formats & SEEKS_TO_THE_SAMPLE)
        self._from_zero = bool(formats & COUNTS_FROM_ZERO)
        self.estimated = bool(formats & {"mp3", "aac", "ac3", "eac3", "amr"})
        """Whether ``duration`` comes from a bit rate."""

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The audio tracks, in the file's order."""
        return tuple(_track(stream) for stream in self._container.streams.audio)

    @property
    def video(self) -> bool:
        """Whether there are pictures; FFmpeg would also draw plain text."""
        return bool(self._container.streams.video) and self._container.format.name != "tty"

    def duration(self, track: int) -> Seconds | None:
        """Seconds from the start of the recording to the track's end, as the headers say it."""
        stream = self._container.streams.audio[track]
        if stream.duration is not None and stream.time_base is not None:
            start = float((stream.start_time or 0) * stream.time_base)
            # The stream's own duration counts the encoder's padding in MP4 and leaves it out in mp3.
            padded = start if 0 < start < ENCODER_DELAY and self._from_zero else pre_skip(self._container)
            return float(stream.duration * stream.time_base) - padded + max(0.0, start - self._zero(start))
        return _tagged(stream) or (self._container.duration / 1e6 if self._container.duration else None)

    def frames(self, track: int, begin: Seconds, notes: Notes) -> Iterator[Frame]:
        """Everything from ``begin`` on; the first frame may be from before it."""
        frames = self._decoded(track, notes)
        first = next(frames, None)
        zero = self._zero((first and first.time) or 0.0)
        if begin > 0 and first and self._seeks:
            frames = self._sought(track, begin + zero, notes)
            first = next(frames, None)
        while first:
            yield first if first.time is None else replace(first, time=first.time - zero)
            first = next(frames, None)

    def close(self) -> None:
        """Free the decoders; the file stays open."""
        self._container.close()

    def _reopen(self) -> None:
        self._container.close()
        self._file.rewind()
        self._container = demuxer(self._file)

    def _sought(self, track: int, begin: Seconds, notes: Notes) -> Iterator[Frame]:
        """Frames from a little before ``begin``, or from the start where the container does not find the place."""
        import av

        stream = self._container.streams.audio[track]
        first = None
        with suppress(av.error.FFmpegError):
            self._container.seek(int(max(0.0, begin - PREROLL) / stream.time_base), stream=stream)
            frames = self._decoded(track, notes)
            first = next(frames, None)
        if first is None and begin > (self.duration(track) or 0.0):
            return
        if first is None or first.time is None or first.time > begin:
            self._reopen()
            frames = self._decoded(track, notes)
        else:
            yield first
        yield from frames

    def _zero(self, first: Seconds) -> Seconds:
        """Where the recording starts on the container's clock, given where the track's first frame does."""
        origin = 0.0 if self._from_zero else (self._container.start_time or 0) / 1e6
        return first if first - origin < ENCODER_DELAY else origin

    def _decoded(self, track: int, notes: Notes) -> Iterator[Frame]:
        """Frames with their times on the container's clock, those that follow each other together."""
        held: list[_Raw] = []
        for raw in self._raw(track, notes):
            if held and not _follows(held, raw):
                yield _together(held)
                held = []
            held.append(raw)
        if held:
            yield _together(held)

    def _raw(self, track: int, notes: Notes) -> Iterator[_Raw]:
        stream = self._container.streams.audio[track]
        for packet in self._packets(stream, notes):
            for frame in _frames(packet, notes):
                samples = _samples(frame)
                if samples is None:
                    notes.damage("a frame without all of its samples")
                else:
                    yield _Raw(samples, frame.sample_rate, frame.time)

    def _packets(self, stream: AvObject, notes: Notes) -> Iterator[AvObject]:
        import av
        from av.stream import Discard

        for other in self._container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        try:
            yield from self._container.demux(stream)
        except (av.error.FFmpegError, EOFError) as error:
            notes.damage(cause_of(error))


class SoundFileReader:
    """A file through libsndfile."""

    video = False
    estimated = False

    def __init__(self, file: Input) -> None:
        import soundfile

        file.rewind()
        self._file = soundfile.SoundFile(file)

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Its one track."""
        return (Track(f"{self._file.format}/{self._file.subtype}", self._file.samplerate, self._file.channels),)

    def duration(self, _: int) -> Seconds | None:
        """Seconds, as the header says."""
        return float(len(self._file) / self._file.samplerate)

    def frames(self, _: int, begin: Seconds, __: Notes) -> Iterator[Frame]:
        """Everything from ``begin`` on."""
        rate = self._file.samplerate
        at = 0
        if self._file.seekable():
            at = self._file.seek(min(int(begin * rate), len(self._file)))
        while len(samples := self._file.read(rate, dtype="float32", always_2d=True)):
            yield Frame(samples, rate, at / rate)
            at += len(samples)

    def close(self) -> None:
        """Free the decoder; the file stays open."""
        self._file.close()


Reader = AvReader | SoundFileReader


def slices(audio: Audio, begin: Seconds) -> Iterator[Frame]:
    """What is in memory already, a second at a time."""
    rate = audio.rate
    samples = audio.samples if audio.samples.ndim == 2 else audio.samples[:, None]
    for at in range(round(begin * rate), len(samples), rate):
        yield Frame(samples[at : at + rate], rate, at / rate)


@contextmanager
def reading(file: Input, name: str) -> Iterator[Reader]:
    """The reader that fits the file.

    Raises:
        AudioError: no decoder knows it.
    """
    reader = _reader(file, name)
    try:
        yield reader
    finally:
        reader.close()


def picked(reader: Reader, track: int | None, name: str) -> int:
    """The place of the wanted track: the first where none was asked for.

    Raises:
        AudioError: there is no such track, no audio at all, or no decoder for it.
    """
    tracks = reader.tracks
    if not tracks:
        what = "a video without an audio track" if reader.video else "a file without audio"
        raise AudioError(f"{name!r} is {what}; give one that has sound")
    place = 0 if track is None else track
    listed = "; ".join(f"{index}: {each}" for index, each in enumerate(tracks))
    if not 0 <= place < len(tracks):
        raise AudioError(f"{name!r} has no track {track!r}; choose one of these: {listed}")
    if not tracks[place].codec:
        raise AudioError(f"{name!r}: track {place} cannot be decoded (unknown or encrypted codec); convert it to FLAC")
    if tracks[place].rate and tracks[place].rate not in RATES:
        raise AudioError(f"{name!r}: no recording has {tracks[place].rate} samples a second; its header is damaged")
    return place


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Whatever the decoders and the file system raise, as an AudioError that names the source."""
    try:
        yield
    except SpeechError:
        raise
    except _failures() as error:
        raise AudioError(f"{name!r} cannot be read ({cause_of(error)}); check the file") from error


def _failures() -> tuple[type[Exception], ...]:
    """What decoders and files raise; a decoder that was never imported (soundfile takes 50 ms) raises nothing."""
    import av

    soundfile = sys.modules.get("soundfile")
    own = (av.error.FFmpegError, soundfile.SoundFileError) if soundfile else (av.error.FFmpegError,)
    return (*own, OSError, EOFError, ValueError)


def cause_of(error: Exception) -> str:
    """The foreign error in words, without numbers and file names."""
    return str(getattr(error, "strerror", None) or error or type(error).__name__).rstrip(".")


def _reader(file: Input, name: str) -> Reader:
    import av

    reader = None
    try:
        reader = AvReader(file)
        if not (file.seekable() and any(track.codec.startswith(BROKEN_CODECS) for track in reader.tracks)):
            return reader
        return SoundFileReader(file)
    except (av.error.FFmpegError, EOFError) as error:
        try:
            if file.seekable() and not _known_to_ffmpeg(file):
                return SoundFileReader(file)
        except _failures():
            pass
        advice = (
            "raw samples need a header first, such as `ffmpeg -f s16le -ar 16000 -ac 1 -i x.raw x.wav` gives them "
            "(in Python, Audio(samples, rate) takes them as they are)"
        )
        raise AudioError(f"{name!r} is no audio or video that can be decoded ({cause_of(error)}); {advice}") from error


def _known_to_ffmpeg(file: Input) -> bool:
    """Whether a second opinion is worth nothing: on MPEG audio, libsndfile's writes to standard error."""
    file.rewind()
    head = file.peek(16)
    mpeg_audio = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return mpeg_audio or head.startswith(KNOWN_TO_FFMPEG)


def demuxer(file: Input) -> AvObject:
    """FFmpeg's view of a file, by itself: no playlist, and nothing else opened on its behalf."""
    import av

    # No other file and no network, whatever the content asks for: demuxers ask io_open, SDP goes by the whitelist.
    options = {"protocol_whitelist": "none"}
    container = av.open(file, metadata_errors="replace", io_open=_refuse, container_options=options)
    if set(container.format.name.split(",")) & PLAYLISTS:
        container.close()
        raise AudioError("it is a playlist, and what it points to is not fetched; give the recording itself")
    for stream in container.streams.audio:
        if stream.codec_context is not None:
            stream.codec_context.thread_count = 1  # threads gain nothing on audio, and blame the wrong packet
    return container


def _refuse(url: str, *_: object) -> NoReturn:
    raise OSError(f"it points to another file or address ({url!r}), which is not opened")


def pre_skip(container: AvObject) -> Seconds:
    """What an Ogg Opus file counts and players leave out of its beginning (RFC 7845, section 4.2); else 0."""
    context = container.streams.audio[0].codec_context
    if container.format.name != "ogg" or context is None or context.name != "opus":
        return 0.0
    return int.from_bytes((context.extradata or b"")[10:12], "little") / OPUS_RATE


def _track(stream: AvObject) -> Track:
    context = stream.codec_context
    title = stream.metadata.get("title")
    if context is None:
        return Track("", 0, 0, stream.language, title)
    return Track(context.name, context.sample_rate or 0, context.layout.nb_channels, stream.language, title)


def _tagged(stream: AvObject) -> Seconds | None:
    """The track's own duration where Matroska writes it as a tag: ``00:01:02.345``."""
    parts = stream.metadata.get("DURATION", "").split(":")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return None
    return 3600 * hours + 60 * minutes + seconds


def _frames(packet: AvObject, notes: Notes) -> list[AvObject]:
    import av

    try:
        frames = packet.decode()
    except (av.error.FFmpegError, EOFError) as error:
        notes.damage(cause_of(error))
        return []
    return [frame for frame in frames if frame.samples and frame.sample_rate]


def _follows(held: list[_Raw], raw: _Raw) -> bool:
    """Whether it continues what is held, and that is not enough yet."""
    first, count = held[0], sum(len(one.samples) for one in held)
    if count >= GATHERED * first.rate or raw.rate != first.rate:
        return False
    if raw.samples.dtype != first.samples.dtype or raw.samples.shape[1] != first.samples.shape[1]:
        return False
    if raw.time is None or first.time is None:
        return raw.time is None
    return abs(first.time + count / first.rate - raw.time) <= ROUNDED


def _together(held: list[_Raw]) -> Frame:
    import numpy as np

    samples = held[0].samples if len(held) == 1 else np.concatenate([raw.samples for raw in held])
    return Frame(as_float(samples), held[0].rate, held[0].time)


def _samples(frame: AvObject) -> NDArray[np.generic] | None:
    """What the frame holds, of shape (frames, channels); None where that is less than it says.

    PyAV's own ``planes`` and ``to_ndarray`` look for a null pointer behind the last channel, and FFmpeg writes none
    from nine channels on: they read whatever lies there, and crash.
    """
    import numpy as np
    from av.audio.plane import AudioPlane

    channels, kind = frame.layout.nb_channels, SAMPLE_TYPES.get(frame.format.name.removesuffix("p"))
    planes, width = (channels, 1) if frame.format.is_planar else (1, channels)
    if channels < 1 or kind is None:
        return None
    count, size = frame.samples * width, frame.samples * width * frame.format.bytes
    # A null pointer ends the list where it is too short; none behind it is looked at.
    held = takewhile(lambda plane: plane.buffer_ptr, (AudioPlane(frame, index) for index in range(planes)))
    arrays = [np.frombuffer(cast("Any", plane), kind, count) for plane in held if plane.buffer_size >= size]
    return np.stack(arrays, axis=-1).reshape(-1, channels) if len(arrays) == planes else None
