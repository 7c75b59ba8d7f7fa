"""Recordings that a document names: opened by whoever may, refused by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speech.data import Event
from speech.errors import SpeechError
from speech.tts.plan import Clip, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from speech.tts.pipeline import Clips
    from speech.tts.plan import Item, Report

PROBE_RATE = 16_000


def replaced(items: Iterable[Item], clips: Clips | None, report: Report) -> Iterator[Item]:
    """The items, with what the document says in its place for each recording that cannot be had."""
    for item in items:
        if isinstance(item, Clip) and (why := _refusal(item, clips)):
            report(Event("dropped", f"the recording {item.source!r} is not heard: {why}"))
            yield Text(" ", item.manner)  # a recording ends a word
            yield from replaced(item.otherwise, clips, report)
            yield Text(" ", item.manner)
        else:
            yield item


def _refusal(clip: Clip, clips: Clips | None) -> str:
    if clips is None:
        return "documents may not open recordings here; allow it with --clips, or clips="
    try:
        next(iter(clips(clip.source, PROBE_RATE)), None)
    except SpeechError as error:
        return str(error)
    return ""
