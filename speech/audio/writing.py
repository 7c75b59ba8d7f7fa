"""From samples to a file: whole or not at all, and exactly as long as what was written.

    with writing("hello.mp3", "mp3", 24_000, 1, tags={"title": "Hello"}) as file:
        file.write(samples)

Nothing is held but what the encoder needs (of an MP4 its index too: some 13 MB for each hour). Formats that carry no
tags (pcm) lose them, and those without chapters lose these; see ``keeps_tags`` and ``keeps_chapters``.
"""

from __future__ import annotations

import errno
import sys
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from speech.audio.encoders import AvEncoder, Format, PcmEncoder, SoundFileEncoder, remux
from speech.audio.sink import Sink
from speech.errors import OutputError, SpeechError, UnsupportedError
from speech.transcript import draft_beside, put_in_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from speech.audio.encoders import Encoder
    from speech.audio.sound import Samples
    from speech.data import Seconds

Target = str | Path | BinaryIO
"""Where to write: a path, or a binary file, from where it stands."""

TAGS = ("title", "artist", "album", "date", "genre", "copyright", "comment")

MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
AAC_RATES = (*MP3_RATES, 64_000, 88_200, 96_000)
OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
RATES = range(1_000, 192_001)
"""What any other format takes, and a player too."""

_MP4 = Format("ipod", "aac", "fltp", AAC_RATES, seeks=True, chapters=True)

_FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        # RF64 only where more than 4 GiB make it necessary.
        "wav": Format("wav", "pcm_s16le", "s16", options={"rf64": "auto"}),
        "flac": Format("", "flac", "s16"),
        "mp3": Format("mp3", "libmp3lame", "fltp", MP3_RATES, {"id3v2_version": "0"}),
        "opus": Format("opus", "libopus", "flt", OPUS_RATES),
        "ogg": Format("", "vorbis", "flt"),
        "pcm": Format("", "pcm", "s16"),
        "aac": Format("adts", "aac", "fltp", AAC_RATES),
        "m4a": _MP4,
        "m4b": _MP4,
    }
)
_ENDINGS = {"oga": "ogg", "raw": "pcm", "mp4": "m4a"}


def formats() -> tuple[str, ...]:
    """The formats that can be written."""
    return tuple(_FORMATS)


def of_file(path: str | Path) -> str:
    """The format that the end of a file's name says.

    Raises:
        UnsupportedError: it says none.
    """
    ending = Path(path).suffix.lower().removeprefix(".")
    name = _ENDINGS.get(ending, ending)
    if name in _FORMATS:
        return name
    raise UnsupportedError(
        f"{str(path)!r} does not end like a sound file that can be written; end it in ." + ", .".join(_FORMATS)
    )


def rate_for(format: str, rate: int) -> int:  # noqa: A002
    """The lowest rate from ``rate`` on that the format takes, or else its highest.

    Raises:
        UnsupportedError: there is no such format.
    """
    rates = _find(format).rates or (min(max(rate, RATES[0]), RATES[-1]),)
    return next((each for each in rates if each >= rate), rates[-1])


def keeps_tags(format: str) -> bool:  # noqa: A002
    """Whether the format has a place for them: bare samples do not.

    Raises:
        UnsupportedError: there is no such format.
    """
    return _find(format).codec != "pcm"


def keeps_chapters(format: str) -> bool:  # noqa: A002
    """Whether the format has a place for them.

    Raises:
        UnsupportedError: there is no such format.
    """
    return _find(format).chapters


def streams(format: str) -> bool:  # noqa: A002
    """Whether the format can be written to a pipe.

    Raises:
        UnsupportedError: there is no such format.
    """
    return not _find(format).seeks


@dataclass(frozen=True, slots=True)
class _Order:
    """What file is wanted."""

    name: str
    """What messages call it."""
    form: Format
    rate: int
    channels: int
    tags: Mapping[str, str]
    bit_rate: int | None

    def encoder(self, sink: Sink) -> Encoder:
        if self.form.codec == "pcm":
            return PcmEncoder(sink)
        tags = {} if self.form.seeks else self.tags  # they go into the copy that is made at the end
        if not self.form.container:
            return SoundFileEncoder(sink, self.form, self.rate, self.channels, tags=tags)
        return AvEncoder(sink, self.form, self.rate, self.channels, tags=tags, bit_rate=self.bit_rate)


