"""Many texts at once: what is meant by files, folders and tables, where each one's sound goes, and making it.

As in ``jobs``: nothing appears under its final name until it is whole, an existing file is touched only on request,
and what one text does wrong is kept from the others.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from speech import documents, formats, jobs, naming
from speech.audio import writing
from speech.errors import BusyError, OutputError, SpeechError, UnsupportedError
from speech.formats.cues import CueRules
from speech.jobs import Result, Task
from speech.journal import Journal, beside
from speech.machine import cores
from speech.publish import publish
from speech.transcript import drop_drafts

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from concurrent.futures import Future

    from speech.data import ProgressHook
    from speech.documents import Document, Kind
    from speech.jobs import Existing
    from speech.speaking import Speaking
    from speech.synthesizer import Synthesizer
    from speech.transcript import Transcript
    from speech.tts.tables import Row

CAUSES = 3
"""Reasons why nothing is spoken that are named, at most."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, and the files to make of it: its sound, and the subtitles beside it."""

    task: Task
    """Its outputs are named by format; the first is the sound."""
    document: Callable[[], Document]
    """Opens the text."""


def plan(
    inputs: Sequence[str | os.PathLike[str]],
    audio: str,
    subtitles: Sequence[str] = (),
    *,
    kind: Kind | None = None,
    output_dir: str | os.PathLike[str] | None = None,
    recursive: bool = False,
) -> list[Reading]:
    """A reading for every document that ``inputs`` mean, and for every line of a table.

    Args:
        inputs: files, folders or patterns. A folder means the documents in it.
        audio: the format of the sound: one of ``writing.formats()``.
        subtitles: formats of ``speech.formats`` to write beside it.
        kind: what the files hold; None: what their names and first bytes say.
        output_dir: where the files go, in folders like those of the inputs; None: beside each document.
        recursive: folders within folders too.

    Raises:
        UnsupportedError: there is no such format.
    """
    extensions = extensions_of(audio, subtitles)
    found = naming.search(inputs, recursive=recursive, wanted=documents.is_document, noun="document")
    good = [item for item in found if item.error is None]
    folder = None if output_dir is None else Path(output_dir)
    outputs = dict(zip(map(id, good), naming.outputs(good, extensions, folder), strict=True))
    readings: list[Reading] = []
    for item in found:
        if item.error:
            readings.append(_one(Task(item.source, error=UnsupportedError(str(item.error))), kind))
        else:
            readings += _of_file(Task(item.source, outputs[id(item)]), kind)
    return readings


def extensions_of(audio: str, subtitles: Sequence[str]) -> dict[str, str]:
    """The endings of the files that are made, the sound's first.

    Raises:
        UnsupportedError: there is no such format.
    """
    if audio not in writing.formats():
        raise UnsupportedError(f"there is no audio format {audio!r}; there are {', '.join(writing.formats())}")
    return {audio: f".{audio}", **{name: formats.find(name).EXTENSION for name in subtitles}}


def run(
    synthesizer: Synthesizer,
    readings: Sequence[Reading],
    *,
    existing: Existing = "keep",
    rules: CueRules | None = None,
    progress: ProgressHook | None = None,
) -> Generator[Result, None, None]:
    """Make the files and say of each reading, in order, what came of it.

    Args:
        synthesizer: what speaks, with its own options.
        readings: as ``plan`` gives them; several are under way at once.
        existing: what to do about files that are there already.
        rules: how subtitles are cut.
        progress: told how far each reading is.
    """
    work = partial(_result, synthesizer, existing=existing, rules=rules or CueRules(), progress=progress)
    if len(readings) < 2:
        # In this thread, which a signal can stop even where it waits for standard input.
        yield from map(work, readings)
        return
    at_once = min(cores(), len(readings))
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="speech-reading")
    remaining = iter(readings)
    under_way: deque[Future[Result]] = deque(pool.submit(work, reading) for reading in islice(remaining, at_once))
    try:
        while under_way:
            result = under_way[0].result()
            under_way.popleft()
            under_way.extend(pool.submit(work, reading) for reading in islice(remaining, 1))
            yield result
    finally:
        if under_way:
            synthesizer.close()  # what runs ends at its next stretch
        pool.shutdown(cancel_futures=True)


