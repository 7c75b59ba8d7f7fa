"""The catalogue: every known model, from this package's ``models.toml``, from plugins, and from the user's own files.

Later entries replace earlier ones of the same name: the package's, then those of the entry-point group
``speech.models`` (text in TOML, a path to a file of it, or a callable that gives one of them), then
``models.toml`` in the user's configuration folder, then the one in the current directory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from speech.data import ModelFile, ModelSpec, Task
from speech.errors import UnknownModelError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENTRY_POINTS = "speech.models"
FILE_NAME = "models.toml"
SCHEMA = 1

Chain = tuple[str, ...]
ChainKey = tuple[str, str, str]
"""Task, language ("" for any) and kind of device."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every known model, and the order in which "auto" tries them."""

    models: tuple[ModelSpec, ...]
    chains: Mapping[ChainKey, Chain] = field(default_factory=dict)

    def find(self, name: str) -> ModelSpec:
        """The model called ``name``: its own name, an alias, or its repository; case does not matter.

        Raises:
            UnknownModelError: there is none; the message says what comes nearest.
        """
        wanted = name.strip().lower()
        for keys in (_names, _other_names):
            for spec in reversed(self.models):
                if wanted in keys(spec):
                    return spec
        raise UnknownModelError(f"no model is called {name!r}; {self._nearest(wanted)}")

    def chain(self, task: Task, language: str | None, device: str) -> list[ModelSpec]:
        """What "auto" tries on a kind of device (``cpu``, ``cuda``), best first; only what knows the language."""
        keys = [(task, wanted, kind) for kind in (device, "cpu") for wanted in (language or "", "")]
        names = next((self.chains[key] for key in keys if key in self.chains), ())
        return [spec for spec in map(self.find, names) if knows(spec, language)]

    def embedded(self, task: Task, language: str | None) -> list[ModelSpec]:
        """The models whose data came with a package and that know the language."""
        return [spec for spec in self.models if spec.embedded and spec.task == task and knows(spec, language)]

    def _nearest(self, wanted: str) -> str:
        from difflib import get_close_matches

        known = {key: spec.name for spec in self.models for key in (*_names(spec), *_other_names(spec))}
        near = dict.fromkeys(known[key] for key in get_close_matches(wanted, known, n=3))
        question = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
        return question + "`speech models` lists them all, and a path to a model directory works too"


def knows(spec: ModelSpec, language: str | None) -> bool:
    """Whether the model may be asked for the language; where its languages are not known, it may."""
    return language in (None, "each") or not spec.languages or language in spec.languages


def load() -> Catalog:
    """Every catalogue there is, read afresh.

    Raises:
        UnsupportedError: a file is not a catalogue; the message names the file, the entry and the key.
    """
    models: dict[str, ModelSpec] = {}
    chains: dict[ChainKey, Chain] = {}
    for origin, text in _sources():
        part = parse(text, origin)
        models |= {spec.name: spec for spec in part.models}
        chains |= part.chains
    catalog = Catalog(tuple(models.values()), chains)
    _check_chains(catalog)
    return catalog


