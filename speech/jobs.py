"""Many recordings at once: which files are meant, where each transcript goes, and doing them one after another.

Nothing appears under its final name until it is whole, an existing file is touched only on request, and what one
recording does wrong is kept from the others.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from speech import naming
from speech.errors import BusyError, OutputError, SpeechError
from speech.journal import Journal, beside

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from speech.api import Transcriber
    from speech.audio import Source
    from speech.data import ProgressHook
    from speech.formats.cues import CueRules
    from speech.transcript import Transcript

Existing = Literal["keep", "skip", "overwrite"]
"""What to do about outputs that are already there: report the recording as failed, leave them, or replace them."""


@dataclass(frozen=True, slots=True)
class Task:
    """One recording and the files to make of it."""

    source: str
    """A path, or ``-`` for standard input."""
    outputs: Mapping[str, Path] = field(default_factory=dict)
    """Format to file; all in one folder."""
    error: SpeechError | None = None
    """Why there is nothing to do: the source is not there, say."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one task."""

    task: Task
    outcome: Literal["done", "skipped", "kept", "failed"]
    """``skipped``: the outputs were there, as expected; ``kept``: they were there and nobody said what to do."""
    written: tuple[Path, ...] = ()
    transcript: Transcript | None = None
    error: SpeechError | None = None
    notice: str = ""
    """A word on how it went: resumed, or begun afresh."""

    @property
    def ok(self) -> bool:
        """Whether what was wanted is there now."""
        return self.outcome in {"done", "skipped"}


def plan(
    inputs: Sequence[str | os.PathLike[str]],
    formats: Sequence[str],
    *,
    output_dir: str | os.PathLike[str] | None = None,
    recursive: bool = False,
    wanted: Callable[[str], bool] = naming.is_recording,
) -> list[Task]:
    """A task for every recording that ``inputs`` mean, each recording once.

    Args:
        inputs: files, folders, patterns, or ``-``. A folder means the recordings in it.
        formats: names of output formats.
        output_dir: where the outputs go, in folders like those of the inputs; None: beside each recording.
        recursive: folders within folders too.
        wanted: whether a file of that name in a folder is meant.

    Raises:
        UnsupportedError: there is no such format.
    """
    from speech import formats as known

    extensions = {name: known.find(name).EXTENSION for name in formats}
    found = naming.search(inputs, recursive=recursive, wanted=wanted)
    good = [item for item in found if item.error is None]
    folder = None if output_dir is None else Path(output_dir)
    outputs = dict(zip(map(id, good), naming.outputs(good, extensions, folder), strict=True))
    return [Task(item.source, outputs.get(id(item), {}), item.error) for item in found]


def foreseen(tasks: Iterable[Task], existing: Existing) -> list[Result] | None:
    """The results, where not one of the tasks needs any work; then no model need be loaded."""
    results = []
    for task in tasks:
        result = look(task, existing)
        if result is None:
            return None
        results.append(result)
    return results


def run(
    transcriber: Transcriber,
    tasks: Iterable[Task],
    *,
    existing: Existing = "keep",
    resume: bool = False,
    rules: CueRules | None = None,
    progress: ProgressHook | None = None,
) -> Generator[Result]:
    """Do the tasks and say of each, in order, what came of it.

    Args:
        transcriber: what does the work, with its own options; it has several recordings under way at once.
        tasks: as ``plan`` gives them.
        existing: what to do about outputs that are already there; looked at before any work for a recording.
        resume: go on from the journal of a run that was stopped, where it was begun with the same model and options
            and the recording has not changed.
        rules: how subtitles are cut.
        progress: told how far each recording is.
    """
    from speech import __version__
    from speech.transcript import to_dict

    turns: deque[_Turn] = deque()
    journals: dict[str, Journal] = {}
    header = {"version": __version__, "model": to_dict(transcriber.model), "options": to_dict(transcriber.options)}
    work = _Work(existing, resume, rules, header)

    def sources() -> Iterator[str]:
        for task in tasks:
            turn = work.begin(task)
            if turn.journal is not None:
                journals[task.source] = turn.journal
            turns.append(turn)
            if turn.result is None:
                yield task.source

    def journal(source: Source) -> Journal | None:
        return journals.get(str(source))

    outcomes = transcriber.transcribe_many(sources(), errors="return", progress=progress, journal=journal)
    try:
        # What runs is stopped before the journals close.
        with closing(cast("Generator[Transcript | SpeechError]", outcomes)):
            for outcome in outcomes:
                yield from _settled(turns)
                turn = turns.popleft()
                yield work.end(turn, outcome)
                journals.pop(turn.task.source, None)
        yield from _settled(turns)
    finally:
        for turn in turns:
            turn.close()


def render(tasks: Iterable[Task], *, existing: Existing = "keep", rules: CueRules | None = None) -> Iterator[Result]:
    """Make the outputs of each task from the transcript that its source holds; see ``run``."""
    from speech import transcript

    work = _Work(existing, False, rules, None)
    for task in tasks:
        turn = work.begin(task)
        if turn.result is not None:
            yield turn.result
            continue
        try:
            yield work.end(turn, transcript.load(task.source))
        except SpeechError as error:
            yield Result(task, "failed", error=error)


