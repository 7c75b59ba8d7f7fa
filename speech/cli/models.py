"""``speech models``: what there is, what is here, and bringing or taking away."""

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

    from speech.cli.report import Report
    from speech.data import ModelSpec
    from speech.store import FileFact, Store


NAME = click.argument("name", metavar="MODEL", shell_complete=options.complete_model)
NAMES = click.argument("names", nargs=-1, required=True, metavar="MODEL...", shell_complete=options.complete_model)
JSON = option("--json", "as_json", is_flag=True, help="The same as JSON, for programs.")


@click.group(short_help="The models there are, and those that are here.", invoke_without_command=True)
@JSON
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the models, or bring, check, remove and carry them; alone it is `speech models list`."""
    if ctx.invoked_subcommand is None:
        _print_list(as_json)


@command.command("list", cls=parsing.Command, short_help="Every model of the catalogue.")
@JSON
def list_(as_json: bool) -> None:
    """Every model of the catalogue: its size, its languages, its licence, and whether it is here."""
    _print_list(as_json)


@command.command(cls=parsing.Command, short_help="Fetch models.")
@NAMES
@options.REPORT
@click.pass_context
def pull(ctx: click.Context, /, names: Sequence[str], **_: Any) -> None:
    """Fetch models, or what is missing of them; a fetch that was cut goes on where it was."""
    store, specs, how = _begin(names, ctx)
    for spec in specs:
        with how:
            how.text(f"{store.fetch(spec, how.progress)}\n")
    ctx.exit(1 if how.failures else 0)


@command.command(cls=parsing.Command, short_help="Everything that is known of a model.")
@NAME
@JSON
def info(name: str, as_json: bool) -> None:
    """Everything that is known of a model, and of each file whether its hash is pinned by the catalogue or recorded."""
    from speech import catalog
    from speech.store import Store

    spec = catalog.load().find(name)
    facts = _facts(spec, Store())
    _print([json.dumps(facts, indent=2, ensure_ascii=False)] if as_json else _lines(facts))


@command.command(cls=parsing.Command, short_help="Read models again and compare.")
@click.argument("names", nargs=-1, metavar="[MODEL...]", shell_complete=options.complete_model)
@options.REPORT
@click.pass_context
def verify(ctx: click.Context, /, names: Sequence[str], **_: Any) -> None:
    """Read every file of the models again, of all that are here where none is named, and compare sizes and hashes."""
    store, specs, how = _begin(names, ctx)
    if not specs:
        how.note("no model of the catalogue is on this machine; there is nothing to verify")
    for spec in specs:
        with how:
            files = store.verify(spec, how.progress)
            recorded = sum(fact.source == "recorded" for fact in files)
            against = f", {recorded} of them against the first download" if recorded else ""
            how.text(f"{spec.name}: {len(files)} files are right{against}\n")
    ctx.exit(1 if how.failures else 0)


@command.command(cls=parsing.Command, short_help="Delete models from this machine.")
@NAMES
@options.REPORT
@click.pass_context
def remove(ctx: click.Context, /, names: Sequence[str], **_: Any) -> None:
    """Delete models from this machine."""
    from speech.store import human

    store, specs, how = _begin(names, ctx)
    for spec in specs:
        with how:
            how.text(f"{spec.name}: removed, {human(store.remove(spec))} freed\n")
    ctx.exit(1 if how.failures else 0)


@command.command(cls=parsing.Command, short_help="Where a model lies.")
@NAME
def path(name: str) -> None:
    """The directory of a model that is here, on standard output."""
    from speech import catalog
    from speech.store import Store

    spec = catalog.load().find(name)
    _print([str(spec.path or Store().path(spec))])


@command.command(cls=parsing.Command, short_help="Write a model into one file, for a machine without a network.")
@NAME
@click.option("-o", "--output", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="The file; `speech models import` takes it in.")  # fmt: skip
@options.REPORT
@click.pass_context
def export(ctx: click.Context, /, name: str, output: Path, **_: Any) -> None:
    """Write a model that is here into one file, for a machine without a network."""
    store, (spec,), how = _begin([name], ctx)
    with how:
        store.export(spec, output, how.progress)
        how.text(f"{output}\n")
    ctx.exit(1 if how.failures else 0)


@command.command("import", cls=parsing.Command, short_help="Take in a model from such a file.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@options.REPORT
@click.pass_context
def import_(ctx: click.Context, /, files: Sequence[Path], **_: Any) -> None:
    """Take in models from files that `speech models export` wrote; what is not as the catalogue says is refused."""
    from speech import catalog

    store, _all, how = _begin([], ctx)
    known = catalog.load()
    for file in files:
        with how:
            spec = store.import_(file, known, how.progress)
            how.text(f"{spec.name}: imported\n")
    ctx.exit(1 if how.failures else 0)


def _begin(names: Sequence[str], ctx: click.Context) -> tuple[Store, list[ModelSpec], Report]:
    """The store, the models of those names (all that are here where there are none), and what is said meanwhile."""
    from speech import catalog
    from speech.cli.report import begin
    from speech.store import Store

    store, known = Store(), catalog.load()
    specs = [known.find(name) for name in names] or [spec for spec in known.models if spec.repo and store.has(spec)]
    return store, specs, begin(ctx)


def _print_list(as_json: bool) -> None:
    from speech import catalog
    from speech.choice import installed
    from speech.store import Store

    store = Store()
    rows = [(spec, installed(spec, store)) for spec in catalog.load().models]
    if as_json:
        _print([json.dumps([_summary(spec, here) for spec, here in rows], indent=2, ensure_ascii=False)])
    else:
        _print(_table(rows))


def _print(lines: Iterable[str]) -> None:
    stdout.write("".join(f"{line}\n" for line in lines))


def _summary(spec: ModelSpec, here: bool) -> dict[str, Any]:
    """What a program may want to know of a model."""
    return {
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


def _table(rows: Iterable[tuple[ModelSpec, bool]]) -> Iterator[str]:
    cells = [("", "model", "size", "languages", "licence", "")]
    cells += [("*" if here else "", *_cells(spec)) for spec, here in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    for mark, name, size, known, licence, description in cells:
        line = f"{mark:1} {name:{widths[1]}}  {size:>{widths[2]}}  {known:>{widths[3]}}  {licence:{widths[4]}}"
        yield f"{line}  {description}".rstrip()
    yield "\n* is on this machine"


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
    files = [_file(file.name, file.size, file.sha256, known.get(file.name)) for file in spec.files]
    place = spec.path or (store.path(spec) if known else None)
    return _summary(spec, here) | {"path": str(place) if place else None, "files": files}


def _file(name: str, size: int | None, sha256: str | None, fact: FileFact | None) -> dict[str, Any]:
    if fact is not None:
        return {"name": name, "bytes": fact.size, "sha256": fact.sha256, "hash": fact.source}
    return {"name": name, "bytes": size, "sha256": sha256, "hash": "pinned" if sha256 else None}


_HASHES = {
    "pinned": "pinned by the catalogue",
    "recorded": "recorded at the first download",
    None: "not known: the first download's will be recorded",
}


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    from speech.store import human

    for key, value in facts.items():
        if key != "files" and value not in (None, [], ""):
            yield f"{key}: {_said(key, value)}"
    for file in facts["files"]:
        yield f"{file['name']}: {human(file['bytes'])}, sha256 {file['sha256'] or 'not known'}"
        yield f"    {_HASHES[file['hash']]}"


def _said(key: str, value: Any) -> str:
    from speech.store import human

    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return human(value) if key == "bytes" else f"{value:,}" if key == "parameters" else str(value)
