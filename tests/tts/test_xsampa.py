"""X-SAMPA to IPA."""

# ruff: noqa: RUF001 - phonetic symbols look like letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.errors import UnsupportedError
from speech.tts.xsampa import to_ipa


@pytest.mark.parametrize(
    ("text", "ipa"),
    [
        ('h@"l@U', "həˈləʊ"),
        ('%In.t@"n{S@n@l', "ˌɪn.təˈnæʃənəl"),
        ("pI\"kA:n", "pɪˈkɑːn"),
        ("tS3:tS", "tʃɜːtʃ"),
        ("t_SE:d_Z", "t͡ʃɛːd͡ʒ"),
        ("9Y", "œʏ"),
        ("tR2~", "tʁø̃"),
        ("bO~", "bɔ̃"),
        ("bu_0n=", "bu̥n̩"),
        ("t_h k_w n_j s_d", "tʰ kʷ nʲ s̪"),
        ("r\\Ed", "ɹɛd"),
        ("r\\`3`@`", "ɻɝɚ"),
        ("a`", "a˞"),
        ("J\\X\\?\\", "ɟħʕ"),
        ("b_<G\\_<", "ɓʛ"),
        ("|\\|\\ || |", "ǁ ‖ |"),
        ("ma_H ma_L ma_R_F", "ma\u0301 ma\u0300 ma\u1dc8"),
        ("o:\\ i-\\a", "oˑ i‿a"),
        ("n' a.b-c", "nʲ a.bc"),
        ("  a \n b ", "a b"),
        ("", ""),
    ],
)  # fmt: skip
def test_symbols_are_taken_the_longest_first(text, ipa):
    assert to_ipa(text) == ipa


@pytest.mark.parametrize(
    ("text", "symbol", "place"),
    [("ab#c", "'#'", 3), ("ab_!", "'_!'", 3), ("_", "'_'", 1), ("ə", "'ə'", 1), ("a*", "'*'", 2)],
)
def test_what_is_no_symbol_is_named(text, symbol, place):
    with pytest.raises(UnsupportedError, match=f"at character {place}, is no symbol") as caught:
        to_ipa(text)
    assert str(caught.value).startswith(symbol)


@given(st.text("abcdefhijklmnopqrstuvwxyz .", max_size=20))
def test_small_letters_but_g_are_their_own_ipa(text):
    assert to_ipa(text) == " ".join(text.split())
