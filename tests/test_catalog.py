"""The catalogue: what it holds, how names are found, and what a mistake in it says."""

import re
from pathlib import Path

import pytest

from speech import catalog, engines
from speech.data import ModelFile
from speech.errors import UnknownModelError, UnsupportedError
from speech.languages import NAMES

COMMERCIAL = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-4.0"}
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
FEATURES = {"words", "translate", "detect", "prompt", "hotwords", "beam_size", "temperature", "no_repeat_ngram"}
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
        assert spec.licence in COMMERCIAL, spec.name
        assert spec.features <= FEATURES, spec.name
        assert set(spec.languages) <= set(NAMES), spec.name
        assert spec.languages, spec.name
        assert spec.description, spec.name
        if spec.repo:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+", spec.repo), spec.name
            assert re.fullmatch(r"[0-9a-f]{40}", spec.revision), spec.name
            assert {"model.bin", "config.json", "tokenizer.json"} <= {file.name for file in spec.files}, spec.name
            assert spec.parameters, spec.name


def test_every_engine_of_the_catalogue_is_there(known):
    assert {spec.engine for spec in known.models} <= {*engines.names(), "faster_whisper", "pocketsphinx"}


def test_no_two_models_share_a_name(known):
    names = [name.lower() for spec in known.models for name in (spec.name, *spec.aliases, spec.repo) if name]
    assert len(names) == len(set(names))


def test_equal_files_have_equal_facts(known):
    sizes = {}
    for file in (file for spec in known.models for file in spec.files if file.sha256):
        assert sizes.setdefault(file.sha256, file.size) == file.size


def test_english_models_do_not_detect_or_translate(known):
    for spec in known.models:
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


def test_only_licences_that_permit_any_use_are_chosen_without_being_named(known):
    chosen = [spec for (task, language, device) in known.chains for spec in known.chain(task, language or None, device)]
    assert chosen
    assert {spec.licence for spec in chosen} <= COMMERCIAL


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
