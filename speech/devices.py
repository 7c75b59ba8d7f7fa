"""Which device a model runs on, and in which compute type."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from speech import engines
from speech.data import Device, Event
from speech.errors import MissingDependencyError, UnknownModelError, UnsupportedError
from speech.store import human

if TYPE_CHECKING:
    from speech.data import ModelSpec

AUTO = "auto"

HEADROOM = 1.3
"""Memory of a loaded model on a GPU, over the bytes of its files: room for the encoder's output and the beams."""


@dataclass(frozen=True, slots=True)
class Devices:
    """What there is to run on, and what of it was asked for."""

    name: str = AUTO
    """"auto", "cpu", "cuda" or "cuda:1"."""
    compute_type: str = AUTO
    threads: int = 0
    workers: int = 0
    batch: int = 0
    probed: dict[str, list[Device]] = field(default_factory=dict)

    def anyhow(self) -> Devices:
        """The same, with nothing asked for: for a model that is no question of devices."""
        return replace(self, name=AUTO, compute_type=AUTO)

    def probe(self, engine: str) -> list[Device]:
        """The engine's devices, asked once; empty where it is not installed."""
        if engine not in self.probed:
            try:
                self.probed[engine] = engines.find(engine).probe()
            except (MissingDependencyError, UnknownModelError):
                self.probed[engine] = []
        return self.probed[engine]

    def fit(self, spec: ModelSpec, kind: str) -> bool:
        """Whether the engine can use a device of that kind, and the model goes into its memory."""
        devices = [device for device in self.probe(spec.engine) if device.compute_types and _is(device, kind)]
        if kind == "cpu" or not devices:
            return bool(devices)
        free = devices[0].free_bytes
        return free is None or spec.size is None or spec.size * HEADROOM <= free

    def settle(self, spec: ModelSpec, kind: str = "") -> tuple[Device, tuple[Event, ...]]:
        """The device to run on, of that kind, with the one compute type; and what to say of a GPU that is not used.

        Raises:
            MissingDependencyError: the engine, or a library of the device, is not installed.
            UnsupportedError: there is no such device, or it lacks the compute type.
        """
        devices = self.probe(spec.engine)
        if not devices:
            needed = engines.find(spec.engine).REQUIRES or "speech-pipeline"
            raise MissingDependencyError(
                f"model {spec.name!r} runs on the engine {spec.engine!r}, which is not installed here; "
                f"type: pip install {needed.split(';')[0].strip()!r}"
            )
        events: tuple[Event, ...] = ()
        if self.name == AUTO:
            usable = [device for device in devices if device.compute_types and (not kind or _is(device, kind))]
            device = min(usable or devices, key=lambda device: device.name.startswith("cpu"))
            events = tuple(_unused(other) for other in devices if device.name == "cpu" != other.name)
        else:
            device = self._asked_for(spec, devices)
        asked = replace(device, threads=self.threads, workers=self.workers, batch=self.batch)
        return replace(asked, compute_types=(self._compute(device),)), events

    def _asked_for(self, spec: ModelSpec, devices: list[Device]) -> Device:
        """The device that was named, if it can be used."""
        found = [device for device in devices if _is(device, self.name)]
        usable = [device for device in found if device.compute_types]
        if usable:
            return usable[0]
        if found:
            raise MissingDependencyError(
                f"device {self.name!r} cannot be used: {found[0].note}; put that right, or use --device cpu"
            )
        there = ", ".join(device.name for device in devices)
        raise UnsupportedError(
            f"model {spec.name!r} has no device {self.name!r} here; there is {there}; use --device auto"
        )

    def _compute(self, device: Device) -> str:
        """The compute type, if the device has it."""
        if self.compute_type == AUTO:
            return next(iter(device.compute_types), "default")
        if self.compute_type not in device.compute_types:
            there = ", ".join(device.compute_types)
            raise UnsupportedError(f"{device.name} does not compute in {self.compute_type!r}; it can do {there}")
        return self.compute_type


def _is(device: Device, name: str) -> bool:
    return device.name == name or device.name.split(":")[0] == name


def _unused(gpu: Device) -> Event:
    why = gpu.note if not gpu.compute_types else f"{human(gpu.free_bytes)} of memory are free, too little"
    return Event("flagged", f"{gpu.name} is not used: {why}")
