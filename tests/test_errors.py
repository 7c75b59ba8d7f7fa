"""The error tree: as its docstring draws it, and each what a caller would catch."""

import inspect
import pickle

import pytest

from speech import errors

KINDS = {
    errors.UnknownModelError: LookupError,
    errors.NotDownloadedError: FileNotFoundError,
    errors.DownloadError: OSError,
    errors.MissingDependencyError: ImportError,
    errors.AudioError: ValueError,
    errors.UnsupportedError: ValueError,
    errors.OutputError: OSError,
    errors.BusyError: OSError,
    errors.EngineError: RuntimeError,
    errors.StoppedError: RuntimeError,
}


def test_these_are_all():
    found = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.SpeechError)}
    assert found == {errors.SpeechError, *KINDS}


@pytest.mark.parametrize(("kind", "builtin"), KINDS.items())
def test_each_is_a_builtin_too_and_is_drawn(kind, builtin):
    assert issubclass(kind, errors.SpeechError)
    assert issubclass(kind, builtin)
    line = next(line for line in (errors.__doc__ or "").splitlines() if kind.__name__ in line)
    assert builtin.__name__ in line
    assert kind.__doc__


@pytest.mark.parametrize("kind", [errors.SpeechError, *KINDS])
@pytest.mark.parametrize("message", ["what was wrong: 'x'; do this", "two\nlines", ""])
def test_the_message_is_the_message(kind, message):
    assert str(kind(message)) == message
    copy = pickle.loads(pickle.dumps(kind(message)))
    assert type(copy) is kind
    assert str(copy) == message


def test_without_a_message_it_says_nothing():
    assert str(errors.SpeechError()) == ""
    assert str(errors.DownloadError()) == ""
