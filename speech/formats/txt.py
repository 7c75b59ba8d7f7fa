"""Plain text: a line for each segment, with the voice's name before it where there are several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speech.formats.cues import inline_label, labels
from speech.formats.cues.layout import clean

if TYPE_CHECKING:
    from speech.formats.cues import CueRules
    from speech.transcript import Transcript

EXTENSION = ".txt"
CUES = False


def render(transcript: Transcript, rules: CueRules) -> str:  # noqa: ARG001
    """The text, without times."""
    name = labels(transcript.segments)
    lines = ((inline_label(name(segment)), clean(segment.text)) for segment in transcript.segments)
    return "".join(f"{label}{text}\n" for label, text in lines if text)
