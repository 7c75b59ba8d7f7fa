"""What was spoken as a file: in one pass as it comes, in two where the whole decides how loud it is."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from speech.audio import loudness, marking, writing
from speech.errors import OutputError, UnsupportedError
from speech.folders import cache
from speech.transcript import to_dict
from speech.tts import effects

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from speech.audio.writing import Writer
    from speech.data import Samples, SynthesizeOptions, TranscribeOptions
    from speech.speaking import Speaking, Spoken
    from speech.transcript import ModelUse, Transcript
    from speech.tts.effects import Stage
    from speech.tts.pipeline import Sound
    from speech.tts.utter import Shape

WATERMARKS: tuple[Stage, ...] = ()
"""Stages that the sound passes last of all. An inaudible watermark belongs here; none that is free to use, survives
compression and comes as a package was found, so there is none yet."""

BLOCK = 1 << 18
"""Frames read back at once in the second pass."""


def publish(
    speaking: Speaking,
    target: Path | BinaryIO,
    format: str,  # noqa: A002
    *,
    title: str = "",
    overwrite: bool = True,
) -> Transcript:
    """Write what is spoken, while it is spoken; a file is whole or not there.

    Args:
        speaking: opened with ``suited=writing.rate_for`` of the format.
        target: a path, or a stream that need not seek.
        format: one of ``writing.formats()``.
        title: for players.
        overwrite: whether a file that is there may be replaced.

    Raises:
        UnsupportedError: a loudness is asked for on a stream, or the format cannot be streamed.
        OutputError: the file cannot be written.
        SpeechError: what the voice or the text raise.
    """
    with speaking:
        leveled = speaking.options.loudness is not None
        if leveled and not isinstance(target, Path):
            raise UnsupportedError("the loudness of a whole is not known before its end; write a file, not a stream")
        tags = {"title": title, "comment": mark(speaking.model, speaking.options)}
        shape = speaking.shape
        with writing.writing(target, format, shape.rate, shape.channels, tags=tags, overwrite=overwrite) as writer:
            if leveled:
                _in_two_passes(speaking, writer)
            else:
                _pour(speaking.sounds(), writer)
        return speaking.transcript()


def save(spoken: Spoken, path: str | os.PathLike[str], format: str | None = None, *, overwrite: bool = True) -> None:  # noqa: A002
    """Write audio that is in memory; see ``Spoken.save``."""
    kind = format or writing.of_file(Path(path))
    rate = writing.rate_for(kind, spoken.rate)
    samples = iter([spoken.samples])
    fitting = samples if rate == spoken.rate else effects.resampled(samples, spoken.rate, rate)
    made = spoken.transcript
    tags = {"comment": mark(made.model, made.options)} if made else {"comment": marking.comment({})}
    with writing.writing(Path(path), kind, rate, spoken.channels, tags=tags, overwrite=overwrite) as writer:
        for title, start in spoken.chapters:
            writer.chapter(title, start)
        for block in _watermarked(fitting):
            writer.write(block)


def mark(model: ModelUse, options: SynthesizeOptions | TranscribeOptions) -> str:
    """What every file says of itself: that a machine speaks, which one, under which licence, and how it was asked."""
    facts = to_dict(model)
    del facts["device"], facts["compute_type"], facts["embedded"]
    facts["voice"] = facts.pop("name")
    changed = {item.name: value for item in fields(options) if (value := getattr(options, item.name)) != item.default}
    return marking.comment({**facts, "options": changed})


def _pour(sounds: Iterable[Sound], writer: Writer) -> None:
    def blocks() -> Iterator[Samples]:
        for sound in sounds:
            if sound.chapter:
                writer.chapter(*sound.chapter)
            yield sound.samples

    for block in _watermarked(blocks()):
        writer.write(block)


def _watermarked(blocks: Iterator[Samples]) -> Iterator[Samples]:
    for stage in WATERMARKS:
        blocks = stage(blocks)
    return blocks


def _in_two_passes(speaking: Speaking, writer: Writer) -> None:
    """Speak into a draft in the cache and measure it; then write the draft at its loudness."""
    shape = speaking.shape
    with _draft() as draft:
        measured = loudness.measure(_spooled(speaking, draft), shape.rate, shape.channels)
        for title, start in speaking.chapters:
            writer.chapter(title, start)
        leveled = _watermarked(speaking.leveled(lambda: _read(draft, shape), measured))
        speaking.judge(loudness.measure(_written(leveled, writer), shape.rate, shape.channels))


def _written(blocks: Iterable[Samples], writer: Writer) -> Iterator[Samples]:
    for block in blocks:
        writer.write(block)
        yield block


def _draft() -> BinaryIO:
    """A file for raw samples, 318 MB an hour at 22,050 Hz, which is gone with the process."""
    with _keeping():
        cache().mkdir(parents=True, exist_ok=True)
        return cast("BinaryIO", tempfile.TemporaryFile(dir=cache()))


def _spooled(speaking: Speaking, draft: BinaryIO) -> Iterator[Samples]:
    for sound in speaking.sounds():
        with _keeping():
            draft.write(sound.samples.tobytes())
        yield sound.samples
    with _keeping():
        draft.flush()


@contextmanager
def _keeping() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"cannot keep the sound in {str(cache())!r} while it is measured: {error.strerror}; free some space, "
            "point XDG_CACHE_HOME elsewhere, or leave --loudness out"
        ) from error


def _read(draft: BinaryIO, shape: Shape) -> Iterator[Samples]:
    import numpy as np

    draft.seek(0)
    while content := draft.read(BLOCK * shape.channels * np.dtype(np.float32).itemsize):
        yield np.frombuffer(content, np.float32).reshape(-1, shape.channels)
