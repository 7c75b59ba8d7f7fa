"""How options behave in every command: their sections in the help, Whisper's habits, and types of values."""

# ruff: noqa: ANN401 - click hands values of any type through

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

import click

from speech.cli.whisper import RENAMED, TRUTH, Foreign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # Not generic before click 8.4.

MANNERS = ("auto", "json", "none")
"""Of reporting: what ``--progress`` takes."""

NOTES = "speech.notes"
"""Where a context keeps what is to be said of the flags that were typed."""

F = TypeVar("F", bound="Callable[..., Any]")


class Option(click.Option):
    """An option that stands in a section of the help, and whose default the library keeps.

    Args:
        args: as for ``click.Option``.
        section: of the help.
        stands: the default.
        listed: what stands for ``{}`` in the help: looked up when that is shown, not before.
        kwargs: as for ``click.Option``.
    """

    def __init__(
        self, *args: Any, section: str = "", stands: str = "", listed: Callable[[], str] | None = None, **kwargs: Any
    ) -> None:
        if stands:
            kwargs["help"] = f"{kwargs.get('help', '')}  [default: {stands}]".lstrip()
        super().__init__(*args, **kwargs)
        self.section = section
        self.stands = stands
        self.listed = listed

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option's names and its help."""
        record = super().get_help_record(ctx)
        return (record[0], record[1].replace("{}", self.listed())) if record and self.listed else record


class Command(click.Command):
    """A command with sections in its help, that also takes the names and habits of Whisper's command lines.

    Long options may be written with underscores, switches may have True or False behind them.

    Args:
        args: as for ``click.Command``.
        texts: the command takes texts: a "yes" behind a switch is one of them.
        kwargs: as for ``click.Command``.
    """

    def __init__(self, *args: Any, texts: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = texts

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Translate what users of other tools type, then parse."""
        ctx.meta[NOTES] = []
        return super().parse_args(ctx, _translated(args, self.get_params(ctx), ctx.meta[NOTES], self.texts))

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; where it has no manner of reporting, its notes are plain lines."""
        if "progress" not in ctx.params:
            for note in ctx.meta[NOTES]:
                click.echo(note, err=True)
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, section by section, in the order in which they are written."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                sections.setdefault(getattr(param, "section", ""), []).append(record)
        last = sections.pop("", [])
        for title, records in [*sections.items(), ("Other", last)]:
            with formatter.section(title):
                formatter.write_dl(records)


def command(**settings: Any) -> Callable[[Callable[..., Any]], Command]:
    """As ``click.command``, of our class."""
    return click.command(cls=Command, context_settings={"max_content_width": 100}, **settings)


def option(*names: str, section: str = "", **settings: Any) -> Callable[[F], F]:
    """As ``click.option``, in a section of the help."""
    return click.option(*names, cls=Option, section=section, **settings)


def together(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    """Several options as one decorator, in the order in which they are written."""

    def decorate(function: Any) -> Any:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def _translated(
    args: Sequence[str], params: Sequence[click.Parameter], notes: list[str], texts: bool = False
) -> list[str]:
    """The arguments under the names of ``params``; what is to be said of them is added to the notes."""
    known = {name: param for param in params if isinstance(param, click.Option) for name in _names(param)}
    foreign = Foreign(known, notes)
    words: list[str] = []
    rest = deque(args)
    while rest and rest[0] != "--":
        arg = rest.popleft()
        if arg.startswith("--"):
            words += _translate_long(arg, rest, known, foreign, texts)
        elif arg in known and not _is_switch(known[arg]) and rest:
            # A value is left as it is, whatever it looks like.
            words += _valued(arg, foreign.own(arg, rest.popleft()))
        else:
            words.append(arg)
    words += foreign.finish(words)
    if foreign.problems:
        raise click.UsageError("\n".join(foreign.problems))
    return [*words, *rest]


def _translate_long(
    arg: str, rest: deque[str], known: Mapping[str, click.Option], foreign: Foreign, texts: bool
) -> Sequence[str]:
    name, equals, behind = arg.partition("=")
    value = behind if equals else None
    name = name.lower().replace("_", "-")
    if RENAMED.get(name) in known:
        name = RENAMED[name]
    option = known.get(name)
    if option is None:
        taken = foreign.take(name, value, rest)
        return [f"{name}{equals}{behind}"] if taken is None else taken
    if _is_switch(option):
        return list(_switched(name, option, _truth(equals, behind, deque() if texts else rest)))
    if value is None and name == "--progress" and not (rest and rest[0] in MANNERS):
        return [f"{name}={MANNERS[0]}"]  # alone it asks for what is the default where somebody looks
    if value is None and not rest:
        return [name]
    return _valued(name, foreign.own(name, rest.popleft() if value is None else value))


def _valued(name: str, value: str | None) -> Sequence[str]:
    """An option and its value as words that nothing can take for others; none where there is no value."""
    if value is None:
        return []
    return [f"{name}={value}"] if name.startswith("--") else [name, value]


def _names(option: click.Option) -> Iterator[str]:
    yield from option.opts
    yield from option.secondary_opts


def _is_switch(option: click.Option) -> bool:
    return option.is_flag or option.count


def _truth(equals: str, value: str, rest: deque[str]) -> bool:
    """Whether a switch is on: alone, or by the word that belongs to it."""
    if not equals:
        return TRUTH[rest.popleft().lower()] if rest and rest[0].lower() in TRUTH else True
    if value.lower() not in TRUTH:
        raise click.UsageError(f"{value!r} is neither True nor False")
    return TRUTH[value.lower()]


def _switched(name: str, option: click.Option, on: bool) -> Iterator[str]:
    """The switch, its opposite, or nothing where off is how it stands anyway."""
    if on:
        yield name
    elif option.secondary_opts:
        yield option.opts[0] if name in option.secondary_opts else option.secondary_opts[0]


class Clock(ParamType):
    """Seconds, or ``hh:mm:ss.mmm`` with any of its parts left out from the left."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if isinstance(value, float):
            return value
        seconds = 0.0
        parts = str(value).replace(",", ".").split(":")
        try:
            numbers = [*map(int, parts[:-1]), float(parts[-1])]
        except ValueError:
            numbers = [-1.0]
        if len(numbers) > 3 or not all(0 <= number < float("inf") for number in numbers):
            self.fail(f"{value!r} is no time; give seconds or hh:mm:ss.mmm", param, ctx)
        for number in numbers:
            seconds = seconds * 60 + number
        return seconds


class Threshold(ParamType):
    """A number, or ``off``."""

    name = "number|off"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        """The number, or None for off."""
        if value is None or str(value).lower() in {"off", "none"}:
            return None
        try:
            return float(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number nor 'off'", param, ctx)


class Names(ParamType):
    """A list with commas."""

    name = "name,name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Its parts, without spaces around them."""
        del param, ctx
        parts = value if isinstance(value, tuple) else str(value).split(",")
        return tuple(part.strip() for part in parts if part.strip())
