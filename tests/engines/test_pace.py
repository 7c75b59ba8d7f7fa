"""How many calls, threads and windows; and that a model's file is understood without being read."""

from pathlib import Path

import pytest
from speech_samples import WHISPER_MICRO

from speech import machine
from speech.data import Device
from speech.engines import _pace

MICRO = WHISPER_MICRO / "model.bin"
CPU = Device(name="cpu", compute_types=("int8",))


@pytest.fixture(autouse=True)
def untold(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)


@pytest.mark.parametrize(
    ("cores", "workers", "threads", "batch"),
    [(1, 1, 1, 4), (2, 2, 1, 2), (3, 2, 1, 2), (4, 2, 2, 2), (8, 4, 2, 2), (64, 4, 16, 2)],
)
def test_a_cpu_is_kept_busy_by_calls_at_once(cores, workers, threads, batch, monkeypatch):
    monkeypatch.setattr(machine, "cores", lambda: cores)
    paced = _pace.paced(CPU, MICRO)
    assert (paced.workers, paced.threads, paced.batch) == (workers, threads, batch)
    assert workers * threads <= cores


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"threads": 8}, (1, 8, 4)),
        ({"threads": 2}, (4, 2, 2)),
        ({"workers": 1}, (1, 8, 4)),
        ({"workers": 3, "threads": 5, "batch": 7}, (3, 5, 7)),
    ],
)
def test_what_was_asked_for_stands(asked, expected, monkeypatch):
    monkeypatch.setattr(machine, "cores", lambda: 8)
    paced = _pace.paced(Device(name="cpu", **asked), MICRO)
    assert (paced.workers, paced.threads, paced.batch) == expected


def test_openmp_is_heeded(monkeypatch):
    monkeypatch.setattr(machine, "cores", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert (_pace.paced(CPU, MICRO).workers, _pace.paced(CPU, MICRO).threads) == (2, 4)


@pytest.mark.parametrize(("free", "batch"), [(None, 16), (0, 1), (200 << 20, 2), (64 << 30, 32)])
def test_a_gpu_gets_as_many_windows_as_its_free_memory_holds(free, batch, monkeypatch):
    monkeypatch.setattr(_pace, "shape_of", lambda _: _pace.Shape(384, 4))
    gpu = Device(name="cuda:0", compute_types=("float16",), free_bytes=free)
    assert _pace.paced(gpu, MICRO).batch == batch


def test_the_shape_of_a_model_is_in_its_file():
    assert _pace.shape_of(MICRO) == _pace.Shape(width=128, layers=2)


def test_what_is_no_model_has_no_shape(tmp_path):
    assert _pace.shape_of(tmp_path / "nowhere") is None
    for content in (b"", b"\x06\x00\x00\x00", MICRO.read_bytes()[:300], bytes(500), b"\xff" * 300):
        Path(tmp_path, "model.bin").write_bytes(content)
        assert _pace.shape_of(tmp_path / "model.bin") is None
