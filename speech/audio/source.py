"""From what the caller gave to a file that the decoders can read: never a URL, a protocol or a playlist's member."""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from speech.audio.sound import Audio
from speech.errors import AudioError

if TYPE_CHECKING:
    from collections.abc import Iterator

Source = str | os.PathLike[str] | bytes | BinaryIO | Audio
"""``"-"`` is standard input; bytes are a file's content."""

STDIN = "-"
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
HEAD = 256
"""Bytes that tell whether a pipe's format can be read without seeking; MPEG-TS repeats itself after 188."""


NO_SIZE = 0x7FFF0000
"""What a WAV claims to hold when its writer could not know: sox writes about 2 GiB, ffmpeg and arecord up to 4 GiB."""


class Input:
    """A binary file as the decoders see it, counted from the recording's first byte."""

    def __init__(self, file: IO[bytes], suffix: str = "", *, seekable: bool = True, base: int = 0) -> None:
        # FFmpeg tells the few formats without a signature (GSM, G.722 ...) by the name's end. The rest of the name
        # is kept from it: it would read meaning into "concat:" or "%d".
        self.name = "recording" + (suffix if SUFFIX.fullmatch(suffix) else "")
        self._file = file
        self._seekable = seekable
        self._base = base
        self._ahead = b""
        # A pipe's buffered read waits for every byte asked for; read1 gives what is there.
        self._read = file.read if seekable else getattr(file, "read1", file.read)
        if seekable:
            self.rewind()

    def seekable(self) -> bool:
        """Whether it can be read twice."""
        return self._seekable

    def rewind(self) -> None:
        """Go back to the first byte."""
        self._ahead = b""
        self._file.seek(self._base)

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes; fewer than that, at least one, before the end."""
        data = self._ahead or self._more(size)
        # A file object may give more than was asked for; the decoder's buffer has no room for that.
        self._ahead = data[size:]
        return data[:size]

    def peek(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer only at the end; they will be read again."""
        if self._seekable:
            head = self._file.read(size)
            self.rewind()
            return head
        while len(self._ahead) < size and (data := self._more(size)):
            self._ahead += data
        return self._ahead[:size]

    def size(self) -> int | None:
        """Bytes in all; None where it cannot seek."""
        if not self._seekable:
            return None
        size = self.seek(0, io.SEEK_END)
        self.rewind()
        return size

    def missing(self) -> int:
        """Bytes of samples that a WAV header promises and the file does not have; FFmpeg passes over that silently.

        Recorders that do not know the size write 0, or one that cannot be.
        """
        head = self.peek(1 << 16) if self._seekable else b""
        at = 12
        while head[:4] == b"RIFF" and head[8:12] == b"WAVE" and at + 8 <= len(head):
            promised = int.from_bytes(head[at + 4 : at + 8], "little")
            if head[at : at + 4] == b"data":
                size = self.seek(0, io.SEEK_END)
                self.rewind()
                return max(0, at + 8 + promised - size) if promised < NO_SIZE else 0
            at += 8 + promised + promised % 2
        return 0

    def tell(self) -> int:
        """Bytes from the start."""
        return self._file.tell() - self._base - len(self._ahead)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As on any file."""
        start = self._base if whence == io.SEEK_SET else -len(self._ahead) if whence == io.SEEK_CUR else 0
        self._ahead = b""
        return self._file.seek(offset + start, whence) - self._base

    def _more(self, size: int) -> bytes:
        data = self._read(size)
        if data is None:
            raise OSError("it is in non-blocking mode and has no data yet; make it blocking")
        return bytes(data)


@contextmanager
def opened(source: object, name: str) -> Iterator[Input]:
    """The source as a file; what was opened here is closed, a file object of the caller's is put back where it stood.

    Raises:
        AudioError: there is no such file, it may not be read, or this is no source at all.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield Input(io.BytesIO(source))
    elif isinstance(source, str) and source == STDIN:
        with _streamed(_stdin(), "", at_position=True) as file:
            yield file
    elif isinstance(source, (str, os.PathLike)):
        with _open(source, name) as raw, _streamed(raw, Path(source).suffix) as file:
            yield file
    else:
        with _streamed(cast("IO[bytes]", source), Path(name).suffix) as file:
            yield file


