"""eSpeak NG's library through ctypes: one utterance at a time, each in an image of the library that is loaded anew.

The library keeps state in static variables that nothing resets (the place in its flutter, the phase of the voice, the
seed of its noise), so that the same text sounds a little different each time. Loaded afresh it repeats itself bit for
bit; loading and starting it takes a few milliseconds. Its state is the process's: one lock holds for all of it.
"""

from __future__ import annotations

import atexit
import ctypes
import locale
import os
import shutil
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speech.engines import _espeak_memory
from speech.errors import EngineError

if sys.platform == "win32":
    from _ctypes import FreeLibrary as unload  # noqa: N813
else:
    from _ctypes import dlclose as unload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    Events = ctypes._Pointer[Any]
    Pointer = ctypes._Pointer[Any] | int

RATE = 22_050
SLOWEST, FASTEST = 80, 449
"""Words a minute that the synthesizer itself goes (``espeakRATE_MINIMUM``, and below ``espeakRATE_MAXIMUM``: from there
on it speeds up the finished sound, and the places it tells no longer fit)."""
LONGEST_PATH = 120
"""Bytes: the library copies the path of its data into 160, and names of files follow in places."""

# speak_lib.h and espeak_ng.h
_SYNCHRONOUS = 1
_UTF8, _PHONEMES, _END_PAUSE = 0x0001, 0x0100, 0x1000
_CHARACTERS = 1
_WORDS_A_MINUTE, _PITCH, _PITCH_RANGE = 1, 3, 4
_WORD, _PHONEME = 1, 7
_IPA = 0x02


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or a sound that begins at ``sample``."""

    sample: int
    position: int
    """Of a word: the index of its first character in the text; of a sound: -1."""
    sound: str = ""
    """The mnemonic of a sound; those of pauses begin with "_"."""


@dataclass(frozen=True, slots=True, eq=False)
class Uttered:
    """What came of one text."""

    samples: NDArray[np.float32]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to speak: numbers in the library's own scales."""

    words_a_minute: int = 175
    stretch: float = 1.0
    """Speed beyond what ``words_a_minute`` reaches, done to the finished sound."""
    pitch: int = 50
    pitch_range: int = 50
    seed: int = 0


def utter(text: str, voice: str, manner: Manner, *, phonemes: bool = False, goes_on: bool = False) -> Uttered:
    """Speak ``text`` with the voice of that identifier (``gmw/de+f1``).

    With ``phonemes`` what stands in double square brackets is mnemonics. With ``goes_on`` a pause follows.

    Raises:
        EngineError: the library failed.
    """
    import numpy as np

    sound: list[bytes] = []
    marks: list[Mark] = []

    def take(samples: int | None, count: int, events: Events) -> int:
        if samples and count > 0:
            sound.append(ctypes.string_at(samples, 2 * count))
        marks.extend(_marks(events))
        return 0

    callback = _Callback(take)
    with _library() as library:
        _choose(library, voice)
        library.espeak_ng_SetPhonemeEvents(1, 0)
        library.espeak_ng_SetRandSeed(ctypes.c_long(manner.seed % 0x7FFFFFFF + 1))
        library.espeak_SetSynthCallback(callback)
        for parameter, value in (
            (_WORDS_A_MINUTE, manner.words_a_minute),
            (_PITCH, manner.pitch),
            (_PITCH_RANGE, manner.pitch_range),
        ):
            _check(library, library.espeak_ng_SetParameter(parameter, value, 0))
        _synthesize(library, text, _UTF8 | (_PHONEMES if phonemes else 0) | (_END_PAUSE if goes_on else 0))
        samples = np.frombuffer(b"".join(sound), np.int16)
        if abs(manner.stretch - 1) > 0.01:
            before, samples = len(samples), _stretched(library, samples, manner.stretch)
            share = len(samples) / max(1, before)
            marks = [Mark(round(mark.sample * share), mark.position, mark.sound) for mark in marks]
    return Uttered(samples.astype(np.float32) / np.float32(32768), tuple(marks))


@cache
def languages() -> Mapping[str, str]:
    """Every language the library speaks, in its own lower-case codes, with the identifier of the voice for it."""
    found: dict[str, tuple[int, str]] = {}
    with _library() as library:
        library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        listed = library.espeak_ListVoices(None)
        index = 0
        while listed[index]:
            voice = listed[index].contents
            identifier = voice.identifier.decode().replace("\\", "/")
            for priority, code in _codes(voice.languages):
                found[code] = min(found.get(code, (256, "")), (priority, identifier))
            index += 1
        _free(listed)
    # Without its dictionary a language is mute, and the library says so on standard error.
    return {code: identifier for code, (_, identifier) in sorted(found.items()) if _dictionary(identifier).is_file()}


