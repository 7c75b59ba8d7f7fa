"""The names that users of Whisper's command lines type, and what becomes of each here.

All names are written with dashes; underscores are taken as dashes before anything is looked up. A flag that is in
none of these tables is one of our own, or unknown. Nothing is dropped in silence but what is so anyway: what has no
counterpart is refused with a word on what to use instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Collection

TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

RENAMED = {
    "--output-format": "--format",
    "--word-timestamps": "--words",
    "--initial-prompt": "--prompt",
    "--max-line-count": "--max-lines",
    "--max-words-per-line": "--max-words",
    "--vad-filter": "--vad",
    "--vad-max-speech-duration-s": "--max-chunk",
    "--no-repeat-ngram-size": "--no-repeat-ngram",
    "--model-directory": "--model",
    "--local-files-only": "--offline",
    "--vad-onset": "--vad-threshold",
    "--chunk-length": "--max-chunk",
    # Of piper's command line.
    "--output-file": "--output",
    "--sentence-silence": "--sentence-pause",
    "--noise-scale": "--noise",
    "--noise-w-scale": "--noise-w",
}

FIXED = {
    "--batched": ("true", "batches are always used; --batch-size 1 recognizes one chunk at a time"),
    "--carry-initial-prompt": ("true", "the prompt is always given to every chunk"),
    "--suppress-tokens": ("-1", "the model's own list is always used"),
    "--suppress-blank": ("true", "blanks are always suppressed"),
    "--print-colors": ("false", "-f json carries the probability of every word, with --words"),
    "--live-transcribe": ("false", "give a recording"),
    "--diarize": ("false", "speakers are not told apart, but --channels split labels the channels of a recording"),
    "--suppress-numerals": ("false", "numbers stand as the model writes them"),
    "--without-timestamps": ("false", "times are always there; -f txt does not write them"),
    "--best-of": ("5 none", "use --beam-size"),
    "--patience": ("1 none", "use --beam-size"),
    "--length-penalty": ("1 none", "use --beam-size"),
    "--repetition-penalty": ("1", "use --no-repeat-ngram, or leave it to the retries that repetition causes"),
}
"""Flags of which some values (with spaces) are what happens anyway, or as good as that, as scripts type the defaults
of their tool: these are taken, any other refused with the reason."""

NO_EFFECT = {
    "--fp16": ("", "--compute-type float16 or float32 chooses the precision"),
    "--condition-on-previous-text": ("false", "there is no text of the window before: chunks are apart"),
    "--temperature-increment-on-fallback": ("", "retries follow a fixed ladder; --no-retry turns them off"),
    "--pretty-json": ("true", "JSON is always laid out over lines"),
}
"""Flags that change nothing here: taken, with a word where the value is not one of these."""

REFUSED = {
    "--append-punctuations": "punctuation always goes to the word before it",
    "--prepend-punctuations": "punctuation always goes to the word before it",
    "--prompt-reset-on-temperature": "every chunk gets the prompt as it is",
    "--hallucination-silence-threshold": "silence is cut out before recognition; see --vad-threshold",
    "--prefix": "use --prompt",
    "--max-new-tokens": "use --max-chunk",
    "--model-dir": "set HF_HUB_CACHE, or give the model's directory to --model",
    "--cache-directory": "set HF_HUB_CACHE, or give the model's directory to --model",
    "--model-cache-only": "use --offline",
    "--hf-token": "set HF_TOKEN",
    "--vad-method": "Silero is the only one",
    "--vad-offset": "use --vad-threshold",
    "--vad-min-speech-duration-ms": "use --vad-threshold",
    "--language-detection-segments": "use --language, or `speech detect` first",
    "--language-detection-threshold": "use --language, or `speech detect` first",
    "--min-speakers": "speakers are not told apart; see --channels split",
    "--max-speakers": "speakers are not told apart; see --channels split",
    "--speaker-num": "speakers are not told apart; see --channels split",
    "--speaker-name": "speakers are not told apart; see --channels split",
    "--align-model": "word times come from the model itself: --words",
    "--no-align": "word times are left out unless --words asks for them",
    "--segment-resolution": "use the options for subtitles, such as --max-cue-seconds",
}
"""Flags that have no counterpart, with what to use instead."""


def _seconds(ms: str) -> str:
    try:
        return f"{float(ms) / 1000:g}"
    except ValueError as error:
        raise ValueError("give milliseconds") from error


def _each(on: str) -> list[str]:
    if on.lower() not in TRUTH:
        raise ValueError("give True or False")
    return ["--language", "each"] if TRUTH[on.lower()] else []


def _clip(times: str) -> list[str]:
    parts = [part.strip() for part in times.split(",") if part.strip()]
    if len(parts) > 2:
        raise ValueError("--from and --to take one stretch; run it once for each")
    return [word for pair in zip(("--from", "--to"), parts, strict=False) for word in pair]


def _faster(scale: str) -> list[str]:
    try:
        return ["--speed", f"{1 / float(scale):.6g}"]
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError("give a number above 0") from error


TRANSLATED: dict[str, tuple[str, Callable[[str], list[str]]]] = {
    "--vad-min-silence-duration-ms": ("--min-silence", lambda ms: ["--min-silence", _seconds(ms)]),
    "--vad-speech-pad-ms": ("--speech-pad", lambda ms: ["--speech-pad", _seconds(ms)]),
    "--clip-timestamps": ("--from", _clip),
    "--multilingual": ("--language", _each),
    "--length-scale": ("--speed", _faster),
}
"""Flags that become others: one that the command must have for it, and the words instead, by the value.

