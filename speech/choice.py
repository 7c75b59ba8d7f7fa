"""Which model runs, where, and why: by name, by path, or by walking the catalogue's chain for "auto"."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from speech import engines, languages
from speech.catalog import load
from speech.data import Event, TranscribeOptions
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speech.catalog import Catalog
    from speech.data import Device, ModelSpec, Progress, ProgressHook, Task

PATIENCE = 3.0
"""Seconds in which the hub must answer before "auto" goes on without it."""

TUNING = ("prompt", "hotwords", "beam_size", "temperature", "no_repeat_ngram")


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


def choose(
    model: str | os.PathLike[str] = AUTO,
    *,
    task: Task = "transcribe",
    language: str | None = None,
    needs: frozenset[str] = frozenset(),
    device: str = AUTO,
    compute_type: str = AUTO,
    threads: int = 0,
    offline: bool = False,
    fallback: str | os.PathLike[str] | None = None,
    progress: ProgressHook | None = None,
) -> Choice:
    """Settle which model runs, and fetch it where it has to be.

    Args:
        model: "auto", a name of the catalogue, or a path to a model directory.
        task: what it is for.
        language: the language it must know, as a code or a name; None or "each" where it is detected.
        needs: features it must have (see ``wanted``).
        device: "auto", "cpu", "cuda" or "cuda:1".
        compute_type: "auto" takes the device's best.
        threads: threads of one call; 0 leaves it to the engine.
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
    code = languages.code(language) if language else None
    devices = Devices(device, compute_type, threads)
    choosing = _Choosing(task, code, needs, devices, Store(offline=offline), load(), progress or _quiet)
    name = os.fspath(model)
    try:
        return choosing.auto() if name == AUTO else choosing.named(name)
    except (NotDownloadedError, DownloadError, MissingDependencyError) as error:
        if fallback is None:
            raise
        choice = choosing.auto() if os.fspath(fallback) == AUTO else choosing.named(os.fspath(fallback))
        return _swapped(choice, name, error)


def wanted(options: TranscribeOptions) -> frozenset[str]:
    """The features without which a model would give something else than the options ask for."""
    return frozenset(
        name for name, asked in (("words", options.words), ("translate", options.task == "translate")) if asked
    )


def check(spec: ModelSpec, options: TranscribeOptions, needs: frozenset[str] = frozenset()) -> tuple[Event, ...]:
    """What the model makes of the options: an ``ignored`` event for each tuning that it does not have.

    Args:
        spec: the model.
        options: what is asked of it.
        needs: features that it must have besides.

    Raises:
        UnsupportedError: the options mean something that the model cannot do; the message names one that can.
    """
    needs |= wanted(options)
    _check_language(spec, options, needs)
    for feature in sorted(needs - spec.features):
        raise UnsupportedError(f"model {spec.name!r} {_lacks(feature)}; {_instead(spec, options, needs)}")
    return tuple(_ignored(spec, options))


def installed(spec: ModelSpec, store: Store) -> bool:
    """Whether the model could run now, as far as a look at names and sizes tells."""
    if spec.embedded:
        return bool(engines.find(spec.engine).probe())
    return spec.path.is_dir() if spec.path else store.has(spec)


_LACKS = {
    "words": "gives no word times",
    "translate": "does not translate",
    "detect": "does not tell languages apart",
}


def _lacks(feature: str) -> str:
    return _LACKS.get(feature, f"has no {feature.replace('_', ' ')}")


def _check_language(spec: ModelSpec, options: TranscribeOptions, needs: frozenset[str]) -> None:
    language = options.language
    if language in (None, languages.EACH):
        if language and "detect" not in spec.features and len(spec.languages) != 1:
            raise UnsupportedError(f"model {spec.name!r} does not detect languages; name one with --language")
    elif spec.languages and language not in spec.languages:
        raise UnsupportedError(
            f"model {spec.name!r} does not know {_language(language)}; it knows {_known(spec)}; "
            + _instead(spec, options, needs)
        )


