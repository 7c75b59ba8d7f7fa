"""Memory that eSpeak NG's library forgets when it ends, given back.

For words of another language it loads that language's dictionary (English: 164 kB; Russian: 8.5 MB), and
``espeak_ng_Terminate`` frees only the first of the three it may hold. Where the others are is in the symbol table of
its file, if that is an ELF file of 64 bits that was not stripped, as the one for Linux is; elsewhere they stay.
"""

from __future__ import annotations

import ctypes
import struct
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KNOWN = "espeak_ng_Terminate"
"""An exported function: where it is says where the rest is."""
FREE = "DeleteTranslator"
FORGOTTEN = ("translator2", "translator3")


def reclaim(library: ctypes.CDLL) -> None:
    """Free what ``espeak_ng_Terminate`` does not; to be called just before it."""
    places = _places(library._name)
    if not places:
        return
    address = ctypes.cast(getattr(library, KNOWN), ctypes.c_void_p).value or 0
    base = address - places[KNOWN]
    free = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(base + places[FREE])
    for name in FORGOTTEN:
        pointer = ctypes.c_void_p.from_address(base + places[name])
        if pointer.value:
            free(pointer.value)
            pointer.value = None


@cache
def _places(path: str) -> Mapping[str, int]:
    """Offsets of the symbols in the image of the library; empty where not all of them are known."""
    wanted = {KNOWN, FREE, *FORGOTTEN}
    try:
        found = {name: place for name, place in _symbols(Path(path).read_bytes()) if name in wanted}
    except (OSError, struct.error, ValueError, IndexError):
        return {}
    return found if found.keys() == wanted else {}


def _symbols(data: bytes) -> Iterator[tuple[str, int]]:
    """Name and address of each symbol of an ELF file (ELF-64 object file format, version 1.5, figures 2, 4 and 6)."""
    if data[:6] != b"\x7fELF\x02\x01":  # 64 bits, little-endian
        return
    (headers,) = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQII", data, headers + size * index) for index in range(count)]
    for _, kind, _, _, offset, length, link, _ in sections:
        if kind == 2:  # SHT_SYMTAB
            names = sections[link][4]
            for name, _, _, section, place, _ in struct.iter_unpack("<IBBHQQ", data[offset : offset + length]):
                if section:
                    yield data[names + name : data.index(b"\0", names + name)].decode("ascii", "replace"), place
