"""The formats a transcript can be written in, and their look-up by name and by file name.

A format is one file in this folder; its name is the file's name. It holds ``EXTENSION`` (with its dot), ``CUES``
(whether it has any) and ``render``. What several of them need, above all the cutting of cues, is in the package
``cues``.
"""

from __future__ import annotations

from importlib import import_module
from os.path import basename
from typing import TYPE_CHECKING, Protocol, cast

from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from os import PathLike

    from speech.formats.cues import CueRules
    from speech.transcript import Transcript


class Format(Protocol):
    """What the module of a format holds."""

    EXTENSION: str
    """The end of its files' names, with the dot; no two formats share one."""

    CUES: bool
    """Whether it is cut into cues, so that the rules for them say how it looks."""

    def render(self, transcript: Transcript, rules: CueRules) -> str:
        """The whole text of the file; lines end in a line feed. Formats without cues pass over the rules."""
        ...


def names() -> list[str]:
    """Every format there is."""
    from pkgutil import iter_modules

    return sorted(module.name for module in iter_modules(__path__) if not module.ispkg)


def find(name: str) -> Format:
    """The format of that name, in capitals or not, with a leading dot or not.

    Raises:
        UnsupportedError: there is none.
    """
    wanted = name.strip().lower().removeprefix(".").replace("-", "_")
    if wanted not in names():
        raise UnsupportedError(f"no format is called {name!r}; these are known: {', '.join(names())}")
    return cast("Format", import_module(f"{__name__}.{wanted}"))


def of_file(path: str | PathLike[str]) -> str:
    """The name of the format that a file's name ends in: of several the longest, so that "a.verbose.json" is no json.

    Raises:
        UnsupportedError: none does.
    """
    file = basename(path)  # noqa: PTH119 - a str or any PathLike
    fitting = [name for name in names() if file.lower().endswith(find(name).EXTENSION.lower())]
    if not fitting:
        endings = ", ".join(find(name).EXTENSION for name in names())
        raise UnsupportedError(f"the name {file!r} says no format; name one, or end it in one of {endings}")
    return max(fitting, key=lambda name: len(find(name).EXTENSION))
