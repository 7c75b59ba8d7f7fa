"""The names that users of Whisper's command lines type, and what becomes of each here.

All names are written with dashes; underscores are taken as dashes before anything is looked up. A flag that is in
none of these tables is one of our own, or unknown. Nothing is dropped in silence: what has no counterpart is refused
with a word on what to use instead.
"""

from __future__ import annotations

RENAMED = {
    "--output-format": "--format",
    "--word-timestamps": "--words",
    "--initial-prompt": "--prompt",
    "--max-line-count": "--max-lines",
    "--max-words-per-line": "--max-words",
    "--vad-filter": "--vad",
    "--vad-max-speech-duration-s": "--max-chunk",
    "--no-repeat-ngram-size": "--no-repeat-ngram",
    "--model-directory": "--model",
    "--local-files-only": "--offline",
}

FIXED = {
    "--batched": ("true", "batches are always used; --batch-size 1 recognizes one chunk at a time"),
    "--condition-on-previous-text": ("false", "every chunk is recognized by itself"),
    "--carry-initial-prompt": ("true", "the prompt is always given to every chunk"),
    "--suppress-tokens": ("-1", "the model's own list is always used"),
    "--suppress-blank": ("true", "blanks are always suppressed"),
    "--pretty-json": ("false", "python -m json.tool lays out JSON"),
    "--print-colors": ("false", "-f json carries the probability of every word, with --words"),
    "--live-transcribe": ("false", "give a recording"),
    "--diarize": ("false", "speakers are not told apart, but --channels split labels the channels of a recording"),
    "--multilingual": ("false", "--language each detects the language of every chunk"),
}
"""Flags of which one value is what happens anyway: that value is taken, any other refused with the reason."""

NO_EFFECT = {
    "--fp16": "--compute-type float16 or float32 chooses the precision",
}
"""Flags whose value cannot change what is said: taken, with a word."""

REFUSED = {
    "--append-punctuations": "punctuation always goes to the word before it",
    "--prepend-punctuations": "punctuation always goes to the word before it",
    "--best-of": "use --beam-size",
    "--patience": "use --beam-size",
    "--length-penalty": "use --beam-size",
    "--repetition-penalty": "use --no-repeat-ngram, or leave it to the retries that repetition causes",
    "--temperature-increment-on-fallback": "retries follow a fixed ladder; --no-retry turns them off",
    "--prompt-reset-on-temperature": "every chunk gets the prompt as it is",
    "--hallucination-silence-threshold": "silence is cut out before recognition; see --vad-threshold",
    "--clip-timestamps": "use --from and --to",
    "--prefix": "use --prompt",
    "--chunk-length": "use --max-chunk",
    "--max-new-tokens": "use --max-chunk",
    "--model-dir": "set HF_HUB_CACHE, or give the model's directory to --model",
    "--model-cache-only": "use --offline",
    "--device-index": "use --device cuda:1",
    "--hf-token": "set HF_TOKEN",
    "--vad-method": "Silero is the only one",
    "--vad-onset": "use --vad-threshold",
    "--vad-offset": "use --vad-threshold",
    "--vad-min-silence-duration-ms": "use --min-silence, in seconds",
    "--vad-min-speech-duration-ms": "use --vad-threshold",
    "--vad-speech-pad-ms": "use --speech-pad, in seconds",
    "--language-detection-segments": "use --language, or `speech detect` first",
    "--language-detection-threshold": "use --language, or `speech detect` first",
    "--min-speakers": "speakers are not told apart; see --channels split",
    "--max-speakers": "speakers are not told apart; see --channels split",
    "--speaker-num": "speakers are not told apart; see --channels split",
    "--speaker-name": "speakers are not told apart; see --channels split",
    "--align-model": "word times come from the model itself: --words",
    "--no-align": "word times are left out unless --words asks for them",
    "--segment-resolution": "use the options for subtitles, such as --max-cue-seconds",
}
"""Flags that have no counterpart, with what to use instead."""