class Writer:
    """A file that is being written."""

    def __init__(self, file: BinaryIO, order: _Order) -> None:
        self._sink = Sink(file)
        self._order = order
        self._encoder = order.encoder(self._sink)
        self._frames = 0
        self._chapters: list[tuple[str, Seconds]] = []

    @property
    def seconds(self) -> Seconds:
        """Written so far."""
        return self._frames / self._order.rate

    @property
    def chapters(self) -> tuple[tuple[str, Seconds], ...]:
        """Titles and where each begins."""
        return tuple(self._chapters)

    def write(self, samples: Samples) -> None:
        """Add float32 samples of shape (frames,) or (frames, channels); mono goes to every channel.

        Raises:
            OutputError: the file cannot be written.
            UnsupportedError: the samples have other channels than the file, or are no numbers.
            BrokenPipeError: whoever read it went away.
        """
        import numpy as np

        channels = self._order.channels
        if not np.isfinite(samples).all():  # LAME ends the whole process over one
            raise UnsupportedError(f"samples for {self._order.name!r} are not all numbers; mend what made them")
        block = samples if samples.ndim == 2 else samples[:, None]
        if block.shape[1] == 1:
            block = np.repeat(block, channels, axis=1)
        if block.shape[1] != channels:
            raise UnsupportedError(f"samples of {block.shape[1]} channels do not go into {channels}; mix them")
        if len(block):
            self._frames += len(block)
            with translated(self._order.name):
                self._encoder.encode(np.ascontiguousarray(block, np.float32))
                self._sink.check()

    def chapter(self, title: str, start: Seconds | None = None) -> None:
        """A chapter begins at ``start``, or where the file now stands: not before the one before."""
        self._chapters.append((title, self.seconds if start is None else start))

    def finish(self) -> None:
        """Write what is still in the encoder."""
        if self._frames == 0 and not self._order.form.codec.startswith("pcm"):  # else no decoder would know the file
            import numpy as np

            self._encoder.encode(np.zeros((1, self._order.channels), np.float32))
        self._encoder.close()
        self._sink.flush()

    def abandon(self) -> None:
        """Let nothing more into the file, whatever encoders write when they are freed."""
        self._sink.abandon()


@contextmanager
def writing(
    target: Target,
    format: str,  # noqa: A002
    rate: int,
    channels: int = 1,
    *,
    tags: Mapping[str, str] = MappingProxyType({}),
    bit_rate: int | None = None,
    overwrite: bool = True,
) -> Iterator[Writer]:
    """Write a file of that format; at the end of the block it is complete, after an exception it is not there.

    A path gets the file only once it is whole: until then it is a draft beside it. What lies behind a link is replaced,
    not the link. A pipe or a device is written to as it comes, as is a file object, from where it stands; that is never
    closed; if it cannot seek, the header does not say how long the sound is (a wav claims to be
    endless, an mp3 may be padded at its end, nothing is ever missing).

    Args:
        target: a path or a binary file.
        format: one of ``formats()``.
        rate: samples in a second; see ``rate_for``.
        channels: 1 or 2.
        tags: of ``TAGS``.
        bit_rate: bits per second of mp3, opus and aac; None: one that fits speech.
        overwrite: whether a file that is there may be replaced.

    Raises:
        UnsupportedError: the format does not take these, or needs to seek and cannot.
        OutputError: the file cannot be written, or is there and may not be replaced.
        BrokenPipeError: whoever read ``target`` went away.
    """
    path = Path(target) if isinstance(target, (str, Path)) else None
    target_name = str(path) if path else str(getattr(target, "name", "the output"))
    tags = {name: value for name, value in tags.items() if value}
    order = _Order(target_name, _checked(format, rate, channels, tags), rate, channels, tags, bit_rate)
    with ExitStack() as stack:
        with translated(target_name):
            if path and path.exists() and not (path.is_file() or path.is_dir()):
                target, path = _closing(path.open("wb"), stack), None
            elif path:
                target = path = path.resolve() if path.is_symlink() else path
            if path and not overwrite and path.exists():
                raise FileExistsError
            draft = _draft(path, stack) if path or order.form.seeks else None
            file = _opened(draft, target, order, stack) if draft else cast("BinaryIO", target)
            writer = Writer(file, order)
        stack.callback(writer.abandon)
        yield writer
        with translated(target_name):
            writer.finish()
            if draft and order.form.seeks:
                file.seek(0)
                remux(file, draft, writer.chapters, tags, rate)
            if draft and path:
                file.close()  # what the system kept back may fail to be written only now
                put_in_place(draft, path, overwrite=overwrite)
            elif draft:
                _copy(draft, cast("BinaryIO", target))


