"""Full stops that end no sentence, and those that do."""

import pytest

from speech.tts import ends


def sentences(text, language):
    found = []
    while text:
        length, _ = ends.first(text, language, 0, (), complete=True)
        found.append(text[:length].strip())
        text = text[length:]
    return found


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Mix 3 tbsp. butter with it."),
        ("en", "It is 6 ft. 2 in. tall."),
        ("en", "It ends at 5 p.m. EST today."),
        ("en", "Apt. 4B is mine."),
        ("en", "It was founded est. 1900 or so."),
        ("de", "Im 19. Jahrhundert war das so."),
        ("de", "Der II. Weltkrieg endete."),
        ("de", "„Halt!“, rief er."),
        ("de", "Siehe Bd. II, S. 45."),
        ("de", "Tel.: 030 1234567"),
        ("de", "Hauptstr. 12 ist frei."),
        ("es", "Fue en el 44 a. C. o en el 79 d. C. según ella."),
        ("fr", "En 44 av. J.-C. il est mort."),
        ("nl", "Het kost 2 mln. euro."),
        ("hi", "डॉ. शर्मा आए।"),
        ("cs", "Bylo to 19. století."),
    ],
)
def test_is_one_sentence(language, text):
    assert sentences(text, language) == [text]


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "(He left.)", "She stayed."),
        ("en", "He weighs 5 lb.", "She is fine."),
        ("en", "Pears, etc.", "Then we cook."),
        ("en", "He got it (at last).", "She did not."),
        ("de", "Er kam um 5.", "Dann ging er."),
        ("de", "Er kaufte Brot usw.", "Dann ging er."),
        ("fr", "Des pommes, etc.", "Il partit."),
        ("ru", "Хлеб и т. д.", "Потом он ушёл."),
        ("tr", "Elma vb.", "Sonra gitti."),
    ],
)
def test_are_two_sentences(language, first, second):
    assert sentences(f"{first} {second}", language) == [first, second]


def test_a_bracket_stays_with_the_sentence_it_closes():
    assert sentences("(He left. She stayed.) Then nothing.", "en") == ["(He left.", "She stayed.)", "Then nothing."]
