import errno
import io

import pytest

from speech.cli import stdout
from speech.errors import OutputError


class Broken(io.StringIO):
    """Standard output that cannot be written any more."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def flush(self) -> None:
        raise OSError(self.number, "what the system says")


def test_what_is_written_is_there_at_once(capfd):
    stdout.write("a part")
    assert capfd.readouterr().out == "a part"


def test_a_failure_is_one_of_the_packages_errors(monkeypatch):
    monkeypatch.setattr("sys.stdout", Broken(errno.ENOSPC))
    with pytest.raises(OutputError, match=r"standard output \(what the system says\); make room"):
        stdout.write("a part")


def test_a_reader_that_went_away_is_none(monkeypatch):
    monkeypatch.setattr("sys.stdout", Broken(errno.EPIPE))
    with pytest.raises(BrokenPipeError):
        stdout.write("a part")
