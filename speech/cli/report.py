"""What is said on standard error while a command works, and the way of results to standard output.

Three manners: ``Report`` says a line where there is something to say, ``Bars`` adds bars for a terminal, and
``Events`` writes a JSON object a line for programs:

    {"event": "model", "name", "engine", "device", "compute_type", "message", "hint"}
    {"event": "download" | "verify" | "load", "name", "done", "total"}                        bytes
    {"event": "progress", "file", "done", "total", "files_done", "files", "speed", "left"}    seconds of audio
    {"event": "done" | "skipped", "file", "outputs", "message"}
    {"event": "failed", "file", "error", "message"}
    {"event": "note", "message"}
    {"event": "summary", "done", "skipped", "failed", "files"}                                always the last

"outputs" is empty where the result went to standard output; "file" is "" for what failed before any recording.
Of a text that is spoken, "done" and "total" are seconds of its sound: the total is an estimate until the end, or null;
"file" is the document, "<text>", "<stdin>", or "TABLE:ID" for a line of a table.
"""

# ruff: noqa: ANN401 - an event may hold any JSON value

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn, Self

import click

from speech.cli import PROGRAM, Stopped, stdout
from speech.cli.parsing import NOTES
from speech.cli.tally import Tally
from speech.data import SynthesizeOptions
from speech.errors import SpeechError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from rich.progress import TaskID

    from speech.api import Transcriber
    from speech.data import Event, ModelSpec, Progress
    from speech.jobs import Result
    from speech.synthesizer import Synthesizer
    from speech.transcript import Transcript

    Worker = Transcriber | Synthesizer

WORTH_SAYING = frozenset({"ignored", "input", "swapped"})
"""Kinds of events that a user should hear of without asking,"""
WORTH_SAYING_OF_SPEECH = WORTH_SAYING | {"dropped", "flagged"}
"""and of a text that was spoken, where each is one of the author's words, and not one of a noisy recording's."""

SAME_EVENTS = 3
"""Events of one message that are listed; of more there is a count."""


