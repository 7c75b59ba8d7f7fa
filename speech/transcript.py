"""A finished transcript: what it holds, how it is written, and how our own JSON is read again.

``to_dict`` and ``from_dict`` turn any dataclass of this package into plain JSON values and back, led by its type
hints alone; so a new field needs no code here. The journal of an unfinished job is written with them too.
"""

# ruff: noqa: ANN401 - what is read from JSON may be anything

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import sys
import types
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from speech import data, formats
from speech.data import Event, Seconds, Segment, SynthesizeOptions, TranscribeOptions, Word
from speech.errors import AudioError, OutputError, UnsupportedError
from speech.formats.cues import CueRules, inline_label, labels, layout

if TYPE_CHECKING:
    from os import PathLike

    from _typeshed import DataclassInstance

T = TypeVar("T")

SCHEMA = "speech-transcript/1"
"""What the json format is, and its version: see ``speech/formats/json.py`` for when that rises."""

DEFAULT_RULES = CueRules()

DRAFT = ".part"

STDIN = "-"

TIME_DIGITS = 3
"""Decimals of a time in what people read: subtitles and players count in milliseconds."""

DIGITS = 6
"""Decimals of every other float: finer than two runs of the same model on two machines agree."""

Time = Annotated[float, "seconds"]
"""What a hint of ``Seconds`` is read as here, so that times can be told from other floats."""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """Which model wrote a transcript, and on what it ran."""

    name: str
    engine: str
    repo: str | None = None
    revision: str | None = None
    licence: str | None = None
    device: str = "cpu"
    compute_type: str | None = None
    embedded: bool = False
    """True where the model's data came with a package."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in one recording, and how that was found out."""

    segments: tuple[Segment, ...]
    language: str | None
    """The code of the recording's language; None where nobody said and nothing was detected."""
    languages: Mapping[str, float]
    """Probability of each language, where it was detected."""
    duration: Seconds
    """Seconds of input covered: from ``options.start`` on."""
    speech: Seconds
    """Seconds that were recognized: the rest was silence."""
    source: str
    """Name of the input."""
    model: ModelUse
    options: TranscribeOptions | SynthesizeOptions = field(default_factory=TranscribeOptions)
    """Those of the recognition; of speech that was made from text, those of the synthesis."""
    record: tuple[Event, ...] = ()
    """What was dropped, retried, swapped or ignored on the way."""
    version: str = ""
    """Of this package."""

    @property
    def end(self) -> Seconds:
        """Where in the recording the transcript ends: times count from the recording's start, also those of a part."""
        return self.options.start + self.duration

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of all segments, in their order; empty where no word times were asked for."""
        return tuple(word for segment in self.segments for word in segment.words)

    @property
    def text(self) -> str:
        """All that was said: on one line, or a labelled line for each turn where there are several voices."""
        name = labels(self.segments)
        turns = [(label, layout.join(item.text for item in turn)) for label, turn in groupby(self.segments, name)]
        return "\n".join(inline_label(label) + text for label, text in turns if text)

    def render(self, format: str = "txt", rules: CueRules = DEFAULT_RULES) -> str:  # noqa: A002
        """The transcript as a file of that format would hold it; see ``speech.formats``.

        Raises:
            UnsupportedError: there is no such format.
        """
        if isinstance(self.options, SynthesizeOptions):  # whose segments are the text's own sentences, and headings
            rules = replace(rules, sentences=False)
        return layout.encodable(formats.find(format).render(self, rules))

    def save(
        self,
        path: str | PathLike[str],
        format: str | None = None,  # noqa: A002
        rules: CueRules = DEFAULT_RULES,
        *,
        overwrite: bool = True,
    ) -> None:
        """Write a file, whole or not at all.

        Args:
            path: where.
            format: its name; without one the end of the file's name says it.
            rules: how subtitles are cut.
            overwrite: whether a file that is there may be replaced.

        Raises:
            UnsupportedError: no format of that name, or none that ends so.
            OutputError: the file cannot be written, or is there and may not be replaced.
        """
        write(path, self.render(format or formats.of_file(path), rules), overwrite=overwrite)

    def to_dict(self) -> dict[str, Any]:
        """What the json format holds: times in milliseconds' precision, the whole text as well as its segments."""
        plain = to_dict(self, rounded=True)
        segments = plain.pop("segments")  # last, so that the head of a file says what it is
        return {"schema": SCHEMA, **plain, "text": self.text, "segments": segments}


