"""What people type, under our names and Whisper's, and what the library is told."""

import json

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from speech.cli import main, options, render, synthesize, transcribe
from speech.cli.parsing import NOTES, Clock
from speech.cli.whisper import DEVICE_INDEX, FIXED, NO_EFFECT, REFUSED, RENAMED, TRANSLATED

PARAMS = (*transcribe.command.params, *synthesize.command.params)
KNOWN = {name for param in PARAMS for name in (*param.opts, *param.secondary_opts)}


def parse(*args: str) -> dict[str, object]:
    """The parameters that were typed."""
    context = transcribe.command.make_context("transcribe", [*args, "x.wav"])
    return options.given(context)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--beam_size", "3"], {"beam_size": 3}),
        (["--beam-size=3"], {"beam_size": 3}),
        (["--initial_prompt", "--a_b"], {"prompt": "--a_b"}),
        (["--initial_prompt=--a_b=c"], {"prompt": "--a_b=c"}),
        (["--prompt", "True"], {"prompt": "True"}),
        (["-m", "--large_v3"], {"model": "--large_v3"}),
        (["--word_timestamps", "True"], {"words": True}),
        (["--word_timestamps", "False"], {"words": False}),
        (["--word_timestamps=False"], {"words": False}),
        (["--words"], {"words": True}),
        (["--no_words", "false"], {"words": True}),
        (["--vad_filter", "False"], {"vad": False}),
        (["--no-vad"], {"vad": False}),
        (["--offline", "False"], {}),
        (["--local_files_only", "True"], {"offline": True}),
        (["--verbose", "False"], {}),
        (["--verbose", "True"], {"verbose": 1}),
        (["-vv"], {"verbose": 2}),
        (["--fp16", "False"], {}),
        (["--condition_on_previous_text", "False"], {}),
        (["--batched=True"], {}),
        (["--batched"], {}),
        (["--suppress_tokens", "-1"], {}),
        (["--output_format", "srt", "--output_dir", "out"], {"formats": (("srt",),), "output": "out"}),
        (["-f", "srt, vtt", "-f", "json"], {"formats": (("srt", "vtt"), ("json",))}),
        (["--max_line_count", "1", "--max_words_per_line", "3"], {"max_lines": 1, "max_words": 3}),
        (["--hotwords", "Ada, Byron,"], {"hotwords": ("Ada", "Byron")}),
        (["--from", "1:02:03.5", "--to", "90"], {"start": 3723.5, "end": 90.0}),
        (["--logprob_threshold", "off"], {"logprob_threshold": None}),
        (["--no_speech_threshold", "0.5"], {"no_speech_threshold": 0.5}),
        (["--model_directory", "d"], {"model": "d"}),
        (["--vad_max_speech_duration_s", "20"], {"max_chunk": 20.0}),
        (["--chunk_length", "20"], {"max_chunk": 20.0}),
        (["--vad_onset", "0.4"], {"vad_threshold": 0.4}),
        (["--vad_min_silence_duration_ms", "2000", "--vad_speech_pad_ms=50"], {"min_silence": 2.0, "speech_pad": 0.05}),
        (["--clip_timestamps", "10,20.5"], {"start": 10.0, "end": 20.5}),
        (["--clip_timestamps", "0"], {"start": 0.0}),
        (["--language", "auto"], {}),
        (["--language=None", "-l", "Auto"], {}),
        (["--language", "de"], {"language": "de"}),
        (["--multilingual", "True"], {"language": "each"}),
        (["--multilingual", "False"], {}),
        (["--compute_type", "default"], {"compute_type": "auto"}),
        (["--temperature", "0,0.2,0.4"], {"temperature": 0.0}),
        (["--device_index", "1", "--device", "cuda"], {"device": "cuda:1"}),
        (["--device=cuda", "--device_index=0"], {"device": "cuda:0"}),
        (["--device_index", "0"], {}),
        (["--device_index", "0", "--device", "cpu"], {"device": "cpu"}),
        (["--best_of", "5", "--patience", "1.0", "--length_penalty", "1", "--repetition_penalty", "1"], {}),
        (["--patience", "None", "--length_penalty=None", "--best_of", "None"], {}),
        (["--without_timestamps", "False", "--suppress_numerals", "False", "--pretty_json", "True"], {}),
        (["--condition_on_previous_text", "True", "--temperature_increment_on_fallback", "0.2"], {}),
        (["--prompt", "auto", "--model", "none"], {"prompt": "auto", "model": "none"}),
    ],
)
def test_flags_reach_the_library_under_any_of_their_names(args, expected):
    assert parse(*args) == {**expected, "inputs": ("x.wav",)}


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["--best_of", "3"], "--best-of 3 is not possible: use --beam-size"),
        (["--without_timestamps", "True"], "-f txt does not write them"),
        (["--suppress_numerals"], "numbers stand as"),
        (["--cache_directory", "d"], "HF_HUB_CACHE"),
        (["--model_dir", "d"], "HF_HUB_CACHE"),
        (["--suppress_tokens", ""], "own list"),
        (["--clip_timestamps", "1,2,3,4"], "one stretch"),
        (["--vad_speech_pad_ms", "x"], "--vad-speech-pad-ms x is not possible: give milliseconds"),
        (["--multilingual", "1"], "give True or False"),
        (["--device_index", "1"], "needs --device cuda"),
        (["--device_index", "0,1", "--device", "cuda"], "needs --device cuda"),
        (["--highlight_words=maybe"], "neither True nor False"),
        (["--diarize"], "--channels split"),
        (["--hf_token", "x"], "HF_TOKEN"),
        (["--nonsense"], "No such option"),
        (["--from", "1:2:3:4"], "no time"),
        (["--from", "-1"], "no time"),
        (["--logprob-threshold", "x"], "neither a number"),
        (["--device"], "requires an argument"),
    ],
)
def test_what_cannot_be_honoured_is_refused_with_a_word(args, word):
    with pytest.raises(click.UsageError, match=word):
        transcribe.command.make_context("transcribe", ["x.wav", *args])


