"""That a machine spoke, written into the file and read out of it again.

Every container that carries tags gets one JSON in its comment: WAV in LIST INFO (ICMT), mp3 and AAC in ID3v2 (COMM),
FLAC, Opus and Vorbis in a Vorbis comment (COMMENT), MP4 in its own atom. Bare samples have no place for it.

The object ``AIGC`` in it is the implicit label of GB 45438-2025, appendix E: whether the content was generated (it
was: ``"1"``), who produced it and under which number, who passed it on and under which number, and two fields that are
left for the producer's and the propagator's own protection. The standard wants one label in a file: there is no other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from speech.audio.sound import Audio
from speech.audio.source import Source, name_of, opened
from speech.errors import AudioError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speech.data import Seconds

GENERATOR = "speech-pipeline"
GENERATED = "1"
"""GB 45438-2025: content that is known to be generated; "2" may be, "3" is suspected to be."""
COMMENTS = ("comment", "description")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a recording that has a name."""

    title: str
    start: Seconds
    end: Seconds


@dataclass(frozen=True, slots=True)
class Details:
    """What a file says of itself."""

    source: str
    container: str
    """FFmpeg's name of it."""
    codec: str
    duration: Seconds | None
    """None where the header does not say."""
    rate: int
    channels: int
    bit_rate: int | None = None
    chapters: tuple[Chapter, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    mark: Mapping[str, Any] | None = None
    """What ``comment`` wrote, where it did."""


def comment(facts: Mapping[str, Any]) -> str:
    """The JSON for a file's comment, in ASCII; the same facts give the same text.

    Args:
        facts: what is known of the making: ``voice``, ``engine``, ``repo``, ``revision``, ``licence``, ``options`` ...
            What is None or empty is left out.
    """
    from speech import __version__

    generator = f"{GENERATOR} {__version__}"
    told = {name: value for name, value in facts.items() if value not in (None, "", (), [], {})}
    whole = {"ai_generated": True, "generator": generator, **told}
    number = sha256(_json(whole).encode()).hexdigest()[:32]
    return _json({**whole, "AIGC": _label(generator, number)})


def read(source: Source) -> dict[str, Any] | None:
    """What ``comment`` wrote into that file; None where it has no such mark.

    Raises:
        AudioError: the source cannot be read as audio.
    """
    mark = details(source).mark
    return None if mark is None else dict(mark)


def details(source: Source) -> Details:
    """What a file says of itself; nothing is decoded.

    Raises:
        AudioError: the source cannot be read as audio.
    """
    from speech.audio.reader import demuxer, translated

    name = name_of(source)
    if isinstance(source, Audio):
        raise AudioError("samples in memory say nothing of themselves; give a file")
    with translated(name), opened(source, name) as file:
        if not file.peek(1):
            raise AudioError(f"{name!r} is empty (0 bytes); give a recording")
        with demuxer(file) as container:
            if not container.streams.audio:
                raise AudioError(f"{name!r} is a file without audio; give one that has sound")
            return _details(name, container)


def _details(name: str, container: Any) -> Details:  # noqa: ANN401 - av is not imported yet
    from speech.audio.reader import pre_skip

    stream = container.streams.audio[0]
    found = {**container.metadata, **stream.metadata}
    tags = {key.lower(): value for key, value in found.items()}
    context = stream.codec_context
    known = stream.duration is not None
    whole = float(stream.duration * stream.time_base) if known else (container.duration or 0) / 1e6
    duration = max(0.0, whole - pre_skip(container))
    return Details(
        source=name,
        container=container.format.name,
        codec=context.name if context else "",
        duration=duration or None,
        rate=(context.sample_rate or 0) if context else 0,
        channels=context.layout.nb_channels if context else 0,
        bit_rate=stream.bit_rate or container.bit_rate or None,
        chapters=tuple(_chapter(each) for each in container.chapters()),
        tags=tags,
        mark=next((mark for key in COMMENTS if (mark := _mark(tags.get(key, ""))) is not None), None),
    )


def _chapter(chapter: Mapping[str, Any]) -> Chapter:
    base = chapter["time_base"]
    title = chapter["metadata"].get("title", "")
    return Chapter(title, float(chapter["start"] * base), float(chapter["end"] * base))


def _mark(text: str) -> dict[str, Any] | None:
    """The JSON in a comment, if it is one that says whether a machine made this."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and ("ai_generated" in found or "AIGC" in found) else None


def _label(producer: str, number: str) -> dict[str, str]:
    """Names and order as in the standard; nobody has passed it on yet."""
    return {
        "Label": GENERATED,
        "ContentProducer": producer,
        "ProduceID": number,
        "ReservedCode1": "",
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(", ", ": "), default=str)