class Report:
    """A line on standard error where there is something to say.

    Args:
        level: -1 nothing but errors, 0 what a user should know, 1 also what was decided.
        files: how many recordings there are.
    """

    def __init__(self, level: int = 0, files: int = 1) -> None:
        self.level = level
        self.tally = Tally(files)
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []
        self._told: frozenset[str] = frozenset()  # what the choice of the model put on every record, said once
        self._warned: set[str] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Say what ended the work, where it is one of the package's errors, and let the command end."""
        if isinstance(error, SpeechError):
            self.failed("", error)
        return isinstance(error, SpeechError)

    def progress(self, progress: Progress) -> None:
        """The hook for the library's long calls; called from any thread."""
        with self._lock:
            if progress.stage in {"transcribe", "synthesize", "done"}:
                self.tally.update(progress)
                self._show_work(progress)
            elif progress.stage != "failed":
                if progress.stage == "download" and progress.message:
                    self.note(progress.message)
                self._show_model(progress)

    def model(self, worker: Worker) -> None:
        """Which model runs and why."""
        self.tally.begin()
        choice = worker.choice
        self.note(choice.reason)
        if choice.hint:
            self.note(choice.hint)
        self.warn(choice.spec)
        self._told = frozenset(event.message for event in choice.events)
        for message in sorted(self._told):
            if message not in choice.reason:
                self.note(message)

    def warn(self, spec: ModelSpec) -> None:
        """What to know of a model's licence before its work is published; once."""
        if spec.warning and spec.name not in self._warned:
            self._warned.add(spec.name)
            self.note(f"{spec.name} ({spec.licence or 'no licence known'}): {spec.warning}")

    def note(self, message: str) -> None:
        """What a user should know; nothing where there is nothing."""
        if message and self.level >= 0:
            self._write(f"{PROGRAM}: {message}")

    def detail(self, message: str) -> None:
        """What was decided, for those who ask."""
        if self.level >= 1:
            self._write(f"{PROGRAM}: {message}")

    def failed(self, source: str, error: Exception) -> None:
        """What went wrong with one recording; it is counted."""
        self.counts["failed"] += 1
        self.failures.append(source)
        place = f"{source}: " if self.tally.files > 1 and source and source not in str(error) else ""
        self._write(f"{PROGRAM}: {place}{error}")

    def stopped(self, hint: str) -> None:
        """What is done when a signal ends the work, and how to go on."""
        self.note(
            f"stopped; {self.counts['done']} of {self.tally.files} done, the others not begun or unfinished; {hint}"
        )

    def transcript(self, source: str, transcript: Transcript) -> None:
        """What is to be said of a transcript: its language, and what stands on its record."""
        language = transcript.language or "none detected"
        shares = ", ".join(f"{code} {share:.2f}" for code, share in list(transcript.languages.items())[:3])
        times = f"{transcript.speech:.1f} s of speech in {transcript.duration:.1f} s"
        self.detail(f"{source}: language {language}{shares and f' ({shares})'}, {times}")
        if transcript.duration and not transcript.speech and not transcript.segments:
            self.note(f"{source}: no speech found in {transcript.duration:.1f} s; --no-vad recognizes everything")
        self._record(source, transcript.record)

    def speech(self, source: str, transcript: Transcript) -> None:
        """What is to be said of what was spoken: how long it is, and what stands on its record."""
        count = len(transcript.segments)
        times = f"{count} sentence{'s' * (count != 1)}, {transcript.duration:.1f} s"
        self.detail(f"{source}: language {transcript.language or 'not known'}, {times}")
        self._record(source, transcript.record, WORTH_SAYING_OF_SPEECH)

    def _record(self, source: str, record: Iterable[Event], worth_saying: frozenset[str] = WORTH_SAYING) -> None:
        """The first events of each message, and how many more there are."""
        counts: Counter[tuple[str, str]] = Counter()
        for event in record:
            if event.message in self._told:
                continue
            counts[event.kind, event.message] += 1
            if counts[event.kind, event.message] <= SAME_EVENTS:
                place = "" if event.start is None else f" at {event.start:.1f} s"
                say = self.note if event.kind in worth_saying else self.detail
                say(f"{source}: {event.kind}{place}: {event.message}")
        for (kind, message), count in counts.items():
            if count > SAME_EVENTS:
                say = self.note if kind in worth_saying else self.detail
                say(f"{source}: {kind}: {message} ({count - SAME_EVENTS} times more)")

    def results(self, results: Iterable[Result]) -> None:
        """What came of every task."""
        for result in results:
            self.result(result)

    def result(self, result: Result) -> None:
        """What came of one task."""
        self.tally.files_done += 1
        source = result.task.source
        if result.notice:
            self.note(f"{source}: {result.notice}")
        if result.transcript is not None:
            spoken = isinstance(result.transcript.options, SynthesizeOptions)
            (self.speech if spoken else self.transcript)(source, result.transcript)
        if result.error is not None:
            self.failed(source, result.error)
            return
        self.counts[result.outcome] += 1
        self._finished(result)

    def summary(self) -> None:
        """The counts of several files, where not all went well."""
        failed = list(filter(None, self.failures))
        if self.tally.files > 1 and (failed or self.level >= 1):
            counts = [f"{self.counts['done']} of {self.tally.files} done"]
            counts += [f"{self.counts['skipped']} were done before"] * bool(self.counts["skipped"])
            listed = "".join(f"\n  {source}" for source in failed)
            counts += [f"{len(failed)} not:{listed}"] * bool(failed)
            self._write(f"{PROGRAM}: {', '.join(counts)}")

    def end(self, ctx: click.Context) -> NoReturn:
        """The counts, and the exit status that they mean."""
        self.summary()
        ctx.exit(1 if self.failures else 0)

    def text(self, text: str) -> None:
        """A part of the result, for standard output."""
        stdout.write(text)

    def _finished(self, result: Result) -> None:
        if result.task.outputs:  # What went to standard output needs no word.
            self.detail(_outcome(result))

    def _write(self, line: str) -> None:
        click.echo(line, err=True)

    def _show_work(self, progress: Progress) -> None:
        """Nothing without a terminal."""

    def _show_model(self, progress: Progress) -> None:
        """Nothing without a terminal."""


