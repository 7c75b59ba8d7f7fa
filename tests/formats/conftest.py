"""Transcripts to write: three plain ones, and a strategy for wild ones (``st.from_type(Transcript)``)."""
# ruff: noqa: RUF001 - letters of many scripts, some of which look like others

from dataclasses import replace

import pytest
from hypothesis import strategies as st

from speech.data import Event, Segment, TranscribeOptions, Word
from speech.transcript import ModelUse, Transcript

MODEL = ModelUse("tiny", "faster_whisper", "Systran/faster-whisper-tiny", "d90ca5fe", "MIT", "cpu", "int8")

NASTY = [
    "", " ", "\n\n", "-->", "--->", "a\n\n2\n00:00:01,000 --> 00:00:02,000\nb", "\ufeff", "\x00", "\u2028", "\x85",
    "\r", "{\\an8}", "\\N", "\\", "<b>", "&amp;", "<v Bob>", "[00:01.00]", "<00:01.00>", "[ti:x]", '"', '""', "a\tb",
    "=1+1", ",",
    "NOTE", "STYLE", "WEBVTT", "1", "\ud800", "👩‍👩‍👧‍👦", "🇩🇪🇫🇷", "e\u0301" * 3, "\u0301", "한국어 텍스트", "ไทยแลนด์",
    "我们今天来讨论。谢谢！", "「はい」とキャッチャー", "ကမ္ဘာ", "\u202eabc", "\u200b", "\xa0", "Bonjour\xa0!",
    "x" * 100, "中" * 60,
]  # fmt: skip


def texts() -> st.SearchStrategy[str]:
    piece = st.one_of(
        st.sampled_from(NASTY),
        st.text(st.characters(), max_size=12),
        st.sampled_from(["the", "and", "of", "you.", "yes,"]),
    )
    return st.lists(piece, max_size=12).map(" ".join)


def seconds() -> st.SearchStrategy[float]:
    return st.one_of(st.floats(0, 20), st.floats(0, 500_000), st.integers(0, 30_000).map(lambda ms: ms / 1000))


words = st.builds(Word, texts(), seconds(), seconds(), st.none() | st.floats(0, 1), st.booleans())
segments = st.builds(
    Segment,
    text=texts(),
    start=seconds(),
    end=seconds(),
    words=st.lists(words, max_size=4).map(tuple),
    language=st.sampled_from([None, "en", "zh"]),
    confidence=st.none() | st.floats(0, 1),
    logprob=st.none() | st.floats(max_value=0),
    no_speech=st.none() | st.floats(0, 1),
    speaker=st.none() | texts(),
    channel=st.sampled_from([None, 0, 1]),
    tokens=st.lists(st.integers(0, 50_000), max_size=3).map(tuple),
    details=st.dictionaries(texts(), st.none() | st.floats() | texts(), max_size=2),
)
st.register_type_strategy(
    Transcript,
    st.builds(
        Transcript,
        segments=st.lists(segments, max_size=5).map(tuple),
        language=st.sampled_from([None, "en", "zh", "xx"]),
        languages=st.dictionaries(st.sampled_from(["en", "de"]), st.floats(0, 1)),
        duration=seconds(),
        speech=seconds(),
        source=texts(),
        model=st.just(MODEL),
        options=st.builds(TranscribeOptions, task=st.sampled_from(["transcribe", "translate"])),
        record=st.lists(st.builds(Event, st.just("flagged"), texts(), st.none() | seconds()), max_size=2).map(tuple),
        version=st.just("1.2.3"),
    ),
)


@pytest.fixture
def talk() -> Transcript:
    """One voice; the first segment with words, the second without, a pause between them."""
    first = (
        Word("So,", 0.5, 0.75, 0.9),
        Word("here", 0.75, 1.001, 0.8),
        Word("we", 1.001, 1.2, 0.99),
        Word("are.", 1.2, 2.0, 0.7),
    )
    return Transcript(
        segments=(
            Segment("So, here we are.", 0.5, 2.0, first, "en", 0.8475, -0.25, 0.01, tokens=(1, 2)),
            Segment('It is 5 < 6 & "fine", isn\'t it?', 3.0, 7.04, language="en", logprob=-0.5),
        ),
        language="en",
        languages={"en": 0.98765432, "de": 0.01},
        duration=8.0,
        speech=5.54,
        source="talk.mp3",
        model=MODEL,
        record=(Event("flagged", "few words a second", 3.0, 7.04, {"rate": 1.5}),),
        version="1.2.3",
    )


@pytest.fixture
def duet() -> Transcript:
    """Two channels that overlap."""
    return Transcript(
        segments=(
            Segment("Good morning, how are you?", 0.0, 3.0, channel=0),
            Segment("Fine, thanks.", 2.0, 4.0, channel=1),
            Segment("Glad to hear that.", 3.5, 5.0, channel=0),
        ),
        language="en",
        languages={},
        duration=5.0,
        speech=5.0,
        source="call.wav",
        model=MODEL,
        options=TranscribeOptions(channels="split"),
    )


@pytest.fixture
def empty() -> Transcript:
    """Nothing was said, for no time at all."""
    return Transcript((), None, {}, 0.0, 0.0, "silence.wav", MODEL)


@pytest.fixture
def part(talk: Transcript) -> Transcript:
    """From 3 to 9 seconds of a longer recording: little time is left to read what is said last."""
    last = Segment("And this is what was said at the very end.", 7.5, 8.1)
    options = TranscribeOptions(start=3.0, end=9.0)
    return replace(talk, segments=(talk.segments[1], last), duration=6.0, options=options)
