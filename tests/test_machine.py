"""How many cores there are: those that the process may use, each once, and no more than a container's share."""

from __future__ import annotations

import os

import pytest

from speech import machine

PAIRED = {0: "0-1", 1: "0-1", 2: "2-3", 3: "2-3"}


@pytest.mark.parametrize(
    ("usable", "siblings", "share", "expected"),
    [
        ({0, 1, 2, 3}, PAIRED, "max 100000", 2),  # each core runs two threads
        ({1, 2}, PAIRED, "", 2),
        ({0, 1, 2}, {}, "", 3),  # not told
        ({0, 1, 2, 3}, {}, "150000 100000", 2),
        ({0, 1, 2, 3}, {}, "10000 100000", 1),
        ({0}, {}, "400000 100000", 1),
    ],
)
def test_cores_are_those_that_may_be_used(monkeypatch, usable, siblings, share, expected):
    told = {"/sys/fs/cgroup/cpu.max": share}
    told |= {f"/sys/devices/system/cpu/cpu{one}/topology/thread_siblings_list": siblings.get(one, "") for one in usable}
    monkeypatch.setattr(machine, "_read", lambda path: told[path])
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: usable, raising=False)
    assert machine.cores() == expected


def test_here_there_is_one_at_least():
    assert machine.cores() >= 1