class Events(Report):
    """A JSON object a line: see the head of this file."""

    def model(self, worker: Worker) -> None:
        """Which model runs and why."""
        self.tally.begin()
        choice, use = worker.choice, worker.model
        facts = {"name": use.name, "engine": use.engine, "device": use.device, "compute_type": use.compute_type}
        self._event("model", **facts, message=choice.reason, hint=choice.hint)
        self.warn(choice.spec)

    def failed(self, source: str, error: Exception) -> None:
        """What went wrong with one recording; it is counted."""
        self.counts["failed"] += 1
        self.failures.append(source)
        self._event("failed", file=source, error=type(error).__name__, message=str(error))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """The counts also where a signal ends the work: then nothing comes after this."""
        if isinstance(error, Stopped):
            self.summary()
        return super().__exit__(kind, error, trace)

    def summary(self) -> None:
        """The counts, always."""
        counts = {name: self.counts[name] for name in ("done", "skipped", "failed")}
        self._event("summary", **counts, files=self.tally.files)

    def _finished(self, result: Result) -> None:
        outputs = [str(path) for path in result.task.outputs.values()]
        self._event(result.outcome, file=result.task.source, outputs=outputs, message=result.notice)

    def _write(self, line: str) -> None:
        self._event("note", message=line.removeprefix(f"{PROGRAM}: "))

    def _show_work(self, progress: Progress) -> None:
        tally = self.tally
        speed, left = (None if value is None else round(value, 2) for value in (tally.speed, tally.left))
        done, total = round(progress.done, 3), progress.total and round(progress.total, 3)
        count = {"files_done": tally.files_done, "files": tally.files}
        self._event("progress", file=progress.source, done=done, total=total, **count, speed=speed, left=left)

    def _show_model(self, progress: Progress) -> None:
        self._event(progress.stage, name=progress.source, done=progress.done, total=progress.total)

    def _event(self, event: str, **values: Any) -> None:
        sys.stderr.write(json.dumps({"event": event, **values}, ensure_ascii=False) + "\n")
        sys.stderr.flush()


class Bars(Report):
    """Bars at the foot of a terminal, gone when the work is done; lines go above them."""

    def __init__(self, level: int = 0, files: int = 1) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        super().__init__(level, files)
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[figures]}"))
        self._bars = Progress(
            *columns, console=self._console, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._shown: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._bars.stop()
        return super().__exit__(kind, error, trace)

    def model(self, worker: Worker) -> None:
        """Which model runs and why; the work begins."""
        super().model(worker)
        self._bar("work", "reading", 0.0, None, "")

    def text(self, text: str) -> None:
        """A part of the result: where standard output is this terminal too, it must not tear the bars."""
        if sys.stdout.isatty():
            self._write(text.removesuffix("\n"))
        else:
            super().text(text)

    def _finished(self, result: Result) -> None:
        if result.task.outputs:
            self.note(_outcome(result))

    def _write(self, line: str) -> None:
        self._console.print(line, soft_wrap=True)

    def _show_work(self, progress: Progress) -> None:
        tally = self.tally
        many = f"{min(tally.files_done + 1, tally.files)} of {tally.files}  " if tally.files > 1 else ""
        of = f" of {clock(tally.total)}" if tally.total else ""
        speed = f"  {tally.speed:.1f}x" if tally.speed else ""
        left = f"  {clock(tally.left)} left" if tally.left is not None else ""
        self._bar(
            "work",
            f"{many}{_short(tally.current or progress.source)}",
            tally.done,
            tally.total,
            clock(tally.done) + of + speed + left,
        )

    def _show_model(self, progress: Progress) -> None:
        from speech.store import human

        of = f"{human(int(progress.done))} of {human(int(progress.total))}" if progress.total else ""
        self._bar("model", f"{progress.stage} {_short(progress.source)}", progress.done, progress.total, of)

    def _bar(self, name: str, description: str, done: float, total: float | None, figures: str) -> None:
        if name == "work" and "model" in self._shown:
            self._bars.remove_task(self._shown.pop("model"))
        if name not in self._shown:
            self._shown[name] = self._bars.add_task("", total=None, figures="")
        task = self._shown[name]
        self._bars.update(task, description=description, completed=done, total=total, figures=figures)


def begin(ctx: click.Context, files: int = 1) -> Report:
    """The report that a command's options ask for; it says at once what is to be said of the options themselves."""
    params = ctx.params
    how = report(params["progress"], quiet=params["quiet"], verbose=params["verbose"], files=files)
    for note in ctx.meta.get(NOTES, ()):
        how.note(note)
    return how


def report(manner: str, *, quiet: bool = False, verbose: int = 0, files: int = 1) -> Report:
    """The manner that was asked for: ``auto`` has bars where standard error is a terminal."""
    level = -1 if quiet else verbose
    if manner == "json":
        return Events(level, files)
    if manner == "auto" and not quiet and sys.stderr.isatty():
        return Bars(level, files)
    return Report(level, files)


def clock(seconds: float) -> str:
    """``1:02:03``, or ``2:03`` below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _short(name: str, longest: int = 32) -> str:
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return last if len(last) <= longest else f"{last[: longest // 2 - 1]}…{last[-longest // 2 :]}"


def _outcome(result: Result) -> str:
    names = ", ".join(str(path) for path in result.task.outputs.values())
    return f"{result.task.source} -> {names}" if result.outcome == "done" else f"{result.task.source}: done before"
