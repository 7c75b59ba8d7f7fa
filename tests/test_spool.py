"""Sentences kept on disk."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.data import Event, Speech, Word
from speech.spool import Spool

KEY = "ab" + "0" * 38


def speech(samples: object = (0.0, 0.5, -1.0, (2**23 - 1) / 2**23), rate: int = 22_050) -> Speech:
    return Speech(
        np.asarray(samples, np.float32),
        rate,
        (Word("eins", 0.0, 0.1), Word("zwei", 0.1, 1 / 3, interpolated=True)),
        (Event("dropped", "no phoneme"),),
    )


def same(one: Speech | None, other: Speech) -> bool:
    return (
        one is not None
        and np.array_equal(one.samples, other.samples)
        and (one.rate, one.words, one.events) == (other.rate, other.words, other.events)
    )


@given(st.lists(st.integers(-(2**23), 2**23 - 1), max_size=50))
def test_a_sentence_comes_back_to_the_last_bit(tmp_path_factory, numbers):
    kept, spool = speech(np.array(numbers) / 2**23), Spool(tmp_path_factory.mktemp("spool"))
    spool.put(KEY, kept)
    assert same(spool.get(KEY), kept)


def test_what_was_not_kept_is_not_found(tmp_path):
    assert Spool(tmp_path / "none").get(KEY) is None


@pytest.mark.parametrize("at", [0, 5, 40, -1])
def test_a_damaged_file_is_not_taken(tmp_path, at):
    spool = Spool(tmp_path)
    spool.put(KEY, speech(np.random.default_rng(0).uniform(-1, 1, 300)))
    [path] = tmp_path.glob("*/*")
    content = bytearray(path.read_bytes())
    content[at] ^= 0x55
    path.write_bytes(content)
    assert spool.get(KEY) is None


@pytest.mark.parametrize("keep", [0, 10, 100])
def test_half_a_file_is_not_taken(tmp_path, keep):
    spool = Spool(tmp_path)
    spool.put(KEY, speech())
    [path] = tmp_path.glob("*/*")
    os.truncate(path, keep)
    assert spool.get(KEY) is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").touch()
    spool = Spool(tmp_path / "file")
    spool.put(KEY, speech())
    assert spool.get(KEY) is None


def test_the_longest_unused_go_first(tmp_path):
    spool = Spool(tmp_path)
    keys = [f"{number:02}" + "0" * 38 for number in range(5)]
    for age, key in enumerate(keys):
        spool.put(key, speech())
        [path] = tmp_path.glob(f"{key[:2]}/*")
        os.utime(path, (1000 + age, 1000 + age))
    size = path.stat().st_size
    assert spool.get(keys[0])  # used just now, so the second is the oldest
    Spool(tmp_path, limit=3 * size).trim()
    assert [bool(spool.get(key)) for key in keys] == [True, False, False, True, True]
