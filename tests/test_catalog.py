"""The catalogue: what it holds, how names are found, and what a mistake in it says."""

import re
import runpy
from pathlib import Path

import pytest

from speech import catalog, engines
from speech.data import ModelFile
from speech.errors import UnknownModelError, UnsupportedError
from speech.languages import NAMES, base, tag

ROOT = Path(__file__).parent.parent

COMMERCIAL = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-4.0"}
COMMERCIAL_DATA = COMMERCIAL | {
    "CC-BY-3.0", "CC-BY-SA-3.0-ES", "CC-BY-SA-4.0", "LicenseRef-public-domain", "Unlicense",
}  # fmt: skip
"""Of voices, commercial use is permitted with credit, and under the same terms for what is made of the voice."""

NEVER_A_DEFAULT = re.compile(
    "en_US-(lessac|ryan|hfc_female|hfc_male|l2arctic|amy|danny|bryce|libritts_r|joe)-|en_GB-(alan|jenny_dioco|semaine|"
    "alba|vctk)-|de_DE-pavoque|ru_RU-(ruslan|irina)|zh_CN-|tr_TR-|ar_JO-|hi_IN-|id_ID-|sw_CD-|ja_JP-|ko_KR-|th_TH-|"
    "fr_FR-(tom|upmc)|vi_VN-(vivos|25hours)|ku_TR-|es_MX-claude"
)
"""Voices whose data is not for commercial use, or under terms that are not clear."""
WHISPER = [
    "tiny",
    "tiny.en",
    "base",
    "base.en",
    "small",
    "small.en",
    "medium",
    "medium.en",
    "large-v1",
    "large-v2",
    "large-v3",
    "large-v3-turbo",
    "distil-small.en",
    "distil-medium.en",
    "distil-large-v2",
    "distil-large-v3",
    "distil-large-v3.5",
]
FEATURES = {
    "transcribe": {
        "words", "translate", "detect", "prompt", "hotwords", "beam_size", "temperature", "no_repeat_ngram",
    },
    "synthesize": {"words", "phonemes", "pitch", "noise"},
}  # fmt: skip
ENTRY = """
[models.mine]
task = "transcribe"
engine = "faster_whisper"
repo = "me/mine"
files = ["model.bin"]
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def known() -> catalog.Catalog:
    return catalog.load()


def test_every_public_whisper_is_there_and_one_embedded_model(known):
    names = [spec.name for spec in known.models]
    assert set(WHISPER) <= set(names)
    assert [spec.name for spec in known.embedded("transcribe", "en")] == ["pocketsphinx-en-us"]
    assert known.embedded("transcribe", "de") == []


def test_facts_are_well_formed(known):
    for spec in known.models:
        assert spec.engine.isidentifier(), spec.name
        assert spec.features <= FEATURES[spec.task], spec.name
        assert spec.languages, spec.name
        if spec.repo:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+", spec.repo), spec.name
            assert re.fullmatch(r"[0-9a-f]{40}", spec.revision), spec.name


def test_recognizers_are_free_for_any_use(known):
    for spec in known.of("transcribe"):
        assert spec.licence in COMMERCIAL, spec.name
        assert set(spec.languages) <= set(NAMES), spec.name
        assert spec.description, spec.name
        if spec.repo:
            assert {"model.bin", "config.json", "tokenizer.json"} <= {file.name for file in spec.files}, spec.name
            assert spec.parameters, spec.name


def test_every_engine_of_the_catalogue_is_there(known):
    assert {spec.engine for spec in known.models} <= set(engines.names())


def test_no_two_models_share_a_name(known):
    names = [name.lower() for spec in known.models for name in (spec.name, *spec.aliases)]
    names += [spec.repo.lower() for spec in known.of("transcribe") if spec.repo]
    assert len(names) == len(set(names))


def test_equal_files_have_equal_facts(known):
    sizes = {}
    for file in (file for spec in known.models for file in spec.files if file.sha256):
        assert sizes.setdefault(file.sha256, file.size) == file.size


def test_english_models_do_not_detect_or_translate(known):
    for spec in known.of("transcribe"):
        multilingual = len(spec.languages) > 1
        assert ("detect" in spec.features) == multilingual, spec.name
        assert ("translate" in spec.features) == (multilingual and spec.name != "large-v3-turbo"), spec.name
    assert ("yue" in known.find("large-v3").languages, "yue" in known.find("large-v2").languages) == (True, False)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("tiny", "tiny"),
        ("TINY.EN", "tiny.en"),
        ("turbo", "large-v3-turbo"),
        ("Large", "large-v3"),
        ("whisper-1", "small"),
        ("openai/whisper-small", "small"),
        ("Systran/faster-whisper-small", "small"),
        ("systran/faster-whisper-large-v3", "large-v3"),
        (" base ", "base"),
        ("pocketsphinx", "pocketsphinx-en-us"),
    ],
)
def test_names_aliases_and_repositories_are_found(known, name, found):
    assert known.find(name).name == found


@pytest.mark.parametrize(
    ("name", "near"), [("smal", "'small'"), ("large_v3", "'large-v3'"), ("trubo", "large-v3-turbo")]
)
def test_a_wrong_name_is_told_what_comes_nearest(known, name, near):
    with pytest.raises(
        UnknownModelError, match=f"(?s)no model is called {name!r}.*did you mean.*{near}.*speech models"
    ):
        known.find(name)


def test_a_name_like_nothing_is_told_where_the_list_is(known):
    with pytest.raises(UnknownModelError, match="no model is called 'qqqqqq'; `speech models` lists"):
        known.find("qqqqqq")


@pytest.mark.parametrize(
    ("language", "device", "names"),
    [
        (None, "cuda", ["large-v3-turbo", "small", "base", "tiny"]),
        (None, "cpu", ["small", "base", "tiny"]),
        ("de", "cpu", ["small", "base", "tiny"]),
        ("each", "cpu", ["small", "base", "tiny"]),
        ("yue", "cuda", ["large-v3-turbo", "large-v3"]),
        ("yue", "cpu", ["large-v3-turbo", "large-v3"]),
        (None, "tpu", ["small", "base", "tiny"]),
    ],
)
def test_chains_by_language_and_device(known, language, device, names):
    assert [spec.name for spec in known.chain("transcribe", language, device)] == names


def test_a_language_can_have_a_chain_of_its_own(elsewhere):
    (elsewhere / "models.toml").write_text('[chains.transcribe.de]\ncpu = ["medium"]\n')
    known = catalog.load()
    assert [spec.name for spec in known.chain("transcribe", "de", "cpu")] == ["medium"]
    assert [spec.name for spec in known.chain("transcribe", "fr", "cpu")] == ["small", "base", "tiny"]


@pytest.mark.parametrize(("task", "licences"), [("transcribe", COMMERCIAL), ("synthesize", COMMERCIAL_DATA)])
def test_only_licences_that_permit_commercial_use_are_chosen_without_being_named(known, task, licences):
    chosen = {name for (of, *_), names in known.chains.items() if of == task for name in names}
    assert chosen
    assert {known.find(name).licence for name in chosen} <= licences


# Voices.


def test_every_voice_is_what_its_name_says(known):
    voices = [spec for spec in known.models if spec.engine == "piper"]
    assert len(voices) == 177
    for spec in voices:
        language, region, voice, quality = re.fullmatch(r"([a-z]+)_([A-Z]+)-(\w+)-(\w+)", spec.name).groups()
        place = f"{language}/{language}_{region}/{voice}/{quality}"
        assert [file.name for file in spec.files] == [
            f"{place}/{spec.name}.onnx", f"{place}/{spec.name}.onnx.json", f"{place}/MODEL_CARD",
        ]  # fmt: skip
        assert (spec.languages, spec.quality) == ((f"{language}-{region}",), quality)
        assert quality in {"x_low", "low", "medium", "high"}
        assert spec.licence
        assert len(set(spec.speakers)) == len(spec.speakers) != 1
        assert tag(spec.languages[0]) == spec.languages[0], "a code that may be asked for"


def test_a_voice_has_the_rate_of_its_quality(known):
    others = {spec.name: spec.sample_rate for spec in known.models if spec.engine == "piper"}
    exceptions = {"fr_FR-tom-medium": 44_100, "es_MX-ald-x_low": 22_050}
    for name, rate in others.items():
        assert rate == exceptions.get(name, 16_000 if name.endswith("low") else 22_050), name


def test_the_size_of_a_voice_is_known_without_its_card(known):
    assert known.find("en_US-ljspeech-high").size == 114_199_011 + 4970
    assert known.find("lt_LT-reginute1-medium").size is None


def test_voices_with_many_speakers_name_them(known):
    assert len(known.find("en_US-libritts-high").speakers) == 904
    assert known.find("en_GB-vctk-medium").speakers[:2] == ("p239", "p236")
    assert known.find("es_ES-sharvard-medium").speakers == ("M", "F")
    assert known.find("de_DE-thorsten_emotional-medium").speakers[-1] == "whisper"
    assert known.find("en_US-ljspeech-high").speakers == ()


def test_what_is_not_for_commercial_use_is_never_a_default_and_warns(known):
    chosen = {name for (task, *_), names in known.chains.items() if task == "synthesize" for name in names}
    assert not [name for name in chosen if NEVER_A_DEFAULT.match(name)]
    assert not [profile["model"] for profile in known.profiles.values() if NEVER_A_DEFAULT.match(profile["model"])]
    for spec in known.of("synthesize"):
        if NEVER_A_DEFAULT.match(spec.name) or spec.licence not in COMMERCIAL_DATA | {"GPL-3.0-or-later"}:
            assert spec.warning, spec.name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("en_US-lessac-medium", "its data is for research only"),
        ("de_DE-thorsten-medium", "fine-tuned from en_US-lessac, whose data is for research only"),
        ("en_US-ryan-medium", "does not permit commercial use; fine-tuned from en_US-lessac"),
        ("en_US-amy-low", "is not clear: read its card before you publish; fine-tuned from en_US-ryan"),
    ],
)
def test_a_warning_says_what_of_licence_and_lineage_is_restricted(known, name, words):
    assert words in known.find(name).warning


def test_voices_trained_on_free_data_alone_carry_no_warning(known):
    free = {spec.name for spec in known.of("synthesize") if not spec.warning}
    assert {"en_US-ljspeech-high", "en_US-john-medium", "sv_SE-nst-medium", "nl_NL-alex-medium", "espeak-ng"} <= free
    assert all(
        known.find(name).trained_from in {"scratch", "en_US-kristin", "nl_BE-rdh", "LibriTTS-R", ""} for name in free
    )


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("en", "en_US-ljspeech-high"),
        ("en-US", "en_US-ljspeech-high"),
        ("en-GB", "en_GB-cori-high"),
        ("en-AU", "en_US-ljspeech-high"),
        ("pt", "pt_BR-faber-medium"),
        ("pt-PT", "pt_PT-tugão-medium"),
        ("es-AR", "es_AR-daniela-high"),
        ("no", "no_NO-talesyntese-medium"),
        ("sv", "sv_SE-nst-medium"),
    ],
)
def test_a_region_has_its_own_voice_or_that_of_the_language(known, language, first):
    for device in ("cpu", "cuda"):
        assert known.chain("synthesize", language, device)[0].name == first


@pytest.mark.parametrize("language", ["tr", "ko", "ja", "eo", "yue", "en-GB-scotland"])
def test_the_embedded_voice_knows_what_no_other_may_speak_unasked(known, language):
    assert [spec.name for spec in known.embedded("synthesize", language)] == ["espeak-ng"]


def test_every_chain_of_voices_is_in_its_own_language(known):
    for task, language, device in known.chains:
        if task == "synthesize":
            assert len(known.chain(task, language, device)) == len(known.chains[task, language, device])


def test_the_embedded_voice_is_in_more_than_a_hundred_languages(known):
    spoken = known.find("espeak-ng").languages
    assert len({base(code) for code in spoken}) > 100
    assert all(tag(code) == code for code in spoken)


def test_openais_names_are_profiles_each_of_its_own(known):
    names = [
        "alloy",
        "ash",
        "ballad",
        "cedar",
        "coral",
        "echo",
        "fable",
        "marin",
        "nova",
        "onyx",
        "sage",
        "shimmer",
        "verse",
    ]
    assert sorted(known.profiles) == names
    assert len({str(profile) for profile in known.profiles.values()}) == len(names)
    for profile in known.profiles.values():
        assert known.find(profile["model"]).trained_from in {"scratch", "en_US-kristin"}
        assert known.find(profile["fallback"]).embedded


def test_profiles_of_a_users_file_replace_ours(elsewhere):
    (elsewhere / "models.toml").write_text("[profiles.alloy]\nmodel = 'sv_SE-nst-medium'\n[profiles.me]\nspeed = 2\n")
    profiles = catalog.load().profiles
    assert profiles["alloy"] == {"model": "sv_SE-nst-medium"}
    assert profiles["me"] == {"speed": 2}
    assert profiles["ash"]["model"] == "en_US-john-medium"


def test_a_wrong_voice_is_told_of_voices_only(known):
    with pytest.raises(UnknownModelError, match=r"no voice is called 'en_US-ljspeach-high'; did you mean 'en_US-ljsp"):
        known.find("en_US-ljspeach-high", "synthesize")
    with pytest.raises(UnknownModelError, match="`speech voices` lists them all"):
        known.find("tyny", "synthesize")
    with pytest.raises(UnknownModelError):
        known.find("rhasspy/piper-voices")


PATTERN = """
[families.f]
task = "synthesize"
engine = "e"
repo = "a/b"
pattern = '(?P<language>[a-z]+)-(?P<voice>[a-z]+)'
languages = ["{language}"]
files = ["{voice}/{name}.bin", "{voice}/{name}.json"]
"""


def test_a_familys_pattern_fills_its_words():
    text = PATTERN + f"[models.de-anna]\nfamily = 'f'\npins = [[5, '{'a' * 32}'], [3]]\n"
    (spec,) = catalog.parse(text).models
    assert spec.languages == ("de",)
    assert spec.files == (ModelFile("anna/de-anna.bin", 5, None, "a" * 32), ModelFile("anna/de-anna.json", 3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[models.De]\nfamily = 'f'", "models.De: the name does not fit the family's pattern"),
        ("[models.de-a]\nfamily = 'f'\nquality = '{pitch}'", "has no such part: 'pitch'"),
        ("[models.de-a]\nfamily = 'f'\npattern = '('", "is no regular expression"),
        ("[models.de-a]\nfamily = 'f'\npins = [[1], [2], [3]]", "models.de-a.pins: has 3 for 2 files"),
        ("[models.de-a]\nfamily = 'f'\npins = [3]", r"should have \[size\] or \[size, hash\]"),
        ("[models.de-a]\nfamily = 'f'\npins = [[3, 'abc']]", "models.de-a.files.sha256: 'abc' is not 64"),
        ("[models.de-a]\nfamily = 'f'\n[speakers]\nde-a = ['x']", "speakers.de-a: is .'x'. and should be the names"),
        ("[profiles]\nx = 3", "profiles.x: is 3 and should be a table"),
    ],
)
def test_a_mistake_in_a_voice_is_told(text, message):
    with pytest.raises(UnsupportedError, match=message):
        catalog.parse(PATTERN + text, "here.toml")


def test_the_script_that_writes_the_voices_changes_nothing_by_itself(tmp_path, monkeypatch):
    script = runpy.run_path(str(ROOT / ".ci" / "voices.py"))
    copy = tmp_path / "models.toml"
    copy.write_bytes((ROOT / "models.toml").read_bytes())
    script["main"].__globals__["CATALOGUE"] = copy
    script["main"]([])
    assert copy.read_bytes() == (ROOT / "models.toml").read_bytes()
    facts = tmp_path / "facts.json"
    facts.write_text(
        '{"xx_YY-new-low": {"files": {"a/xx_YY-new-low.onnx": {"size_bytes": 7, "md5_digest": "%s"}}}}' % ("b" * 32)
    )
    script["main"]([str(facts)])
    new = catalog.parse(copy.read_text(encoding="utf-8")).find("xx_YY-new-low")
    assert (new.sample_rate, new.licence, new.files[0].md5) == (16_000, "LicenseRef-see-card", "b" * 32)


def test_a_bare_file_name_is_enough(elsewhere):
    (elsewhere / "models.toml").write_text(ENTRY)
    spec = catalog.load().find("mine")
    assert spec.files == (ModelFile("model.bin"),)
    assert spec.size is None
    assert spec.origin == str(elsewhere / "models.toml")


def test_later_catalogues_replace_earlier_ones(elsewhere):
    user = catalog.user_file()
    user.parent.mkdir(parents=True)
    user.write_text(ENTRY + 'licence = "MIT"\n' + ENTRY.replace("mine", "tiny"))
    assert catalog.load().find("tiny").repo == "me/tiny"
    assert catalog.load().find("mine").licence == "MIT"
    (elsewhere / "models.toml").write_text(ENTRY + 'licence = "CC0-1.0"\n')
    assert catalog.load().find("mine").licence == "CC0-1.0"
    assert catalog.load().find("tiny").repo == "me/tiny"


def test_a_name_wins_over_an_alias(elsewhere):
    (elsewhere / "models.toml").write_text(ENTRY.replace("mine", "turbo"))
    assert catalog.load().find("turbo").repo == "me/turbo"


def test_the_checkouts_own_file_is_not_read_twice(monkeypatch):
    monkeypatch.chdir(catalog.package_file().parent)
    assert {spec.origin for spec in catalog.load().models} == {"speech"}


@pytest.mark.parametrize(
    "text",
    [
        '[database]\nname = "x"\n',
        '[models.gpt]\nprovider = "somebody"\ntask = "chat"\n',
        'models = ["a", "b"]\nlanguages = "en"\n',
        '[models]\ndefault = "gpt"\n[chains]\nsteps = []\n',
        'schema = "public"\n[models.user]\ncolumns = ["id"]\n',
    ],
)
def test_another_programs_models_toml_is_left_alone(elsewhere, text):
    (elsewhere / "models.toml").write_text(text)
    assert {spec.origin for spec in catalog.load().models} == {"speech"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schema = 2\n", "schema: is 2"),
        ("[models.mine]\nengine = 'faster_whisper'\n", "models.mine.task: is None"),
        ("[models.mine]\nfamily = 'whisper'\n", r"there is no \[families.whisper\]"),
        ("[chains.transcribe]\ncpu = 3\n", "chains.transcribe.cpu: is 3"),
    ],
)
def test_a_mistake_in_a_catalogue_of_ours_is_told(elsewhere, text, message):
    (elsewhere / "models.toml").write_text(text)
    with pytest.raises(UnsupportedError, match=message):
        catalog.load()


def test_a_plugin_brings_models(elsewhere, monkeypatch, tmp_path):
    package = tmp_path / "site" / "their_models-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: their-models\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[speech.models]\ntheirs = their_models:catalogue\n")
    (package.parent / "their_models.py").write_text(f"def catalogue():\n    return {ENTRY!r}\n")
    monkeypatch.syspath_prepend(str(package.parent))
    assert catalog.load().find("mine").origin == "plugin theirs"


def test_shared_languages_and_families():
    text = """
    [languages]
    nordic = ["da", "sv"]
    [families.f]
    task = "transcribe"
    engine = "e"
    languages = ["nordic", "fi"]
    features = ["words"]
    [models.m]
    family = "f"
    embedded = true
    features = []
    """
    (spec,) = catalog.parse(text).models
    assert spec.languages == ("da", "sv", "fi")
    assert spec.features == frozenset()


BASE = 'task = "transcribe"\nengine = "e"\nembedded = true\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[models", "here.toml: not valid TOML"),
        ("[model.x]", "here.toml: model: no such table; there are .*models"),
        ("schema = 2", "here.toml: schema: is 2, and this version reads 1"),
        ("models = 3", "here.toml: models: is 3 and should be a table"),
        ("[models]\nx = 3", "here.toml: models.x: is 3 and should be a table"),
        (f"[models.x]\n{BASE}licnce = 'MIT'", "here.toml: models.x.licnce: no such key; did you mean 'licence'"),
        (f"[models.x]\n{BASE}zzz = 1", "here.toml: models.x.zzz: no such key; there are task"),
        (f"[models.x]\n{BASE}parameters = true", "models.x.parameters: is True and should be of type int"),
        (f"[models.x]\n{BASE}licence = 3", "models.x.licence: is 3 and should be of type str"),
        (f"[models.x]\n{BASE}languages = 'en'", "models.x.languages: is 'en' and should be of type list"),
        (f"[models.x]\n{BASE}languages = [3]", "models.x.languages: is .3. and should be a list of strings"),
        (f"[models.x]\n{BASE}family = 'f'", r"models.x.family: there is no \[families.f\]"),
        (
            f"[models.x]\n{BASE}repo = 'a/b'",
            "models.x: needs one of repo, embedded and path, and has repo and embedded",
        ),
        (
            "[models.x]\ntask = 'transcribe'\nengine = 'e'",
            "models.x: needs one of repo, embedded and path, and has none",
        ),
        ("[models.x]\ntask = 'sing'", "models.x.task: is 'sing'; give one of transcribe, synthesize"),
        ("[models.x]\ntask = 'transcribe'\nembedded = true", "models.x.engine: is missing"),
        ("[models.x]\ntask = 'transcribe'\nengine = 'e'\nrepo = 'a/b'", "models.x.files: is missing"),
        (f"[models.x]\n{BASE}files = ['../b']", "models.x.files.name: '../b' is not a path inside the repository"),
        (f"[models.x]\n{BASE}files = ['/b']", "models.x.files.name: '/b' is not a path inside the repository"),
        (f"[models.x]\n{BASE}files = [{{ name = 'b', sha256 = 'AB' }}]", "models.x.files.sha256: 'AB' is not 64"),
        (f"[models.x]\n{BASE}files = [{{ name = 'b', size = '3' }}]", "models.x.files.size: is '3' and should be of"),
        (f"[models.x]\n{BASE}files = [3]", "models.x.files: is 3 and should be a table"),
        ("[chains]\ntranscribe = 3", "chains.transcribe: is 3 and should be a table"),
        ("[chains.transcribe]\ncpu = 'x'", "chains.transcribe.cpu: is 'x' and should be a list"),
    ],
)
def test_a_mistake_is_told_with_file_entry_and_key(text, message):
    with pytest.raises(UnsupportedError, match=message):
        catalog.parse(text, "here.toml")


def test_a_chain_of_unknown_models_is_refused(elsewhere):
    (elsewhere / "models.toml").write_text('[chains.transcribe]\ncpu = ["smoll"]\n')
    with pytest.raises(
        UnsupportedError, match=r"chains\.transcribe\.cpu: no model is called 'smoll'; did you mean 'small'"
    ):
        catalog.load()


def test_a_users_file_that_cannot_be_read_is_named(elsewhere):
    (elsewhere / "models.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnsupportedError, match=r"models\.toml: cannot be read"):
        catalog.load()
