"""Many texts at once: what is meant by files, folders and tables, where each one's sound goes, and making it.

As in ``jobs``: nothing appears under its final name until it is whole, an existing file is touched only on request,
and what one text does wrong is kept from the others.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from speech import documents, formats, jobs, naming
from speech.audio import writing
from speech.errors import SpeechError, UnsupportedError
from speech.formats.cues import CueRules
from speech.jobs import Result, Task
from speech.publish import publish
from speech.tts.pipeline import cores

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from speech.data import ProgressHook
    from speech.documents import Document, Kind
    from speech.jobs import Existing
    from speech.synthesizer import Synthesizer
    from speech.tts.tables import Row


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, and the files to make of it: its sound, and the subtitles beside it."""

    task: Task
    """Its outputs are named by format; the first is the sound."""
    document: Callable[[], Document]
    """Opens the text."""

    @property
    def audio(self) -> str:
        """The format of its sound."""
        return next(iter(self.task.outputs))


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
    found = naming.search(inputs, recursive=recursive, wanted=documents.is_document)
    good = [item for item in found if item.error is None]
    folder = None if output_dir is None else Path(output_dir)
    outputs = dict(zip(map(id, good), naming.outputs(good, extensions, folder), strict=True))
    readings: list[Reading] = []
    for item in found:
        task = Task(item.source, outputs.get(id(item), {}), item.error)
        readings += [_one(task, kind)] if item.error else _of_file(task, kind, folder)
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
    at_once = min(cores(), len(readings)) or 1
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="speech-reading")
    remaining = iter(readings)
    under_way: deque[Future[Result]] = deque(pool.submit(work, reading) for reading in islice(remaining, at_once))
    try:
        while under_way:
            result = under_way.popleft().result()
            under_way.extend(pool.submit(work, reading) for reading in islice(remaining, 1))
            yield result
    finally:
        if under_way:
            synthesizer.close()  # what runs ends at its next stretch
        pool.shutdown(cancel_futures=True)


def _of_file(task: Task, kind: Kind | None, folder: Path | None) -> Iterator[Reading]:
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
        yield _line(task, row, folder)


def _one(task: Task, kind: Kind | None) -> Reading:
    return Reading(task, lambda: documents.opened(Path(task.source), kind))


def _line(task: Task, row: Row, folder: Path | None) -> Reading:
    """A line of a table: its file is called as its id is."""
    outputs = {
        name: (folder or path.parent) / f"{row.id}{path.name[len(_stem(path, task.outputs)) :]}"
        for name, path in task.outputs.items()
    }
    name = f"{task.source}:{row.id}"
    error = UnsupportedError(row.problem) if row.problem else None
    return Reading(Task(name, outputs, error), lambda: documents.of_text(row.text, name=name, voice=row.voice))


def _stem(path: Path, outputs: Mapping[str, Path]) -> str:
    """What the names of a document's outputs have in common."""
    del path
    audio = next(iter(outputs))
    return PurePath(outputs[audio]).name.removesuffix(f".{audio}")


def _result(
    synthesizer: Synthesizer,
    reading: Reading,
    *,
    existing: Existing,
    rules: CueRules,
    progress: ProgressHook | None,
) -> Result:
    task = reading.task
    if (known := jobs.look(task, existing)) is not None:
        return known
    try:
        return _made(synthesizer, reading, existing == "overwrite", rules, progress)
    except SpeechError as error:
        return Result(task, "failed", error=error)


def _made(
    synthesizer: Synthesizer, reading: Reading, overwrite: bool, rules: CueRules, progress: ProgressHook | None
) -> Result:
    task, audio = reading.task, reading.audio
    document = reading.document()
    jobs.make_folder(task.outputs[audio])
    speaking = synthesizer.stream(document, progress=progress, suited=partial(writing.rate_for, audio))
    transcript = publish(speaking, task.outputs[audio], audio, title=document.title, overwrite=True)
    for name, path in task.outputs.items():
        if name != audio:
            transcript.save(path, name, rules, overwrite=overwrite)
    return Result(task, "done", tuple(task.outputs.values()), transcript)