def _ignored(spec: ModelSpec, options: TranscribeOptions) -> Iterator[Event]:
    plain = TranscribeOptions()
    for name in TUNING:
        value = getattr(options, name)
        if name not in spec.features and value != getattr(plain, name) and value != "":
            yield Event(
                "ignored",
                f"model {spec.name!r} has no {name.replace('_', ' ')}: {value!r} is ignored",
                details={"option": name, "value": value},
            )


def _instead(spec: ModelSpec, options: TranscribeOptions, needs: frozenset[str]) -> str:
    """The model to name instead: the best on a CPU that can do it all, else the first of the catalogue."""
    catalog = load()
    candidates = [*catalog.chain(spec.task, options.language, "cpu"), *catalog.models]
    for other in candidates:
        known = not other.languages or options.language in (None, languages.EACH, *other.languages)
        if other.task == spec.task and known and needs <= other.features:
            return f"use --model {other.name}"
    return "no model of the catalogue can"


def _language(code: str | None) -> str:
    name = languages.NAMES.get(code or "", "")
    return f"{name.title()} ({code!r})" if name else repr(code)


def _known(spec: ModelSpec) -> str:
    return (
        languages.NAMES.get(spec.languages[0], spec.languages[0]).title() + " only"
        if len(spec.languages) == 1
        else f"{len(spec.languages)} languages"
    )


def _quiet(_: Progress) -> None:
    pass


