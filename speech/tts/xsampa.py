"""X-SAMPA, the phonetic alphabet in ASCII, to the International Phonetic Alphabet.

J. C. Wells, "Computer-coding the IPA: a proposed extension of SAMPA", University College London, 1995. An underscore
before a symbol that is no diacritic ties two sounds, as is usual for affricates: ``t_S``.
"""

# ruff: noqa: RUF001 - phonetic symbols look like letters

from __future__ import annotations

from speech.errors import UnsupportedError

TIE = "\u0361"

# A line for each base: itself, with a backslash, with a backquote.
_SOUNDS = {
    **{letter: letter for letter in "abcdefhijklmnopqrstuvwxyz"},
    "g": "ɡ", "A": "ɑ", "B": "β", "C": "ç", "D": "ð", "E": "ɛ", "F": "ɱ", "G": "ɣ", "H": "ɥ", "I": "ɪ", "J": "ɲ",
    "K": "ɬ", "L": "ʎ", "M": "ɯ", "N": "ŋ", "O": "ɔ", "P": "ʋ", "Q": "ɒ", "R": "ʁ", "S": "ʃ", "T": "θ", "U": "ʊ",
    "V": "ʌ", "W": "ʍ", "X": "χ", "Y": "ʏ", "Z": "ʒ",
    "@": "ə", "{": "æ", "}": "ʉ", "1": "ɨ", "2": "ø", "3": "ɜ", "4": "ɾ", "5": "ɫ", "6": "ɐ", "7": "ɤ", "8": "ɵ",
    "9": "œ", "&": "ɶ", "?": "ʔ",
    "h\\": "ɦ", "j\\": "ʝ", "l\\": "ɺ", "p\\": "ɸ", "r\\": "ɹ", "s\\": "ɕ", "v\\": "ʋ", "x\\": "ɧ", "z\\": "ʑ",
    "B\\": "ʙ", "G\\": "ɢ", "H\\": "ʜ", "I\\": "ᵻ", "J\\": "ɟ", "K\\": "ɮ", "L\\": "ʟ", "M\\": "ɰ", "N\\": "ɴ",
    "O\\": "ʘ", "R\\": "ʀ", "U\\": "ᵿ", "X\\": "ħ", "@\\": "ɘ", "3\\": "ɞ", "?\\": "ʕ", "<\\": "ʢ", ">\\": "ʡ",
    "!\\": "ǃ", "|\\": "ǀ", "|\\|\\": "ǁ", "=\\": "ǂ",
    "d`": "ɖ", "l`": "ɭ", "n`": "ɳ", "r`": "ɽ", "s`": "ʂ", "t`": "ʈ", "z`": "ʐ", "r\\`": "ɻ", "l\\`": "ɺ̢",
    "@`": "ɚ", "3`": "ɝ",
    "b_<": "ɓ", "d_<": "ɗ", "g_<": "ɠ", "G\\_<": "ʛ", "J\\_<": "ʄ",
}  # fmt: skip

_SIGNS = {
    '"': "ˈ", "%": "ˌ", ":": "ː", ":\\": "ˑ", ".": ".", "-": "", "'": "ʲ", "=": "̩", "~": "̃", "`": "˞", "|": "|",
    "||": "‖", "-\\": "‿", "^": "ꜛ", "!": "ꜜ", "<R>": "↗", "<F>": "↘", " ": " ",
}  # fmt: skip

_DIACRITICS = {
    '_"': "̈", "_+": "̟", "_-": "̠", "_/": "̌", "_0": "̥", "_=": "̩", "_>": "ʼ", "_?\\": "ˤ", "_\\": "̂", "_^": "̯",
    "_}": "̚", "_`": "˞", "_~": "̃", "_A": "̘", "_a": "̺", "_B": "̏", "_B_L": "᷅", "_c": "̜", "_d": "̪", "_e": "̴",
    "_F": "̂", "_G": "ˠ", "_H": "́", "_H_T": "᷄", "_h": "ʰ", "_j": "ʲ", "_k": "̰", "_L": "̀", "_l": "ˡ", "_M": "̄",
    "_m": "̻", "_N": "̼", "_n": "ⁿ", "_O": "̹", "_o": "̞", "_q": "̙", "_R": "̌", "_R_F": "᷈", "_r": "̝", "_T": "̋",
    "_t": "̤", "_v": "̬", "_w": "ʷ", "_X": "̆", "_x": "̽",
}  # fmt: skip

_TABLE = _SOUNDS | _SIGNS | _DIACRITICS
_LONGEST = max(map(len, _TABLE))


def to_ipa(text: str) -> str:
    """The text in the International Phonetic Alphabet; spaces between words stay.

    Raises:
        UnsupportedError: a symbol that X-SAMPA does not have; the message names it and its place.
    """
    found: list[str] = []
    at = 0
    text = " ".join(text.split())
    while at < len(text):
        symbol = next((part for size in range(_LONGEST, 0, -1) if (part := text[at : at + size]) in _TABLE), None)
        if symbol is not None:
            found.append(_TABLE[symbol])
            at += len(symbol)
        elif text[at] == "_" and at > 0 and text[at + 1 : at + 2] in _SOUNDS:
            found.append(TIE)
            at += 1
        else:
            shown = text[at : at + 2] if text[at] == "_" else text[at]
            raise UnsupportedError(
                f"{shown!r} in {text!r}, at character {at + 1}, is no symbol of X-SAMPA; correct it, or write IPA"
            )
    return "".join(found)
