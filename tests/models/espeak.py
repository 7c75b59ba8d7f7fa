"""Minimal ctypes binding to the espeak-ng library shipped in the espeakng_loader wheel: audio plus word/phoneme event times."""

import ctypes as C

import espeakng_loader
import numpy as np

WORD, PHONEME = 1, 7


class _Id(C.Union):
    _fields_ = [("number", C.c_int), ("name", C.c_char_p), ("string", C.c_char * 8)]


class _Event(C.Structure):
    _fields_ = [
        ("type", C.c_int),
        ("uid", C.c_uint),
        ("text_position", C.c_int),
        ("length", C.c_int),
        ("audio_position", C.c_int),
        ("sample", C.c_int),
        ("user", C.c_void_p),
        ("id", _Id),
    ]


class Espeak:
    def __init__(self):
        self.lib = C.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self.rate = self.lib.espeak_Initialize(2, 0, data, 3)  # 2 = synchronous; 3 = phoneme events, in IPA
        if hasattr(self.lib, "espeak_ng_SetRandSeed"):
            self.lib.espeak_ng_SetRandSeed(C.c_long(1))  # breath noise of some voice variants
        self._cb_type = C.CFUNCTYPE(C.c_int, C.POINTER(C.c_short), C.c_int, C.POINTER(_Event))
        self._cb = self._cb_type(self._on_audio)
        self.lib.espeak_SetSynthCallback(self._cb)

    def _on_audio(self, wav, n, events):
        if wav and n > 0:
            self.chunks.append(np.ctypeslib.as_array(wav, (n,)).copy())
        k = 0
        while events[k].type:
            e = events[k]
            if e.type == PHONEME:
                self.events.append((PHONEME, e.sample, bytes(e.id.string).split(b"\0")[0].decode("utf8", "ignore")))
            elif e.type == WORD:
                self.events.append((WORD, e.sample, (e.text_position, e.length)))
            k += 1
        return 0

    def say(self, text, voice="en-us", rate=175, pitch=50, prange=50, wordgap=0):
        """Return (float32 samples at self.rate, [(type, sample, data)])."""
        self.chunks, self.events = [], []
        if self.lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(voice)
        for param, value in ((1, rate), (3, pitch), (4, prange), (7, wordgap)):
            self.lib.espeak_SetParameter(param, value, 0)
        b = text.encode()
        self.lib.espeak_Synth(b, len(b) + 1, 0, 1, 0, 1 | 0x100, None, None)  # 1 = UTF-8, 0x100 = [[phonemes]]
        self.lib.espeak_Synchronize()
        a = np.concatenate(self.chunks) if self.chunks else np.zeros(1, np.int16)
        return a.astype(np.float32) / 32768, self.events