A ``ValueError`` refuses the value and says why.
"""

DEVICE_INDEX = "--device-index"
"""Joins ``--device cuda``."""

_VALUE = re.compile(r"true|yes|on|false|no|off|none|[-+]?[\d.,]+|", re.IGNORECASE)


class Foreign:
    """Takes the flags of other tools, one command line's: what is to be said of them, and all that is wrong."""

    def __init__(self, known: Collection[str], notes: list[str]) -> None:
        self._known = known
        self._notes = notes
        self._index = ""
        self.problems: list[str] = []

    def take(self, name: str, value: str | None, rest: deque[str]) -> list[str] | None:
        """The words instead of a flag, which may take its value from ``rest``; None where it is no such flag."""
        if name in REFUSED:
            _chosen(value, rest)
            self.problems.append(f"{name} is not an option here: {REFUSED[name]}")
            return []
        if name in FIXED or name in NO_EFFECT:
            self._judge(name, _chosen(value, rest))
            return []
        if name == DEVICE_INDEX and "--device" in self._known:
            self._index = _chosen(value, rest, always=True)
            return []
        if name in TRANSLATED and TRANSLATED[name][0] in self._known:
            return self._translate(name, _chosen(value, rest, always=True))
        return None

    def own(self, name: str, value: str) -> str | None:
        """The value that one of our own options has for what other tools call so; None: as if it were not typed."""
        if name in {"--language", "-l"} and value.lower() in {"auto", "none"}:
            return None
        if name == "--compute-type" and value == "default":
            return "auto"
        if name == "--temperature" and "," in value:
            first = value.partition(",")[0].strip()
            self._notes.append(f"--temperature {value}: only {first} is used; retries follow a fixed ladder")
            return first
        return value

    def finish(self, words: list[str]) -> list[str]:
        """What is to be added when all is translated."""
        devices = [word.partition("=")[2] for word in words if word.startswith("--device=")]
        if devices[-1:] == ["cuda"] and self._index.isdigit():
            return ["--device", f"cuda:{self._index}"]
        if self._index not in {"", "0"}:
            self.problems.append(f"{DEVICE_INDEX} {self._index} needs --device cuda; or use --device cuda:1")
        return []

    def _judge(self, name: str, chosen: str) -> None:
        wanted, reason = FIXED.get(name) or NO_EFFECT[name]
        if any(_same(chosen, each) for each in wanted.split()):
            return
        if name in NO_EFFECT:
            self._notes.append(f"{name} has no effect here; {reason}")
        else:
            self.problems.append(f"{name} {chosen} is not possible: {reason}")

    def _translate(self, name: str, chosen: str) -> list[str]:
        try:
            return TRANSLATED[name][1](chosen)
        except ValueError as error:
            self.problems.append(f"{name} {chosen} is not possible: {error}")
            return []


def _chosen(value: str | None, rest: deque[str], *, always: bool = False) -> str:
    """The value of a flag: behind its equals sign, or the next word if that looks like one; alone it is true.

    Args:
        value: behind the equals sign, if there is one.
        rest: the words that follow, of which the value is taken away.
        always: the next word is the value whatever it looks like.
    """
    if value is not None:
        return value
    return rest.popleft() if rest and (always or _VALUE.fullmatch(rest[0])) else "true"


def _same(left: str, right: str) -> bool:
    try:
        return float(left) == float(right)
    except ValueError:
        return left.lower() == right
