"""Write Piper's public voices into models.toml: a line each, from facts that others collected.

python .ci/voices.py FACTS.json...

A FACTS.json holds a table by name of voice. Of an entry these are read, and a later file wins:

- as upstream's voices.json has them: "quality", "files" (path -> "size_bytes", "md5_digest"), "speaker_id_map";
- as a table of our own may have them: "licence", "trained_from", "sample_rate", "onnx" and "json" (size and hash,
  null where one is not known).

What no file says of a voice stays as it is in models.toml: licences and lineages are judged by hand, there.
"""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).parent.parent / "models.toml"
BEGIN, END = "# Written by .ci/voices.py from here", "# to here."
UNKNOWN = "LicenseRef-see-card"
LOW_RATE = 16_000
"""Hz, of the qualities low and x_low."""

WIDTH = 118

Facts = dict[str, Any]


def facts_of(entry: Facts) -> Facts:
    """What is of use in one file's entry of a voice."""
    facts = {key: entry[key] for key in ("licence", "trained_from", "sample_rate", "onnx", "json") if key in entry}
    for path, file in entry.get("files", {}).items():
        if "size_bytes" in file and path.endswith((".onnx", ".onnx.json")):
            facts[path.rpartition(".")[2]] = [file["size_bytes"], file["md5_digest"]]
    if numbers := entry.get("speaker_id_map"):
        facts["speakers"] = sorted(numbers, key=numbers.get)
    return facts


def facts_here(table: Facts) -> dict[str, Facts]:
    """What models.toml says of the voices now."""
    found = {}
    for name, entry in table["models"].items():
        if entry.get("family") == "piper":
            facts = {key: entry[key] for key in ("licence", "trained_from", "sample_rate") if key in entry}
            facts |= dict(zip(("onnx", "json"), entry.get("pins", ()), strict=False))
            if name in table.get("speakers", {}):
                facts["speakers"] = table["speakers"][name].split()
            found[name] = facts
    return found


def line(name: str, facts: Facts) -> str:
    """The entry of a voice."""
    parts = ['family = "piper"', f'licence = "{facts.get("licence", UNKNOWN)}"']
    if "trained_from" in facts:
        parts.append(f'trained_from = "{facts["trained_from"]}"')
    rate = facts.get("sample_rate") or (LOW_RATE if name.endswith("low") else None)
    if rate:
        parts.append(f"sample_rate = {rate}")
    pins = [[part for part in facts.get(kind, ()) if part is not None] for kind in ("onnx", "json")]
    if any(pins):
        parts.append(f"pins = {json.dumps(pins)}")
    return f"{key(name)} = {{ {', '.join(parts)} }}"


def speakers(name: str, names: list[str]) -> list[str]:
    """The speakers of a voice, in the order of their numbers."""
    text = " ".join(names)
    if len(text) < WIDTH - 40:
        return [f"{key(name)} = '{text}'"]
    lines = re.findall(rf"(.{{1,{WIDTH}}})(?: |$)", text)
    return [f"{key(name)} = '''", *lines, "'''"]


def key(name: str) -> str:
    """A name as TOML takes it."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def main(paths: list[str]) -> None:
    text = CATALOGUE.read_text(encoding="utf-8")
    voices = facts_here(tomllib.loads(text))
    for path in paths:
        for name, entry in json.loads(Path(path).read_text(encoding="utf-8")).items():
            voices[name] = voices.get(name, {}) | facts_of(entry)
    rows = [BEGIN, "", "[models]", *(line(name, voices[name]) for name in sorted(voices)), "", "[speakers]"]
    for name in sorted(voices):
        if names := voices[name].get("speakers"):
            rows += speakers(name, names)
    rows += ["", END]
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    CATALOGUE.write_text(before + "\n".join(rows) + after, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
