"""Ogg pages, with what the libraries that write them leave wrong.

libsndfile draws a serial number by the clock, so that no file would repeat; FFmpeg writes a comment under the name of
DESCRIPTION, where neither libsndfile nor most players look for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from zlib import crc32

from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import ReadableBuffer

HEADER = 27
"""Bytes of a page before its table of segments (RFC 3533, section 6)."""
SERIAL = slice(14, 18)
CHECKSUM = slice(22, 26)
SEGMENTS = 26
LONGEST = 255 * 255 - 1
"""Bytes of a packet that fits into one page: 255 segments of 255, the last not full."""
OPUS_TAGS = b"OpusTags"
MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Output(Protocol):
    """Where bytes go."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Take all of them."""
        ...


class Pages:
    """A file that passes on the pages written to it, each with serial number 1, and those tags in an Opus stream."""

    def __init__(self, file: Output, tags: Mapping[str, str] | None = None) -> None:
        self._file = file
        self._tags = None if tags is None else _opus_tags(tags)
        if self._tags and len(self._tags) > LONGEST:
            raise UnsupportedError(f"tags of {len(self._tags)} bytes do not fit into an opus file; shorten them")
        self._held = bytearray()
        self._at = 0

    def write(self, data: ReadableBuffer) -> int:
        """Take any part of a page."""
        taken = bytes(data)
        self._held += taken
        self._at += len(taken)
        while size := _page(self._held):
            page = self._held[:size]
            del self._held[:size]
            if self._tags is not None and page[HEADER + page[SEGMENTS] :].startswith(OPUS_TAGS):
                page = _with_payload(page, self._tags)
            page[SERIAL] = b"\x01\0\0\0"
            page[CHECKSUM] = bytes(4)
            page[CHECKSUM] = checksum(bytes(page)).to_bytes(4, "little")
            self._file.write(bytes(page))
        return len(taken)

    def tell(self) -> int:
        """Bytes so far."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Where it stands; an Ogg stream is written from its first byte to its last."""
        del offset, whence
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Nothing: soundfile asks every file for this method."""
        del size
        return b""


def checksum(page: bytes) -> int:
    """CRC-32 of a page: zlib's polynomial with the highest bit first, and neither start nor end inverted."""
    mirrored = crc32(page.translate(MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def _opus_tags(tags: Mapping[str, str]) -> bytes:
    """The second packet of an Opus stream (RFC 7845, section 5.2), from no vendor."""
    comments = [f"{name.upper()}={value}".encode() for name, value in tags.items()]
    counted = b"".join(len(comment).to_bytes(4, "little") + comment for comment in comments)
    return OPUS_TAGS + bytes(4) + len(comments).to_bytes(4, "little") + counted


def _with_payload(page: bytearray, packet: bytes) -> bytearray:
    """The page with one whole packet in it."""
    full, rest = divmod(len(packet), 255)
    return page[:SEGMENTS] + bytes([full + 1]) + b"\xff" * full + bytes([rest]) + packet


def _page(held: bytearray) -> int:
    """Bytes of the first page, once all of it is there."""
    if len(held) < HEADER or len(held) < HEADER + held[SEGMENTS]:
        return 0
    table = held[HEADER : HEADER + held[SEGMENTS]]
    size = HEADER + len(table) + sum(table)
    return size if len(held) >= size else 0