def _dictionary(identifier: str) -> Path:
    fields = _fields(data() / "lang" / identifier)
    named = [values[0] for key, *values in fields if key == "dictionary"]
    languages = [values[0].partition("-")[0].lower() for key, *values in fields if key == "language"]
    return data() / f"{[*named, *languages][0]}_dict"


def _fields(path: Path) -> list[list[str]]:
    """The lines of a voice's file that have a value."""
    lines = read(path).decode("utf-8", "replace").splitlines()
    return [fields for line in lines if len(fields := line.split()) > 1]


def read(path: Path) -> bytes:
    """A file of the library's data.

    Raises:
        EngineError: it is not there.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineError(f"eSpeak NG's data is not whole ({error}); type: {_AGAIN}") from error


@cache
def range_share(voice: str) -> float:
    """How much of its base pitch the voice goes down when its range is doubled.

    The library takes 18 times the range off (``SetPitch2`` of wavegen.c); a file's ``pitch LOW HIGH`` is a base of
    (LOW - 9) * 4096 and a range of (HIGH - LOW) * 108 (``LoadVoice`` of voices.c), where there is none 82 and 118.
    """
    language, _, variant = voice.partition("+")
    low, high = 82, 118
    for path in (data() / "lang" / language, *([data() / "voices" / "!v" / variant] if variant else [])):
        for key, *values in _fields(path):
            if key == "pitch" and len(values) > 1 and all(value.isdecimal() for value in values[:2]):
                low, high = int(values[0]), int(values[1])
    return 18 * (high - low) * 108 / ((low - 9) * 4096) if low > 9 else 0.0


@cache
def variants() -> tuple[str, ...]:
    """The ways of speaking that go with every language: ``f1``, ``croak``, ``whisper``."""
    folder = data() / "voices" / "!v"
    return tuple(sorted((path.name for path in folder.iterdir() if path.is_file()), key=str.lower))


def sounds(voice: str, mnemonics: tuple[str, ...]) -> dict[str, str]:
    """Each of ``mnemonics`` as the voice pronounces it, in the International Phonetic Alphabet; "" where it cannot."""
    with _library() as library:
        _choose(library, voice)
        callback = _Callback(lambda *_: 0)
        library.espeak_SetSynthCallback(callback)
        _synthesize(library, "[[a]]", _UTF8 | _PHONEMES)  # from here on double square brackets hold mnemonics
        library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        found = {}
        for mnemonic in mnemonics:
            text = ctypes.c_char_p(f"[[{mnemonic}]]".encode())
            said = library.espeak_TextToPhonemes(ctypes.byref(text), _UTF8, _IPA) or b""
            found[mnemonic] = said.decode("utf-8", "replace")
        return found


def data() -> Path:
    """The directory of the library's data."""
    import espeakng_loader

    try:
        return Path(espeakng_loader.get_data_path())
    except RuntimeError as error:
        raise EngineError(f"eSpeak NG has no data ({error}); type: {_AGAIN}") from error


_AGAIN = "pip install --force-reinstall espeakng-loader"
_lock = threading.Lock()
_open: list[int] = []
"""Handles of the image that is in use."""


def _renew() -> None:
    """In a forked child: whatever another thread of the parent was doing with the library ended with it."""
    global _lock  # noqa: PLW0603 - the lock of the parent may be held for ever
    _lock = threading.Lock()
    while _open:
        unload(_open.pop())
    for made in (_folder, _short, _copy):  # the parent removes its own when it ends
        made.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


@contextmanager
def _library() -> Iterator[ctypes.CDLL]:
    """The library, started, for this thread alone, and with nothing left in it of what was said before."""
    import espeakng_loader

    with _lock:
        try:
            library = ctypes.CDLL(_own(espeakng_loader.get_library_path()))
        except OSError as error:
            raise EngineError(f"eSpeak NG's library does not load ({error}); type: {_AGAIN}") from error
        _open.append(library._handle)
        characters = locale.setlocale(locale.LC_CTYPE)
        try:
            _start(library)
            try:
                yield library
            finally:
                _espeak_memory.reclaim(library)
                library.espeak_ng_Terminate()
        except AttributeError as error:
            raise EngineError(f"eSpeak NG's library is too old ({error}); type: {_AGAIN}") from error
        finally:
            unload(_open.pop())
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, characters)  # the library sets its own for the whole process


