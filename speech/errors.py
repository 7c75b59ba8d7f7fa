"""Every error that leaves the package, each also the builtin that a caller would catch.

SpeechError
├── UnknownModelError      LookupError        no model of that name in any catalogue
├── NotDownloadedError     FileNotFoundError  a known model that is not on this machine, and may not be fetched
├── DownloadError          OSError            a fetch that failed, or files that are not what the catalogue says
├── MissingDependencyError ImportError        a package or system library that the engine needs
├── AudioError             ValueError         a source that cannot be read as audio
├── UnsupportedError       ValueError         a meaning the model does not have, or options that contradict
├── OutputError            OSError            a result that cannot be written, or a file that is there already
│   └── BusyError          OSError            another process is writing it
├── EngineError            RuntimeError       the engine failed on good input
└── StoppedError           RuntimeError       the work was stopped, or its transcriber closed, before the end

A message says what was wrong, with the value, and ends with the next thing to do.
"""

from __future__ import annotations


class SpeechError(Exception):
    """The base: whatever goes wrong in this package is one of these."""

    def __str__(self) -> str:
        # OSError and LookupError each format their arguments in a way of their own; the message is the message.
        return str(self.args[0]) if self.args else ""


class UnknownModelError(SpeechError, LookupError):
    """No catalogue has a model of that name."""


class NotDownloadedError(SpeechError, FileNotFoundError):
    """The model is known, is not on this machine, and may not be fetched now."""


class DownloadError(SpeechError, OSError):
    """A fetch failed, or what came is not what the catalogue says."""


class MissingDependencyError(SpeechError, ImportError):
    """A package or system library that the engine needs is not there."""


class AudioError(SpeechError, ValueError):
    """A source cannot be read as audio; the message names the source and the cause."""


class UnsupportedError(SpeechError, ValueError):
    """The model cannot do what was asked, or the options contradict each other."""


class OutputError(SpeechError, OSError):
    """A result cannot be written where it was asked for; the message names the file."""


class EngineError(SpeechError, RuntimeError):
    """The engine failed on input that was good."""


class BusyError(OutputError):
    """Another process is working on this recording."""


class StoppedError(SpeechError, RuntimeError):
    """The work was stopped, or its transcriber closed, before the recording's end."""
