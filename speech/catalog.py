"""The catalogue: every known model, from this package's ``models.toml``, from plugins, and from the user's own files.

Later entries replace earlier ones of the same name: the package's, then those of the entry-point group
``speech.models`` (text in TOML, a path to a file of it, or a callable that gives one of them), then
``models.toml`` in the user's configuration folder, then the one in the current directory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from speech import languages
from speech.data import ModelSpec, Task
from speech.entries import Chain, ChainKey, Reader
from speech.errors import UnknownModelError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENTRY_POINTS = "speech.models"
FILE_NAME = "models.toml"


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every known model, and the order in which "auto" tries them."""

    models: tuple[ModelSpec, ...]
    chains: Mapping[ChainKey, Chain] = field(default_factory=dict)
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Voices with settings, as the files' ``[profiles.NAME]`` tables have them."""

    def find(self, name: str, task: Task | None = None) -> ModelSpec:
        """The model called ``name``: its own name, an alias, or its repository; case does not matter.

        Args:
            name: what it is called.
            task: what it is for; with it a model of another task is found only where there is none of this one.

        Raises:
            UnknownModelError: there is none; the message says what comes nearest.
        """
        wanted = name.strip().lower()
        for models in (self.of(task), self.models) if task else (self.models,):
            for keys in (_names, _other_names):
                for spec in reversed(models):
                    if wanted in keys(spec):
                        return spec
        what = "voice" if task == "synthesize" else "model"
        raise UnknownModelError(f"no {what} is called {name!r}; {self._nearest(wanted, task)}")

    def of(self, task: Task | None) -> tuple[ModelSpec, ...]:
        """The models for a task; all where it is None."""
        return tuple(spec for spec in self.models if task in (None, spec.task))

    def chain(self, task: Task, language: str | None, device: str) -> list[ModelSpec]:
        """What "auto" tries on a kind of device (``cpu``, ``cuda``), best first; only what knows the language.

        A language with a region has the chain of that region, else the one of the language.
        """
        tags = (language, languages.base(language), "") if language else ("",)
        keys = [(task, tag, kind) for kind in (device, "cpu") for tag in tags]
        names = next((self.chains[key] for key in keys if key in self.chains), ())
        return [spec for spec in map(self.find, names) if knows(spec, language)]

    def embedded(self, task: Task, language: str | None) -> list[ModelSpec]:
        """The models whose data came with a package and that know the language."""
        return [spec for spec in self.models if spec.embedded and spec.task == task and knows(spec, language)]

    def _nearest(self, wanted: str, task: Task | None) -> str:
        from difflib import get_close_matches

        known = {key: spec.name for spec in self.of(task) for key in (*_names(spec), *_other_names(spec))}
        near = dict.fromkeys(known[key] for key in get_close_matches(wanted, known, n=3))
        question = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
        if task == "synthesize":
            return question + "`speech voices` lists them all, and a path to a voice works too"
        return question + "`speech models` lists them all, and a path to a model directory works too"


def knows(spec: ModelSpec, language: str | None) -> bool:
    """Whether the model may be asked for the language; where its languages are not known, it may.

    Who knows a language knows it for every region, if with another accent.
    """
    if language in (None, languages.EACH) or not spec.languages or language in spec.languages:
        return True
    wanted = languages.base(language or "")
    return any(languages.base(known) == wanted for known in spec.languages)


def load() -> Catalog:
    """Every catalogue there is, read afresh.

    Raises:
        UnsupportedError: a file is not a catalogue; the message names the file, the entry and the key.
    """
    models: dict[str, ModelSpec] = {}
    chains: dict[ChainKey, Chain] = {}
    profiles: dict[str, Mapping[str, Any]] = {}
    for origin, text in _sources():
        part = parse(text, origin)
        models |= {spec.name: spec for spec in part.models}
        chains |= part.chains
        profiles |= part.profiles
    catalog = Catalog(tuple(models.values()), chains, profiles)
    _check_chains(catalog)
    return catalog


