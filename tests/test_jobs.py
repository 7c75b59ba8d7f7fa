"""Jobs over real recordings with the micro model: what is written, kept, skipped, resumed, and killed."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_samples import RATE, WHISPER_MICRO, clip, say

import speech
from speech.api import Transcriber
from speech.data import Passage
from speech.errors import BusyError, OutputError, SpeechError
from speech.formats.cues import CueRules
from speech.jobs import Task, foreseen, plan, render, run
from speech.journal import Journal, beside

HALLO = "hello world."


@pytest.fixture(scope="module")
def transcriber() -> Iterator[Transcriber]:
    # Chunks are short, so that a recording of a few seconds has several.
    with Transcriber(WHISPER_MICRO, device="cpu", max_chunk=5.0, language="en") as loaded:
        yield loaded


@pytest.fixture(scope="module")
def long_samples() -> np.ndarray:
    return np.concatenate([say(HALLO, tail=2.0).samples for _ in range(6)])


def record(path: Path, samples: np.ndarray | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, say(HALLO, tail=0.5).samples if samples is None else samples, RATE)
    return path


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*")]


def do(transcriber: Transcriber, tasks: list[Task], **how) -> list[str]:
    with closing(run(transcriber, tasks, **how)) as results:
        return [result.outcome for result in results]


def test_a_folder_becomes_its_mirror(tmp_path, transcriber):
    for name in ("x.wav", "x.flac", "sub/x.wav"):
        record(tmp_path / "in" / name)
    tasks = plan([tmp_path / "in"], ["txt", "srt"], output_dir=tmp_path / "out", recursive=True)
    assert do(transcriber, tasks) == ["done"] * 3
    written = texts(tmp_path / "out")
    assert list(written) == [f"{name}.{end}" for name in ("sub/x", "x.flac", "x.wav") for end in ("srt", "txt")]
    assert {written[name] for name in written if name.endswith("txt")} == {f"{HALLO}\n"}


def test_results_come_in_order_and_one_bad_file_harms_no_other(tmp_path, transcriber):
    good = record(tmp_path / "a.wav")
    (tmp_path / "b.wav").write_bytes(b"no sound at all")
    last = record(tmp_path / "c.wav")
    tasks = plan([good, tmp_path / "none.wav", tmp_path / "b.wav", last], ["txt"])
    with closing(run(transcriber, tasks)) as running:
        results = list(running)
    assert [result.outcome for result in results] == ["done", "failed", "failed", "done"]
    assert [Path(result.task.source).name for result in results] == ["a.wav", "none.wav", "b.wav", "c.wav"]
    assert all(isinstance(result.error, SpeechError) for result in results if not result.ok)
    assert hidden(tmp_path) == []


def test_what_is_there_is_kept_and_reported(tmp_path, transcriber):
    source = record(tmp_path / "a.wav")
    (tmp_path / "a.srt").write_text("mine")
    tasks = plan([source], ["srt", "txt"])
    [result] = foreseen(tasks, "keep") or []
    assert result.outcome == "kept"
    assert isinstance(result.error, OutputError)
    assert do(transcriber, tasks) == ["kept"]
    assert (tmp_path / "a.srt").read_text() == "mine"
    assert not (tmp_path / "a.txt").exists()


def test_what_is_there_can_be_skipped_or_replaced(tmp_path, transcriber):
    source = record(tmp_path / "a.wav")
    (tmp_path / "a.txt").write_text("mine")
    tasks = plan([source], ["txt"])
    assert do(transcriber, tasks, existing="skip") == ["skipped"]
    assert (tmp_path / "a.txt").read_text() == "mine"
    assert do(transcriber, tasks, existing="overwrite") == ["done"]
    assert (tmp_path / "a.txt").read_text() == f"{HALLO}\n"


def test_to_skip_still_makes_the_format_that_is_missing(tmp_path, transcriber):
    source = record(tmp_path / "a.wav")
    (tmp_path / "a.txt").write_text("mine")
    tasks = plan([source], ["txt", "srt"])
    assert foreseen(tasks, "skip") is None
    assert do(transcriber, tasks, existing="skip") == ["done"]
    assert (tmp_path / "a.txt").read_text() == "mine"
    assert HALLO in (tmp_path / "a.srt").read_text()


def test_a_recording_that_another_process_has_is_left_to_it(tmp_path, transcriber):
    mine, other = record(tmp_path / "a.wav"), record(tmp_path / "b.wav")
    tasks = plan([other, mine], ["txt"])
    with closing(Journal(beside(tmp_path / "b.txt", "b.wav"), {})), closing(run(transcriber, tasks)) as running:
        results = list(running)
    assert [result.outcome for result in results] == ["failed", "done"]
    assert isinstance(results[0].error, BusyError)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_takes_no_files_is_found_out_before_the_work(tmp_path, transcriber):
    source = record(tmp_path / "a.wav")
    (tmp_path / "out").mkdir(mode=0o500)
    with closing(run(transcriber, plan([source], ["txt"], output_dir=tmp_path / "out"))) as running:
        [result] = running
    assert isinstance(result.error, OutputError)


def test_an_output_folder_that_is_a_file_is_an_output_error(tmp_path, transcriber):
    source = record(tmp_path / "a.wav")
    (tmp_path / "out").write_text("")
    with closing(run(transcriber, plan([source], ["txt"], output_dir=tmp_path / "out"))) as running:
        [result] = running
    assert isinstance(result.error, OutputError)


def stop_after(passages: int, transcriber: Transcriber, tasks: list[Task], monkeypatch) -> None:
    """Run until so many passages are journalled, as a process does that is stopped there."""
    put = Journal.put

    def counted(self: Journal, passage: Passage) -> None:
        put(self, passage)
        if self.held == passages:
            raise SpeechError("stopped")

    monkeypatch.setattr(Journal, "put", counted)
    assert do(transcriber, tasks) == ["failed"]
    monkeypatch.undo()


def test_a_resumed_transcript_equals_an_undisturbed_one(tmp_path, transcriber, long_samples, monkeypatch):
    source = record(tmp_path / "a.wav", long_samples)
    whole = plan([source], ["json"], output_dir=tmp_path / "whole")
    assert do(transcriber, whole) == ["done"]
    tasks = plan([source], ["json"], output_dir=tmp_path / "out")
    stop_after(2, transcriber, tasks, monkeypatch)
    assert hidden(tmp_path / "out") == [".a.wav.speech-journal"]

    again: list[Passage] = []
    put = Journal.put
    monkeypatch.setattr(Journal, "put", lambda self, passage: (again.append(passage), put(self, passage)))
    with closing(run(transcriber, tasks, resume=True)) as running:
        [result] = running
    assert result.notice == "resumed after 2 finished parts"
    assert again
    assert not {0, 1} & {passage.index for passage in again}
    assert texts(tmp_path / "out") == texts(tmp_path / "whole")


def test_another_recording_or_other_options_begin_afresh(tmp_path, transcriber, long_samples, monkeypatch):
    source = record(tmp_path / "a.wav", long_samples)
    tasks = plan([source], ["txt"])
    stop_after(2, transcriber, tasks, monkeypatch)
    record(source)
    with closing(run(transcriber, tasks, resume=True)) as running:
        [result] = running
    assert result.notice.startswith("begun afresh")
    assert (tmp_path / "a.txt").read_text() == f"{HALLO}\n"


def test_to_resume_is_asked_for(tmp_path, transcriber, long_samples, monkeypatch):
    tasks = plan([record(tmp_path / "a.wav", long_samples)], ["txt"])
    stop_after(2, transcriber, tasks, monkeypatch)
    with closing(run(transcriber, tasks)) as running:
        [result] = running
    assert (result.outcome, result.notice) == ("done", "")
    assert hidden(tmp_path) == []


def test_the_journal_of_a_run_killed_after_its_last_output_goes(tmp_path, transcriber):
    source = record(tmp_path / "a.wav")
    (tmp_path / "a.txt").write_text("done")
    beside(tmp_path / "a.txt", "a.wav").write_text("{}\n")
    assert do(transcriber, plan([source], ["txt"]), existing="skip") == ["skipped"]
    assert hidden(tmp_path) == []


def test_closing_the_run_stops_it(tmp_path, transcriber):
    for name in "abcdef":
        record(tmp_path / f"{name}.wav")
    with closing(run(transcriber, plan([tmp_path], ["txt"]))) as results:
        assert next(results).outcome == "done"
    assert [path.name for path in tmp_path.glob("*.txt")] == ["a.txt"]
    assert do(transcriber, plan([tmp_path], ["txt"]), existing="skip", resume=True) == ["skipped", *["done"] * 5]
    assert hidden(tmp_path) == []


def test_render_needs_no_model(tmp_path, transcriber):
    spoken, _ = clip("de")
    source = record(tmp_path / "a.wav", spoken.samples)
    assert do(transcriber, plan([source], ["json"])) == ["done"]
    (tmp_path / "b.json").write_text("{}")
    tasks = plan([tmp_path / "a.json", tmp_path / "b.json"], ["srt"])
    results = list(render(tasks, rules=CueRules(max_line_width=16)))
    assert [result.outcome for result in results] == ["done", "failed"]
    assert max(map(len, (tmp_path / "a.srt").read_text().splitlines()[2:4])) <= 16
    assert [result.outcome for result in render(tasks)] == ["kept", "failed"]


@pytest.mark.slow
def test_killed_at_any_moment_nothing_half_is_left_and_a_rerun_completes(tmp_path, long_samples):
    folder = tmp_path / "in"
    for name in ("a.wav", "a.flac", "sub/b.wav", "sub/c.wav", "sub/d.wav"):
        record(folder / name, np.tile(long_samples, 2))

    def job(out: str, patience: float | None = None) -> int:
        options = ["--recursive", "-f", "json,srt", "-m", str(WHISPER_MICRO), "--max-chunk", "5", "--offline", "-q"]
        command = [sys.executable, "-m", "speech", "transcribe", str(folder), *options]
        process = subprocess.Popen(
            [*command, "-o", str(tmp_path / out), "--resume"], cwd=Path(speech.__file__).parents[1]
        )
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            return process.wait()

    assert job("whole") == 0
    want = texts(tmp_path / "whole")
    for seed in range(4):
        moment, growth = random.Random(seed), 1.0
        while job(f"out{seed}", moment.uniform(1.0, 4.0) * growth) == -signal.SIGKILL:
            growth *= 1.3  # so that it ends on any machine
            there = texts(tmp_path / f"out{seed}") if (tmp_path / f"out{seed}").exists() else {}
            visible = {name: text for name, text in there.items() if not Path(name).name.startswith(".")}
            assert visible == {name: want[name] for name in visible}
        assert texts(tmp_path / f"out{seed}") == want
