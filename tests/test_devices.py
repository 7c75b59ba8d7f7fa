"""What a model runs on, of the devices that an engine says it has."""

import pytest

from speech.data import Device, ModelFile, ModelSpec
from speech.devices import Devices
from speech.errors import MissingDependencyError, UnsupportedError

CPU = Device(name="cpu", compute_types=("int8", "float32"))
GPU = Device(name="cuda:0", compute_types=("float16",), free_bytes=1000)
SECOND = Device(name="cuda:1", compute_types=("float16",))
BROKEN = Device(name="cuda:0", note="a library is missing")


def model(size: int | None = 100) -> ModelSpec:
    return ModelSpec(name="m", task="transcribe", engine="e", files=(ModelFile("model.bin", size),))


def of(*there: Device, **asked) -> Devices:
    """What was asked for, where the engine has these."""
    return Devices(**asked, probed={"e": list(there)})


@pytest.mark.parametrize(
    ("there", "asked", "name", "compute_type"),
    [
        ([CPU], {}, "cpu", "int8"),
        ([CPU, GPU], {}, "cuda:0", "float16"),
        ([CPU, GPU], {"name": "cpu", "compute_type": "float32"}, "cpu", "float32"),
        ([CPU, GPU, SECOND], {"name": "cuda"}, "cuda:0", "float16"),
        ([CPU, GPU, SECOND], {"name": "cuda:1"}, "cuda:1", "float16"),
        ([CPU, BROKEN], {}, "cpu", "int8"),
    ],
)
def test_the_device_and_its_compute_type(there, asked, name, compute_type):
    device, events = of(*there, **asked, threads=2).settle(model())
    assert (device.name, device.compute_types, device.threads) == (name, (compute_type,), 2)
    assert [event.message for event in events] == ["cuda:0 is not used: a library is missing"] * (BROKEN in there)


def test_a_kind_passes_over_the_others_and_says_so():
    device, (event,) = of(CPU, GPU).settle(model(), "cpu")
    assert (device.name, event.message) == ("cpu", "cuda:0 is not used: 1 kB of memory are free, too little")


@pytest.mark.parametrize(
    ("there", "asked", "error", "message"),
    [
        ([CPU], {"name": "cuda"}, UnsupportedError, "has no device 'cuda' here; there is cpu"),
        ([CPU, BROKEN], {"name": "cuda"}, MissingDependencyError, "a library is missing; .* --device cpu"),
        ([CPU], {"compute_type": "float16"}, UnsupportedError, "cpu does not compute in 'float16'; it can do int8"),
    ],
)
def test_what_cannot_be_had_is_told(there, asked, error, message):
    with pytest.raises(error, match=message):
        of(*there, **asked).settle(model())
    assert of(*there, **asked).anyhow().settle(model())[0].name == "cpu"


@pytest.mark.parametrize(
    ("there", "size", "kind", "fits"),
    [
        ([CPU], 10**9, "cpu", True),
        ([CPU], 1, "cuda", False),
        ([GPU], 1, "cpu", False),
        ([GPU], 769, "cuda", True),  # a third more than the files is needed
        ([GPU], 770, "cuda", False),
        ([GPU], None, "cuda", True),
        ([SECOND], 10**9, "cuda", True),
        ([BROKEN], 1, "cuda", False),
    ],
)
def test_what_fits_where(there, size, kind, fits):
    assert of(*there).fit(model(size), kind) is fits


def test_an_engine_that_is_nowhere_has_no_devices():
    assert Devices().probe("no_such_engine") == []