def look(task: Task, existing: Existing) -> Result | None:
    """The result, where the plan or the outputs that are there already decide it."""
    if task.error is not None:
        return Result(task, "failed", error=task.error)
    there = [path for path in task.outputs.values() if os.path.lexists(path)]
    if not there or existing == "overwrite":
        return None
    if existing == "skip":
        return Result(task, "skipped") if len(there) == len(task.outputs) else None
    names = repr(str(there[0])) + (f" and {len(there) - 1} more" if len(there) > 1 else "")
    verb = "is" if len(there) == 1 else "are"
    message = f"{names} {verb} there already"
    advice = "--overwrite replaces, --skip-existing leaves what is there, --resume does only what is missing"
    return Result(task, "kept", error=OutputError(f"{message}; {advice}"))


@dataclass(slots=True)
class _Turn:
    """A task under way: its result, if there is one already, and its journal."""

    task: Task
    result: Result | None = None
    journal: Journal | None = None
    missing: Mapping[str, Path] = field(default_factory=dict)
    notice: str = ""

    def close(self) -> None:
        if self.journal is not None:
            self.journal.close()


def _settled(turns: deque[_Turn]) -> Iterator[Result]:
    """The results at the head of the queue that needed no work."""
    while turns and turns[0].result is not None:
        yield turns.popleft().result or Result(turns[0].task, "failed")


@dataclass(frozen=True, slots=True)
class _Work:
    existing: Existing
    resume: bool
    rules: CueRules | None
    header: Mapping[str, Any] | None
    """What a journal must agree with; None keeps no journals."""

    def begin(self, task: Task) -> _Turn:
        """Everything that can be settled before the recording is opened."""
        result = look(task, self.existing)
        if result is not None:
            if result.outcome == "skipped":
                _drop_leftover(task)
            return _Turn(task, result)
        try:
            return self._open(task)
        except SpeechError as error:
            return _Turn(task, Result(task, "failed", error=error))

    def end(self, turn: _Turn, outcome: Transcript | SpeechError) -> Result:
        """Write what came of the recording."""
        task = turn.task
        try:
            if isinstance(outcome, SpeechError):
                return Result(task, "failed", error=outcome, notice=turn.notice)
            written = tuple(self._write(outcome, turn))
            if turn.journal is not None:
                turn.journal.finish()
            return Result(task, "done", written, outcome, notice=turn.notice)
        except SpeechError as error:
            return Result(task, "failed", error=error, notice=turn.notice)
        finally:
            turn.close()

    def _open(self, task: Task) -> _Turn:
        from speech.transcript import drop_drafts

        missing = {
            name: path
            for name, path in task.outputs.items()
            if self.existing == "overwrite" or not os.path.lexists(path)
        }
        if self.header is None or not os.path.exists(task.source):  # noqa: PTH110 - false too for standard input
            return _Turn(task, missing=missing)
        journal = self._journal(task, next(iter(missing.values())))
        # Another process may have finished it while this one waited for the journal.
        if (result := look(task, self.existing)) is not None:
            journal.finish()
            return _Turn(task, result)
        for path in missing.values():
            drop_drafts(path)
        return _Turn(task, journal=journal, missing=missing, notice=_notice(journal))

    def _journal(self, task: Task, output: Path) -> Journal:
        source = Path(task.source)
        try:
            facts = source.stat()
            make_folder(output)
            identity = {"name": source.name, "size": facts.st_size, "mtime_ns": facts.st_mtime_ns}
            return Journal(beside(output, source.name), {"source": identity, **(self.header or {})}, resume=self.resume)
        except BusyError as error:
            raise BusyError(f"{task.source!r} {error}") from error
        except OutputError:
            raise
        except OSError as error:
            raise _unusable(output.parent, error) from error

    def _write(self, transcript: Transcript, turn: _Turn) -> Iterator[Path]:
        from speech.formats.cues import CueRules

        for name, path in turn.missing.items():
            make_folder(path)
            transcript.save(path, name, rules=self.rules or CueRules(), overwrite=self.existing == "overwrite")
            yield path


def make_folder(output: Path) -> None:
    """The folder of an output.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(output.parent, error) from error


def _unusable(folder: Path, error: OSError) -> OutputError:
    what = error.filename or str(folder)
    return OutputError(f"cannot write to {what!r} ({error.strerror}); choose another folder with -o")


def _notice(journal: Journal) -> str:
    if journal.stale:
        return "begun afresh: what was left of an earlier run is of another recording, model or options"
    return f"resumed after {journal.held} finished parts" if journal.held else ""


def _drop_leftover(task: Task) -> None:
    """Remove the journal of a run that was killed between its last output and its end."""
    for path in task.outputs.values():
        leftover = beside(path, Path(task.source).name)
        if leftover.exists():
            try:
                Journal(leftover, {}).finish()
            except (BusyError, OSError):
                return
