"""Recordings that a document names."""

import numpy as np
import pytest

from speech.errors import AudioError
from speech.tts.clips import replaced
from speech.tts.plan import Clip, End, Manner, Text

BELL = Clip("bell.wav", (Text("ding"), Text(" dong")))
AROUND = [Text("one"), BELL, Text("two"), End("sentence")]


def words(items):
    return "".join(item.text for item in items if isinstance(item, Text))


def there(source, rate):
    yield np.zeros(rate, np.float32)


def missing(source, rate):
    raise AudioError(f"there is no {source}; check the name")
    yield


def test_a_recording_that_can_be_had_stays():
    events = []
    assert list(replaced(AROUND, there, events.append)) == AROUND
    assert events == []


@pytest.mark.parametrize(("clips", "why"), [(None, "allow it"), (missing, "there is no bell.wav")])
def test_what_stands_in_its_place_is_said_and_told(clips, why):
    events = []
    items = list(replaced(AROUND, clips, events.append))
    assert words(items) == "one ding dong two"
    assert not any(isinstance(item, Clip) for item in items)
    [event] = events
    assert event.kind == "dropped"
    assert "bell.wav" in event.message
    assert why in event.message


def test_a_recording_in_place_of_another():
    nested = Clip("a.wav", (Clip("b.wav", (Text("words"),)),))
    events = []

    def only_b(source, rate):
        return there(source, rate) if source == "b.wav" else missing(source, rate)

    assert [item.source for item in replaced([nested], only_b, events.append) if isinstance(item, Clip)] == ["b.wav"]
    assert words(replaced([nested], None, events.append)).strip() == "words"
    assert [event.message.split("'")[1] for event in events] == ["a.wav", "a.wav", "b.wav"]


def test_an_empty_recording_is_one_all_the_same():
    assert list(replaced([BELL], lambda source, rate: iter(()), print)) == [BELL]


def test_the_manner_of_its_place_is_kept():
    manner = Manner(voice="anna")
    items = list(replaced([Clip("a.wav", (Text("x", manner),), manner)], None, lambda event: None))
    assert {item.manner for item in items if isinstance(item, Text)} == {manner}


def test_items_are_taken_as_they_come():
    def items():
        yield Text("a")
        pytest.fail("asked for more than was wanted")

    assert next(replaced(items(), None, print)) == Text("a")
