"""Praat's TextGrid, read back by another library."""

import itertools

import textgrid
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.formats.cues.layout import clean
from speech.transcript import Transcript


def read(transcript: Transcript, folder) -> textgrid.TextGrid:
    path = folder / "a.TextGrid"
    transcript.save(path)
    return textgrid.TextGrid.fromFile(str(path))


def tiers(grid: textgrid.TextGrid) -> dict[str, list[tuple[float, float, str]]]:
    return {tier.name: [(float(i.minTime), float(i.maxTime), i.mark) for i in tier] for tier in grid.tiers}


def test_bytes(empty):
    assert empty.render("textgrid") == (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
        "xmin = 0.000\nxmax = 0.001\ntiers? <exists>\nsize = 1\nitem []:\n"
        '    item [1]:\n        class = "IntervalTier"\n        name = "segments"\n'
        "        xmin = 0.000\n        xmax = 0.001\n        intervals: size = 1\n"
        '        intervals [1]:\n            xmin = 0.000\n            xmax = 0.001\n            text = ""\n'
    )


def test_tiers_tile_the_recording(talk, tmp_path):
    assert tiers(read(talk, tmp_path)) == {
        "words": [
            (0.0, 0.5, ""),
            (0.5, 0.75, "So,"),
            (0.75, 1.001, "here"),
            (1.001, 1.2, "we"),
            (1.2, 2.0, "are."),
            (2.0, 8.0, ""),
        ],
        "segments": [
            (0.0, 0.5, ""),
            (0.5, 2.0, "So, here we are."),
            (2.0, 3.0, ""),
            (3.0, 7.04, 'It is 5 < 6 & "fine", isn\'t it?'),
            (7.04, 8.0, ""),
        ],
    }


def test_each_voice_has_its_tiers(duet, tmp_path):
    assert list(tiers(read(duet, tmp_path))) == ["Channel 1 segments", "Channel 2 segments"]


@settings(max_examples=50)
@given(st.from_type(Transcript))
def test_any_transcript_is_read_and_tiled(tmp_path_factory, transcript):
    found = tiers(read(transcript, tmp_path_factory.mktemp("grid")))
    said = []
    for name, intervals in found.items():
        assert intervals[0][0] == 0
        assert all(start < end for start, end, _ in intervals)
        assert all(left[1] == right[0] for left, right in itertools.pairwise(intervals))
        said += [text for _, _, text in intervals if name.endswith("segments") and text]
    assert sorted(said) == sorted(filter(None, (clean(segment.text) for segment in transcript.segments)))
    assert len({intervals[-1][1] for intervals in found.values()}) == 1


def test_a_part_of_a_recording_is_tiled_to_its_end_in_the_recording(part, tmp_path):
    [found] = tiers(read(part, tmp_path)).values()
    assert (found[0][0], found[-1]) == (0.0, (8.1, 9.0, ""))
