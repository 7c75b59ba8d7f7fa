"""The weights in an ONNX file, read without the onnx package, which takes longer to import than the rest to start.

An ONNX file is a protobuf message (onnx.proto3): fields, each a number and a wire type in one varint before its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5
# Field numbers of onnx.proto3.
GRAPH = 7
NODE, INITIALIZER = 1, 5
INPUT, KIND = 1, 4
DIMS, DATA_TYPE, NAME, RAW_DATA = 1, 2, 8, 9
FLOAT = 1


@dataclass(frozen=True, slots=True)
class Node:
    """An operation: what kind, and the names of the tensors that it takes."""

    kind: str
    inputs: tuple[str, ...]


def read(path: Path) -> tuple[list[Node], Mapping[str, NDArray[np.float32]]]:
    """The nodes of a model's graph in order, and its float32 weights by name.

    Raises:
        ValueError: it is not an ONNX file.
    """
    try:
        [graph] = (value for number, value in _fields(memoryview(path.read_bytes())) if number == GRAPH)
        parts = [(number, value) for number, value in _fields(_bytes(graph))]
        nodes = [_node(_bytes(value)) for number, value in parts if number == NODE]
        found = (_tensor(_bytes(value)) for number, value in parts if number == INITIALIZER)
        return nodes, dict(one for one in found if one)
    except (IndexError, TypeError) as error:
        raise ValueError(f"{str(path)!r} is not an ONNX file ({error})") from error


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        length = {EIGHT_BYTES: 8, FOUR_BYTES: 4}.get(kind, 0)
        if kind == BYTES:
            length, at = _varint(message, at)
        elif not length:
            raise TypeError(f"wire type {kind}")
        if at + length > len(message):
            raise IndexError("it is cut short")
        yield key >> 3, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first; and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _bytes(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise TypeError("a number where a message should be")
    return value


def _text(value: int | memoryview) -> str:
    return bytes(_bytes(value)).decode()


def _node(message: memoryview) -> Node:
    fields = list(_fields(message))
    kinds = [_text(value) for number, value in fields if number == KIND]
    return Node("".join(kinds), tuple(_text(value) for number, value in fields if number == INPUT))


def _tensor(message: memoryview) -> tuple[str, NDArray[np.float32]] | None:
    """Name and contents; None where they are no float32, or are not written as raw bytes."""
    import numpy as np

    dims: list[int] = []
    name, kind, raw = "", 0, None
    for number, value in _fields(message):
        if number == DIMS:
            dims += [value] if isinstance(value, int) else _packed(value)
        elif number == DATA_TYPE and isinstance(value, int):
            kind = value
        elif number == NAME:
            name = _text(value)
        elif number == RAW_DATA:
            raw = _bytes(value)
    if kind != FLOAT or raw is None:
        return None
    return name, np.frombuffer(raw, "<f4").reshape(dims)


def _packed(numbers: memoryview) -> list[int]:
    found, at = [], 0
    while at < len(numbers):
        value, at = _varint(numbers, at)
        found.append(value)
    return found