def load(path: str | PathLike[str]) -> Transcript:
    """A transcript from the JSON that this package wrote; ``-`` is standard input.

    Raises:
        AudioError: the file cannot be read.
        UnsupportedError: it is no JSON, not ours, or of a later version; the message names the file and the place.
    """
    content = _content(path)
    try:
        plain = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnsupportedError(f"{str(path)!r} is not whole JSON ({error!s:.80}); write it again") from error
    try:
        _check_schema(plain)
        return from_dict(Transcript, plain)
    except UnsupportedError as error:
        raise UnsupportedError(f"{str(path)!r}: {error}") from error


def _content(path: str | PathLike[str]) -> bytes:
    if path == STDIN and sys.stdin is None:  # as under a service manager
        raise AudioError("there is no standard input here; give a file")
    try:
        return sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except OSError as error:
        raise AudioError(f"cannot read {str(path)!r}: {error.strerror}; check the name") from error


def _check_schema(plain: object) -> None:
    name, _, number = str(plain.get("schema", "") if isinstance(plain, dict) else "").partition("/")
    own, _, known = SCHEMA.partition("/")
    if name != own or not number.isdecimal():
        raise UnsupportedError("this is not a transcript of ours; give a file that was written with the format 'json'")
    if int(number) > int(known):
        raise UnsupportedError(
            f"it has version {number}, and this package knows {known}; install a newer speech-pipeline"
        )


def write(path: str | PathLike[str], text: str, *, overwrite: bool = True) -> None:
    """Write a text file beside its place and rename it there, so that nobody ever sees half of one.

    Raises:
        OutputError: it cannot be written, or is there and may not be replaced.
    """
    target = Path(path)
    draft = draft_beside(target)
    try:
        if not overwrite and target.exists():
            raise FileExistsError  # noqa: TRY301
        with draft.open("x", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
        put_in_place(draft, target, overwrite=overwrite)
    except FileExistsError as error:
        raise OutputError(
            f"{str(path)!r} is there already and was kept; overwrite it or choose another name"
        ) from error
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        advice = "free some space, then run again with --resume" if full else "check the folder and its rights"
        raise OutputError(f"cannot write {str(path)!r}: {error.strerror}; {advice}") from error
    finally:
        with suppress(OSError):  # it is not there once renamed, nor where it could not be made
            draft.unlink()


def draft_beside(target: Path) -> Path:
    """A name that nobody else has, in the same folder, for what becomes ``target`` once it is whole."""
    return target.with_name(f"{_draft_stem(target)}{os.urandom(8).hex()}{DRAFT}")


def put_in_place(draft: Path, target: Path, *, overwrite: bool) -> None:
    """Give a whole draft its name.

    Raises:
        FileExistsError: there is a file of that name, and it may not be replaced.
        OSError: the file system refuses.
    """
    if overwrite:
        draft.replace(target)
    else:
        _claim(draft, target)


def drop_drafts(target: Path) -> None:
    """Remove what a process that was killed while it wrote ``target`` left; only for who knows that nobody does now."""
    with suppress(OSError):
        for draft in target.parent.glob(f"{_draft_stem(target)}*{DRAFT}"):
            draft.unlink(missing_ok=True)


def _draft_stem(target: Path) -> str:
    """A name may be as long as a file system takes: its draft has a part of its hash."""
    return f".{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]}-"


def _claim(draft: Path, target: Path) -> None:
    """Rename unless the target exists, decided by the file system where it has hard links."""
    try:
        target.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:
        draft.replace(target)


def to_dict(value: DataclassInstance, *, rounded: bool = False) -> dict[str, Any]:
    """A dataclass as plain JSON values; ``from_dict`` gives back an equal one.

    Args:
        value: of any type in ``speech.data`` but Chunk (samples are no JSON), or a dataclass built of them. Values
            under a hint of ``Any`` come back as the JSON values they were turned into (a tuple as a list).
        rounded: times to milliseconds and other floats to six decimals, and null for what is not finite: for
            files that people and other programs read. A journal leaves it off: there every bit comes back.
    """
    plain = _encode(value, type(value), rounded)
    assert isinstance(plain, dict)
    return plain


def from_dict(cls: type[T], plain: object) -> T:
    """The dataclass that ``to_dict`` made these values from.

    A key that ``cls`` does not know is passed over (a later version wrote it); a field that is absent takes its
    default.

    Raises:
        UnsupportedError: a value is missing or of the wrong type; the message names its place.
    """
    decoded: T = _decode(plain, cls, cls.__name__)
    return decoded


@cache
def _hints(cls: type) -> dict[str, Any]:
    # Modules import some names for the type checker only; those are looked up here.
    own = vars(sys.modules[cls.__module__])
    known = {**vars(data), "Path": Path, "Mapping": Mapping, **own, "Seconds": Time}
    return get_type_hints(cls, localns=known, include_extras=True)


def _is_time(hint: Any) -> bool:
    return hint == Time or Time in get_args(hint)


def _encode(value: Any, hint: Any, rounded: bool) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        return {item.name: _encode(getattr(value, item.name), hints[item.name], rounded) for item in fields(value)}
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, float) and rounded:
        return round(value, TIME_DIGITS if _is_time(hint) else DIGITS) if math.isfinite(value) else None
    if isinstance(value, (int, float)):
        return value
    return _encode_collection(value, hint, rounded)


