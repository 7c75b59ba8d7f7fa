"""Cues by the subtitle rules."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.data import Segment, Word
from speech.errors import UnsupportedError
from speech.formats.cues import LEAST, SENTENCE_PAUSE, Cue, CueRules, cues, highlights, labels
from speech.formats.cues.breaking import Breaker
from speech.formats.cues.layout import clean, join, width
from speech.transcript import Transcript


def shown(made: list[Cue]) -> list[tuple[int, int, str]]:
    return [(cue.start, cue.end, "|".join(cue.lines)) for cue in made]


def with_words(text: str, *times: float) -> Segment:
    """A segment whose words begin at ``times``, the last of which is its end."""
    words = tuple(Word(word, *span) for word, span in zip(text.split(), pairwise(times), strict=True))
    return Segment(text, times[0], times[-1], words)


def test_one_cue_for_each_sentence():
    segment = with_words("It rains. We stay in. Good.", 0, 1, 2, 3, 4, 5, 6)
    assert shown(cues([segment], CueRules())) == [
        (0, 1917, "It rains."),
        (2000, 4917, "We stay in."),
        (5000, 6000, "Good."),
    ]


def test_a_sentence_goes_on_in_the_next_segment():
    segments = [Segment("We went down to", 0, 2), Segment("the sea. It was cold.", 2, 4.1)]
    assert shown(cues(segments, CueRules()))[0][2] == "We went down to the sea."


def test_without_sentences_cues_are_the_segments():
    segments = [Segment("We went down to", 0, 2), Segment("the sea. It was cold.", 2, 4.1)]
    assert shown(cues(segments, CueRules(sentences=False))) == [
        (0, 1917, "We went down to"),
        (2000, 4100, "the sea. It was cold."),
    ]


def test_where_a_model_writes_no_punctuation_segments_are_sentences():
    segments = [Segment("we went down", 0, 2), Segment("it was cold", 2, 4)]
    assert len(cues(segments, CueRules())) == 2


def test_a_sentence_too_short_to_be_read_stays_with_the_next():
    segment = with_words("Yes. We do.", 0, 0.3, 1, 2)
    assert shown(cues([segment], CueRules())) == [(0, 2000, "Yes. We do.")]
    assert len(cues([segment], CueRules(min_duration=0.2))) == 2


def test_a_pause_ends_a_cue():
    words = (Word("one", 0, 1), Word("two", 3, 4))
    assert shown(cues([Segment("one two", 0, 4, words)], CueRules())) == [(0, 1000, "one"), (3000, 4000, "two")]


def test_without_word_times_the_segment_is_shared_by_characters():
    segment = Segment("Four four. Four four.", 0, 9)
    assert shown(cues([segment], CueRules())) == [(0, 4417, "Four four."), (4500, 9000, "Four four.")]


def test_no_cue_outstays_the_longest_time():
    assert shown(cues([Segment("Hello.", 1, 30)], CueRules())) == [(1000, 8000, "Hello.")]


def test_short_cues_stay_to_be_read_but_not_beyond_the_next_nor_the_end():
    segments = [
        Segment("Hi.", 0, 0.1),
        Segment("A longer line than there is time to read.", 2, 2.35),
        Segment("No.", 3, 3.2),
    ]
    made = cues(segments, CueRules(), end=3.5)
    assert [(cue.start, cue.end) for cue in made] == [(0, 833), (2000, 2917), (3000, 3500)]


def test_reading_speed_can_be_left_alone():
    segment = [Segment("A longer line than there is time to read.", 0, 1)]
    assert cues(segment, CueRules(), end=9)[0].end == 2050
    assert cues(segment, CueRules(max_cps=None), end=9)[0].end == 1000


@pytest.mark.parametrize(("gap", "end"), [(0.0, 1970), (0.083, 1917), (0.2, 1800)])
def test_cues_never_touch(gap, end):
    made = cues([Segment("One thing.", 0, 1.97), Segment("Two things.", 2, 4)], CueRules(min_gap=gap))
    assert shown(made) == [(0, end, "One thing."), (2000, 4000, "Two things.")]


def test_a_cue_that_is_all_but_gone_for_the_gap_comes_closer():
    segments = [Segment("Oh.", 0, 0.35, speaker="Ann"), Segment("Our home, he said.", 0.35, 2, speaker="Bob")]
    assert [(cue.start, cue.end) for cue in cues(segments, CueRules())] == [(0, 300), (350, 2000)]


def test_a_cue_too_short_to_be_read_joins_the_neighbour_that_it_touches():
    segments = [
        Segment("we went down to the sea", 0, 2),
        Segment("oh and", 2.4, 2.89),
        Segment("our home he said", 2.89, 5),
    ]
    assert [cue.text for cue in cues(segments, CueRules())] == ["we went down to the sea", "oh and our home he said"]
    chinese = [Segment("好", 0, 0.3), Segment("我们走", 0.3, 2), Segment("吧", 2, 2.4)]
    assert [cue.text for cue in cues(chinese, CueRules())] == ["好我们走吧"]


def test_a_short_cue_that_fits_nowhere_stays():
    segments = [Segment("one two three four", 0, 1), Segment("oh", 1, 1.5), Segment("five six seven eight", 1.5, 3)]
    assert len(cues(segments, CueRules(max_line_width=20, max_lines=1))) == 3
    assert len(cues(segments, CueRules(max_line_width=23, max_lines=1))) == 2


def test_a_short_cue_joins_another_of_its_own_sentence_first():
    segments = [Segment("He came", 0, 2), Segment("home.", 2.02, 2.5), Segment("The sea was cold.", 2.5, 5)]
    assert [cue.text for cue in cues(segments, CueRules(sentences=False))] == ["He came home.", "The sea was cold."]


def test_a_pause_after_a_sentence_ends_a_cue_however_short_it_is():
    segment = with_words("Dog. Cat. Hare.", 0, 0.1, 0.3, 2)
    words = (Word("Dog.", 0, 0.1), Word("Cat.", 0.7, 0.8), Word("Hare.", 1.3, 2))
    assert len(cues([segment], CueRules())) == 1
    assert [cue.text for cue in cues([Segment("Dog. Cat. Hare.", 0, 2, words)], CueRules())] == ["Dog.", "Cat. Hare."]


def test_sentences_are_told_apart_without_capitals():
    segment = with_words("it rains. we stay in. good.", 0, 1, 2, 3, 4, 5, 6)
    assert [cue.text for cue in cues([segment], CueRules())] == ["it rains.", "we stay in.", "good."]
    mixed = with_words("It rains. so we stay in.", 0, 1, 2, 3, 4, 5, 6)
    assert len(cues([mixed], CueRules())) == 1


def test_channels_keep_their_own_cues_and_may_overlap(duet):
    made = cues(duet.segments, CueRules())
    assert [(cue.channel, cue.start, cue.label) for cue in made] == [
        (0, 0, "Channel 1"),
        (1, 2000, "Channel 2"),
        (0, 3500, "Channel 1"),
    ]
    assert made[1].end > made[2].start


def test_speakers_never_share_a_cue():
    segments = [Segment("And then", 0, 1, speaker="Ann"), Segment("what?", 1, 2, speaker="Bob")]
    assert [(cue.label, cue.text) for cue in cues(segments, CueRules())] == [("Ann", "And then"), ("Bob", "what?")]


def test_an_inline_label_has_its_room_and_is_cut_where_it_takes_half_a_line():
    segments = [Segment("Now this is a line of words", 0, 5, speaker="Annabelle of the Hills")]
    made = cues(segments, CueRules(max_line_width=20), inline=True)
    assert made[0].label == "Annabel"
    assert all(len(f"[{cue.label}] {cue.lines[0]}") <= 20 for cue in made)


def test_one_voice_has_no_label():
    assert labels([Segment("a", 0, 1, channel=1)])(Segment("a", 0, 1, channel=1)) == ""


def test_highlights_share_the_cue_among_its_words():
    cue = cues([with_words("One two three.", 0, 0.5, 0.5, 2)], CueRules())[0]
    assert [(start, end, unit.text) for start, end, unit in highlights(cue)] == [(0, 500, "One"), (500, 2000, "three.")]


def test_a_coarser_clock_has_whole_steps():
    made = cues([Segment("One.", 0.004, 1.006), Segment("Two.", 1.006, 2.018)], CueRules(), step=10)
    assert [(cue.start, cue.end) for cue in made] == [(0, 920), (1010, 2020)]


@pytest.mark.parametrize(
    "rules",
    [
        {"max_line_width": 3},
        {"max_lines": 0},
        {"max_duration": 0.0},
        {"max_duration": 0.5},
        {"min_gap": -0.1},
        {"min_gap": float("nan")},
        {"max_cps": 0.0},
        {"max_words": 0},
    ],
)
def test_rules_that_cannot_be_kept_are_refused(rules):
    with pytest.raises(UnsupportedError, match=f"{next(iter(rules))} cannot be {next(iter(rules.values()))!r}; give"):
        CueRules(**rules)


@st.composite
def talks(draw: st.DrawFn) -> list[Segment]:
    """Segments in sound order, at least 50 ms for each word; with and without word times, of several scripts."""
    vocabulary = [
        "I",
        "the",
        "and",
        "house,",
        "Home.",
        "What?",
        "Donaudampfschifffahrtsgesellschaft",
        "中文字。",
        "ไทย",
        "é",
        "한국어",
    ]
    now, segments = 0.0, []
    for _ in range(draw(st.integers(0, 6))):
        words = draw(st.lists(st.sampled_from(vocabulary), min_size=1, max_size=25))
        now = times = round(now + draw(st.sampled_from([0, 0, 0.04, 0.3, 2.5])), 3)
        spans = []
        for _ in words:
            length = draw(st.integers(100, 1500)) / 1000
            spans.append((times, round(times + length, 3)))
            times = round(times + length, 3)
        timed = tuple(Word(word, *span) for word, span in zip(words, spans, strict=True)) if draw(st.booleans()) else ()
        segments.append(Segment(" ".join(words), now, times, timed, channel=draw(st.sampled_from([None, None, 0, 1]))))
        now = times
    return segments


RULES = st.builds(
    CueRules,
    max_line_width=st.integers(6, 60),
    max_lines=st.integers(1, 3),
    max_duration=st.floats(1, 9),
    min_duration=st.floats(0, 1),
    min_gap=st.floats(0, 0.3),
    max_cps=st.none() | st.floats(5, 40),
    sentences=st.booleans(),
    max_words=st.none() | st.integers(1, 6),
)


def may_be_one(left: Cue, right: Cue, rules: CueRules, inline: bool) -> bool:
    units = [unit for cue in (left, right) for row in cue.rows for unit in row]
    lead = len(f"[{left.label}] ") if left.label and inline else 0
    pause = right.rows[0][0].start - left.rows[-1][-1].end
    return pause < SENTENCE_PAUSE and len(Breaker(units, rules, lead).cues()) == 1


@given(talks(), RULES, st.none() | st.floats(0, 10), st.booleans(), st.sampled_from([1, 10]))
def test_sound_segments_give_cues_that_keep_every_rule(segments, rules, after, inline, step):
    end = max((segment.end for segment in segments), default=0.0)
    whole = None if after is None else end + after
    made = cues(segments, rules, end=whole, inline=inline, step=step)
    assert [cue.start for cue in made] == sorted(cue.start for cue in made)
    for cue in made:
        assert 0 <= cue.start < cue.end <= round((whole or end) * 1000) + step / 2
        assert cue.end - cue.start <= round(rules.max_duration * 1000)
        assert cue.start % step == cue.end % step == 0
        assert 1 <= len(cue.lines) <= rules.max_lines
        lead = f"[{cue.label}] " if cue.label and inline else ""
        assert all(line and line == line.strip() for line in cue.lines)
        assert all(width(text) <= rules.max_line_width for text in (lead + cue.lines[0], *cue.lines[1:]))
        assert rules.max_words is None or sum(map(len, cue.rows)) <= rules.max_words
    for channel in {segment.channel for segment in segments}:
        own = [cue for cue in made if cue.channel == channel]
        for left, right in pairwise(own):
            assert right.start - left.end >= round(rules.min_gap * 1000) or left.end - left.start <= LEAST
            if left.end - left.start < round(rules.min_duration * 1000) - 2 * step:
                assert not may_be_one(left, right, rules, inline)
        said = join(segment.text for segment in segments if segment.channel == channel)
        assert "".join(cue.text for cue in own).replace(" ", "") == said.replace(" ", "")


@given(talks())
def test_a_cue_begins_when_its_first_word_does(segments):
    timed = [segment for segment in segments if segment.words and segment.channel is None]
    starts = {round(word.start * 1000) for segment in timed for word in segment.words}
    words = {word.text for segment in timed for word in segment.words}
    for cue in cues(timed, CueRules(max_line_width=60)):
        assert cue.rows[0][0].text not in words or cue.start in starts


@given(st.from_type(Transcript), RULES, st.booleans(), st.sampled_from([1, 10]))
def test_segments_in_any_state_give_sound_cues(transcript, rules, inline, step):
    made = cues(transcript.segments, rules, end=transcript.end, inline=inline, step=step)
    assert all(0 <= cue.start < cue.end for cue in made)
    for channel in {segment.channel for segment in transcript.segments}:
        own = [cue for cue in made if cue.channel == channel]
        assert all(left.end <= right.start for left, right in pairwise(own))
        segments = sorted((s for s in transcript.segments if s.channel == channel), key=lambda s: round(s.start * 1000))
        said = "".join(clean(segment.text) for segment in segments)
        assert "".join("".join(cue.lines) for cue in own).replace(" ", "") == said.replace(" ", "")
