"""``synthesize`` as a function, over a voice that stays loaded for the next call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

from speech.data import SynthesizeOptions
from speech.devices import AUTO
from speech.options import VoiceOptions, with_options
from speech.synthesizer import Synthesizer
from speech.warm import Warm, apart, key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from speech.api import ModelName
    from speech.data import ProgressHook
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
    with _synthesizer(voice, cast("VoiceLoading", loading), cast("VoiceOptions", options)) as synthesizer:
        return synthesizer.synthesize(text, kind, progress=arguments.get("progress"), **cast("VoiceOptions", options))


def _synthesizer(voice: ModelName, loading: VoiceLoading, options: VoiceOptions) -> AbstractContextManager[Synthesizer]:
    asked = with_options(SynthesizeOptions(), options)
    bound = asked.language if voice == AUTO else None

    def make() -> Synthesizer:
        made = Synthesizer(voice, **loading, language=bound)
        made._progress = None  # the next call brings its own
        return made

    return _voices.lend((os.fspath(voice), bound, *key(loading)), make)


_voices: Warm[Synthesizer] = Warm()
