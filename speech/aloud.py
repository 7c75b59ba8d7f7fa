"""``synthesize`` as a function, over a voice that stays loaded for the next call."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

from speech.data import SynthesizeOptions
from speech.devices import AUTO
from speech.options import VoiceOptions, with_options
from speech.synthesizer import Synthesizer
from speech.warm import Warm, apart, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from speech.api import ModelName
    from speech.data import Progress, ProgressHook
    from speech.documents import Kind
    from speech.speaking import Spoken
    from speech.synthesizer import Source
    from speech.tts.pipeline import Clips


class VoiceLoading(TypedDict, total=False):
    """How ``Synthesizer`` chooses and loads voices; see there."""

    device: str
    threads: int
    offline: bool
    fallback: str | os.PathLike[str] | None
    progress: ProgressHook | None
    voices: str | os.PathLike[str] | None
    lexicon: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
    cache: bool
    clips: Clips | None


class VoiceArguments(VoiceLoading, VoiceOptions, total=False):
    """Every keyword of ``synthesize``."""


def synthesize(
    text: Source, voice: ModelName = AUTO, kind: Kind | None = None, **arguments: Unpack[VoiceArguments]
) -> Spoken:
    """The audio of a text; the voice stays loaded for the next call that asks for the same.

    Args:
        text: a text, the path of a document, or texts one after the other.
        voice: as for ``Synthesizer``.
        kind: what is written in it: see ``Synthesizer.stream``.
        arguments: those of ``Synthesizer``.
    """
    loading, options = apart(arguments, VoiceLoading)
    hook = arguments.get("progress")
    spoken_by = _synthesizer(voice, cast("VoiceLoading", loading), cast("VoiceOptions", options))
    with _hooks.told(hook), spoken_by as synthesizer:
        return synthesizer.synthesize(text, kind, progress=hook, **cast("VoiceOptions", options))


def _synthesizer(voice: ModelName, loading: VoiceLoading, options: VoiceOptions) -> AbstractContextManager[Synthesizer]:
    asked = with_options(SynthesizeOptions(), options)
    bound = asked.language if voice == AUTO else None

    def make() -> Synthesizer:
        told: VoiceLoading = {**loading, "progress": _hooks}
        made = Synthesizer(voice, **told, language=bound)
        made._progress = None  # the next call brings its own
        return made

    return _voices.lend((str(voice), bound, *key(loading), *_written(voice, loading)), make)


def _written(voice: ModelName, loading: VoiceLoading) -> Iterator[tuple[int, int] | None]:
    """When each file was written and how long it is: who corrects a lexicon wants to hear it."""
    lexicon = loading.get("lexicon", ())
    files = [lexicon] if isinstance(lexicon, (str, os.PathLike)) else lexicon
    for file in (voice, loading.get("voices"), *files):
        try:
            status = Path(file).stat() if file else None
        except (OSError, ValueError, TypeError):  # no file: what is none is refused elsewhere
            status = None
        yield status and (status.st_mtime_ns, status.st_size)


class _Hooks:
    """The hooks of the calls under way: all of them wait while a voice is fetched or loaded."""

    def __init__(self) -> None:
        self._hooks: list[ProgressHook] = []

    def __call__(self, step: Progress) -> None:
        for hook in tuple(self._hooks):
            hook(step)

    @contextmanager
    def told(self, hook: ProgressHook | None) -> Iterator[None]:
        """For as long as a call takes."""
        hooks = [hook] if hook else []
        self._hooks += hooks
        try:
            yield
        finally:
            for one in hooks:
                self._hooks.remove(one)


_hooks = _Hooks()
_voices: Warm[Synthesizer] = Warm()
