"""``speech voices``: what can speak, in which language and under which licence; bringing, and hearing one."""

# ruff: noqa: ANN401, RUF001 - click hands values of any type through; greetings are in every script

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from speech.cli import models, options, parsing
from speech.cli.parsing import option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from speech.catalog import Catalog
    from speech.data import ModelSpec, Task

VOICES: Task = "synthesize"

LANGUAGE = option("-l", "--language", help="Only those for a language: a code or a name; en-GB for one region.")
INSTALLED = option("--installed", is_flag=True, help="Only those on this machine.")
NAME = click.argument("name", metavar="VOICE", shell_complete=options.complete_voice)

COUNTING = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."

# What a voice says to be heard: a greeting and a question, in the language's own words.
GREETINGS = {
    "ar": "مرحبا، كيف حالك اليوم؟", "bg": "Здравейте, как сте днес?", "bn": "নমস্কার, আজ আপনি কেমন আছেন?",
    "ca": "Bon dia, com estàs avui?", "cs": "Dobrý den, jak se dnes máte?", "cy": "Bore da, sut wyt ti heddiw?",
    "da": "Godmorgen, hvordan har du det i dag?", "de": "Guten Morgen, wie geht es Ihnen heute?",
    "el": "Καλημέρα, πώς είστε σήμερα;", "en": "Good morning, and how are you today?",
    "eo": "Bonan matenon, kiel vi fartas hodiaŭ?", "es": "Buenos días, ¿cómo está usted hoy?",
    "et": "Tere hommikust, kuidas teil täna läheb?", "eu": "Egun on, zer moduz zaude gaur?",
    "fa": "سلام، امروز حال شما چطور است؟", "fi": "Hyvää huomenta, mitä kuuluu tänään?",
    "fr": "Bonjour, comment allez-vous aujourd'hui ?", "ga": "Dia duit, conas atá tú inniu?",
    "he": "בוקר טוב, מה שלומך היום?", "hi": "नमस्ते, आज आप कैसे हैं?", "hr": "Dobro jutro, kako ste danas?",
    "hu": "Jó reggelt, hogy van ma?", "id": "Selamat pagi, apa kabar hari ini?",
    "is": "Góðan daginn, hvernig hefur þú það í dag?", "it": "Buongiorno, come sta oggi?",
    "ja": "おはようございます、今日はお元気ですか。", "ko": "안녕하세요, 오늘은 어떻게 지내세요?",
    "lt": "Labas rytas, kaip jums šiandien sekasi?", "lv": "Labrīt, kā jums šodien klājas?",
    "nl": "Goedemorgen, hoe gaat het vandaag met u?", "no": "God morgen, hvordan har du det i dag?",
    "pl": "Dzień dobry, jak się pan dzisiaj miewa?", "pt": "Bom dia, como está hoje?",
    "ro": "Bună dimineața, ce mai faceți astăzi?", "ru": "Доброе утро, как вы сегодня поживаете?",
    "sk": "Dobré ráno, ako sa dnes máte?", "sl": "Dobro jutro, kako ste danes?", "sr": "Добро јутро, како сте данас?",
    "sv": "God morgon, hur mår du i dag?", "sw": "Habari za asubuhi, hujambo leo?",
    "tr": "Günaydın, bugün nasılsınız?", "uk": "Доброго ранку, як ваші справи сьогодні?",
    "vi": "Chào buổi sáng, hôm nay bạn có khỏe không?", "zh": "早上好，你今天好吗？",
}  # fmt: skip


@click.group(short_help="The voices there are, and those that are here.", invoke_without_command=True)
@LANGUAGE
@INSTALLED
@models.JSON
@click.pass_context
def command(ctx: click.Context, language: str | None, installed: bool, as_json: bool) -> None:
    """List the voices, or bring, hear, check, remove and carry them; alone it is `speech voices list`."""
    ctx.obj = VOICES
    if ctx.invoked_subcommand is None:
        _list(language, installed, as_json)


@command.command("list", cls=parsing.Command, short_help="Every voice of the catalogue.")
@LANGUAGE
@INSTALLED
@models.JSON
def list_(language: str | None, installed: bool, as_json: bool) -> None:
    """Every voice: its language, quality, speakers, sample rate, size and licence, and whether it is here."""
    _list(language, installed, as_json)


@command.command(cls=parsing.Command, short_help="Fetch voices.")
@click.argument("names", nargs=-1, metavar="[VOICE...]", shell_complete=options.complete_voice)
@option("-l", "--language", "tags", multiple=True, help="The best voice of a language: a code or a name.")
@options.REPORT
@click.pass_context
def pull(ctx: click.Context, /, names: Sequence[str], tags: Sequence[str], **_: Any) -> None:
    """Fetch voices by name, or the best of a language; a fetch that was cut goes on where it was."""
    from speech import catalog

    if not names and not tags:
        raise click.UsageError("Name a voice, or a language with --language.", ctx)
    known = catalog.load()
    wanted = [*names, *(_best(known, tag) for tag in tags)]
    store, specs, how = models.begin(wanted, ctx)
    models.fetch(store, specs, how)
    ctx.exit(1 if how.failures else 0)


