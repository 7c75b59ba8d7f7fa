"""``speech models``: what there is, what is here, and bringing or taking away.

What both groups have, this one and ``speech voices``, is here; which of them it is stands in the context's ``obj``.
"""

# ruff: noqa: ANN401 - click hands values of any type through

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from speech.cli import options, parsing, stdout
from speech.cli.parsing import option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from speech.catalog import Catalog
    from speech.cli.report import Report
    from speech.data import ModelFile, ModelSpec, Task
    from speech.store import FileFact, Store


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The names of the group's kind."""
    voices = ctx.parent is not None and ctx.parent.info_name == "voices"
    return (options.complete_voice if voices else options.complete_model)(ctx, param, incomplete)


NAME = click.argument("name", metavar="NAME", shell_complete=_complete)
NAMES = click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=_complete)
JSON = option("--json", "as_json", is_flag=True, help="The same as JSON, for programs.")

RECOGNIZERS: Task = "transcribe"


@click.group(short_help="The models there are, and those that are here.", invoke_without_command=True)
@JSON
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the models, or bring, check, remove and carry them; alone it is `speech models list`."""
    ctx.obj = RECOGNIZERS
    if ctx.invoked_subcommand is None:
        _print_list(as_json)


@command.command("list", cls=parsing.Command, short_help="Every model of the catalogue.")
@JSON
def list_(as_json: bool) -> None:
    """Every model that recognizes speech: its size, its languages, its licence, and whether it is here."""
    _print_list(as_json)


@command.command(cls=parsing.Command, short_help="Fetch models.")
@NAMES
@options.REPORT
@click.pass_context
def pull(ctx: click.Context, /, names: Sequence[str], **_: Any) -> None:
    """Fetch models, or what is missing of them; a fetch that was cut goes on where it was."""
    store, specs, how = begin(names, ctx)
    fetch(store, specs, how)
    ctx.exit(1 if how.failures else 0)


def fetch(store: Store, specs: Iterable[ModelSpec], how: Report) -> None:
    """Bring them, and say where each lies and what is to be known of it."""
    for spec in specs:
        if spec.warning:
            how.note(f"{spec.name} ({spec.licence}): {spec.warning}")
        with how:
            how.text(f"{_place(spec, store.fetch(spec, how.progress))}\n")


def _place(spec: ModelSpec, folder: Path) -> Path:
    """Where a model lies: its directory; of a voice, whose directory holds others too, the file that players take."""
    return folder / spec.files[0].name if spec.kind == "voice" and spec.files else folder


@command.command(cls=parsing.Command, short_help="Everything that is known of one.")
@NAME
@JSON
@click.pass_obj
def info(task: Task, name: str, as_json: bool) -> None:
    """Everything that is known of one, and of each file whether its hash is pinned by the catalogue or recorded."""
    from speech import catalog
    from speech.store import Store

    spec = _find(catalog.load(), name, task)
    facts = _facts(spec, Store())
    show([json.dumps(facts, indent=2, ensure_ascii=False)] if as_json else _lines(facts))


@command.command(cls=parsing.Command, short_help="Read them again and compare.")
@click.argument("names", nargs=-1, metavar="[NAME...]", shell_complete=_complete)
@options.REPORT
@click.pass_context
def verify(ctx: click.Context, /, names: Sequence[str], **_: Any) -> None:
    """Read every file again, of all that are here where none is named, and compare sizes and hashes."""
    store, specs, how = begin(names, ctx)
    if not specs:
        how.note(
            f"no {'model' if ctx.obj == RECOGNIZERS else 'voice'} of the catalogue is on this machine; "
            "there is nothing to verify"
        )
    for spec in specs:
        with how:
            files = store.verify(spec, how.progress)
            recorded = sum(fact.source == "recorded" for fact in files)
            against = f", {recorded} of them against the first download" if recorded else ""
            how.text(f"{spec.name}: {len(files)} files are right{against}\n")
    ctx.exit(1 if how.failures else 0)


@command.command(cls=parsing.Command, short_help="Delete them from this machine.")
@NAMES
@options.REPORT
@click.pass_context
def remove(ctx: click.Context, /, names: Sequence[str], **_: Any) -> None:
    """Delete them from this machine."""
    from speech.store import human

    store, specs, how = begin(names, ctx)
    for spec in specs:
        with how:
            how.text(f"{spec.name}: removed, {human(store.remove(spec))} freed\n")
    ctx.exit(1 if how.failures else 0)


@command.command(cls=parsing.Command, short_help="Where one lies.")
@NAME
@click.pass_obj
def path(task: Task, name: str) -> None:
    """Where one that is here lies, on standard output: a model's directory, a voice's file."""
    from speech import catalog
    from speech.store import Store

    spec = _find(catalog.load(), name, task)
    show([str(spec.path or _place(spec, Store().path(spec)))])


@command.command(cls=parsing.Command, short_help="Write one into a file, for a machine without a network.")
@NAME
@click.option("-o", "--output", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="The file; import takes it in.")  # fmt: skip
@options.REPORT
@click.pass_context
def export(ctx: click.Context, /, name: str, output: Path, **_: Any) -> None:
    """Write one that is here into a file, for a machine without a network."""
    store, (spec,), how = begin([name], ctx)
    with how:
        store.export(spec, output, how.progress)
        how.text(f"{output}\n")
    ctx.exit(1 if how.failures else 0)


@command.command("import", cls=parsing.Command, short_help="Take one in from such a file.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@options.REPORT
@click.pass_context
def import_(ctx: click.Context, /, files: Sequence[Path], **_: Any) -> None:
    """Take in what export wrote; what is not as the catalogue says is refused."""
    from speech import catalog

    store, _all, how = begin([], ctx)
    known = catalog.load()
    for file in files:
        with how:
            spec = store.import_(file, known, how.progress)
            how.text(f"{spec.name}: imported\n")
    ctx.exit(1 if how.failures else 0)


def begin(names: Sequence[str], ctx: click.Context) -> tuple[Store, list[ModelSpec], Report]:
    """The store, the models of those names (all that are here where there are none), and what is said meanwhile."""
    from speech import catalog
    from speech.cli import report
    from speech.store import Store

    store, known = Store(), catalog.load()
    specs = [_find(known, name, ctx.obj) for name in names]
    specs = specs or [spec for spec in known.of(ctx.obj) if spec.repo and store.has(spec)]
    return store, specs, report.begin(ctx)


def _find(known: Catalog, name: str, task: Task) -> ModelSpec:
    """The model of that name; of a profile, which is a voice with settings, its voice."""
    if task != RECOGNIZERS and name in known.profiles:
        name = str(known.profiles[name].get("model", name))
    return known.find(name, task)


def _print_list(as_json: bool) -> None:
    from speech import catalog
    from speech.choice import installed
    from speech.store import Store

    store = Store()
    rows = [(spec, installed(spec, store)) for spec in catalog.load().of(RECOGNIZERS)]
    if as_json:
        show([json.dumps([summary(spec, here) for spec, here in rows], indent=2, ensure_ascii=False)])
    else:
        show(_table(rows))


def show(lines: Iterable[str]) -> None:
    """Lines on standard output."""
    stdout.write("".join(f"{line}\n" for line in lines))


def summary(spec: ModelSpec, here: bool) -> dict[str, Any]:
    """What a program may want to know of a model."""
    facts = {
        "name": spec.name,
        "here": here,
        "task": spec.task,
        "engine": spec.engine,
        "embedded": spec.embedded,
        "bytes": spec.size,
        "parameters": spec.parameters,
        "licence": spec.licence,
        "languages": list(spec.languages),
        "features": sorted(spec.features),
        "aliases": list(spec.aliases),
        "repo": spec.repo,
        "revision": spec.revision,
        "description": spec.description,
        "catalogue": spec.origin,
    }
    if spec.kind == "voice":
        facts |= {
            "quality": spec.quality,
            "sample_rate": spec.sample_rate,
            "speakers": list(spec.speakers),
            "trained_from": spec.trained_from,
            "warning": spec.warning,
        }
    return facts


def _table(rows: Iterable[tuple[ModelSpec, bool]]) -> Iterator[str]:
    cells = [("", "model", "size", "languages", "licence", "")]
    cells += [("*" if here else "", *_cells(spec)) for spec, here in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    for mark, name, size, known, licence, description in cells:
        line = f"{mark:1} {name:{widths[1]}}  {size:>{widths[2]}}  {known:>{widths[3]}}  {licence:{widths[4]}}"
        yield f"{line}  {description}".rstrip()
    yield "\n* is on this machine; `speech voices` lists what speaks"


def _cells(spec: ModelSpec) -> tuple[str, str, str, str, str]:
    from speech.store import human

    size = human(spec.size) if spec.size else ""
    languages = spec.languages[0] if len(spec.languages) == 1 else str(len(spec.languages) or "")
    return spec.name, size, languages, spec.licence or "", spec.description


def _facts(spec: ModelSpec, store: Store) -> dict[str, Any]:
    """The summary, with its place and each file."""
    from speech.choice import installed

    here = installed(spec, store)
    known = {fact.name: fact for fact in store.facts(spec)} if here and spec.repo else {}
    files = [_file(file, known.get(file.name)) for file in spec.files]
    place = spec.path or (store.path(spec) if known else None)
    return summary(spec, here) | {"path": str(place) if place else None, "files": files, "card": _card(spec, place)}


def _card(spec: ModelSpec, folder: Path | None) -> str | None:
    """What its publisher wrote about a voice, licence and origin above all, where that is here."""
    cards = [folder / file.name for file in spec.files if file.is_paper] if folder and folder.is_dir() else []
    return next((card.read_text("utf-8", "replace").strip() for card in cards if card.is_file()), None)


def _file(file: ModelFile, fact: FileFact | None) -> dict[str, Any]:
    if fact is not None:
        return {"name": file.name, "bytes": fact.size, "sha256": fact.sha256, "hash": fact.source}
    facts = {"name": file.name, "bytes": file.size, "sha256": file.sha256}
    if file.md5:
        facts["md5"] = file.md5
    return facts | {"hash": "pinned" if file.sha256 or file.md5 else None}


_HASHES = {
    "pinned": "pinned by the catalogue",
    "recorded": "recorded at the first download",
    None: "not known: the first download's will be recorded",
}


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    from speech.store import human

    for key, value in facts.items():
        if key not in ("files", "card") and value not in (None, [], ""):
            yield f"{key}: {_said(key, value)}"
    for file in facts["files"]:
        digest = f"md5 {file['md5']}" if "md5" in file else f"sha256 {file['sha256'] or 'not known'}"
        yield f"{file['name']}: {human(file['bytes'])}, {digest}"
        yield f"    {_HASHES[file['hash']]}"
    if facts["card"]:
        yield f"\n{facts['card']}"


def _said(key: str, value: Any) -> str:
    from speech.store import human

    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return human(value) if key == "bytes" else f"{value:,}" if key in ("parameters", "sample_rate") else str(value)
