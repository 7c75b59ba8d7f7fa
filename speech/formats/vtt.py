"""WebVTT, by the W3C's grammar: always with hours, ``& < >`` escaped, names as voice tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speech.formats.cues import cues, passages
from speech.formats.cues.clock import hours

if TYPE_CHECKING:
    from speech.formats.cues import CueRules
    from speech.transcript import Transcript

EXTENSION = ".vtt"
CUES = True


def render(transcript: Transcript, rules: CueRules) -> str:
    """The header and the cues."""
    blocks = ["WEBVTT\n"]
    made = cues(transcript.segments, rules, end=transcript.end)
    for start, end, cue, lines in passages(made, rules, _escape, "<u>{}</u>"):
        voice = f"<v {_escape(cue.label)}>" if cue.label else ""
        blocks.append(f"{hours(start)} --> {hours(end)}\n{voice}" + "\n".join(lines) + "\n")
    return "\n".join(blocks)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
