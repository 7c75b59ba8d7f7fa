"""Write what the tests speak with: speech/words.json (IPA of every English word) and one German and one Spanish clip.

Run: python make_test_speech.py     (needs piper-tts, espeakng-loader, scipy, soxr, soundfile; a second)
piper-micro is an English voice, so the clips are eSpeak NG's own audio; the texts are in speech/clips.json.
"""

import json
import os

import numpy as np
import soundfile
import soxr
from piper import PiperVoice

from corpus import EN
from espeak import Espeak

HERE = os.path.dirname(os.path.abspath(__file__))
CLIPS = {
    "de": {"text": "haus ist grün, katze ist rot.", "english": "house is green, cat is red."},
    "es": {"text": "casa es azul, perro es rojo.", "english": "house is blue, dog is red."},
}


def main():
    voice = PiperVoice.load(os.path.join(HERE, "piper-micro", "piper-micro.onnx"))
    words = {word: "".join(p for p in voice.phonemize(word)[0] if p not in "ˈˌ") for word in EN}  # stress makes no sound
    out = os.path.join(HERE, "speech")
    json.dump(words, open(os.path.join(out, "words.json"), "w", encoding="utf8"), ensure_ascii=False, indent=1)
    speaker = Espeak()
    for language, clip in CLIPS.items():
        audio, _ = speaker.say(clip["text"], language, 160)
        audio = soxr.resample(audio, speaker.rate, 16000)
        soundfile.write(os.path.join(out, language + ".flac"), np.concatenate([audio, np.zeros(4800, np.float32)]), 16000)
    json.dump(CLIPS, open(os.path.join(out, "clips.json"), "w", encoding="utf8"), ensure_ascii=False, indent=1)


main()