def _swapped(choice: Choice, name: str, error: SpeechError) -> Choice:
    cause, hint = _cause(error), str(error).partition("; ")[2]
    message = f"model {choice.spec.name} in place of {name!r}: {cause}"
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
    catalog: Catalog
    progress: ProgressHook

    # A model asked for by name or path.

    def named(self, name: str) -> Choice:
        spec = self.find(name)
        self.check_meaning(spec)
        device, events = self.devices.settle(spec)
        return Choice(spec, self.files(spec), device, _line(spec, device, "asked for by name", events), events=events)

    def find(self, name: str) -> ModelSpec:
        """The model of that name; a directory, where the name is a path or no catalogue has it."""
        path = Path(name).expanduser()
        is_path = path.name != name
        if is_path and path.is_dir():
            return self.inspect(path)
        try:
            return self.catalog.find(name)
        except UnknownModelError:
            if path.is_dir():
                return self.inspect(path)
            if is_path and (path.is_absolute() or name.startswith((".", "~"))):
                raise UnknownModelError(
                    f"there is no model directory {name!r}; correct the path, or give a name from `speech models`"
                ) from None
            raise

    def inspect(self, path: Path) -> ModelSpec:
        """What the engines say of a directory."""
        for name in engines.names():
            try:
                spec = engines.find(name).inspect(path)
            except MissingDependencyError:
                continue
            if spec is not None:
                return replace(spec, path=path)
        tried = ", ".join(engines.names())
        raise UnknownModelError(
            f"{str(path)!r} is not a model of any engine ({tried}); a CTranslate2 Whisper, for one, has config.json, "
            "model.bin and tokenizer.json in it"
        )

    def files(self, spec: ModelSpec) -> Path | None:
        if spec.embedded:
            return None
        if spec.path is not None and not spec.path.is_dir():
            raise NotDownloadedError(f"model {spec.name!r} should lie in {str(spec.path)!r}; correct its catalogue")
        return spec.path or self.store.fetch(spec, self.progress)

    def check_meaning(self, spec: ModelSpec) -> None:
        if spec.task != self.task:
            raise UnsupportedError(f"model {spec.name!r} does not {self.task}; `speech models` says which do")
        if self.task == "transcribe":
            check(spec, TranscribeOptions(language=self.language), self.needs)

    # "auto".

    def auto(self) -> Choice:
        kind, candidates = self.candidates()
        for spec in candidates:
            if path := self.store.find(spec, self.progress):
                better = _better(candidates, spec)
                return self.chosen(spec, path, "the best that is on this machine", better, kind)
        if not candidates:
            return self.embedded("none that `auto` tries fits this machine and what is asked")
        head = candidates[0]
        if self.store.offline:
            return self.embedded("the network is off", head)
        if not self.store.reachable(PATIENCE):
            return self.embedded(f"{self.store.endpoint} does not answer", head)
        try:
            fetched = self.store.fetch(head, self.progress)
            return self.chosen(head, fetched, "the best for this machine, fetched just now", "", kind)
        except DownloadError as error:
            return self.embedded(f"the fetch of {head.name} failed ({_cause(error)})", head)

    def candidates(self) -> tuple[str, list[ModelSpec]]:
        """The kind of device, a GPU before the CPU, and the models of its chain that can do it there, best first."""
        kinds = ["cuda", "cpu"] if self.devices.name == AUTO else [self.devices.name.split(":")[0]]
        for kind in kinds:
            chain = self.catalog.chain(self.task, self.language, kind)
            able = [spec for spec in chain if self.needs <= spec.features and self.devices.probe(spec.engine)]
            fitting = [spec for spec in able if self.devices.fit(spec, kind)]
            if fitting:
                return kind, fitting
            if able and self.devices.name != AUTO:
                self.devices.settle(able[0])  # raises, and says why
        return "cpu", []

    def embedded(self, why: str, better: ModelSpec | None = None) -> Choice:
        """The model that came with a package, where there is one for the language."""
        pull = f"`speech models pull {better.name}` fetches" if better else "name one of `speech models` with --model"
        for spec in self.catalog.embedded(self.task, self.language):
            if not self.devices.probe(spec.engine):
                why = f"{why}, and the package {spec.engine} of the embedded model is not installed"
            elif self.needs <= spec.features:
                why = f"no other is on this machine, and {why}"
                why = f"{why}; it knows {_known(spec)}" if self.language is None else why
                hint = f"{pull} a better one" if better else ""
                choice = replace(self, devices=self.devices.anyhow()).chosen(spec, None, why, hint)
                stands_in = Event("swapped", choice.reason, details={"asked": AUTO, "used": spec.name})
                return replace(choice, events=(stands_in, *choice.events, *self.unasked(choice)))
        asked = f" for {_language(self.language)}" if self.language not in (None, languages.EACH) else ""
        does = " with " + " and ".join(sorted(self.needs)) if self.needs else ""
        raise NotDownloadedError(f"no model{asked}{does} is on this machine: {why}; {pull}{' one' if better else ''}")

    def unasked(self, choice: Choice) -> Iterator[Event]:
        """What was asked for by name and the embedded model does not have."""
        for what, asked, used in (
            ("device", self.devices.name, choice.device.name),
            ("compute type", self.devices.compute_type, choice.device.compute_types[0]),
        ):
            if asked not in (AUTO, used):
                yield Event("ignored", f"model {choice.spec.name!r} has only {what} {used!r}: {asked!r} is ignored")

    def chosen(self, spec: ModelSpec, path: Path | None, why: str, hint: str, kind: str = "") -> Choice:
        device, events = self.devices.settle(spec, kind)
        return Choice(spec, path, device, _line(spec, device, why, events), hint, events)


def _cause(error: SpeechError) -> str:
    """What went wrong, without what to do."""
    return str(error).partition("; ")[0]


def _line(spec: ModelSpec, device: Device, why: str, events: tuple[Event, ...]) -> str:
    notes = "".join(f" ({event.message})" for event in events)
    return f"model {spec.name} on {device.name}, {device.compute_types[0]}: {why}{notes}"


def _better(candidates: list[ModelSpec], spec: ModelSpec) -> str:
    head = candidates[0]
    return "" if head is spec else f"`speech models pull {head.name}` fetches a better one"
