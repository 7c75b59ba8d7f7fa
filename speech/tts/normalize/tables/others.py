"""Languages whose numbers and measures CLDR knows, and of which little more is told here.

Their cases are not inflected: an ordinal, a currency or a unit stands in its default form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from speech.tts.normalize.table import Clock, Dates, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDING_A = ("a", "á")
SLAVIC_CYRILLIC = ("а", "я")
CLOCK = Clock(hour="{h}", under_ten="{zero} {m}", seconds=" {s}")
NORDIC_NEUTER = frozenset({"kilogram", "gram", "milligram", "hektogram", "ton", "tonn", "pund", "kilo"})


def small(
    point: str,
    to: str,
    *,
    dates: Dates | None = None,
    feminine_end: tuple[str, ...] = (),
    neuter: frozenset[str] = frozenset(),
    years: range = range(0),
    percent: str = "",
) -> Table:
    """A table with the words that no measure can do without."""
    return Table(
        point=point,
        to=to,
        clock=CLOCK,
        dates=dates or Dates(),
        feminine_end=feminine_end,
        neuter=neuter,
        years=years,
        signs={"%": percent} if percent else {},
    )


OTHERS: Mapping[str, Table] = {
    "af": small("komma", "tot"),
    "ar": small("فاصلة", "إلى", percent="بالمئة"),
    "bg": small("цяло и", "до", feminine_end=SLAVIC_CYRILLIC),
    "bs": small("zarez", "do", feminine_end=ENDING_A),
    "ca": small("coma", "a", feminine_end=("a",), dates=Dates(year=" de {y}", between="de|del")),
    "cs": small("celá", "až", feminine_end=ENDING_A),
    "cy": small("pwynt", "i"),
    "da": small("komma", "til", neuter=NORDIC_NEUTER, years=range(1100, 2000), dates=Dates(day="ordinal")),
    "el": small("κόμμα", "έως"),
    "et": small("koma", "kuni"),
    "fa": small("ممیز", "تا"),
    "fi": small("pilkku", "viiva", dates=Dates(day="ordinal")),
    "fil": small("punto", "hanggang"),
    "he": small("נקודה", "עד"),
    "hi": small("दशमलव", "से"),
    "hr": small("zarez", "do", feminine_end=ENDING_A),
    "hu": small("egész", "–"),
    "hy": small("ամբողջ", "–"),
    "id": small("koma", "sampai"),
    "is": small("komma", "til"),
    "ja": small("点", "から"),
    "ka": small("მთელი", "–"),
    "kk": small("бүтін", "–"),
    "ko": small("점", "에서", percent="퍼센트"),
    "lb": small("Komma", "bis"),
    "lt": small("kablelis", "iki"),
    "lv": small("komats", "līdz"),
    "mk": small("запирка", "до", feminine_end=("а",)),
    "ms": small("perpuluhan", "hingga"),
    "nb": small("komma", "til", neuter=NORDIC_NEUTER, years=range(1100, 2000), dates=Dates(day="ordinal")),
    "ne": small("दशमलव", "देखि"),
    "nn": small("komma", "til", neuter=NORDIC_NEUTER),
    "no": small("komma", "til", neuter=NORDIC_NEUTER, years=range(1100, 2000), dates=Dates(day="ordinal")),
    "pl": small("przecinek", "do", feminine_end=("a",)),
    "ro": small("virgulă", "la", feminine_end=("ă", "a")),
    "ru": small("запятая", "до", feminine_end=SLAVIC_CYRILLIC,
                dates=Dates(day="ordinal", form="neuter-genitive", year=" {y} года", spelt_years=True, between="(?!)")),
    "sk": small("celá", "až", feminine_end=ENDING_A),
    "sl": small("vejica", "do", feminine_end=("a",)),
    "sq": small("presje", "deri"),
    "sr": small("запета", "до", feminine_end=("а",)),
    "sv": small("komma", "till", neuter=NORDIC_NEUTER, years=range(1100, 2000), dates=Dates(day="ordinal")),
    "sw": small("nukta", "hadi"),
    "tr": small("virgül", "–"),
    "uk": small("кома", "до", feminine_end=SLAVIC_CYRILLIC),
    "vi": small("phẩy", "đến", percent="phần trăm"),
    "zh": small("点", "到"),
}  # fmt: skip
