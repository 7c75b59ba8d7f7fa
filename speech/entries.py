"""The entries of one catalogue's file, and where a mistake in it is.

A model takes what its family says and adds its own facts. A family may hold a ``pattern``, a regular expression for
the names of its models: then its other texts may have the pattern's groups in braces, such as ``{language}``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from speech.data import ModelFile, ModelSpec, Task
from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA = 1

Chain = tuple[str, ...]
ChainKey = tuple[str, str, str]
"""Task, language ("" for any) and kind of device."""


class Reader:
    """Reads one catalogue's table, and says where a mistake is."""

    TABLES = ("schema", "chains", "languages", "families", "models", "warnings", "speakers", "profiles")

    # What a model's entry may hold, and how it looks there.
    TYPES: Mapping[str, tuple[type, ...]] = {
        "task": (str,), "engine": (str,), "repo": (str,), "revision": (str,), "licence": (str,), "description": (str,),
        "files": (list,), "languages": (list,), "features": (list,), "aliases": (list,), "sample_rate": (int,),
        "max_seconds": (int, float), "parameters": (int,), "embedded": (bool,), "path": (str,), "family": (str,),
        "speakers": (list,), "trained_from": (str,), "quality": (str,), "warning": (str,),
        "pattern": (str,), "pins": (list,),
    }  # fmt: skip
    FILE_TYPES: Mapping[str, tuple[type, ...]] = {"name": (str,), "size": (int,), "sha256": (str,), "md5": (str,)}
    HASHES: Mapping[str, int] = {"sha256": 64, "md5": 32}
    """How many hexadecimal digits each has."""

    def __init__(self, origin: str, table: dict[str, Any]) -> None:
        self.origin = origin
        self.table = table

    def check_tables(self) -> None:
        """Every table is one of ours, in a form that this version reads."""
        for key in self.table:
            if key not in self.TABLES:
                raise self.mistake(key, f"no such table; there are {', '.join(self.TABLES)}")
        if self.table.get("schema", SCHEMA) != SCHEMA:
            raise self.mistake("schema", f"is {self.table['schema']!r}, and this version reads {SCHEMA}; update it")

    def models(self) -> Iterator[ModelSpec]:
        """Every model of the file."""
        for name, entry in self.tables("models").items():
            yield self.model(name, self.dictionary(f"models.{name}", entry))

    def profiles(self) -> Mapping[str, Mapping[str, Any]]:
        """Voices with settings, as they stand in the file."""
        return {name: self.dictionary(f"profiles.{name}", one) for name, one in self.tables("profiles").items()}

    def model(self, name: str, entry: Mapping[str, Any]) -> ModelSpec:
        """One model: what its family says, and its own facts."""
        where = f"models.{name}"
        facts = self.family(where, entry) | dict(entry)
        facts.pop("family", None)
        self.check(where, facts, self.TYPES)
        self.expand(where, name, facts)
        if facts.get("task") not in get_args(Task):
            raise self.mistake(f"{where}.task", f"is {facts.get('task')!r}; give one of {', '.join(get_args(Task))}")
        if "engine" not in facts:
            raise self.mistake(f"{where}.engine", 'is missing; say which engine runs it, such as "faster_whisper"')
        facts["files"] = self.files(where, facts)
        self.check_place(where, facts)
        facts["languages"] = self.languages(where, facts.get("languages", ()))
        facts["features"] = frozenset(self.strings(f"{where}.features", facts.get("features", ())))
        facts["aliases"] = self.strings(f"{where}.aliases", facts.get("aliases", ()))
        facts["speakers"] = self.speakers(where, name, facts)
        facts.setdefault("warning", self.warning(facts))
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

    def expand(self, where: str, name: str, facts: dict[str, Any]) -> None:
        """Put the parts of the name, as the family's ``pattern`` names them, where its words have them in braces."""
        pattern = facts.pop("pattern", None)
        if pattern is None:
            return
        try:
            found = re.fullmatch(pattern, name)
        except re.error as error:
            raise self.mistake(f"{where}.pattern", f"{pattern!r} is no regular expression: {error}") from error
        if found is None:
            raise self.mistake(where, f"the name does not fit the family's pattern {pattern!r}; correct one of them")
        parts = found.groupdict() | {"name": name}
        try:
            for key, value in facts.items():
                if isinstance(value, str):
                    facts[key] = value.format_map(parts)
                elif isinstance(value, list):
                    facts[key] = [item.format_map(parts) if isinstance(item, str) else item for item in value]
        except (KeyError, ValueError, IndexError) as error:
            raise self.mistake(where, f"the pattern {pattern!r} has no such part: {error}; correct it") from error

    def files(self, where: str, facts: dict[str, Any]) -> tuple[ModelFile, ...]:
        """The files, with the sizes and hashes that the entry has for them: ``pins``, in the order of the files."""
        rows: list[Any] = list(facts.get("files", ()))
        pins = facts.pop("pins", [])
        if len(pins) > len(rows):
            raise self.mistake(f"{where}.pins", f"has {len(pins)} for {len(rows)} files; give at most one for each")
        for number, pin in enumerate(pins):
            rows[number] = {"name": rows[number], **self.pin(f"{where}.pins", pin)}
        return tuple(self.file(f"{where}.files", row) for row in rows)

    def pin(self, where: str, pin: object) -> dict[str, Any]:
        """``[size]`` or ``[size, hash]``; which hash it is shows by its length."""
        if not isinstance(pin, list) or len(pin) > 2 or not all(isinstance(part, (int, str)) for part in pin):
            raise self.mistake(where, f"has {pin!r} and should have [size] or [size, hash]")
        facts = dict(zip(("size", "hash"), pin, strict=False))
        if digits := facts.pop("hash", None):
            facts["md5" if len(str(digits)) == self.HASHES["md5"] else "sha256"] = digits
        return facts

    def file(self, where: str, row: object) -> ModelFile:
        """One file: a bare name, or a table with its size and hash."""
        facts = {"name": row} if isinstance(row, str) else self.dictionary(where, row)
        self.check(where, facts, self.FILE_TYPES)
        name = facts.get("name", "")
        if not name or any(part in ("", ".", "..") for part in name.split("/")) or "\\" in name or ":" in name:
            raise self.mistake(f"{where}.name", f"{name!r} is not a path inside the repository; correct it")
        for kind, digits in self.HASHES.items():
            given = facts.get(kind)
            if given is not None and not (len(given) == digits and set(given) <= set("0123456789abcdef")):
                raise self.mistake(
                    f"{where}.{kind}", f"{given!r} is not {digits} lower-case hex digits; leave it out if unknown"
                )
        return ModelFile(**facts)

    def speakers(self, where: str, name: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
        """The entry's own list, or the words that the table ``speakers`` has under the model's name."""
        text = self.tables("speakers").get(name, "")
        if not isinstance(text, str):
            raise self.mistake(f"speakers.{name}", f"is {text!r} and should be the names in one text, between spaces")
        return self.strings(f"{where}.speakers", facts.get("speakers", text.split()))

    def warning(self, facts: Mapping[str, Any]) -> str:
        """What the table ``warnings`` has under the licence, and under the model that it was trained from."""
        texts = self.tables("warnings")
        found = [texts[key] for key in (facts.get("licence", ""), facts.get("trained_from", "")) if key in texts]
        return "; ".join(self.strings("warnings", found))

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
