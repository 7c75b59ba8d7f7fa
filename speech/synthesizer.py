"""What the user holds of synthesis: loaded voices as a class.

Every keyword beyond a call's own is a field of ``SynthesizeOptions``.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, BinaryIO, Self, TypeAlias, Unpack
from weakref import WeakSet

from speech import documents, languages
from speech.cabinet import Cabinet, tag
from speech.casting import Casting, known_voices, lexica, options_of
from speech.data import Event, SynthesizeOptions
from speech.devices import AUTO
from speech.errors import NotDownloadedError, StoppedError, UnsupportedError
from speech.options import VoiceOptions, with_options
from speech.speaking import Script, Speaking, Spoken
from speech.spool import Spool
from speech.tts import sentences
from speech.tts.clips import replaced
from speech.tts.plan import PLAIN, Text
from speech.tts.sentences import Reading
from speech.tts.voices import Cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType

    from speech.data import ProgressHook
    from speech.documents import Document, Kind
    from speech.transcript import ModelUse
    from speech.tts.pipeline import Clips
    from speech.tts.plan import Item, Report

    Source: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO | Iterable[str] | Document
    File: TypeAlias = str | os.PathLike[str]


class Synthesizer:
    """Voices that are loaded once and speak as often as you like, from any number of threads.

    Args:
        voice: a voice or an alias of the catalogue, a profile, the path of a voice, ``voice#speaker``, or ``auto``: the
            first of the cast where there is one, else the best for the language that is on this machine.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:1``.
        threads: CPU threads of a voice; 0: one for each core.
        offline: fetch nothing, even if the voice is missing.
        fallback: the voice to take if one that is named cannot be had.
        progress: called with every step of a download, of loading, and of the work.
        voices: a TOML file of profiles and of a cast, beside those of the catalogue.
        lexicon: files (TOML or CSV) of words and how they are pronounced.
        cache: keep finished sentences on disk, so that a text that is spoken again, whole or corrected, costs only
            what is new in it.
        clips: opens the recordings that a document names; None refuses them, since a document may come from anybody.
        options: for every call of this synthesizer, where the call says nothing else.

    Raises:
        SpeechError: one of its kinds, before anything is loaded where that is possible.
    """

    def __init__(
        self,
        voice: File = AUTO,
        *,
        device: str = AUTO,
        threads: int = 0,
        offline: bool = False,
        fallback: File | None = None,
        progress: ProgressHook | None = None,
        voices: File | None = None,
        lexicon: File | Sequence[File] = (),
        cache: bool = False,
        clips: Clips | None = None,
        **options: Unpack[VoiceOptions],
    ) -> None:
        _check(voice, threads)
        self._voices = known_voices(voices)
        # Where everybody has a voice, none is looked for that might have to be fetched.
        self._voice = next(iter(self._voices.cast), None) if os.fspath(voice) == AUTO else os.fspath(voice)
        document = Cast(self._voices.profiles, self._voices.cast, SynthesizeOptions(), self._voice).document
        files = [lexicon] if isinstance(lexicon, (str, os.PathLike)) else [*lexicon]
        self._lexicon = lexica(files, document, self._voices)
        self.options = with_options(with_options(SynthesizeOptions(), options_of(document)), options)
        self._progress = progress
        self._spool = Spool() if cache else None
        self._clips = clips
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._under_way: WeakSet[Speaking] = WeakSet()
        self._cabinet = Cabinet(
            device=device,
            threads=threads,
            offline=offline,
            fallback=None if fallback is None else os.fspath(fallback),
            progress=progress,
        )
        settled = self._cast(self.options).settle(PLAIN)
        self.choice = self._cabinet.choice(settled.voice or AUTO, settled.language, document.fallback)
        """The document's voice, and why it is that one."""

    @property
    def model(self) -> ModelUse:
        """Which voice this is, as it is written into everything it makes."""
        return self.choice.use

    def stream(
        self,
        text: Source,
        kind: Kind | None = None,
        *,
        progress: ProgressHook | None = None,
        suited: Callable[[int], int] = int,
        **options: Unpack[VoiceOptions],
    ) -> Speaking:
        """The audio of a text, each stretch as soon as it exists, in order.

        Args:
            text: a text; a path, ``-`` or a file object of a document; or texts as they come, such as the tokens of a
                language model: they are read in a thread of their own, and a sentence is spoken as soon as its end is
                sure.
            kind: what is written in it; None: of a path by its name and its first bytes, else plain text.
            progress: called for this stream only.
            suited: of a sample rate the one to make, for formats that take only some.
            options: over those of the synthesizer.

        Raises:
            UnsupportedError: the document cannot be read, or the voice cannot do what was asked.
        """
        if self._stop.is_set():
            raise StoppedError("the synthesizer is closed; make a new one")
        asked = with_options(self.options, options)
        script = self._script(documents.opened(text, kind), asked)
        speaking = Speaking(script, self._stop.is_set, progress=progress or self._progress, suited=suited)
        with self._lock:
            self._under_way.add(speaking)
        return speaking

    def synthesize(
        self,
        text: Source,
        kind: Kind | None = None,
        *,
        progress: ProgressHook | None = None,
        **options: Unpack[VoiceOptions],
    ) -> Spoken:
        """The audio of a text as a whole, in memory; for a book take ``stream``, or the command line."""
        with self.stream(text, kind, progress=progress, **options) as speaking:
            return speaking.spoken()

    def show(self, text: Source, kind: Kind | None = None, **options: Unpack[VoiceOptions]) -> Iterator[str]:
        """What would be spoken, a line for each sentence, in words; nothing is loaded."""
        return sentences.show(self._script(documents.opened(text, kind), with_options(self.options, options)).steps)

    def close(self) -> None:
        """Stop whatever runs, and free the voices; who waits for sound in another thread gets a ``StoppedError``."""
        self._stop.set()
        with self._lock:
            under_way = list(self._under_way)
        for speaking in under_way:
            speaking.close()
        if self._spool:
            self._spool.trim()
        self._cabinet.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _cast(self, options: SynthesizeOptions) -> Cast:
        return Cast(self._voices.profiles, self._voices.cast, options, self._voice)

    def _in_language(self, document: Document, options: SynthesizeOptions, report: Report) -> SynthesizeOptions:
        """With the language that a document says it is in, where nobody names one and the voice knows it."""
        named = self._cast(options).document
        if document.language is None or named.language is not None:
            return options
        try:
            spec = self._cabinet.choice(named.model or AUTO, document.language, named.fallback).spec
        except (NotDownloadedError, UnsupportedError):
            spec = self.choice.spec
        if languages.base(document.language) not in (*spec.languages, languages.base(tag(spec))):
            message = f"the document is in {document.language!r}, and the voice {spec.name!r} speaks {tag(spec)!r}"
            report(Event("language", f"{message}; name another, or the language to have it read as that"))
            return options
        return with_options(options, {"language": document.language})

    def _script(self, document: Document, options: SynthesizeOptions) -> Script:
        events: list[Event] = []
        options = self._in_language(document, options, events.append)
        casting = Casting(self._cast(options), self._cabinet, events.append)
        reading = Reading(casting.settle, self._lexicon, options, casting.member)
        items = document.items(events.append, self._voices.cast or None)
        if document.voice or document.kind in ("dialogue", "csv"):
            items = _everybody_known(items, casting)
        items = replaced(items, self._clips, events.append)
        return Script(
            name=document.name,
            steps=sentences.steps(items, reading, events.append),
            options=options,
            loaded=lambda voice, language: self._cabinet.loaded(voice or AUTO, language),
            choice=lambda voice, language: self._cabinet.choice(voice, language) if voice else self.choice,
            events=events,
            keeper=self._spool,
            clips=self._clips,
            length=document.length,
        )


def _everybody_known(items: Iterator[Item], casting: Casting) -> Iterator[Item]:
    """The items of a script, once all who speak in it are known to have a voice."""
    script = list(items)
    voices = [item.manner.voice for item in script if isinstance(item, Text) and item.manner.voice]
    casting.require(dict.fromkeys(voices))
    yield from script


def _check(voice: object, threads: object) -> None:
    if not isinstance(voice, (str, os.PathLike)):
        raise UnsupportedError(f"voice is {voice!r}; it must be a name or a path")
    if not isinstance(threads, int) or threads < 0:
        raise UnsupportedError(f"threads is {threads!r}; it must be 0 or more")
