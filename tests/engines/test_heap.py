"""Keeping freed memory: asked for once, left alone where the user decided, and without page faults afterwards."""

import subprocess
import sys

import pytest

from speech.engines import _heap

GLIBC = _heap._library() is not None

FAULTS = """
import resource, sys
import numpy as np
from speech.engines import _heap

if sys.argv[1] == "keep":
    assert _heap.keep()
for turn in range(20):
    if turn == 2:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    block = np.ones(80 << 20, np.uint8)  # as the scores of an attention: made, used, freed
    del block
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not GLIBC, reason="only glibc is told")
def test_large_blocks_are_used_again_without_page_faults():
    def faults(how):
        done = subprocess.run([sys.executable, "-c", FAULTS, how], check=True, capture_output=True, text=True)
        return int(done.stdout)

    assert faults("keep") < faults("leave") / 10


@pytest.mark.parametrize("name", _heap.SETTINGS)
def test_a_user_who_decided_is_left_alone(name, monkeypatch):
    monkeypatch.setenv(name, "1")
    assert _heap.keep.__wrapped__() is False


def test_elsewhere_nothing_is_done(monkeypatch):
    monkeypatch.setattr(_heap, "_library", lambda: None)
    assert _heap.keep.__wrapped__() is False
    _heap.give_back()
