"""Which model runs, where, and why: by name, by path, or by walking the catalogue's chain for "auto"."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from speech import engines, languages
from speech.catalog import load
from speech.checks import check, known_to, named, wanted
from speech.data import Event, SynthesizeOptions, TranscribeOptions
from speech.devices import AUTO, Devices
from speech.errors import (
    DownloadError,
    MissingDependencyError,
    NotDownloadedError,
    SpeechError,
    UnknownModelError,
    UnsupportedError,
)
from speech.store import Store
from speech.transcript import ModelUse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from speech.catalog import Catalog
    from speech.data import Device, ModelSpec, Progress, ProgressHook, Task

__all__ = ["Choice", "check", "choose", "installed", "wanted"]

PATIENCE = 3.0
"""Seconds in which the hub must answer before "auto" goes on without it."""

DEFAULT_LANGUAGE = "en"

_FORMS = {
    "model": "a CTranslate2 Whisper, for one, has config.json, model.bin and tokenizer.json in it",
    "voice": "a Piper voice, for one, is a file .onnx with its .onnx.json beside it",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that runs, its files and its device; the first of the device's compute types is the one to use."""

    spec: ModelSpec
    files: Path | None
    """Its directory; None where a package carries the data."""
    device: Device
    reason: str
    """One line: which model runs, where, and why."""
    hint: str = ""
    """One line: what to type for a better one, where there is a better one."""
    events: tuple[Event, ...] = ()
    """What belongs into the transcript's record: a model that was swapped, a GPU that could not be used."""

    @property
    def use(self) -> ModelUse:
        """The choice as it is written into everything the model makes."""
        spec, device = self.spec, self.device
        return ModelUse(
            name=spec.name,
            engine=spec.engine,
            repo=spec.repo,
            revision=spec.revision,
            licence=spec.licence,
            device=device.name,
            compute_type=next(iter(device.compute_types), None),
            embedded=spec.embedded,
        )


def choose(
    model: str | os.PathLike[str] = AUTO,
    *,
    task: Task = "transcribe",
    language: str | None = None,
    needs: frozenset[str] = frozenset(),
    device: str = AUTO,
    compute_type: str = AUTO,
    threads: int = 0,
    workers: int = 0,
    batch: int = 0,
    offline: bool = False,
    fallback: str | os.PathLike[str] | None = None,
    progress: ProgressHook | None = None,
) -> Choice:
    """Settle which model runs, and fetch it where it has to be.

    Args:
        model: "auto", a name of the catalogue, or a path to a model: a directory, or the file of a voice.
        task: what it is for.
        language: the language it must know, as a code or a name; None or "each" where it is detected. A voice chosen
            by "auto" speaks English where none is asked for.
        needs: features it must have (see ``wanted``).
        device: "auto", "cpu", "cuda" or "cuda:1".
        compute_type: "auto" takes the device's best.
        threads: threads of one call; 0 leaves it to the engine.
        workers: calls at once; likewise.
        batch: chunks in one call; likewise.
        offline: never ask the network.
        fallback: what may run where ``model`` cannot be had; without it a named model is never replaced.
        progress: told about a download.

    Raises:
        UnknownModelError: no such model.
        NotDownloadedError: it is not on this machine and may not be fetched.
        DownloadError: the fetch failed.
        MissingDependencyError: its engine, or the device's library, is not installed.
        UnsupportedError: it lacks the language, a feature, the device or the compute type.
    """
    normal = languages.code if task == "transcribe" else languages.tag
    code = normal(language) if language else None
    devices = Devices(device, compute_type, threads, workers, batch)
    choosing = _Choosing(task, code, needs, devices, Store(offline=offline), cache(load), progress or _quiet)
    name = os.fspath(model)
    try:
        return choosing.auto() if name == AUTO else choosing.named(name)
    except (NotDownloadedError, DownloadError, MissingDependencyError) as error:
        if fallback is None:
            raise
        choice = choosing.auto() if os.fspath(fallback) == AUTO else choosing.named(os.fspath(fallback))
        return _swapped(choice, name, error)


