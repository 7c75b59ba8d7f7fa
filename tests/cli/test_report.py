import io

import pytest

from speech.cli.report import Bars, Events, Report, clock, report
from speech.cli.tally import Tally
from speech.data import Event, Progress
from speech.transcript import ModelUse, Transcript


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (61, "1:01"), (3723, "1:02:03")])
def test_clock(seconds, text):
    assert clock(seconds) == text


def test_a_tally_guesses_what_it_has_not_seen():
    tally = Tally(files=4)
    assert (tally.total, tally.left) == (None, None)
    tally.update(Progress("transcribe", "a", 10.0, 100.0))
    tally.update(Progress("transcribe", "b", 20.0, 300.0))
    assert (tally.done, tally.total, tally.current) == (30.0, 800.0, "a")
    tally.update(Progress("done", "a", 90.0, 100.0))
    assert (tally.done, tally.total, tally.current) == (110.0, 780.0, "b")
    assert tally.speed > 0
    assert tally.left == pytest.approx((780 - 110) / tally.speed, rel=0.5)


def test_events_of_one_message_are_listed_and_then_counted(capsys):
    record = [Event("retry", "again", float(place), place + 1.0) for place in range(6)]
    record += [Event("retry", "other", 9.0, 10.0)]
    use = ModelUse("m", "e")
    Report(1).transcript("a", Transcript((), "en", {}, 9.0, 9.0, "a", use, record=tuple(record)))
    assert capsys.readouterr().err.splitlines()[1:] == [
        "speech: a: retry at 0.0 s: again",
        "speech: a: retry at 1.0 s: again",
        "speech: a: retry at 2.0 s: again",
        "speech: a: retry at 9.0 s: other",
        "speech: a: retry: again (3 times more)",
    ]


def test_the_manner_follows_the_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert type(report("auto")) is Report
    assert type(report("json")) is Events
    monkeypatch.setattr("sys.stderr", Terminal())
    assert type(report("auto")) is Bars
    assert type(report("none")) is Report
    assert type(report("auto", quiet=True)) is Report


def test_bars_go_and_lines_stay(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setattr("sys.stdout", Terminal())
    with report("auto", files=2) as bars:
        bars.progress(Progress("download", "small", 1e6, 4e8, "fetching model small (400 MB)"))
        bars.progress(Progress("transcribe", "a/talk.mp3", 65.0, 3600.0))
        bars.text("what was said\n")
    import sys

    shown = sys.stderr.getvalue()
    assert "speech: fetching model small (400 MB)" in shown
    assert "1 of 2  talk.mp3" in shown
    assert "1:05 of 2:00:00" in shown
    assert "what was said" in shown
    assert sys.stdout.getvalue() == ""