def _draft(path: Path | None, stack: ExitStack) -> Path:
    """Where the file grows; whatever happens, nothing is left of it."""
    if path is None:
        return Path(stack.enter_context(TemporaryDirectory()), "draft")
    draft = draft_beside(path)
    stack.callback(_removed, draft)
    return draft


def _opened(draft: Path, target: Target, order: _Order, stack: ExitStack) -> BinaryIO:
    """The file that the encoder writes to, where that is not the target."""
    if not order.form.seeks:
        return _closing(draft.open("x+b"), stack)
    if not isinstance(target, (str, Path)) and not Sink(target).seeks:
        raise UnsupportedError("an MP4 cannot be written to a pipe: its index is made last; choose aac, or a file")
    folder = draft.parent if isinstance(target, (str, Path)) else None
    return _closing(cast("BinaryIO", TemporaryFile(dir=folder)), stack)


def _closing(file: BinaryIO, stack: ExitStack) -> BinaryIO:
    def close() -> None:
        with suppress(OSError):  # a full disk has been told already
            file.close()

    stack.callback(close)
    return file


def _removed(draft: Path) -> None:
    with suppress(OSError):  # it is not there once renamed, nor where it could not be made
        draft.unlink()


def _copy(draft: Path, target: BinaryIO) -> None:
    sink = Sink(target)
    with draft.open("rb") as file:
        while data := file.read(1 << 20):
            sink.write(data)
            sink.check()
    sink.flush()


def _find(name: str) -> Format:
    if name not in _FORMATS:
        raise UnsupportedError(f"sound cannot be written as {name!r}; choose one of {', '.join(_FORMATS)}")
    return _FORMATS[name]


def _checked(name: str, rate: int, channels: int, tags: Mapping[str, str]) -> Format:
    form = _find(name)
    if channels not in (1, 2):
        raise UnsupportedError(f"{channels!r} channels cannot be written; choose 1 or 2")
    if rate_for(name, rate) != rate:
        taken = ", ".join(map(str, form.rates)) or f"{RATES[0]} to {RATES[-1]}"
        raise UnsupportedError(f"{name} does not take {rate!r} samples a second; resample to one of {taken}")
    if unknown := set(tags) - set(TAGS):
        raise UnsupportedError(f"there is no tag {min(unknown)!r}; choose from {', '.join(TAGS)}")
    return form


@contextmanager
def translated(name: str) -> Iterator[None]:
    """What encoders and the file system raise, as an OutputError that names the file."""
    try:
        yield
    except (SpeechError, BrokenPipeError):
        raise
    except FileExistsError as error:
        raise OutputError(f"{name!r} is there already and was kept; overwrite it or choose another name") from error
    except _failures() as error:
        cause = getattr(error, "strerror", None) or error
        full = getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        advice = "free some space, then run it again" if full else "check the folder and its rights"
        raise OutputError(f"cannot write {name!r}: {cause}; {advice}") from error


def _failures() -> tuple[type[Exception], ...]:
    """What can go wrong below; FFmpeg's errors only where it was loaded at all."""
    av: Any = sys.modules.get("av")
    return (OSError, ValueError, RuntimeError, *([av.error.FFmpegError] if av else []))