def installed(spec: ModelSpec, store: Store) -> bool:
    """Whether the model could run now, as far as a look at names and sizes tells."""
    if spec.embedded:
        return bool(engines.find(spec.engine).probe())
    return spec.path.exists() if spec.path else store.has(spec)


def _quiet(_: Progress) -> None:
    pass


def _swapped(choice: Choice, name: str, error: SpeechError) -> Choice:
    cause, hint = _cause(error), str(error).partition("; ")[2]
    message = f"{choice.spec.kind} {choice.spec.name} in place of {name!r}: {cause}"
    event = Event("swapped", message, details={"asked": name, "used": choice.spec.name, "cause": cause})
    reason = _line(choice.spec, choice.device, f"in place of {name!r}: {cause}", choice.events)
    return replace(choice, reason=reason, hint=hint, events=(event, *choice.events))


@dataclass(frozen=True, slots=True)
class _Choosing:
    """One call of ``choose``: what was asked for, and where to look."""

    task: Task
    language: str | None
    needs: frozenset[str]
    devices: Devices
    store: Store
    catalog: Callable[[], Catalog]
    """Read where it is asked: a model that is named by its path needs none."""
    progress: ProgressHook

    @property
    def kind(self) -> str:
        return "voice" if self.task == "synthesize" else "model"

    # A model asked for by name or path.

    def named(self, name: str) -> Choice:
        spec = self.find(name)
        self.check_meaning(spec)
        device, events = self.devices.settle(spec)
        files = self.files(spec)
        paced = engines.paced(spec, files, device)
        return Choice(spec, files, paced, _line(spec, device, "asked for by name", events), events=events)

    def find(self, name: str) -> ModelSpec:
        """The model of that name; a directory or file, where the name is a path or no catalogue has it."""
        path = Path(name).expanduser()
        is_path = path.name != name
        if is_path and path.exists():
            return self.inspect(path)
        try:
            return self.catalog().find(name, self.task)
        except UnknownModelError:
            if path.exists():
                return self.inspect(path)
            if is_path and (path.is_absolute() or name.startswith((".", "~"))):
                what = "model directory" if self.kind == "model" else "voice"
                raise UnknownModelError(
                    f"there is no {what} {name!r}; correct the path, or give a name from `speech {self.kind}s`"
                ) from None
            raise

    def inspect(self, path: Path) -> ModelSpec:
        """What the engines say of a directory or file."""
        for name in engines.names():
            try:
                spec = engines.find(name).inspect(path)
            except MissingDependencyError:
                continue
            if spec is not None:
                return replace(spec, path=path)
        tried = ", ".join(engines.names())
        raise UnknownModelError(f"{str(path)!r} is not a {self.kind} of any engine ({tried}); {_FORMS[self.kind]}")

    def files(self, spec: ModelSpec) -> Path | None:
        if spec.embedded:
            return None
        if spec.path is not None and not spec.path.exists():
            raise NotDownloadedError(
                f"{spec.kind} {spec.name!r} should lie in {str(spec.path)!r}; correct its catalogue"
            )
        return spec.path or self.store.fetch(spec, self.progress)

    def check_meaning(self, spec: ModelSpec) -> None:
        if spec.task != self.task:
            raise UnsupportedError(
                f"{spec.kind} {spec.name!r} does not {self.task}; `speech {self.kind}s` lists what does"
            )
        kind = TranscribeOptions if self.task == "transcribe" else SynthesizeOptions
        check(spec, kind(language=self.language), self.needs)

    # "auto".

    def auto(self) -> Choice:
        kind, candidates = self.candidates()
        for spec in candidates:
            if path := self.store.find(spec, self.progress):
                better = _better(candidates, spec)
                return self.chosen(spec, path, "the best that is on this machine", better, kind)
        if not candidates:
            return self.embedded(self.nothing_fits())
        head = candidates[0]
        if self.store.offline:
            return self.embedded("the network is off", head)
        if not self.store.reachable(PATIENCE):
            return self.embedded(f"{self.store.endpoint} does not answer", head)
        try:
            fetched = self.store.fetch(head, self.progress)
            warning = f"{head.name} ({head.licence}): {head.warning}" if head.warning else ""
            return self.chosen(head, fetched, "the best for this machine, fetched just now", warning, kind)
        except DownloadError as error:
            return self.embedded(f"the fetch of {head.name} failed ({_cause(error)})", head)

    def candidates(self) -> tuple[str, list[ModelSpec]]:
        """The kind of device, a GPU before the CPU, and the models of its chain that can do it there, best first."""
        kinds = ["cuda", "cpu"] if self.devices.name == AUTO else [self.devices.name.split(":")[0]]
        for kind in kinds:
            chain = self.catalog().chain(self.task, self.asked, kind)
            able = [spec for spec in chain if self.needs <= spec.features and self.devices.probe(spec.engine)]
            fitting = [spec for spec in able if self.devices.fit(spec, kind)]
            if fitting:
                return kind, fitting
            if able and self.devices.name != AUTO:
                self.devices.settle(able[0])  # raises, and says why
        return "cpu", []

    @property
    def asked(self) -> str | None:
        """The language to look for: a text does not say which it is in, so that of a voice is English."""
        return self.language or (DEFAULT_LANGUAGE if self.task == "synthesize" else None)

    def nothing_fits(self) -> str:
        if self.task == "synthesize" and not self.catalog().chain(self.task, self.asked, "cpu"):
            return f"none for {named(self.asked)} is free for any use"
        return "none that `auto` tries fits this machine and what is asked"

    def embedded(self, why: str, better: ModelSpec | None = None) -> Choice:
        """The model that came with a package, where there is one for the language."""
        kind = self.kind
        pull = (
            f"`speech {kind}s pull {better.name}` fetches" if better else f"name one of `speech {kind}s` with --{kind}"
        )
        for spec in self.catalog().embedded(self.task, self.asked):
            if not self.devices.probe(spec.engine):
                why = f"{why}, and the package {spec.engine} of the embedded {kind} is not installed"
            elif self.needs <= spec.features:
                why = f"no other is on this machine, and {why}"
                why = f"{why}; it knows {known_to(spec)}" if self.asked is None else why
                hint = f"{pull} a better one" if better else ""
                choice = replace(self, devices=self.devices.anyhow()).chosen(spec, None, why, hint)
                stands_in = Event("swapped", choice.reason, details={"asked": AUTO, "used": spec.name})
                return replace(choice, events=(stands_in, *choice.events, *self.unasked(choice)))
        asked = f" for {named(self.asked)}" if self.asked not in (None, languages.EACH) else ""
        does = " with " + " and ".join(sorted(self.needs)) if self.needs else ""
        raise NotDownloadedError(f"no {kind}{asked}{does} is on this machine: {why}; {pull}{' one' if better else ''}")

    def unasked(self, choice: Choice) -> Iterator[Event]:
        """What was asked for by name and the embedded model does not have."""
        for what, asked, used in (
            ("device", self.devices.name, choice.device.name),
            ("compute type", self.devices.compute_type, choice.device.compute_types[0]),
        ):
            if asked not in (AUTO, used):
                yield Event(
                    "ignored", f"{self.kind} {choice.spec.name!r} has only {what} {used!r}: {asked!r} is ignored"
                )

    def chosen(self, spec: ModelSpec, path: Path | None, why: str, hint: str, kind: str = "") -> Choice:
        device, events = self.devices.settle(spec, kind)
        paced = engines.paced(spec, path, device)
        return Choice(spec, path, paced, _line(spec, device, why, events), hint, events)


def _cause(error: SpeechError) -> str:
    """What went wrong, without what to do."""
    return str(error).partition("; ")[0]


def _line(spec: ModelSpec, device: Device, why: str, events: tuple[Event, ...]) -> str:
    notes = "".join(f" ({event.message})" for event in events)
    return f"{spec.kind} {spec.name} on {device.name}, {device.compute_types[0]}: {why}{notes}"


def _better(candidates: list[ModelSpec], spec: ModelSpec) -> str:
    head = candidates[0]
    return "" if head is spec else f"`speech {head.kind}s pull {head.name}` fetches a better one"
