"""What FFmpeg leaves undone on MPEG audio: the ID3 comment that players show, the exact end and level of an mp3.

FFmpeg writes a comment as a user-defined text (``TXXX``), and counts the samples to drop at the end of an mp3 within
its last frame only; where they begin in the frame before, up to 46 samples of silence would follow the speech.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT_FRAMES = {
    "title": b"TIT2",
    "artist": b"TPE1",
    "album": b"TALB",
    "date": b"TYER",
    "genre": b"TCON",
    "copyright": b"TCOP",
}
"""ID3v2.3 frame of each tag."""
UTF16 = b"\x01"
"""The one encoding beside Latin-1 that ID3v2.3 has."""

SCALES = ((176_000, 0.95), (208_000, 0.97), (240_000, 0.98))
"""Below a bit rate: what LAME's presets multiply samples by, lest decoders clip. Measured of LAME 3.100."""
LOW_RATES = 32_000
"""Below this rate, and so at most 160 kbit/s, all is at the first of them."""

# The tag of LAME in the first frame (gabriel.mp3-tech.org/mp3infotag.html), counted from the letters "Info" or "Xing".
FRAMES = 8
DELAYS = 141
CHECKSUM = 154
ENCODER_DELAY = 576


def id3(tags: Mapping[str, str]) -> bytes:
    """An ID3v2.3 tag, the version that every player reads."""
    frames = b"".join(
        _frame(TEXT_FRAMES[name], UTF16 + _utf16(value)) for name, value in tags.items() if name != "comment"
    )
    if "comment" in tags:  # an empty description: the comment that players show
        frames += _frame(b"COMM", UTF16 + b"eng" + _utf16("") + b"\0\0" + _utf16(tags["comment"]))
    size = len(frames)
    return b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + frames


def scale(bit_rate: int, rate: int) -> float:
    """What LAME makes samples quieter by: taken back, else an mp3 would be 0.4 dB below what was measured for it."""
    if rate < LOW_RATES:
        return SCALES[0][1]
    return next((factor for limit, factor in SCALES if bit_rate < limit), 1.0)


def end_at(file: BinaryIO, at: int, count: int, rate: int) -> None:
    """Write into the mp3 whose first frame stands at byte ``at`` that it holds ``count`` samples."""
    file.seek(at)
    head = bytearray(file.read(256))
    tag = max(head.find(b"Info"), head.find(b"Xing"))
    if tag < 0:
        return
    frames = int.from_bytes(head[tag + FRAMES : tag + FRAMES + 4], "big")
    padding = frames * (1152 if rate >= 32_000 else 576) - ENCODER_DELAY - count
    head[tag + DELAYS : tag + DELAYS + 3] = (ENCODER_DELAY << 12 | padding).to_bytes(3, "big")
    head[tag + CHECKSUM : tag + CHECKSUM + 2] = _crc16(bytes(head[: tag + CHECKSUM])).to_bytes(2, "big")
    file.seek(at)
    file.write(head)


def _frame(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "big") + b"\0\0" + content


def _utf16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le", "replace")


def _crc16(data: bytes) -> int:
    """CRC-16/ARC."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