@command.command(cls=parsing.Command, short_help="Hear a voice.")
@NAME
@option("-o", "--output", metavar="FILE", help="Where to; VOICE.wav where none is named.")
@option("--speaker", help="Of a voice with several: a name or a number.")
@options.REPORT
@click.pass_context
def sample(ctx: click.Context, /, name: str, output: str | None, speaker: str | None, **_: Any) -> None:
    """Let a voice say a sentence in its language, into a file."""
    from speech.cli import report
    from speech.synthesizer import Synthesizer

    how = report.begin(ctx)
    target = output or f"{name.rpartition('/')[2].removesuffix('.onnx')}.wav"
    with how, Synthesizer(name, progress=how.progress) as voice:
        for message in (voice.choice.reason, voice.choice.hint):
            how.note(message)
        voice.synthesize(greeting(voice.choice.spec), speaker=speaker).save(target)
        how.text(f"{target}\n")
    ctx.exit(1 if how.failures else 0)


for _shared in (models.info, models.verify, models.remove, models.path, models.export, models.import_):
    command.add_command(_shared)


def greeting(spec: ModelSpec) -> str:
    """A sentence that the voice can say: in its language, or numbers, which every language has."""
    from speech.languages import base

    first = "en" if any(base(code) == "en" for code in spec.languages) else next(iter(spec.languages), "")
    return GREETINGS.get(base(first), COUNTING)


def _best(known: Catalog, language: str) -> str:
    from speech.checks import named
    from speech.errors import UnsupportedError
    from speech.languages import tag

    code = tag(language)
    for spec in known.chain(VOICES, code, "cpu"):
        return spec.name
    raise UnsupportedError(
        f"no voice for {named(code)} is free for any use; name one that `speech voices --language {code}` lists"
    )


def _list(language: str | None, only_here: bool, as_json: bool) -> None:
    from speech import catalog
    from speech.catalog import knows
    from speech.choice import installed
    from speech.languages import base, tag
    from speech.store import Store

    known, store = catalog.load(), Store()
    code = tag(language) if language else None
    spoken = [spec for spec in known.of(VOICES) if knows(spec, code)]
    if code and base(code) != code:
        # Who asks for a region wants its voices, where there are any.
        spoken = [spec for spec in spoken if code in spec.languages] or spoken
    rows = [(spec, installed(spec, store)) for spec in spoken]
    rows = [(spec, here) for spec, here in rows if here or not only_here]
    best = _defaults(known)
    if as_json:
        facts = [models.summary(spec, here) | {"default_for": best.get(spec.name, [])} for spec, here in rows]
        models.show([json.dumps(facts, indent=2, ensure_ascii=False)])
    else:
        models.show(_table(rows, best, known.profiles))


def _defaults(known: Catalog) -> dict[str, list[str]]:
    """The voices that are taken where none is named, each with the languages it is taken for."""
    found: dict[str, list[str]] = {}
    for (task, language, _), names in known.chains.items():
        if task == VOICES and names:
            found.setdefault(names[0], []).append(language)
    return found


def _table(
    rows: Iterable[tuple[ModelSpec, bool]], best: dict[str, list[str]], profiles: Iterable[str]
) -> Iterator[str]:
    cells = [("", "voice", "language", "quality", "speakers", "Hz", "size", "licence")]
    cells += [(_marks(spec, here, best), *_cells(spec)) for spec, here in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(8)]
    for marks, name, language, quality, speakers, rate, size, licence in cells:
        text = f"{marks:3} {name:{widths[1]}}  {language:{widths[2]}}  {quality:{widths[3]}}  {speakers:>{widths[4]}}"
        yield f"{text}  {rate:>{widths[5]}}  {size:>{widths[6]}}  {licence}".rstrip()
    yield "\n* is on this machine, > is the one for its language where none is named"
    yield "! `speech voices info` says what to know before you publish what it spoke"
    if names := ", ".join(profiles):
        yield f"\nVoices with settings, by names of their own: {names}"


def _marks(spec: ModelSpec, here: bool, best: dict[str, list[str]]) -> str:
    return ("*" if here else " ") + (">" if spec.name in best else " ") + ("!" if spec.warning else " ")


def _cells(spec: ModelSpec) -> tuple[str, str, str, str, str, str, str]:
    from speech.store import human

    size = human(spec.size) if spec.size else ""
    language = spec.languages[0] if len(spec.languages) == 1 else str(len(spec.languages) or "")
    speakers = str(len(spec.speakers) or 1) if not spec.embedded else ""
    return spec.name, language, spec.quality, speakers, str(spec.sample_rate), size, spec.licence or ""