def _encode_collection(value: Any, hint: Any, rounded: bool) -> Any:
    inner = (get_args(hint) or (Any,))[0 if get_origin(hint) is tuple else -1]
    if isinstance(value, Mapping):
        return {str(key): _encode(item, inner, rounded) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return [_encode(item, inner, rounded) for item in sorted(value)]
    if isinstance(value, (tuple, list)):
        return [_encode(item, inner, rounded) for item in value]
    if hasattr(value, "item"):  # a numpy scalar that an engine left in its details
        return _encode(value.item(), hint, rounded)
    return str(value)


def _decode(plain: Any, hint: Any, place: str) -> Any:
    if hint is Any:
        return plain
    if hint == Time:
        hint = float
    if is_dataclass(hint):
        return _decode_dataclass(plain, hint, place)
    if get_origin(hint) is None:
        return _decode_scalar(plain, hint, place)
    return _decode_generic(plain, hint, place)


def _decode_generic(plain: Any, hint: Any, place: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if plain is None else _decode(plain, _closest(plain, inner), place)
    if origin is Literal:
        return plain if plain in inner else _wrong(plain, " or ".join(map(repr, inner)), place)
    if origin is Mapping:
        _check(plain, dict, "an object", place)
        return {key: _decode(item, inner[1], f"{place}.{key}") for key, item in plain.items()}
    _check(plain, list, "a list", place)
    return origin(_decode(item, inner[0], f"{place}[{index}]") for index, item in enumerate(plain))


def _closest(plain: Any, hints: tuple[Any, ...]) -> Any:
    """Which of a union's types a value is of: of several dataclasses the one that knows most of its keys."""
    candidates = [hint for hint in hints if hint is not type(None)]
    if len(candidates) == 1 or not isinstance(plain, dict):
        return candidates[0]
    return max(candidates, key=lambda hint: len(plain.keys() & {item.name for item in fields(hint)}))


def _decode_dataclass(plain: Any, cls: Any, place: str) -> Any:
    _check(plain, dict, "an object", place)
    hints = _hints(cls)
    values = {}
    for item in fields(cls):
        if item.name in plain:
            values[item.name] = _decode(plain[item.name], hints[item.name], f"{place}.{item.name}")
        elif item.default is MISSING and item.default_factory is MISSING:
            raise UnsupportedError(f"{place}.{item.name} is missing; was the file cut short or written by hand?")
    return cls(**values)


def _decode_scalar(plain: Any, hint: Any, place: str) -> Any:
    if hint is Path:
        _check(plain, str, "a path", place)
        return Path(plain)
    if hint is float and isinstance(plain, int) and not isinstance(plain, bool):
        return float(plain)
    if not isinstance(plain, hint) or (isinstance(plain, bool) and hint is not bool):
        _wrong(plain, hint.__name__, place)
    return plain


def _check(plain: Any, kind: type, wanted: str, place: str) -> None:
    if not isinstance(plain, kind):
        _wrong(plain, wanted, place)


def _wrong(plain: Any, wanted: str, place: str) -> None:
    raise UnsupportedError(f"{place} should be {wanted}, not {plain!r:.80}; was the file written by hand?")