def heard(
    synthesizer: Synthesizer,
    document: Document,
    audio: str,
    target: Path | BinaryIO,
    *,
    overwrite: bool = True,
    progress: ProgressHook | None = None,
    ready: Callable[[Speaking], None] | None = None,
) -> Transcript:
    """Speak a document into a file or a stream; what was said when.

    Args:
        synthesizer: what speaks.
        document: the text.
        audio: the format of the sound.
        target: where it goes.
        overwrite: whether a file that is there may be replaced.
        progress: told of every sentence.
        ready: told when it is known what is made, before anything is.

    Raises:
        UnsupportedError: there is nothing to speak in it, or it is no text.
        SpeechError: what the voice and the file raise.
    """
    speaking = synthesizer.stream(document, progress=progress, suited=partial(writing.rate_for, audio))
    with speaking:
        expect_words(speaking)
        if ready:
            ready(speaking)
        return publish(speaking, target, audio, title=document.title or speaking.title, overwrite=overwrite)


def expect_words(speaking: Speaking) -> None:
    """Read as far as the first sentence.

    Raises:
        UnsupportedError: there is none.
    """
    if speaking.silent:
        causes = list(dict.fromkeys(event.message for event in speaking.record if event.kind == "dropped"))
        because = f" ({'; '.join(causes[:CAUSES])})" if causes else ""
        raise UnsupportedError(f"there is nothing to speak in {speaking.name!r}{because}; give it words")


def _of_file(task: Task, kind: Kind | None) -> Iterator[Reading]:
    """The readings of one file: of a table one for each line."""
    try:
        if (kind or documents.kind_of(task.source)) != "csv":
            yield _one(task, kind)
            return
        rows = list(documents.rows(task.source))
    except SpeechError as error:
        yield _one(Task(task.source, error=error), kind)
        return
    for row in rows:
        yield _line(task, row, next(iter(task.outputs)))


def _one(task: Task, kind: Kind | None) -> Reading:
    return Reading(task, lambda: documents.opened(Path(task.source), kind))


def _line(task: Task, row: Row, audio: str) -> Reading:
    """A line of a table: its files are called as its id is, and lie where those of the table would."""
    stem = task.outputs[audio].name.removesuffix(f".{audio}")
    outputs = {name: path.with_name(row.id + path.name.removeprefix(stem)) for name, path in task.outputs.items()}
    name = f"{task.source}:{row.id}"
    error = UnsupportedError(row.problem) if row.problem else None
    return Reading(Task(name, outputs, error), lambda: documents.of_text(row.text, name=name, voice=row.voice))


def _result(
    synthesizer: Synthesizer, reading: Reading, *, existing: Existing, rules: CueRules, progress: ProgressHook | None
) -> Result:
    task = reading.task
    if (known := jobs.look(task, existing)) is not None:
        return known
    try:
        with _alone(task):
            # Another process may have made it while this one waited for its turn.
            return jobs.look(task, existing) or _made(synthesizer, reading, existing, rules, progress)
    except SpeechError as error:
        return Result(task, "failed", error=error)


@contextmanager
def _alone(task: Task) -> Iterator[None]:
    """No other process makes these files meanwhile; what a killed one left of them is removed."""
    first = next(iter(task.outputs.values()))
    jobs.make_folder(first)
    try:
        journal = Journal(beside(first, first.name), {})
    except BusyError as error:
        raise BusyError(f"{str(first)!r} is being made by another process; wait for that one") from error
    except OSError as error:
        raise OutputError(f"cannot write to {str(first.parent)!r} ({error.strerror}); choose another folder") from error
    try:
        for path in task.outputs.values():
            drop_drafts(path)
        yield
    finally:
        journal.finish()


def _made(
    synthesizer: Synthesizer, reading: Reading, existing: Existing, rules: CueRules, progress: ProgressHook | None
) -> Result:
    """The outputs that are missing; subtitles of sound that is there are made by speaking again, for nobody."""
    task, overwrite = reading.task, existing == "overwrite"
    missing = {name: path for name, path in task.outputs.items() if overwrite or not os.path.lexists(path)}
    audio = next(iter(task.outputs))
    document = reading.document()
    if audio in missing:
        transcript = heard(synthesizer, document, audio, missing[audio], overwrite=overwrite, progress=progress)
    else:
        with synthesizer.stream(document, progress=progress, suited=partial(writing.rate_for, audio)) as speaking:
            deque(speaking.sounds(), maxlen=0)
            transcript = speaking.transcript()
    for name, path in missing.items():
        if name != audio:
            transcript.save(path, name, rules, overwrite=overwrite)
    return Result(task, "done", tuple(missing.values()), transcript)