def parse(text: str, origin: str = "speech") -> Catalog:
    """One catalogue from its text; ``origin`` says where it comes from, in messages and in each spec.

    Raises:
        UnsupportedError: it is not a catalogue; the message names the entry and the key.
    """
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnsupportedError(f"{origin}: not valid TOML: {error}; correct it, or take the file away") from error
    return _Reader(origin, table).catalog()


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
    return (
        isinstance(table.get("schema"), int)
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
    for (task, language, device), names in catalog.chains.items():
        table = ".".join(part for part in ("chains", task, language, device) if part)
        for name in names:
            try:
                spec = catalog.find(name)
            except UnknownModelError as error:
                raise UnsupportedError(f"{table}: {error}") from error
            if spec.task != task:
                raise UnsupportedError(f"{table}: {name!r} is not a model to {task} with; take it out of the chain")


def _names(spec: ModelSpec) -> tuple[str, ...]:
    return (spec.name.lower(),)


def _other_names(spec: ModelSpec) -> tuple[str, ...]:
    repo = (spec.repo.lower(),) if spec.repo else ()
    return (*(alias.lower() for alias in spec.aliases), *repo)


class _Reader:
    """Reads one catalogue's table, and says where a mistake is."""

    TABLES = ("schema", "chains", "languages", "families", "models")

    # What a model's entry may hold, and how it looks there.
    TYPES: Mapping[str, tuple[type, ...]] = {
        "task": (str,), "engine": (str,), "repo": (str,), "revision": (str,), "licence": (str,), "description": (str,),
        "files": (list,), "languages": (list,), "features": (list,), "aliases": (list,), "sample_rate": (int,),
        "max_seconds": (int, float), "parameters": (int,), "embedded": (bool,), "path": (str,), "family": (str,),
    }  # fmt: skip
    FILE_TYPES: Mapping[str, tuple[type, ...]] = {"name": (str,), "size": (int,), "sha256": (str,)}

    def __init__(self, origin: str, table: dict[str, Any]) -> None:
        self.origin = origin
        self.table = table

    def catalog(self) -> Catalog:
        """The whole of it."""
        for key in self.table:
            if key not in self.TABLES:
                raise self.mistake(key, f"no such table; there are {', '.join(self.TABLES)}")
        if self.table.get("schema", SCHEMA) != SCHEMA:
            raise self.mistake("schema", f"is {self.table['schema']!r}, and this version reads {SCHEMA}; update it")
        models = self.tables("models")
        specs = tuple(self.model(name, self.dictionary(f"models.{name}", entry)) for name, entry in models.items())
        return Catalog(specs, dict(self.chains()))

    def model(self, name: str, entry: Mapping[str, Any]) -> ModelSpec:
        """One model: what its family says, and its own facts."""
        where = f"models.{name}"
        facts = self.family(where, entry) | dict(entry)
        facts.pop("family", None)
        self.check(where, facts, self.TYPES)
        if facts.get("task") not in get_args(Task):
            raise self.mistake(f"{where}.task", f"is {facts.get('task')!r}; give one of {', '.join(get_args(Task))}")
        if "engine" not in facts:
            raise self.mistake(f"{where}.engine", 'is missing; say which engine runs it, such as "faster_whisper"')
        facts["files"] = tuple(self.file(f"{where}.files", row) for row in facts.get("files", ()))
        self.check_place(where, facts)
        facts["languages"] = self.languages(where, facts.get("languages", ()))
        facts["features"] = frozenset(self.strings(f"{where}.features", facts.get("features", ())))
        facts["aliases"] = self.strings(f"{where}.aliases", facts.get("aliases", ()))
        if "path" in facts:
            facts["path"] = Path(facts["path"]).expanduser()
        return ModelSpec(name=name, origin=self.origin, **facts)

    def family(self, where: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        """What the model shares with others."""
        if "family" not in entry:
            return {}
        families = self.tables("families")
        if entry["family"] not in families:
            raise self.mistake(f"{where}.family", f"there is no [families.{entry['family']}] in this file; add it")
        return dict(self.dictionary(f"families.{entry['family']}", families[entry["family"]]))

    def file(self, where: str, row: object) -> ModelFile:
        """One file: a bare name, or a table with its size and hash."""
        facts = {"name": row} if isinstance(row, str) else self.dictionary(where, row)
        self.check(where, facts, self.FILE_TYPES)
        name, sha256 = facts.get("name", ""), facts.get("sha256")
        if not name or any(part in ("", ".", "..") for part in name.split("/")) or "\\" in name or ":" in name:
            raise self.mistake(f"{where}.name", f"{name!r} is not a path inside the repository; correct it")
        if sha256 is not None and not (len(sha256) == 64 and set(sha256) <= set("0123456789abcdef")):
            raise self.mistake(
                f"{where}.sha256", f"{sha256!r} is not 64 lower-case hex digits; leave it out if unknown"
            )
        return ModelFile(**facts)

    def check_place(self, where: str, facts: Mapping[str, Any]) -> None:
        """A model is fetched, embedded, or lies in a directory: one of them."""
        given = [key for key in ("repo", "embedded", "path") if facts.get(key)]
        if len(given) != 1:
            raise self.mistake(where, f"needs one of repo, embedded and path, and has {' and '.join(given) or 'none'}")
        if facts.get("repo") and not facts["files"]:
            raise self.mistake(f"{where}.files", "is missing; list the files to fetch: their names are enough")

    def languages(self, where: str, codes: object) -> tuple[str, ...]:
        """Codes, with the names of shared lists in place of theirs."""
        lists = self.tables("languages")
        found: list[str] = []
        for item in self.strings(f"{where}.languages", codes):
            found += self.strings(f"languages.{item}", lists[item]) if item in lists else [item]
        return tuple(dict.fromkeys(found))

    def chains(self) -> Iterator[tuple[ChainKey, Chain]]:
        """``chains.TASK.DEVICE`` and ``chains.TASK.LANGUAGE.DEVICE``."""
        for task, table in self.tables("chains").items():
            for key, value in self.dictionary(f"chains.{task}", table).items():
                where = f"chains.{task}.{key}"
                if isinstance(value, dict):
                    for device, names in value.items():
                        yield (task, key, device), self.strings(f"{where}.{device}", names)
                else:
                    yield (task, "", key), self.strings(where, value)

    def tables(self, key: str) -> Mapping[str, Any]:
        """One of the file's tables, empty where it has none."""
        return self.dictionary(key, self.table.get(key, {}))

    def dictionary(self, where: str, value: object) -> Mapping[str, Any]:
        """``value``, if it is a table."""
        if not isinstance(value, dict):
            raise self.mistake(where, f"is {value!r} and should be a table")
        return value

    def strings(self, where: str, value: object) -> tuple[str, ...]:
        """``value``, if it is a list of strings."""
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) and item for item in value):
            raise self.mistake(where, f"is {value!r} and should be a list of strings")
        return tuple(value)

    def check(self, where: str, facts: Mapping[str, Any], types: Mapping[str, tuple[type, ...]]) -> None:
        """Every key is known and of its type."""
        from difflib import get_close_matches

        for key, value in facts.items():
            if key not in types:
                near = get_close_matches(key, types, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(types)}"
                raise self.mistake(f"{where}.{key}", f"no such key; {hint}")
            if not isinstance(value, types[key]) or (isinstance(value, bool) and bool not in types[key]):
                wanted = " or ".join(kind.__name__ for kind in types[key])
                raise self.mistake(f"{where}.{key}", f"is {value!r} and should be of type {wanted}")

    def mistake(self, where: str, what: str) -> UnsupportedError:
        """An error that names the file and the place in it."""
        return UnsupportedError(f"{self.origin}: {where}: {what}")
