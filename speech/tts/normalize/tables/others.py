"""Languages whose numbers and measures CLDR knows, and of which little more is told here.

Their cases are not inflected: an ordinal, a currency or a unit stands in its default form.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from speech.tts.normalize.table import Clock, Dates, Money, Romans, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speech.tts.normalize.table import Words

ENDING_A = ("a", "á")
SLAVIC_CYRILLIC = ("а", "я")
RUSSIAN_YEARS = {
    "год|век": ("masculine", ""), "года|века": ("masculine-genitive", ""), "году|веке": ("masculine-locative", ""),
    r"г\.": ("", ""), r"в\.": ("masculine", "век"), "веком|годом": ("masculine-ablative", ""),
}  # fmt: skip
CENTURIES = {f"-{noun}": noun for noun in ("talet", "talets", "tal", "tallet", "tallets", "årene")}
NORDIC_DATES = Dates(day="ordinal", decades=CENTURIES)
CLOCK = Clock(hour="{h}", under_ten="{zero} {m}", seconds=" {s}")
NORDIC_NEUTER = frozenset({"kilogram", "gram", "milligram", "hektogram", "ton", "tonn", "pund", "kilo"})


def _days(words: str, tens: tuple[str, str] | None = None) -> tuple[str, ...]:
    """The days of a month from the first twenty and the thirtieth; ``tens`` are those before a unit."""
    days = tuple(words.split())
    twenty, thirty = tens or days[-2:]
    return (*days[:20], *(f"{twenty} {unit}" for unit in days[:9]), days[20], f"{thirty} {days[0]}")


POLISH_DAYS = _days(
    "pierwszego drugiego trzeciego czwartego piątego szóstego siódmego ósmego dziewiątego dziesiątego jedenastego "
    "dwunastego trzynastego czternastego piętnastego szesnastego siedemnastego osiemnastego dziewiętnastego "
    "dwudziestego trzydziestego"
)
CZECH_DAYS = _days(
    "prvního druhého třetího čtvrtého pátého šestého sedmého osmého devátého desátého jedenáctého dvanáctého "
    "třináctého čtrnáctého patnáctého šestnáctého sedmnáctého osmnáctého devatenáctého dvacátého třicátého"
)
UKRAINIAN_DAYS = _days(
    "першого другого третього четвертого п’ятого шостого сьомого восьмого дев’ятого десятого одинадцятого "
    "дванадцятого тринадцятого чотирнадцятого п’ятнадцятого шістнадцятого сімнадцятого вісімнадцятого "
    "дев’ятнадцятого двадцятого тридцятого",
    ("двадцять", "тридцять"),
)
SWEDISH_KINGS = frozenset("Karl Gustav Adolf Oscar Erik Johan Magnus Fredrik Kristian Knut Henrik Ludvig".split())
PLACES: Mapping[str, Words] = {"pl": {"r.": "roku"}, "uk": {"р.": "року"}}
ABBREVIATIONS: Mapping[str, Words] = {
    "cs": {"např.": "například", "atd.": "a tak dále", "apod.": "a podobně", "tj.": "to jest", "tzv.": "takzvaný",
           "mj.": "mimo jiné", "resp.": "respektive", "popř.": "popřípadě", "př. n. l.": "před naším letopočtem"},
    "da": {"f.eks.": "for eksempel", "bl.a.": "blandt andet", "osv.": "og så videre", "ca.": "cirka",
           "dvs.": "det vil sige", "m.m.": "med mere"},
    "el": {"π.χ.": "παραδείγματος χάριν", "κ.λπ.": "και λοιπά", "κλπ.": "και λοιπά", "κ.ά.": "και άλλα",
           "δηλ.": "δηλαδή", "π.Χ.": "προ Χριστού", "μ.Χ.": "μετά Χριστόν"},
    "hi": {"डॉ.": "डॉक्टर", "प्रो.": "प्रोफ़ेसर"},
    "nb": {"f.eks.": "for eksempel", "bl.a.": "blant annet", "osv.": "og så videre", "ca.": "cirka",
           "dvs.": "det vil si"},
    "pl": {"np.": "na przykład", "itd.": "i tak dalej", "itp.": "i tym podobne", "tzn.": "to znaczy",
           "m.in.": "między innymi", "tj.": "to jest", "tzw.": "tak zwany", "ok.": "około",
           "o godz.": "o godzinie", "godz.": "godzina",
           "p.n.e.": "przed naszą erą", "n.e.": "naszej ery", "ul.": "ulica", "al.": "aleja"},
    "ru": {"и т. д.": "и так далее", "и т. п.": "и тому подобное", "т. е.": "то есть", "т. к.": "так как",
           "и др.": "и другие", "им.": "имени", "ул.": "улица", "до н. э.": "до нашей эры", "н. э.": "нашей эры",
           "тыс.": "тысяч", "млн": "миллионов", "млрд": "миллиардов"},
    "sv": {"t.ex.": "till exempel", "t ex": "till exempel", "osv.": "och så vidare", "bl.a.": "bland annat",
           "d.v.s.": "det vill säga", "dvs.": "det vill säga", "ca": "cirka", "m.m.": "med mera", "kl.": "klockan",
           "f.Kr.": "före Kristus", "e.Kr.": "efter Kristus", "st.": "stycken"},
    "tr": {"vb.": "ve benzeri", "vs.": "vesaire", "örn.": "örneğin", "bkz.": "bakınız", "M.Ö.": "milattan önce",
           "M.S.": "milattan sonra"},
    "uk": {"і т. д.": "і так далі", "і т. п.": "і тому подібне", "та ін.": "та інші", "т. зв.": "так званий",
           "вул.": "вулиця", "ім.": "імені", "тис.": "тисяч", "млн": "мільйонів", "млрд": "мільярдів",
           "до н. е.": "до нашої ери", "н. е.": "нашої ери"},
}  # fmt: skip
TITLES: Mapping[str, Words] = {
    "cs": {"Dr.": "doktor", "dr.": "doktor", "Ing.": "inženýr", "Prof.": "profesor", "prof.": "profesor",
           "sv.": "svatý"},
    "pl": {"dr.": "doktor", "dr": "doktor", "prof.": "profesor", "św.": "święty", "inż.": "inżynier"},
    "ru": {"д-р": "доктор", "проф.": "профессор"},
    "sv": {"Dr.": "doktor", "dr.": "doktor", "Prof.": "professor"},
    "tr": {"Dr.": "doktor", "Prof.": "profesör", "Av.": "avukat"},
    "uk": {"проф.": "професор"},
}  # fmt: skip


def small(
    point: str,
    to: str,
    *,
    dates: Dates | None = None,
    feminine_end: tuple[str, ...] = (),
    neuter: frozenset[str] = frozenset(),
    years: range = range(0),
    percent: str = "",
    decimals: int = 0,
    clock: Clock | None = None,
    ordinals: Words | None = None,
    units: Mapping[str, tuple[str, str]] | None = None,
    percent_first: str = "",
    romans: Romans | None = None,
    money: Money | None = None,
    year_nouns: Mapping[str, tuple[str, str]] | None = None,
) -> Table:
    """A table with the words that no measure can do without."""
    return Table(
        point=point,
        to=to,
        decimals=decimals,
        ordinals=ordinals or {},
        units=units or {},
        percent_first=percent_first,
        romans=romans or Romans(),
        money=money or Money(),
        year_nouns=year_nouns or {},
        clock=clock or CLOCK,
        dates=dates or Dates(),
        feminine_end=feminine_end,
        neuter=neuter,
        years=years,
        signs={"%": percent} if percent else {},
    )


_TABLES: Mapping[str, Table] = {
    "af": small("komma", "tot"),
    "ar": small("فاصلة", "إلى", percent="بالمئة"),
    "bg": small("цяло и", "до", feminine_end=SLAVIC_CYRILLIC),
    "bs": small("zarez", "do", feminine_end=ENDING_A),
    "ca": small("coma", "a", feminine_end=("a",), dates=Dates(year=" de {y}", between="de|del")),
    "cs": small("celá", "až", feminine_end=ENDING_A, decimals=2, dates=Dates(days=CZECH_DAYS)),
    "cy": small("pwynt", "i"),
    "da": small("komma", "til", neuter=NORDIC_NEUTER, years=range(1100, 2000), dates=NORDIC_DATES),
    "el": small(
        "κόμμα", "έως", decimals=2, neuter=frozenset(
            "ευρώ λεπτό χιλιόμετρο μέτρο κιλό χιλιόγραμμο γραμμάριο λίτρο δευτερόλεπτο εκατοστό χιλιοστό".split()
        ),
        clock=replace(CLOCK, form="feminine", minutes="{h} και {m}"),
        ordinals={"ος": "masculine", "ου": "masculine", "η": "feminine", "ο": "neuter"},
    ),
    "et": small("koma", "kuni"),
    "fa": small("ممیز", "تا"),
    "fi": small("pilkku", "viiva", dates=Dates(day="ordinal")),
    "fil": small("punto", "hanggang"),
    "he": small("נקודה", "עד"),
    "hi": small("दशमलव", "से", units={"किमी": ("किलोमीटर", "किलोमीटर"), "किग्रा": ("किलोग्राम", "किलोग्राम"),
                                     "मी": ("मीटर", "मीटर"), "ग्रा": ("ग्राम", "ग्राम")}),
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
    "nb": small("komma", "til", neuter=NORDIC_NEUTER, years=range(1100, 2000), dates=NORDIC_DATES),
    "ne": small("दशमलव", "देखि"),
    "nn": small("komma", "til", neuter=NORDIC_NEUTER),
    "no": small("komma", "til", neuter=NORDIC_NEUTER, years=range(1100, 2000), dates=NORDIC_DATES),
    "pl": small("przecinek", "do", feminine_end=("a",), decimals=2, dates=Dates(days=POLISH_DAYS)),
    "ro": small("virgulă", "la", feminine_end=("ă", "a")),
    "ru": small("запятая", "до", feminine_end=SLAVIC_CYRILLIC, year_nouns=RUSSIAN_YEARS,
                dates=Dates(day="ordinal", form="neuter-genitive", year=" {y} года",
                spelt_years=True, between="(?!)",
                            year_noun=r"\s?(?:года\b|г\.)"), decimals=2),
    "sk": small("celá", "až", feminine_end=ENDING_A),
    "sl": small("vejica", "do", feminine_end=("a",)),
    "sq": small("presje", "deri"),
    "sr": small("запета", "до", feminine_end=("а",)),
    "sv": small("komma", "till", neuter=NORDIC_NEUTER, years=range(1100, 2000), dates=NORDIC_DATES,
                decimals=2, ordinals={":a": "reale", ":e": "reale"},
                romans=Romans(kings=SWEDISH_KINGS, article="den {n}", form="masculine")),
    "sw": small("nukta", "hadi"),
    "tr": small("virgül", "–", decimals=2, percent_first="yüzde",
                money=Money(names={"TRY": ("lira", "lira", "kuruş", "kuruş")})),
    "uk": small("кома", "до", feminine_end=SLAVIC_CYRILLIC, decimals=2, dates=Dates(days=UKRAINIAN_DAYS)),
    "vi": small("phẩy", "đến", percent="phần trăm"),
    "zh": small("点", "到", percent_first="百分之", money=Money(names={"CNY": ("元", "元", "", "")}),
                clock=Clock(hour="{h}点", minutes="{h}点{m}分", under_ten="{zero}{m}")),
}  # fmt: skip
OTHERS: Mapping[str, Table] = {
    code: replace(
        known, abbreviations=ABBREVIATIONS.get(code, {}), titles=TITLES.get(code, {}), places=PLACES.get(code, {})
    )
    for code, known in _TABLES.items()
}
