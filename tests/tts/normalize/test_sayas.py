"""Text whose author says what it is."""

import pytest

from speech.tts.normalize import say_as

CASES = [
    ("ABC-12", "characters", "en", "A B C dash one two"),
    ("ok!", "verbatim", "en", "o k !"),
    ("12", "cardinal", "en", "twelve"),
    ("-1,234.5", "number", "en", "minus one thousand two hundred thirty-four point five"),
    ("XIV", "cardinal", "de", "vierzehn"),
    ("XIV", "ordinal", "en", "fourteenth"),
    ("3", "ordinal", "fr", "troisième"),
    ("22nd", "ordinal", "en", "twenty-second"),
    ("12-34", "digits", "en", "one two, three four"),
    ("1984", "cardinal", "en", "one thousand nine hundred eighty-four"),
    ("21/11/2026", "date:dmy", "de", "einundzwanzigster November zweitausendsechsundzwanzig"),
    ("11.21.26", "date:mdy", "en", "November twenty-first twenty twenty-six"),
    ("20261121", "date:ymd", "en", "November twenty-first twenty twenty-six"),
    ("11/21", "date:md", "en", "November twenty-first"),
    ("11/2026", "date:my", "en", "November twenty twenty-six"),
    ("2001", "date:y", "en", "two thousand one"),
    ("5", "date:m", "de", "Mai"),
    ("2026-11-21", "date", "en", "November twenty-first twenty twenty-six"),
    ("2:30pm", "time:hms12", "en", "two thirty p m"),
    ("14:30", "time:hms24", "de", "vierzehn Uhr dreißig"),
    ("1430", "time", "en", "fourteen thirty"),
    ("+1 555 123", "telephone", "en", "plus one, five five five, one two three"),
    ("USD 45.30", "currency", "en", "forty-five U S dollars and thirty cents"),
    ("5 kg", "unit", "fr", "cinq kilogrammes"),
    ("1+1/2", "fraction", "en", "one and a half"),
    ("3/8", "fraction", "de", "drei Achtel"),
]


@pytest.mark.parametrize(("text", "kind", "language", "spoken"), CASES)
def test_is_read_as_it_is_called(text, kind, language, spoken):
    assert say_as(text, kind, language) == spoken


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("abc", "cardinal"), ("abc", "ordinal"), ("abc", "digits"), ("abc", "telephone"), ("45", "currency"),
        ("99/99/2026", "date:dmy"), ("abc", "date:dmy"), ("30/2", "date:dm"), ("32", "date:d"), ("5", "date:q"),
        ("25:61", "time"), ("x", "unit"), ("half", "fraction"),
        ("damn", "expletive"), ("5", "nonsense"), ("", "cardinal"),
    ],
)  # fmt: skip
def test_what_it_cannot_be_is_nothing(text, kind):
    assert say_as(text, kind, "en") is None


def test_a_language_without_rules_has_no_readings():
    assert say_as("5", "cardinal", "xx") is None
