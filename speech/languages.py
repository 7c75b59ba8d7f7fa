"""Languages by code and by name: the hundred that Whisper knows, in the codes its vocabulary uses."""

from __future__ import annotations

import re
from difflib import get_close_matches

from speech.errors import UnsupportedError

NAMES = {
    "af": "afrikaans", "am": "amharic", "ar": "arabic", "as": "assamese", "az": "azerbaijani", "ba": "bashkir",
    "be": "belarusian", "bg": "bulgarian", "bn": "bengali", "bo": "tibetan", "br": "breton", "bs": "bosnian",
    "ca": "catalan", "cs": "czech", "cy": "welsh", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fo": "faroese",
    "fr": "french", "gl": "galician", "gu": "gujarati", "ha": "hausa", "haw": "hawaiian", "he": "hebrew",
    "hi": "hindi", "hr": "croatian", "ht": "haitian creole", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "is": "icelandic", "it": "italian", "ja": "japanese", "jw": "javanese", "ka": "georgian",
    "kk": "kazakh", "km": "khmer", "kn": "kannada", "ko": "korean", "la": "latin", "lb": "luxembourgish",
    "ln": "lingala", "lo": "lao", "lt": "lithuanian", "lv": "latvian", "mg": "malagasy", "mi": "maori",
    "mk": "macedonian", "ml": "malayalam", "mn": "mongolian", "mr": "marathi", "ms": "malay", "mt": "maltese",
    "my": "myanmar", "ne": "nepali", "nl": "dutch", "nn": "nynorsk", "no": "norwegian", "oc": "occitan",
    "pa": "punjabi", "pl": "polish", "ps": "pashto", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sa": "sanskrit", "sd": "sindhi", "si": "sinhala", "sk": "slovak", "sl": "slovenian", "sn": "shona",
    "so": "somali", "sq": "albanian", "sr": "serbian", "su": "sundanese", "sv": "swedish", "sw": "swahili",
    "ta": "tamil", "te": "telugu", "tg": "tajik", "th": "thai", "tk": "turkmen", "tl": "tagalog", "tr": "turkish",
    "tt": "tatar", "uk": "ukrainian", "ur": "urdu", "uz": "uzbek", "vi": "vietnamese", "yi": "yiddish",
    "yo": "yoruba", "yue": "cantonese", "zh": "chinese",
}  # fmt: skip

# Other names people type, and codes of ISO 639 that Whisper writes differently; of those with three letters (ISO 639-2
# and -3) the ones of the languages most books are in.
OTHER_NAMES = {
    "ara": "ar", "ces": "cs", "chi": "zh", "cmn": "zh", "cze": "cs", "dan": "da", "deu": "de", "dut": "nl", "ell": "el",
    "eng": "en", "fin": "fi", "fra": "fr", "fre": "fr", "ger": "de", "gre": "el", "hun": "hu", "ita": "it", "jpn": "ja",
    "kor": "ko", "nld": "nl", "nor": "no", "pol": "pl", "por": "pt", "rus": "ru", "spa": "es", "swe": "sv", "tur": "tr",
    "ukr": "uk", "zho": "zh",
    "burmese": "my", "castilian": "es", "farsi": "fa", "fil": "tl", "filipino": "tl", "flemish": "nl",
    "haitian": "ht", "in": "id", "iw": "he", "jv": "jw", "letzeburgesch": "lb", "mandarin": "zh", "moldavian": "ro",
    "moldovan": "ro", "nb": "no", "panjabi": "pa", "pushto": "ps", "sinhalese": "si", "valencian": "ca",
}  # fmt: skip

CODES = {name: code for code, name in NAMES.items()} | OTHER_NAMES

EACH = "each"
"""In place of a language: detect it for every chunk."""


TAG = re.compile("[a-z]{2,3}")
SUBTAG = re.compile("[A-Za-z0-9]{2,8}")


def code(language: str) -> str:
    """The code of a language given as a code, an English name, or a locale such as ``pt-BR``.

    Raises:
        UnsupportedError: nobody calls a language that.
    """
    wanted = language.strip().lower()
    if wanted == EACH:
        return EACH
    for candidate in (wanted, wanted.replace("_", "-").split("-")[0]):
        if candidate in NAMES:
            return candidate
        if candidate in CODES:
            return CODES[candidate]
    near = get_close_matches(wanted, [*CODES, *NAMES], n=1)
    hint = f"did you mean {near[0]!r}?" if near else "give a code such as 'en', or leave it out to have it detected"
    raise UnsupportedError(f"no language is called {language!r}; {hint}")


def tag(language: str) -> str:
    """The tag of a language that is spoken, with its region where one is named: ``en``, ``en-GB``, ``pt-BR``.

    Voices exist for languages that no recognizer knows, so any well-formed tag of BCP 47's simple kind is taken.

    Raises:
        UnsupportedError: it is neither a language that ``code`` knows nor a well-formed tag.
    """
    first, *rest = language.strip().replace("_", "-").split("-")
    try:
        spoken = code(first)
    except UnsupportedError:
        spoken = first.lower()
        if not TAG.fullmatch(spoken):
            raise
    if spoken == EACH:
        raise UnsupportedError(f"a voice speaks one language at a time, not {language!r}; give a code such as 'en'")
    subtags = [part.upper() if len(part) == 2 else part.lower() for part in rest]  # a region
    if not all(SUBTAG.fullmatch(part) for part in subtags):
        raise UnsupportedError(f"{language!r} is no language tag; give one such as 'en' or 'pt-BR'")
    return "-".join([spoken, *subtags])


def base(tag: str) -> str:
    """The language of a tag, without its region."""
    return tag.split("-", maxsplit=1)[0]
