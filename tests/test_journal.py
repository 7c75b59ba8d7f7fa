import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.data import Chunk, Event, Passage, Piece, Segment, Word
from speech.errors import BusyError
from speech.journal import Journal, beside

HEADER = {"model": "m", "options": {"language": None}}


def passage(index: int, channel: int | None = None, text: str = "hello") -> Passage:
    word = Word(text, index + 0.1, index + 1 / 3, 0.5)
    segment = Segment(text, index + 0.1, index + 0.7, (word,), "en", 1 / 7, details={"n": 1})
    event = Event("dropped", "why", index + 0.0)
    return Passage(index, channel, float(index), index + 1.0, 0.9, (segment,), {"en": 1 / 3}, (event,))


def chunk(index: int, channel: int | None = None, shift: float = 0.0) -> Chunk:
    piece = Piece(0.0, index + shift, 1.0, index + shift, index + shift + 1.0)
    return Chunk(np.zeros(16_000, np.float32), (piece,), index=index, channel=channel)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return beside(tmp_path / "x.srt", "x.mp3")


@pytest.fixture
def begin() -> Iterator[Callable[..., Journal]]:
    """Journals that are closed at the end of the test."""
    with ExitStack() as stack:
        yield lambda *given, **how: stack.enter_context(closing(Journal(*given, **how)))


def fill(path: Path, *passages: Passage) -> None:
    journal = Journal(path, HEADER)
    for one in passages:
        journal.put(one)
    journal.close()


def test_what_was_put_comes_back_to_the_bit(begin, path):
    written = [passage(0), passage(1, text="gr\u00fc\u00df\ud800"), passage(0, channel=1)]
    fill(path, *written)
    journal = begin(path, HEADER, resume=True)
    assert [journal.get(chunk(0)), journal.get(chunk(1)), journal.get(chunk(0, 1))] == written
    assert journal.get(chunk(2)) is None
    assert (journal.held, journal.stale) == (3, False)


def test_it_goes_on_after_what_was_there(begin, path):
    fill(path, passage(0))
    journal = begin(path, HEADER, resume=True)
    journal.put(passage(1))
    journal.close()
    assert begin(path, HEADER, resume=True).held == 2


def test_without_resume_it_begins_afresh(begin, path):
    fill(path, passage(0))
    journal = begin(path, HEADER)
    assert (journal.held, journal.stale) == (0, False)


@pytest.mark.parametrize("header", [{"model": "n"}, {}, {**HEADER, "more": 1}])
def test_another_header_begins_afresh_and_says_so(begin, path, header):
    fill(path, passage(0))
    journal = begin(path, header, resume=True)
    assert (journal.held, journal.stale) == (0, True)
    journal.put(passage(0))
    journal.close()
    assert begin(path, header, resume=True).held == 1


def test_another_chunk_in_the_same_place_is_not_taken_for_it(begin, path):
    fill(path, passage(0))
    assert begin(path, HEADER, resume=True).get(chunk(0, shift=0.01)) is None


@given(st.integers(min_value=0), st.binary(max_size=20))
def test_a_torn_end_costs_only_what_was_torn(tmp_path_factory, cut, noise):
    path = tmp_path_factory.mktemp("torn") / ".x.speech-journal"
    fill(path, passage(0), passage(1), passage(2))
    whole = path.read_bytes()
    cut %= len(whole) + 1
    path.write_bytes(whole[:cut] + noise.replace(b"\n", b""))
    lines = max(0, whole[:cut].count(b"\n") - 1)
    journal = Journal(path, HEADER, resume=True)
    assert lines <= journal.held <= 3
    journal.put(passage(7))
    held = journal.held
    journal.close()
    again = Journal(path, HEADER, resume=True)
    assert again.held == held
    assert again.get(chunk(7)) == passage(7)
    again.close()


def test_two_at_once_are_one_too_many(begin, path):
    first = begin(path, HEADER)
    with pytest.raises(BusyError):
        begin(path, HEADER, resume=True)
    first.put(passage(0))
    first.close()
    assert begin(path, HEADER, resume=True).held == 1


def test_the_end_leaves_nothing(begin, path):
    journal = begin(path, HEADER)
    journal.put(passage(0))
    journal.finish()
    journal.close()
    assert not path.exists()


def test_an_empty_one_is_not_left_behind_but_is_a_journal(begin, path):
    journal = begin(path, HEADER)
    assert journal
    journal.close()
    assert not path.exists()


def test_every_line_is_out_before_the_next(begin, path):
    journal = begin(path, HEADER)
    journal.put(passage(0))
    lines = path.read_text().splitlines()
    assert [json.loads(line).get("index") for line in lines] == [None, 0]


def test_long_names_are_shortened(tmp_path):
    name = "\u00e9" * 125 + ".mp3"
    assert len(os.fsencode(beside(tmp_path / "x.srt", name).name)) <= 255
    assert beside(tmp_path / "x.srt", name) != beside(tmp_path / "x.srt", f"a{name}")
