"""Comma-separated segments with everything that fits a table: RFC 4180, but for line feeds alone.

Text is written as it is, also where a spreadsheet would take it for a formula.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from speech.formats.cues.clock import decimal, milliseconds
from speech.formats.cues.layout import clean

if TYPE_CHECKING:
    from speech.formats.cues import CueRules
    from speech.transcript import Transcript

EXTENSION = ".csv"
CUES = False
COLUMNS = ("start", "end", "speaker", "channel", "language", "confidence", "text")


def render(transcript: Transcript, rules: CueRules) -> str:  # noqa: ARG001
    """A header and a line for each segment: times in seconds, channels from 1, empty where nothing is known."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for segment in transcript.segments:
        writer.writerow(
            [
                decimal(milliseconds(segment.start)),
                decimal(milliseconds(segment.end)),
                clean(segment.speaker or ""),
                "" if segment.channel is None else segment.channel + 1,
                segment.language or transcript.language or "",
                "" if segment.confidence is None else f"{segment.confidence:.4f}",
                clean(segment.text),
            ]
        )
    return table.getvalue()