def name_of(source: object) -> str:
    """What messages and transcripts call a source; a kind of source that cannot be read is refused.

    Raises:
        AudioError: this is no source.
    """
    if isinstance(source, str) and source == STDIN:
        return "<stdin>"
    if isinstance(source, (str, os.PathLike)):
        return os.fsdecode(source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "<bytes>"
    if isinstance(source, Audio):
        return "<audio>"
    if hasattr(source, "dtype"):
        raise AudioError("the rate of a bare array is not known; wrap it: speech.Audio(samples, rate)")
    if not hasattr(source, "read"):
        kind = type(source).__name__
        raise AudioError(f"{kind} is no source; give a path, '-', bytes, a binary file object or an Audio")
    if isinstance(source, io.TextIOBase):
        raise AudioError("the file object is open as text; open it in binary mode ('rb')")
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "<file>"


def is_stream(source: object) -> bool:
    """Whether reading uses the source up: a pipe, a socket."""
    if isinstance(source, str) and source == STDIN:
        return not _seeks(_stdin())
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        return path.exists() and not path.is_file() and not path.is_dir()
    return hasattr(source, "read") and not _seeks(cast("IO[bytes]", source))


def _open(source: str | os.PathLike[str], name: str) -> IO[bytes]:
    if not name:
        raise AudioError("the name of the file is empty; give a path")
    try:
        return Path(source).open("rb")
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        if URL.match(name):
            raise AudioError(
                f"{name!r} is a URL, and nothing is fetched here; download it and give the file"
            ) from error
        if isinstance(error, FileNotFoundError):
            raise AudioError(f"there is no file {name!r}; check the path") from error
        if isinstance(error, IsADirectoryError):
            raise AudioError(f"{name!r} is a folder; give the recordings in it") from error
        cause = getattr(error, "strerror", None) or error
        raise AudioError(f"{name!r} cannot be opened ({cause}); check that you may read it") from error


def _stdin() -> IO[bytes]:
    if sys.stdin is None or sys.stdin.isatty():
        raise AudioError("standard input is a terminal, not a recording; pipe one in, or give a path")
    return cast("IO[bytes]", getattr(sys.stdin, "buffer", sys.stdin))


def _seeks(file: IO[bytes]) -> bool:
    if not hasattr(file, "seek") or not hasattr(file, "tell"):
        return False
    return bool(file.seekable()) if hasattr(file, "seekable") else True


@contextmanager
def _streamed(file: IO[bytes], suffix: str, *, at_position: bool = False) -> Iterator[Input]:
    if _seeks(file):
        stood = file.tell()
        try:
            yield Input(file, suffix, base=stood if at_position else 0)
        finally:
            # The caller may have closed it meanwhile, and is owed nothing then.
            if not getattr(file, "closed", False):
                file.seek(stood)
        return
    stream = Input(file, suffix, seekable=False)
    if _reads_forward(stream):
        yield stream
        return
    with _spooled(stream) as copy:
        yield Input(cast("IO[bytes]", copy), suffix)


@contextmanager
def _spooled(stream: Input) -> Iterator[Any]:
    """A copy on disk of a pipe whose format needs seeking; memory stays small."""
    from tempfile import TemporaryFile

    with TemporaryFile() as copy:
        while data := stream.read(1 << 20):
            copy.write(data)
        yield copy


def _reads_forward(stream: Input) -> bool:
    """Whether the format can be decoded from first byte to last; those that are not known to are not."""
    head = stream.peek(HEAD)
    if head[:4] in (b"RIFF", b"RF64"):
        return head[8:12] == b"WAVE"
    if head[4:8] == b"ftyp":
        return _index_first(stream)
    known = (b"fLaC", b"OggS", b"ID3", b"\x1aE\xdf\xa3", b".snd", b"FLV", b"#!AMR")
    mpeg_audio = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    mpeg_transport = head[:1] == b"G" and head[188:189] == b"G"
    return not head or head.startswith(known) or mpeg_audio or mpeg_transport


def _index_first(stream: Input) -> bool:
    """Whether an MP4 has its index (``moov``) before its data; recorders put it last."""
    at = 0
    while at < 1 << 16:
        box = stream.peek(at + 8)[at:]
        if box[4:] not in (b"ftyp", b"free", b"skip", b"wide", b"uuid"):
            return box[4:] == b"moov"
        at += max(int.from_bytes(box[:4], "big"), 8)
    return False
