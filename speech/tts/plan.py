"""The plan: the one list that text, Markdown, SSML, dialogue, tables and books compile to.

    text.py | markdown.py | ssml.py | dialogue.py | epub.py  ->  items  ->  sentences.py  ->  steps  ->  pipeline.py

A compiler yields items as it reads, so that a plan never has to be held whole. What it could not take literally it
tells through ``report``. Items say how something is spoken relative to the document; nothing in them is a sample, a
file or a loaded voice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from speech.data import Event, Seconds, Sentence

Report = Callable[[Event], None]
"""Told of whatever is not spoken as it stands."""


@dataclass(frozen=True, slots=True)
class Manner:
    """Who speaks, and how: relative to the options of the whole document."""

    voice: str | None = None
    """A voice, a profile, or a name of the cast; None: the document's."""
    speaker: str | None = None
    language: str | None = None
    rate: float = 1.0
    """Times the document's; 2 is twice as fast."""
    pitch: float = 0.0
    """Semitones, added to the document's."""
    volume: float = 0.0
    """Decibels, added to the document's."""
    pan: float = 0.0
    """-1 is left, 1 is right; heard in stereo only."""
    role: str | None = None
    """Who that is in the document, where it names them: what subtitles say. Filled in when ``voice`` is settled."""


PLAIN = Manner()


@dataclass(frozen=True, slots=True)
class Text:
    """Words to speak. Texts that follow each other belong to one sentence until its end is found in them, or told."""

    text: str
    manner: Manner = PLAIN
    spoken: str | None = None
    """Said in place of ``text``, word for word: nothing in it is written out further."""
    phonemes: str | None = None
    """How ``text`` is pronounced, in the International Phonetic Alphabet."""
    say_as: str | None = None
    """What the text is, where the author says so: SSML's interpret-as (``characters``, ``cardinal``, ``ordinal``,
    ``digits``, ``date``, ``time``, ``telephone``, ``currency``, ``unit``, ``fraction``, ``verbatim``), with its format
    after a colon where there is one (``date:dmy``)."""


@dataclass(frozen=True, slots=True)
class End:
    """The text before is complete, and a pause follows that fits what ended."""

    of: Literal["sentence", "item", "paragraph", "heading"]


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence, exactly that long, in place of the pause that would stand here."""

    seconds: Seconds


@dataclass(frozen=True, slots=True)
class Mark:
    """A place whose time is asked for."""

    name: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Here begins a chapter of an audio book."""

    title: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording to be heard here; where it cannot be had, what stands in its place."""

    source: str
    otherwise: tuple[Item, ...] = ()
    manner: Manner = PLAIN


Item = Text | End | Pause | Mark | Chapter | Clip


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence and who speaks it: with everything settled but the loaded voice."""

    sentence: Sentence
    voice: str | None = None
    """The name that the cast is asked for."""
    pan: float = 0.0
    role: str | None = None
    continues: bool = False
    """The same sentence as the utterance before, said in another manner."""
    marks: tuple[tuple[str, int], ...] = ()
    """Marks inside: name, and how many words of ``sentence.spoken.split()`` stand before it."""


Step = Utterance | Pause | Mark | Chapter | Clip
"""What the pipeline works through, one after the other."""