def _start(library: ctypes.CDLL) -> None:
    library.espeak_ng_InitializePath(os.fsencode(_short(data())))
    _check(library, library.espeak_ng_Initialize(None))
    _check(library, library.espeak_ng_InitializeOutput(_SYNCHRONOUS, 200, None))


def _choose(library: ctypes.CDLL, voice: str) -> None:
    _check(library, library.espeak_ng_SetVoiceByName(voice.encode()), f"the voice {voice!r}: ")
    if voice.partition("+")[0] != voice.partition("+")[0].lower():
        # The library finds such a name in a list, and forgets to free the list's second copy.
        library.espeak_ListVoices.restype = ctypes.c_void_p
        _free(library.espeak_ListVoices(None))


def _synthesize(library: ctypes.CDLL, text: str, flags: int) -> None:
    encoded = text.encode("utf-8", "replace")
    status = library.espeak_ng_Synthesize(
        encoded, ctypes.c_size_t(len(encoded) + 1), 0, _CHARACTERS, 0, flags, None, None
    )
    _check(library, status)


def _check(library: ctypes.CDLL, status: int, what: str = "") -> None:
    if status:
        message = ctypes.create_string_buffer(512)
        library.espeak_ng_GetStatusCodeMessage(status, message, ctypes.c_size_t(len(message)))
        reason = message.value.decode(errors="replace")
        raise EngineError(f"eSpeak NG failed ({what}{reason}; its data is {str(data())!r}); type: {_AGAIN}")


def _marks(events: Events) -> Iterator[Mark]:
    index = 0
    while events and events[index].type:
        event = events[index]
        if event.type == _WORD:
            yield Mark(event.sample, event.text_position - 1)
        elif event.type == _PHONEME:
            yield Mark(event.sample, -1, event.id.string.decode("utf-8", "replace"))
        index += 1


def _codes(languages: int) -> Iterator[tuple[int, str]]:
    """Pairs of a byte and a name that ends with 0, one after the other, until a byte that is 0."""
    at = languages
    while priority := ctypes.string_at(at, 1)[0]:
        name = ctypes.string_at(at + 1)
        yield priority, name.decode().lower()
        at += len(name) + 2


def _stretched(library: ctypes.CDLL, samples: NDArray[np.int16], speed: float) -> NDArray[np.int16]:
    """Faster or slower at the same pitch, by the Sonic that is a part of the library."""
    import numpy as np

    buffer = np.zeros(int(len(samples) / min(1.0, speed)) + RATE, np.int16)
    buffer[: len(samples)] = samples
    number = ctypes.c_float
    count = library.sonicChangeShortSpeed(
        buffer.ctypes.data_as(ctypes.c_void_p), len(samples), number(speed), number(1), number(1), number(1), 0, RATE, 1
    )
    return buffer[: max(0, count)]


def _free(pointer: Pointer) -> None:
    # Elsewhere the library may have another heap, or stay loaded with a pointer to what was freed.
    if sys.platform == "linux":
        ctypes.CDLL(None).free(ctypes.cast(pointer, ctypes.c_void_p))


def _own(path: str) -> str:
    """The library, or a copy of it where somebody else in this process has it open: theirs is left alone."""
    if sys.platform == "win32":
        return path
    try:
        other = ctypes.CDLL(path, mode=os.RTLD_NOLOAD | os.RTLD_NOW)
    except OSError:
        return path
    unload(other._handle)
    return _copy(Path(path))


@cache
def _copy(library: Path) -> str:
    return str(shutil.copy(library, str(_folder() / library.name)))


@cache
def _short(path: Path) -> Path:
    """The same directory under a path that fits into the library: a link in a folder for temporary files."""
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    link = _folder() / f"espeak-ng-data-{abs(hash(path))}"
    try:
        link.symlink_to(path, target_is_directory=True)
    except OSError as error:
        raise EngineError(
            f"eSpeak NG's data lies too deep for its library ({str(path)!r} has more than {LONGEST_PATH} bytes), "
            f"and no link to it can be made ({error}); install this package under a shorter path"
        ) from error
    return link


@cache
def _folder() -> Path:
    """A folder for as long as the process lives."""
    folder = Path(tempfile.mkdtemp(prefix="speech-"))
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # and not a forked child, whose parent still needs it
        shutil.rmtree(folder, ignore_errors=True)
