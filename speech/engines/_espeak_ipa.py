# ruff: noqa: RUF001 - phonetic letters resemble others
"""From the International Phonetic Alphabet to the mnemonics that eSpeak NG reads between double square brackets.

Nothing is written down here of which mnemonic makes which sound: the library says for each of its mnemonics what the
voice at hand makes of it, and that list is turned round. ``NEAR`` helps where a voice has no such sound.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from speech.engines import _espeak

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VOWELS = frozenset("aeiouyøœɶɑɒæɐʌəɘɵɜɞɛɔɤɯɨʉɪʏʊɚɝᵻ")
STRESS = {"ˈ": "'", "ˌ": ","}
JOINING = frozenset(".‿͜͡-|‖/[]()")
"""Written in transcriptions, without a sound of their own."""

SINGLE = re.compile(r"(?!.*\d\d)[A-Za-z@?*&0389][!-~]*")
"""Mnemonics of one sound: what else there is marks stress, tones and pauses."""

NEAR = {
    "a": "æ ä ɑ ɑː aː ɐ", "ɑ": "ɑː a æ ɒ", "ɒ": "ɔ ɑː ɑ o", "æ": "a ɛ", "ɐ": "ʌ ə a", "ʌ": "ɐ a ə", "ə": "ɐ ɜ e",
    "ɜ": "ɜː ə ɚ", "ɚ": "əɹ ɜː ə", "ɝ": "ɜː ɚ ɜ", "e": "e̞ eɪ ɛ eː", "ɛ": "e æ", "i": "iː ɪ", "ɪ": "i ᵻ",
    "ɨ": "ᵻ ɪ i", "ᵻ": "ɪ ɨ i", "o": "o̞ oʊ ɔ oː əʊ", "ɔ": "ɔː ɒ o", "u": "uː ʊ ɯᵝ", "ʊ": "u", "ʉ": "uː u",
    "ɯ": "ɯᵝ u ʊ", "ɤ": "ə o", "y": "yː ʏ iː i", "ʏ": "y ɪ i", "ø": "øː œ ɜː e", "œ": "ø ɜː ɛ", "ɵ": "ø o", "ɘ": "ə",
    "ɞ": "ɜː ə", "ɶ": "œ a", "g": "ɡ", "r": "ɹ ɾ ʀ ʁ", "ɹ": "r ɾ ʁ", "ɾ": "ɹ r", "ɻ": "ɹ r", "ʁ": "ʀ r ɹ ɣ",
    "ʀ": "ʁ r ɹ", "ɽ": "ɾ r ɹ", "θ": "t s", "ð": "d z", "x": "χ k h", "χ": "x h k", "ç": "ʃ x h", "ʝ": "j", "ɣ": "ɡ x",
    "ħ": "h x", "ɦ": "h", "h": "x", "ʕ": "ʔ", "β": "b v", "ɸ": "f", "v": "ʋ w", "ʋ": "v w", "w": "ʋ v u", "ʍ": "w",
    "ɥ": "j w", "ɲ": "nj n", "ŋ": "n", "ɳ": "n", "ɴ": "ŋ n", "ɱ": "m", "ʎ": "lj l", "ɭ": "l", "ɫ": "l", "ɬ": "ʃ l",
    "ʃ": "ʂ ɕ s", "ʒ": "ʐ ʑ z", "ʂ": "ʃ s", "ʐ": "ʒ z", "ɕ": "ʃ s", "ʑ": "ʒ z", "z": "s", "ʈ": "t", "ɖ": "d", "c": "k",
    "ɟ": "ɡ", "q": "k", "ɢ": "ɡ", "ʔ": "", "ɓ": "b", "ɗ": "d", "ɠ": "ɡ",
}  # fmt: skip
"""What to say in place of a sound that a voice lacks, the nearest first."""


def mnemonics(ipa: str, voice: str) -> str | None:
    """The words of ``ipa`` in mnemonics, with a space between words; None where a sound has no equal in the voice."""
    table = _table(voice.partition("+")[0])
    words = ipa.translate({ord(mark): None for mark in JOINING}).split()
    spelled = [_word(unicodedata.normalize("NFC", word), table) for word in words]
    return None if not words or None in spelled else " ".join(word for word in spelled if word)


def _word(word: str, table: Mapping[str, str]) -> str | None:
    sounds: list[str] = []
    stress = ""
    for sound in _sounds(word, table):
        if sound is None:
            return None
        if sound in STRESS:
            stress = STRESS[sound]
        elif VOWELS.isdisjoint(unicodedata.normalize("NFD", sound)):
            sounds.append(table[sound])
        else:
            # eSpeak NG wants the stress before the vowel, not before the syllable.
            sounds.append(stress + table[sound])
            stress = ""
    return "|".join(sounds)


def _sounds(word: str, table: Mapping[str, str], near: bool = True) -> Iterator[str | None]:
    """Keys of the table and marks of stress; None for what neither is nor comes near."""
    at = 0
    while at < len(word):
        length = next((n for n in range(min(6, len(word) - at), 0, -1) if word[at : at + n] in table), 1)
        sound = word[at : at + length]
        if sound in table or sound in STRESS:
            yield sound
        elif near and sound in NEAR:
            yield from _nearest(sound, table)
        elif near and len(parts := unicodedata.normalize("NFD", sound)) > 1:
            yield from _sounds(parts, table)
        elif not _modifies(sound):
            yield None
        at += length


def _nearest(sound: str, table: Mapping[str, str]) -> list[str | None]:
    for other in NEAR[sound].split(" "):
        sounds = list(_sounds(other, table, near=False))
        if None not in sounds:
            return sounds
    return [None]


def _modifies(mark: str) -> bool:
    """A diacritic that the voice has no use for: a dental t is a t. Tones are meaning, and no mere colour."""
    return unicodedata.category(mark) in ("Mn", "Lm")


@cache
def _table(voice: str) -> Mapping[str, str]:
    """The voice's sounds, in the International Phonetic Alphabet, with the mnemonic of each.

    A sound alone is not always itself (German hardens a final consonant), so consonants are asked for before a vowel
    and vowels before a consonant.
    """
    inventory = _inventory()
    frames = {"|a": False, "|t": True}
    asked = tuple(f"{mnemonic}{frame}" for frame in frames for mnemonic in inventory)
    said = _espeak.sounds(voice, ("a", "t", *asked))
    found: dict[str, str] = {}
    for frame, vowel in frames.items():
        after = said[frame[1:]]
        for mnemonic in inventory:
            sound = unicodedata.normalize("NFC", said[mnemonic + frame].removesuffix(after))
            if after and said[mnemonic + frame].endswith(after) and _is_sound(sound, vowel):
                found[sound] = min(found.get(sound, mnemonic), mnemonic, key=lambda one: (one != sound, len(one), one))
    if said["r|a"].removesuffix(said["a"]) in ("ɹ", "ʁ"):
        found["r"] = "r"  # a broad transcription writes the one r that the language has
    return found | ({"ː": ":"} if found else {})


def _is_sound(text: str, vowel: bool) -> bool:
    letters = unicodedata.normalize("NFD", text)
    return (
        bool(letters)
        and all(one.isalpha() or unicodedata.category(one) == "Mn" for one in letters)
        and {one in VOWELS for one in letters if one.isalpha() and one != "ː"} == {vowel}
    )


@cache
def _inventory() -> tuple[str, ...]:
    """Every mnemonic that any language has, from the library's ``phontab``.

    A count of tables in the first of four bytes; for each table its count of sounds in the first of four bytes, a name
    of 32 bytes, and 16 bytes a sound, the first four its mnemonic.
    """
    data = _espeak.read(_espeak.data() / "phontab")
    found: set[str] = set()
    try:
        at = 4
        for _ in range(data[0]):
            sounds, at = data[at], at + 36
            found.update(
                name.partition(b"\0")[0].decode("latin-1")
                for (name,) in struct.iter_unpack("4s12x", data[at : at + 16 * sounds])
            )
            at += 16 * sounds
    except (IndexError, struct.error):  # another version's format: then no transcription can be read
        return ()
    return tuple(sorted(name for name in found if SINGLE.fullmatch(name)))
