"""Languages by whatever people call them."""

import pytest

from speech.errors import UnsupportedError
from speech.languages import CODES, NAMES, OTHER_NAMES, base, code, tag


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "en"),
        ("EN", "en"),
        (" de ", "de"),
        ("German", "de"),
        ("pt-BR", "pt"),
        ("pt_BR", "pt"),
        ("zh-Hant-TW", "zh"),
        ("yue", "yue"),
        ("haw", "haw"),
        ("Mandarin", "zh"),
        ("flemish", "nl"),
        ("Haitian Creole", "ht"),
        ("nb", "no"),
        ("nb-NO", "no"),
        ("iw", "he"),
        ("jv", "jw"),
        ("each", "each"),
        ("EACH", "each"),
    ],
)
def test_a_language_has_many_names(language, expected):
    assert code(language) == expected


@pytest.mark.parametrize(
    ("language", "hint"),
    [
        ("germann", "did you mean 'german'"),
        ("engish", "did you mean 'english'"),
        ("klingon?!", "leave it out"),
        ("", "leave it out"),
    ],
)
def test_what_is_no_language_is_refused_by_name(language, hint):
    with pytest.raises(UnsupportedError, match=hint) as caught:
        code(language)
    assert repr(language) in str(caught.value)


def test_whisper_knows_a_hundred():
    assert len(NAMES) == 100
    assert len(set(NAMES.values())) == 100


def test_every_name_leads_to_a_code():
    assert {code(name) for name in CODES} == set(NAMES)
    assert not OTHER_NAMES.keys() & NAMES.keys()
    assert not OTHER_NAMES.keys() & set(NAMES.values())


def test_the_codes_are_those_of_the_engine():
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(NAMES) == set(_LANGUAGE_CODES)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("en", "en"), ("en-gb", "en-GB"), ("pt_BR", "pt-BR"), ("German", "de"), ("grc", "grc"), ("zh-Hans", "zh-hans")],
)
def test_a_tag_keeps_its_region(given, expected):
    assert tag(given) == expected
    assert base(expected) == expected.partition("-")[0]


@pytest.mark.parametrize("given", ["each", "en--GB", "", "klingon of the north", "en-"])
def test_what_is_no_tag_is_refused(given):
    with pytest.raises(UnsupportedError, match="language"):
        tag(given)