@lru_cache(maxsize=8)
def parse(text: str, origin: str = "speech") -> Catalog:
    """One catalogue from its text, read once; ``origin`` says where it comes from, in messages and in each spec.

    Raises:
        UnsupportedError: it is not a catalogue; the message names the entry and the key.
    """
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnsupportedError(f"{origin}: not valid TOML: {error}; correct it, or take the file away") from error
    reader = Reader(origin, table)
    reader.check_tables()
    return Catalog(tuple(reader.models()), dict(reader.chains()), reader.profiles())


def user_file() -> Path:
    """Where the user's own catalogue lies, whether or not it is there."""
    return config_folder() / FILE_NAME


def config_folder() -> Path:
    """The folder of the user's own settings: XDG's on Linux, Application Support on macOS, AppData on Windows."""
    import os
    import sys

    home = Path.home()
    if given := os.environ.get("XDG_CONFIG_HOME"):
        base = Path(given)
    elif sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = home / ".config"
    return base / "speech"


def package_file() -> Path:
    """This package's own catalogue: beside this file in a wheel, beside the package in a checkout."""
    here = Path(__file__).parent
    return next((path for path in (here / FILE_NAME, here.parent / FILE_NAME) if path.is_file()), here / FILE_NAME)


def _sources() -> Iterator[tuple[str, str]]:
    own = package_file()
    yield "speech", _read(own)
    yield from _plugins()
    seen = [own]
    for path in (user_file(), Path(FILE_NAME).absolute()):
        if path.is_file() and not any(path.samefile(other) for other in seen):
            seen.append(path)
            text = _read(path)
            # The name is a common one: in the current directory it may well belong to another program.
            if path != user_file() and not _is_ours(text):
                continue
            yield str(path), text


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnsupportedError(f"{path}: cannot be read ({error}); correct it, or take the file away") from error


def _is_ours(text: str) -> bool:
    """Whether it says so by its schema, by what runs a model, or by a chain for one of our tasks."""
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return True
    entries = [entry for name in ("models", "families") for entry in _dictionary(table.get(name)).values()]
    profiles = _dictionary(table.get("profiles")).values()
    return (
        isinstance(table.get("schema"), int)
        or (set(table) <= set(Reader.TABLES) and any("model" in _dictionary(profile) for profile in profiles))
        or any({"engine", "family"} & _dictionary(entry).keys() for entry in entries)
        or bool(set(get_args(Task)) & _dictionary(table.get("chains")).keys())
    )


def _dictionary(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _plugins() -> Iterator[tuple[str, str]]:
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINTS):
        try:
            value = point.load()
            value = value() if callable(value) else value
        except Exception as error:  # whatever a stranger's package raises
            raise UnsupportedError(
                f"the catalogue of the plugin {point.name!r} fails ({error}); update or remove its package"
            ) from error
        yield f"plugin {point.name}", _read(value) if isinstance(value, Path) else str(value)


def _check_chains(catalog: Catalog) -> None:
    by_name = {spec.name: spec for spec in catalog.models}
    for (task, language, device), names in catalog.chains.items():
        table = ".".join(part for part in ("chains", task, language, device) if part)
        for name in names:
            try:
                spec = by_name.get(name) or catalog.find(name)
            except UnknownModelError as error:
                raise UnsupportedError(f"{table}: {error}") from error
            if spec.task != task:
                raise UnsupportedError(f"{table}: {name!r} is not a model to {task} with; take it out of the chain")


def _names(spec: ModelSpec) -> tuple[str, ...]:
    return (spec.name.lower(),)


def _other_names(spec: ModelSpec) -> tuple[str, ...]:
    # Many voices come from one repository: its name is the name of none.
    repo = (spec.repo.lower(),) if spec.repo and spec.task == "transcribe" else ()
    return (*(alias.lower() for alias in spec.aliases), *repo)