def test_all_that_cannot_be_honoured_is_said_at_once():
    args = ["--best_of", "3", "--hf_token", "x", "--beam_size", "2", "--prefix=a", "--clip_timestamps", "1,2,3"]
    with pytest.raises(click.UsageError) as caught:
        transcribe.command.make_context("transcribe", ["x.wav", *args])
    assert [line.split()[0] for line in caught.value.message.splitlines()] == [
        "--best-of", "--hf-token", "--prefix", "--clip-timestamps"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("args", "notes"),
    [
        (["--condition_on_previous_text", "True"], ["there is no text of the window before"]),
        (["--condition_on_previous_text", "False"], []),
        (["--temperature_increment_on_fallback", "0.4"], ["--no-retry"]),
        (["--temperature", "0,0.2"], ["only 0 is used"]),
        (["--pretty_json", "True", "--best_of", "5"], []),
        (["--pretty_json", "False"], ["laid out"]),
    ],
)
def test_what_changes_nothing_is_said_in_a_word(args, notes):
    said = transcribe.command.make_context("transcribe", ["x.wav", *args]).meta[NOTES]
    assert len(said) == len(notes)
    assert all(note in line for note, line in zip(notes, said, strict=True))


@pytest.mark.parametrize(("manner", "shown"), [([], 1), (["-q"], 0), (["--progress", "json"], 1)])
def test_a_flag_that_has_no_effect_says_so_as_everything_is_said(capsys, manner, shown):
    main(["render", "none.json", "--fp16", "True", *manner])
    lines = [line for line in capsys.readouterr().err.splitlines() if "--compute-type" in line]
    assert len(lines) == shown
    for line in lines:
        assert json.loads(line)["event"] == "note" if "json" in manner else line.startswith("speech: --fp16 has no")


def test_a_command_that_reports_nothing_says_it_too(capsys):
    assert main(["models", "list", "--fp16", "True"]) == 0
    assert "--fp16 has no effect" in capsys.readouterr().err


def test_after_two_dashes_everything_is_an_input():
    context = transcribe.command.make_context("transcribe", ["--", "--beam_size", "x_y.wav"])
    assert context.params["inputs"] == ("--beam_size", "x_y.wav")


