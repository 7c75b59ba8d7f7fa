"""What the elements of SSML mean: a stream of tags and text to items of the plan.

Whatever cannot be done as the document says is told, once for each kind; its text is spoken all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from speech import languages
from speech.data import Event
from speech.errors import UnsupportedError
from speech.tts import prosody, xsampa
from speech.tts.characters import Cleaner
from speech.tts.flow import SPACES, Flow
from speech.tts.plan import PLAIN, Clip, Manner, Mark, Pause, Text
from speech.tts.vocabulary import (
    ALPHABETS,
    FORMATTED,
    NAMESPACES,
    SAY_AS,
    SILENCES,
    folded,
    format_of,
    own_name,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from speech.tts.plan import Item, Report
    from speech.tts.vocabulary import Attributes

RUN = 4096
"""Characters of text that are gathered before they are passed on, at the next space."""
LONGEST_RUN = 65_536
"""Characters without a space after which text is cut anywhere, and at most inside an element that is read as one."""
MOST_FALLBACK = 1000
"""Items that may stand in for a recording."""


@dataclass(slots=True)
class _Element:
    """An open element: what holds inside it, and what happens at its end."""

    name: str = ""
    manner: Manner = PLAIN
    say_as: str | None = None
    mute: bool = False
    held: list[str] | None = None
    """Where the text of an element that is read as one is gathered."""
    close: Callable[[_Element], None] | None = None
    attributes: Attributes = field(default_factory=dict)


class Builder:
    """Takes the events of a parser, and makes items of them."""

    def __init__(self, report: Report, line: Callable[[], int]) -> None:
        self._report = report
        self._line = line
        self._flows = [Flow()]
        self._open: list[_Element] = []
        self._run: list[str] = []
        self._size = 0
        self._holding = 0
        """Characters of the element that is read as one."""
        self._told: set[str] = set()
        self._prefixes: set[str] = set()
        self._cleaner = Cleaner()

    def take(self) -> list[Item]:
        """The items that are sure by now."""
        return self._flows[0].take() if self._open else self._flows[0].finish()

    # The parser's side.

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        self._write()
        self._prefixes |= {key[6:] for key, value in attributes.items() if key[:6] == "xmlns:" and value in NAMESPACES}
        name = own_name(tag, attributes, self._prefixes)
        attributes = folded(name, attributes)
        around = self._open[-1] if self._open else _Element()
        element = replace(around, name=name, attributes=attributes, close=None)
        self._open.append(element)
        if element.mute:
            return
        self._language(element)
        method = _METHODS.get(name)
        if method:
            method(self, element)
            self._ignores(element, *unknown(name, attributes), why="there is nothing of that name: it is left out")
        else:
            self._unknown(tag)

    def data(self, text: str) -> None:
        """Text, or a part of it."""
        if self._open[-1].mute:
            return
        self._run.append(text)
        self._size += len(text)
        if self._size > RUN:
            self._write_some()

    def end(self, _: str) -> None:
        """An element ends."""
        self._write()
        element = self._open.pop()
        if element.close:
            element.close(element)
        if not self._open:
            self._cleaner.tell(self._report)

    # Text.

    def _write(self) -> None:
        """Pass on the text that came together."""
        if self._run:
            raw, self._run, self._size = "".join(self._run), [], 0
            self._say(self._cleaner.clean(raw, self._line()))

    def _write_some(self) -> None:
        """Pass on as much of it as ends with a space."""
        raw = "".join(self._run)
        element = self._open[-1]
        cut = max(raw.rfind(space) for space in " \n\t") + 1
        cut = 0 if element.say_as and element.held is None else cut
        if not cut and len(raw) > LONGEST_RUN:
            cut = len(raw)
        if cut:
            self._run = [raw[:cut]]
            self._write()
        self._run, self._size = [raw[cut:]], len(raw) - cut

    def _say(self, raw: str) -> None:
        element = self._open[-1]
        if element.held is None:
            self._flow.text(raw, element.manner, element.say_as)
            return
        element.held.append(raw)
        self._holding += len(raw)
        if self._holding > LONGEST_RUN:
            raise UnsupportedError(
                f"SSML, line {self._line()}: more than {LONGEST_RUN} characters to be read as one; split the element"
            )

    @property
    def _flow(self) -> Flow:
        return self._flows[-1]

    # Telling.

    def _tell(self, what: str, once: str = "") -> None:
        """Report what is not done, with the line where that is first so."""
        if (once or what) in self._told:
            return
        self._told.add(once or what)
        line = self._line()
        self._report(Event("ignored", f"SSML, line {line}: {what}", details={"line": line}))

    def _ignores(self, element: _Element, *names: str, why: str) -> None:
        given = [name for name in names if name in element.attributes]
        if given:
            self._tell(f"<{element.name}> {', '.join(given)}: {why}")

    def _unknown(self, tag: str) -> None:
        if tag.lower() in ("br", "div", "li", "hr", "tr", "td", "mstts:turn"):
            self._flow.space()
        kind = "is an extension that is not known" if ":" in tag else "is no element of SSML"
        self._tell(f"<{tag}> {kind}: its text is spoken as any other", once=tag)

    # Elements.

    def _language(self, element: _Element) -> None:
        """``xml:lang``, which any element may have."""
        given = element.attributes.get("xml:lang")
        if given is None:
            return
        element.manner = replace(element.manner, language=self._tag(given) if given.strip() else None)

    def _tag(self, given: str) -> str | None:
        try:
            return languages.tag(given)
        except UnsupportedError as error:
            self._tell(f"{error}; the language stays as it was", once=given)
            return self._open[-2].manner.language if len(self._open) > 1 else None

    def _speak(self, element: _Element) -> None:
        self._ignores(element, "startmark", "endmark", why="the document is spoken from its beginning to its end")
        if len(self._open) > 1:  # in a Google <media>
            self._flow.end("paragraph")
            element.close = lambda _: self._flow.end("paragraph")

    def _block(self, element: _Element) -> None:
        of: Literal["sentence", "paragraph"] = "paragraph" if element.name == "p" else "sentence"
        self._flow.end(of)
        element.close = lambda _: self._flow.end(of)

    def _break(self, element: _Element) -> None:
        time, strength = (element.attributes.get(name) for name in ("time", "strength"))
        if strength is not None and strength.strip().lower() not in prosody.BREAKS:
            known = ", ".join(prosody.BREAKS)
            self._tell(f"<break> strength is {strength!r}: it is taken as 'medium'; there are {known}")
            strength = "medium"
        seconds = None if time is None else prosody.time(time)
        if time is not None and seconds is None:
            self._tell(f"<break> time is {time!r}: it is left out; write it as '500ms' or '1.5s'")
        if seconds is None:
            seconds = prosody.BREAKS[(strength or "medium").strip().lower()]
        if seconds > prosody.LONGEST_BREAK:
            self._tell(f"<break> time is {time!r}: {prosody.LONGEST_BREAK:g} s are kept of it")
        # No break at all is said of a place where there would be one: inside a sentence there is nothing to take out.
        if seconds or self._flow.breaks_off():
            self._flow.put(Pause(min(seconds, prosody.LONGEST_BREAK)))

    def _prosody(self, element: _Element) -> None:
        changes: dict[str, Any] = {}
        for name, read, low, high in (
            ("rate", prosody.rate, prosody.SLOWEST, prosody.FASTEST),
            ("pitch", prosody.pitch, -prosody.MOST_PITCH, prosody.MOST_PITCH),
            ("volume", prosody.volume, prosody.SILENT, prosody.MOST_GAIN),
        ):
            given = element.attributes.get(name)
            if given is None:
                continue
            change = read(given)
            if change is None:
                self._tell(f"<prosody> {name} is {given!r}, which cannot be followed: it is left out")
                continue
            if name == "pitch" and "hz" in given.lower():
                self._tell(f"<prosody> pitch {given!r} is taken as a change from {prosody.USUAL_PITCH:g} Hz", "Hz")
            now = float(getattr(element.manner, name))
            asked = change.times(now) if name == "rate" else change.plus(now)
            kept = prosody.bounded(asked, low, high)
            if kept != asked and asked > prosody.SILENT:
                self._tell(f"<prosody> {name} {given!r} comes to {asked:g} here: {kept:g} is kept of it")
            changes[name] = kept
        element.manner = replace(element.manner, **changes)
        others = ("contour", "range", "duration", "amazon:max-duration")
        self._ignores(element, *others, why="no voice here can do that")

    def _emphasis(self, element: _Element) -> None:
        level = element.attributes.get("level", "moderate").strip().lower()
        manner = prosody.emphasized(element.manner, level)
        if manner is None:
            self._tell(f"<emphasis> level is {level!r}: it is left out; there are strong, moderate, reduced and none")
        else:
            rate = prosody.bounded(manner.rate, prosody.SLOWEST, prosody.FASTEST)
            element.manner = replace(manner, rate=rate, volume=min(manner.volume, prosody.MOST_GAIN))

    def _say_as(self, element: _Element) -> None:
        given = element.attributes.get("interpret-as", "").strip()
        name = given.lower().removeprefix("vxml:")
        format_ = element.attributes.get("format", "").strip()
        if name == "number" and format_.lower() in SAY_AS:  # as the W3C's note on say-as has it
            name, format_ = format_.lower(), ""
        kind = SAY_AS.get(name)
        if kind is None:
            self._tell(
                f"<say-as> interpret-as is {given!r}, which is not known: its text is spoken as any other", given
            )
            return
        self._ignores(element, "detail", why="it makes no difference here")
        if format_ and kind not in FORMATTED:
            self._tell(f"<say-as> format {format_!r} makes no difference to {given!r}", once=f"{kind}:{format_}")
            format_ = ""
        element.say_as = kind + (f":{format_of(kind, format_)}" if format_ else "")

    def _sub(self, element: _Element) -> None:
        alias = " ".join(element.attributes.get("alias", "").split())
        if not alias:
            self._tell("<sub> has no alias: its text is spoken as it stands")
            return
        self._hold(element, lambda text: Text(text, element.manner, spoken=alias))

    def _phoneme(self, element: _Element) -> None:
        given = element.attributes.get("ph", "").strip()
        alphabet = (element.attributes.get("alphabet") or "ipa").strip().lower()
        if alphabet not in ALPHABETS:
            why = f"<phoneme> alphabet is {alphabet!r}, and there are ipa and x-sampa: its text is spoken as it stands"
            self._tell(why)
            return
        if not given:
            self._tell("<phoneme> has no ph: its text is spoken as it stands")
            return
        try:
            phonemes = given if alphabet == "ipa" else xsampa.to_ipa(given)
        except UnsupportedError as error:
            self._tell(f"{error}: the text is spoken as it stands")
            return
        self._hold(element, lambda text: Text(text, element.manner, phonemes=phonemes))

    def _hold(self, element: _Element, made: Callable[[str], Text]) -> None:
        """Gather the text of the element, and say it as one."""
        if element.held is not None:  # inside another that is said as one: that decides
            return
        held = element.held = []
        self._holding = 0

        def close(_: _Element) -> None:
            self._flow.told(made(SPACES.sub(" ", "".join(held)).strip(" ")))

        element.close = close

    def _voice(self, element: _Element) -> None:
        name = " ".join(element.attributes.get("name", "").split())
        tongues = (element.attributes.get("languages") or element.attributes.get("language") or "").split()
        if tongues and "xml:lang" not in element.attributes:
            element.manner = replace(element.manner, language=self._tag(tongues[0].split(":")[0]))
        if name:
            element.manner = replace(element.manner, voice=name, speaker=None)
            self._flow.apart()
            element.close = lambda _: self._flow.apart()
        else:
            self._ignores(
                element, "gender", "age", "variant", "required", "effect", why="name a voice to have another one"
            )

    def _audio(self, element: _Element) -> None:
        source = element.attributes.get("src", "").strip()
        if not source:
            self._tell("<audio> has no src: what stands in it is spoken")
            return
        others = ("clipBegin", "clipEnd", "speed", "repeatCount", "repeatDur")
        self._ignores(element, *others, why="a recording is heard once, as it is")
        manner = element.manner
        if (given := element.attributes.get("soundLevel")) is not None:
            change = prosody.volume(given)
            if change is None:
                self._tell(f"<audio> soundLevel is {given!r}: it is left out; write it as '+3dB'")
            else:
                volume = prosody.bounded(change.plus(manner.volume), prosody.SILENT, prosody.MOST_GAIN)
                manner = replace(manner, volume=volume)
        element.held = None  # what stands in for it is no part of what is around it
        self._flows.append(Flow())
        element.close = lambda _: self._clip(source, manner)

    def _clip(self, source: str, manner: Manner) -> None:
        otherwise = tuple(self._flows.pop().finish())
        if len(otherwise) > MOST_FALLBACK:
            raise UnsupportedError(
                f"SSML, line {self._line()}: {len(otherwise)} pieces stand in for {source!r}, and {MOST_FALLBACK} are "
                "kept; put less into <audio>"
            )
        self._flow.put(Clip(source, otherwise, manner))

    def _mark(self, element: _Element) -> None:
        name = element.attributes.get("name") or element.attributes.get("mark") or ""
        if name.strip():
            self._flow.put(Mark(name.strip()))
        else:
            self._tell("<mark> has no name: it is left out")

    def _mute(self, element: _Element) -> None:
        element.mute = True

    def _lexicon(self, element: _Element) -> None:
        element.mute = True
        self._tell(f"<lexicon> {element.attributes.get('uri', '')!r} is not loaded; give a lexicon beside the document")

    def _plain(self, element: _Element) -> None:
        """``<w>``, ``<lang>``: whatever they say, their text is read as it stands."""

    def _lookup(self, element: _Element) -> None:
        self._ignores(element, "ref", why="no lexicon of a document is loaded")

    def _silence(self, element: _Element) -> None:
        """Azure's, which may stand for the pauses of a whole voice."""
        kind, value = element.attributes.get("type", ""), element.attributes.get("value", "")
        seconds = prosody.time(value)
        if seconds is None or kind.lower() not in SILENCES:
            self._tell(f"<mstts:silence> type {kind!r}, value {value!r}: it is left out; write <break time='...'/>")
        else:
            self._flow.put(Pause(min(seconds, prosody.LONGEST_BREAK)))


_METHODS: dict[str, Callable[[Builder, _Element], None]] = {
    "speak": Builder._speak, "p": Builder._block, "s": Builder._block, "break": Builder._break,
    "prosody": Builder._prosody, "emphasis": Builder._emphasis, "say-as": Builder._say_as, "sub": Builder._sub,
    "phoneme": Builder._phoneme, "voice": Builder._voice, "lang": Builder._plain, "audio": Builder._audio,
    "mark": Builder._mark, "desc": Builder._mute, "metadata": Builder._mute, "meta": Builder._mute,
    "lexicon": Builder._lexicon, "lookup": Builder._lookup, "w": Builder._plain, "mstts:silence": Builder._silence,
}  # fmt: skip
