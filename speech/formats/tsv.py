"""Tab-separated segments: start and end in whole milliseconds, and the text; as whisper writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speech.formats.cues import inline_label, labels
from speech.formats.cues.clock import milliseconds
from speech.formats.cues.layout import clean

if TYPE_CHECKING:
    from speech.formats.cues import CueRules
    from speech.transcript import Transcript

EXTENSION = ".tsv"
CUES = False


def render(transcript: Transcript, rules: CueRules) -> str:  # noqa: ARG001
    """A header and a line for each segment; the voice's name before the text where there are several."""
    name = labels(transcript.segments)
    lines = ["start\tend\ttext\n"]
    for segment in transcript.segments:
        times = f"{milliseconds(segment.start)}\t{milliseconds(segment.end)}"
        lines.append(f"{times}\t{inline_label(name(segment))}{clean(segment.text)}\n")
    return "".join(lines)