TABLES = (RENAMED, FIXED, NO_EFFECT, REFUSED, TRANSLATED, (DEVICE_INDEX,))
FOREIGN = {name for table in TABLES for name in table}


def test_the_tables_agree_with_the_options():
    assert {*RENAMED.values(), *(ours for ours, _ in TRANSLATED.values())} <= KNOWN
    assert not FOREIGN & KNOWN
    assert len(FOREIGN) == sum(map(len, TABLES))
    assert not any("_" in name for name in FOREIGN)


OPENAI_WHISPER = """
    model model_dir device output_dir output_format verbose task language temperature best_of beam_size patience
    length_penalty suppress_tokens initial_prompt carry_initial_prompt condition_on_previous_text fp16
    temperature_increment_on_fallback compression_ratio_threshold logprob_threshold no_speech_threshold word_timestamps
    prepend_punctuations append_punctuations highlight_words max_line_width max_line_count max_words_per_line threads
    clip_timestamps hallucination_silence_threshold
"""
WHISPER_CTRANSLATE2 = """
    model_directory local_files_only compute_type device_index vad_filter vad_threshold vad_min_speech_duration_ms
    vad_max_speech_duration_s vad_min_silence_duration_ms hf_token speaker_name batched batch_size repetition_penalty
    no_repeat_ngram_size prefix hotwords multilingual print_colors pretty_json live_transcribe suppress_blank
    without_timestamps vad_speech_pad_ms chunk_length cache_directory suppress_numerals
"""


@pytest.mark.parametrize("flag", (OPENAI_WHISPER + WHISPER_CTRANSLATE2).split())
def test_every_flag_of_whispers_command_lines_is_known(flag):
    name = f"--{flag.replace('_', '-')}"
    assert name in KNOWN | FOREIGN


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_clock_times(hours, minutes, seconds, ms):
    expected = hours * 3600 + minutes * 60 + seconds + ms / 1000
    for point in ".,":
        assert Clock().convert(f"{hours}:{minutes:02}:{seconds:02}{point}{ms:03}", None, None) == pytest.approx(
            expected
        )
    assert Clock().convert(str(expected), None, None) == pytest.approx(expected)


def test_help_names_the_librarys_own_defaults():
    from dataclasses import fields

    from speech.data import TranscribeOptions
    from speech.formats.cues import CueRules

    kept = {item.name: item.default for item in (*fields(TranscribeOptions), *fields(CueRules))}
    for param in transcribe.command.params:
        stands = getattr(param, "stands", "")
        default = kept.get(param.name or "")
        if stands and default is not None and not isinstance(default, bool):
            number = isinstance(default, (int, float))
            assert (float(stands) == pytest.approx(default, abs=5e-4)) if number else (stands == default), param.name


def test_every_option_has_a_section_and_every_section_its_options_together():
    help_text = CliRunner().invoke(transcribe.command, ["--help"]).output
    titles = [line for line in help_text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == [
        "Input:", "Output:", "Text:", "Model:", "Speech detection:", "Trust:", "Subtitles:", "Cluster:", "Other:"
    ]  # fmt: skip


def test_every_field_of_the_options_and_rules_can_be_typed():
    from dataclasses import fields

    from speech.data import TranscribeOptions
    from speech.formats.cues import CueRules

    names = {param.name for param in transcribe.command.params}
    assert {item.name for item in (*fields(TranscribeOptions), *fields(CueRules))} <= names


@pytest.mark.parametrize("command", [transcribe.command, render.command])
def test_the_help_lists_the_formats_there_are_now(command, monkeypatch):
    from speech import formats

    def listed() -> list[str]:
        text = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
        return text.partition("One or several, with commas: ")[2].partition("; or all.")[0].split(", ")

    assert listed() == formats.names()
    monkeypatch.setattr(formats, "names", lambda: ["brl", "txt"])
    assert listed() == ["brl", "txt"]


@pytest.mark.parametrize("rest", [[], ["--quiet"], ["--voice", "espeak-ng"]])
def test_progress_may_stand_alone(tmp_path, rest):
    target = tmp_path / "a.wav"
    assert main(["synthesize", "Hello.", "-o", str(target), "--progress", *rest]) == 0
    assert target.exists()
