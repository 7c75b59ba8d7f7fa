"""From any source to blocks of float32 samples, without ever holding the whole.

``source.py`` makes a file of what was given, ``reader.py`` decodes it, ``flow.py`` brings the frames to one clock, one
rate and one size. Nothing but these stages is between a file and the blocks, and each holds about a second.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from math import isfinite, isinf
from typing import TYPE_CHECKING, Literal

from speech.audio.notes import Notes
from speech.audio.sound import Audio, AudioInfo, Track, checked_rate
from speech.audio.source import Source, is_stream, name_of, opened
from speech.errors import AudioError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from speech.audio.reader import Frame, Reader
    from speech.audio.sound import Samples
    from speech.data import Event, Seconds

__all__ = ["Audio", "AudioInfo", "Source", "Track", "blocks", "describe", "is_stream", "name_of"]


def describe(source: Source) -> AudioInfo:
    """What the headers say; nothing is decoded. A pipe is not touched, since it could not be read again.

    Raises:
        AudioError: the source cannot be read, is no audio, or has no audio track.
    """
    name = name_of(source)
    if isinstance(source, Audio):
        track = Track("pcm_f32le", source.rate, source.channels)
        return AudioInfo(name, source.duration, track.rate, track.channels, (track,), track.codec)
    from speech.audio.reader import picked, reading, translated

    if is_stream(source):
        return AudioInfo(name, None)
    with translated(name), opened(source, name) as file:
        if not file.peek(1):
            return AudioInfo(name, 0.0)
        with reading(file, name) as reader:
            first = reader.tracks[picked(reader, None, name)]
            return AudioInfo(name, reader.duration(0), first.rate, first.channels, reader.tracks, first.codec)


def blocks(
    source: Source,
    *,
    rate: int = 16_000,
    channels: Literal["mix", "split"] = "mix",
    start: Seconds = 0.0,
    end: Seconds | None = None,
    track: int | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Iterator[Samples]:
    """Decode a source to blocks of shape (frames, channels), float32 between -1 and 1, two seconds each but the last.

    The blocks are frames ``round(start * rate)`` to ``round(end * rate)`` of the recording: without a hole, silence
    standing where a container's times leave one. ``"mix"`` gives one channel, their mean (what one channel holds upside
    down of another is lost in it; ``"split"`` keeps them apart). A file object is read from its first byte if it can
    seek, and put back where it stood; it is never closed. An empty source gives no blocks.

    What was not as it should be (damaged packets, gaps, a file that breaks off) goes to ``on_event`` as it is met, and
    the blocks go on; only a source of which nothing can be decoded is an error.

    Raises:
        AudioError: at once where the arguments make no sense, with the first block where the source cannot be read.
    """
    name = name_of(source)
    rate = checked_rate(rate)
    if channels not in ("mix", "split"):
        raise AudioError(f"channels are 'mix' or 'split', not {channels!r}")
    if not isfinite(start) or start < 0:
        raise AudioError(f"the start cannot be {start!r}; give seconds from 0 on")
    if end is not None and not end > start:
        raise AudioError(f"the end ({end!r} s) is not after the start ({start!r} s); give a later end")
    return _blocks(_Clip(source, name, channels, track, start, end), rate, Notes(on_event or _ignore))


@dataclass(frozen=True, slots=True)
class _Clip:
    """What is wanted of a source."""

    source: Source
    name: str
    channels: Literal["mix", "split"]
    track: int | None
    start: Seconds
    end: Seconds | None

    @property
    def begin(self) -> Seconds:
        """Where to start decoding.

        Whole seconds are whole frames at any rate, so that a clip is resampled on the same grid as the whole would
        be; the second before lets the resampler settle.
        """
        return float(max(0, int(self.start) - 1))

    def frame(self, time: Seconds, rate: int) -> int:
        """The frame at ``time``, counted from ``begin``."""
        return round(time * rate) - round(self.begin * rate)


def _blocks(clip: _Clip, rate: int, notes: Notes) -> Iterator[Samples]:
    from speech.audio.flow import BLOCK, cut, even, resampled

    end = None if clip.end is None or isinf(clip.end) else clip.frame(clip.end, rate)
    with closing(_frames(clip, notes)) as frames:
        yield from even(cut(resampled(frames, rate), clip.frame(clip.start, rate), end), round(BLOCK * rate))
    notes.total()


def _frames(clip: _Clip, notes: Notes) -> Generator[Frame, None, None]:
    """Frames on one clock, from ``clip.begin`` on."""
    from speech.audio.reader import reading, slices, translated

    if isinstance(clip.source, Audio):
        yield from _timed(slices(clip.source, clip.begin), clip, None, notes)
        return
    with translated(clip.name), opened(clip.source, clip.name) as file:
        if not file.peek(1):
            notes.say("the source is empty (0 bytes)")
            return
        missing, size = file.missing(), file.size()
        with reading(file, clip.name) as reader:
            yield from _read(reader, clip, size, notes)
        if missing:
            notes.say(f"the header promises {missing} bytes of samples more; the file is cut short", notes.now)


def _read(reader: Reader, clip: _Clip, size: int | None, notes: Notes) -> Iterator[Frame]:
    from speech.audio.flow import FEWEST_BYTES
    from speech.audio.reader import picked

    track = picked(reader, clip.track, clip.name)
    declared = reader.duration(track)
    believed = None if declared is not None and size is not None and declared * FEWEST_BYTES > size else declared
    yield from _timed(reader.frames(track, clip.begin, notes), clip, believed, notes)
    if notes.now == 0 and (notes.damaged or (declared or 0) > 0):
        cause = notes.cause or "it breaks off after its header"
        raise AudioError(f"nothing in {clip.name!r} can be decoded ({cause}); record or copy it again")
    if notes.now == 0:
        notes.say("the source holds no samples")
    elif notes.now > clip.begin:
        notes.ended(declared, estimated=reader.estimated)


def _timed(frames: Iterator[Frame], clip: _Clip, end: Seconds | None, notes: Notes) -> Iterator[Frame]:
    from speech.audio.flow import in_range, on_time

    return on_time(in_range(frames, clip.channels, notes), clip.begin, end, notes)


def _ignore(_: Event) -> None:
    """Where nobody asked what happened."""
