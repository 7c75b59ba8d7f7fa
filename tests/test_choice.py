"""Which model runs, where, and what is said about it."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest
from hub import COMMIT, Hub

from speech import catalog, choice, engines
from speech.choice import check, choose, wanted
from speech.data import SynthesizeOptions, TranscribeOptions
from speech.errors import (
    DownloadError,
    MissingDependencyError,
    NotDownloadedError,
    UnknownModelError,
    UnsupportedError,
)

FILES = {"model.bin": b"m" * 5000, "config.json": b"{}"}
VOICES = Path(__file__).parent / "models"

# Two engines that another package brings: one for files with a device of each kind, one that is embedded.
ENGINE = """
import os
from speech.data import Device, ModelSpec
REQUIRES = "heavy>=2; python_version < '9'"
def probe():
    names = os.environ.get("DEVICES", "cpu").split()
    return [DEVICES[name] for name in names if name != "none"]
DEVICES = {
    "cpu": Device(name="cpu", compute_types=("int8", "float32")),
    "cuda": Device(name="cuda:0", compute_types=("float16", "int8"), free_bytes=10**6),
    "full": Device(name="cuda:0", compute_types=("float16",), free_bytes=6000),
    "broken": Device(name="cuda:0", note="libcublas.so.12 is not there"),
    "second": Device(name="cuda:1", compute_types=("float16",)),
}
def inspect(path):
    if (path / "heavy.model").is_file():
        return ModelSpec(name=path.name, task="transcribe", engine="heavy", languages=("en", "de"))
def load(spec, files, device): ...
"""
LITTLE = """
import os
from speech.data import Device
REQUIRES = "little"
def probe():
    return [] if os.environ.get("LITTLE") == "none" else [Device(name="cpu", compute_types=("float32",))]
def inspect(path): ...
def load(spec, files, device): ...
"""


def entry(name, size=5000, **more):
    digest = hashlib.sha256(FILES["model.bin"]).hexdigest()
    lines = [f"{key} = {value!r}".replace("True", "true") for key, value in more.items()]
    return f"""
    [models.{name}]
    task = "transcribe"
    engine = "heavy"
    repo = "owner/{name}"
    revision = "{COMMIT}"
    files = [{{ name = "model.bin", size = {size}, sha256 = "{digest}" }}]
    {chr(10).join(lines)}
    """


def voice(name, **more):
    return entry(f'"{name}"', **more).replace("transcribe", "synthesize").replace(f'owner/"{name}"', "owner/middle")


MODELS = "".join(
    [
        "[chains.transcribe]\ncuda = ['big', 'middle', 'tiny1']\ncpu = ['middle', 'tiny1']\n",
        entry("big", languages=["en", "de"], features=["words", "detect"], licence="MIT"),
        entry("middle", languages=["en", "de"], features=["words", "translate", "detect", "beam_size"]),
        entry("tiny1", size=5000, languages=["en", "de"], features=["words", "detect"]),
        entry("english", languages=["en"], features=["words"]),
        "[models.little]\ntask = 'transcribe'\nengine = 'little'\nembedded = true\nlanguages = ['en']\n",
        "features = ['words']\n",
        "[models.voice]\ntask = 'synthesize'\nengine = 'little'\nembedded = true\n",
        "languages = ['en', 'de', 'tr']\nfeatures = ['pitch']\n",
        "[chains.synthesize]\nen.cpu = ['anna', 'ben']\nen-GB.cpu = ['ben']\nde.cpu = ['carla']\n",
        voice("anna", languages=["en-US"], licence="MIT", features=["words", "noise"]),
        voice("ben", languages=["en-GB"], licence="MIT", speakers=["low", "high", "whisper"]),
        voice("carla", languages=["de-DE"], licence="CC0-1.0", warning="fine-tuned from anna"),
        voice("ayşe", languages=["tr-TR"], licence="CC-BY-NC-4.0"),
    ]
)


@pytest.fixture(autouse=True)
def engines_of_another_package(tmp_path, monkeypatch):
    package = tmp_path / "site" / "heavy-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: heavy\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[speech.engines]\nheavy = heavy_engine\nlittle = little_engine\n")
    (package.parent / "heavy_engine.py").write_text(ENGINE)
    (package.parent / "little_engine.py").write_text(LITTLE)
    monkeypatch.syspath_prepend(str(package.parent))
    engines._entry_points.cache_clear()
    yield
    engines._entry_points.cache_clear()


@pytest.fixture(autouse=True)
def only_our_models(tmp_path, monkeypatch):
    """A catalogue of the tests' own in place of the package's."""
    path = tmp_path / "project" / "catalogue.toml"
    path.parent.mkdir()
    path.write_text(MODELS)
    monkeypatch.setattr(catalog, "package_file", lambda: path)
    monkeypatch.chdir(path.parent)


@pytest.fixture
def served(monkeypatch):
    hub = Hub(dict(FILES), repo="owner/middle")
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    yield hub
    hub.close()


def put(own_folders, name):
    """The model as another tool would have left it."""
    path = own_folders / "huggingface" / "hub" / f"models--owner--{name}" / "snapshots" / COMMIT
    path.mkdir(parents=True)
    (path / "model.bin").write_bytes(FILES["model.bin"])
    return path


# By name.


def test_a_named_model_that_is_there_runs(own_folders):
    path = put(own_folders, "tiny1")
    made = choose("tiny1")
    assert (made.spec.name, made.files, made.device.name, made.device.compute_types) == (
        "tiny1",
        path,
        "cpu",
        ("int8",),
    )
    assert made.reason == "model tiny1 on cpu, int8: asked for by name"
    assert (made.hint, made.events) == ("", ())


def test_a_named_model_is_fetched(served):
    told = []
    made = choose("middle", progress=told.append)
    assert made.files.is_dir()
    assert told[-1].stage in ("download", "verify")


def test_a_named_model_is_never_replaced(served):
    with pytest.raises(NotDownloadedError, match=r"model 'middle' .* speech models pull middle"):
        choose("middle", offline=True)
    served.files = {}
    with pytest.raises(DownloadError):
        choose("middle")


def test_a_fallback_replaces_it_and_says_so(own_folders):
    put(own_folders, "tiny1")
    made = choose("middle", fallback="tiny1")
    assert made.spec.name == "tiny1"
    assert made.reason == (
        "model tiny1 on cpu, int8: in place of 'middle': model 'middle' (5 kB) is not on this machine"
    )
    assert made.hint == "with a network, type: speech models pull middle"
    (event,) = made.events
    assert event.kind == "swapped"
    assert event.details["asked"] == "middle"


def test_a_fallback_may_be_auto_and_is_not_for_mistakes():
    assert choose("middle", fallback="auto").spec.name == "little"
    with pytest.raises(UnknownModelError, match="did you mean 'middle'"):
        choose("midle", fallback="auto")


def test_a_named_model_must_have_what_is_needed(own_folders):
    for name in ("english", "tiny1"):
        put(own_folders, name)
    with pytest.raises(UnsupportedError, match="model 'english' does not tell languages apart; use --model middle"):
        choose("english", needs=frozenset({"detect"}))
    with pytest.raises(UnsupportedError, match="model 'tiny1' does not translate; use --model middle"):
        choose("tiny1", needs=frozenset({"translate"}))
    with pytest.raises(UnsupportedError, match="model 'english' has no beam size; use --model middle"):
        choose("english", needs=frozenset({"beam_size"}))
    assert choose("tiny1", needs=frozenset({"detect"})).spec.name == "tiny1"


def test_a_model_of_another_task_is_refused():
    with pytest.raises(UnsupportedError, match=r"voice 'voice' does not transcribe; .speech models. lists what does"):
        choose("voice")


# By path.


@pytest.fixture
def directory(tmp_path):
    path = tmp_path / "project" / "mine"
    path.mkdir()
    (path / "heavy.model").write_text("")
    return path


@pytest.mark.parametrize("form", ["mine", "./mine", "{}", "../project/mine"])
def test_a_model_directory_runs(directory, form):
    made = choose(form.format(directory))
    assert (made.spec.engine, made.files.resolve(), made.spec.path.resolve()) == ("heavy", directory, directory)


def test_a_path_object_is_a_path(directory):
    assert choose(directory).files == directory


def test_a_name_of_the_catalogue_wins_over_a_directory(own_folders, tmp_path):
    (tmp_path / "project" / "tiny1").mkdir()
    put(own_folders, "tiny1")
    assert choose("tiny1").spec.repo == "owner/tiny1"
    assert choose("owner/tiny1").spec.name == "tiny1"


def test_what_is_no_model_is_told(tmp_path):
    with pytest.raises(UnknownModelError, match=r"is not a model of any engine \(.*heavy, little\)"):
        choose(str(tmp_path))
    for name in ("./none", "/none/at/all", "~/none"):
        with pytest.raises(UnknownModelError, match=f"there is no model directory {name!r}"):
            choose(name)
    with pytest.raises(UnknownModelError, match="no model is called 'owner/tiny2'; did you mean 'tiny1'"):
        choose("owner/tiny2")


def test_a_catalogue_may_name_a_directory(directory, tmp_path):
    text = "[models.my]\ntask = 'transcribe'\nengine = 'heavy'\npath = {!r}\n[models.gone]\ntask = 'transcribe'\n"
    text += "engine = 'heavy'\npath = '/none'\n"
    (tmp_path / "project" / "models.toml").write_text(text.format(str(directory)))
    assert choose("my").files == directory
    with pytest.raises(NotDownloadedError, match="model 'gone' should lie in '/none'"):
        choose("gone")


# "auto".


def test_auto_takes_the_best_that_is_there(own_folders):
    put(own_folders, "tiny1")
    made = choose()
    assert made.reason == "model tiny1 on cpu, int8: the best that is on this machine"
    assert made.hint == "`speech models pull middle` fetches a better one"
    put(own_folders, "middle")
    made = choose()
    assert (made.spec.name, made.hint) == ("middle", "")


def test_auto_takes_the_gpus_chain_where_there_is_a_gpu(own_folders, monkeypatch):
    for name in ("big", "middle"):
        put(own_folders, name)
    monkeypatch.setenv("DEVICES", "cpu cuda")
    made = choose()
    assert (made.spec.name, made.device.name, made.device.compute_types) == ("big", "cuda:0", ("float16",))
    assert choose(device="cpu").spec.name == "middle"


def test_auto_asks_no_network_for_what_is_there(own_folders, served):
    put(own_folders, "tiny1")
    choose()
    assert served.tokens == []


def test_auto_fetches_the_head_of_the_chain_and_says_so_first(served):
    told = []
    made = choose(progress=told.append)
    assert made.reason == "model middle on cpu, int8: the best for this machine, fetched just now"
    assert told[0].message == f"fetching model middle (5 kB) from {served.url}/owner/middle"
    assert "GET model.bin" in served.requests


@pytest.mark.parametrize(
    ("offline", "why"),
    [(True, "the network is off"), (False, r"http://127.0.0.1:\d+ does not answer")],
)
def test_auto_answers_without_a_network(served, offline, why):
    served.close()
    made = choose(offline=offline)
    assert (made.spec.name, made.files) == ("little", None)
    assert re.fullmatch(
        rf"model little on cpu, float32: no other is on this machine, and {why}; it knows English only", made.reason
    )
    assert made.hint == "`speech models pull middle` fetches a better one"


def test_auto_answers_where_the_fetch_fails(served):
    served.files = {}
    made = choose(language="en")
    assert made.spec.name == "little"
    assert made.reason.endswith(
        "no other is on this machine, and the fetch of middle failed "
        "(cannot fetch model.bin of owner/middle: the hub has no such file or revision)"
    )


def test_auto_has_no_answer_for_another_language():
    with pytest.raises(
        NotDownloadedError,
        match=r"no model for German \('de'\) is on this machine: the network is off; .*pull middle. fetches one",
    ):
        choose(language="de")
    with pytest.raises(NotDownloadedError, match="no model with translate is on this machine"):
        choose(needs=frozenset({"translate"}))


def test_auto_says_that_the_embedded_model_is_not_installed(monkeypatch):
    monkeypatch.setenv("LITTLE", "none")
    with pytest.raises(NotDownloadedError, match="the package little of the embedded model is not installed"):
        choose()


def test_auto_without_the_engine_goes_on_without_it(monkeypatch):
    monkeypatch.setenv("DEVICES", "none")
    assert choose().spec.name == "little"


def test_auto_takes_what_has_the_features(own_folders, monkeypatch):
    monkeypatch.setenv("DEVICES", "cpu cuda")
    for name in ("big", "middle"):
        put(own_folders, name)
    assert choose(needs=frozenset({"translate"})).spec.name == "middle"


def test_auto_passes_over_what_does_not_fit_the_gpu(own_folders, monkeypatch):
    put(own_folders, "big")
    put(own_folders, "middle")
    monkeypatch.setenv("DEVICES", "cpu full")  # 5000 bytes of files, 6000 free
    made = choose()
    assert (made.spec.name, made.device.name) == ("middle", "cpu")
    assert "cuda:0 is not used: 6 kB of memory are free, too little" in made.reason
    assert choose("middle").device.name == "cuda:0", "what is named is tried"


def test_language_names_are_understood(own_folders):
    put(own_folders, "tiny1")
    assert choose(language="German").spec.name == "tiny1"
    with pytest.raises(UnsupportedError, match="no language is called 'klingon'"):
        choose(language="klingon")


# Devices.


def test_a_gpu_that_cannot_be_used_costs_one_line(own_folders, monkeypatch):
    put(own_folders, "tiny1")
    monkeypatch.setenv("DEVICES", "cpu broken")
    made = choose("tiny1")
    assert made.device.name == "cpu"
    assert made.reason.count("libcublas.so.12 is not there") == 1
    assert [event.kind for event in made.events] == ["flagged"]


@pytest.mark.parametrize("model", ["tiny1", "auto"])
def test_a_gpu_asked_for_by_name_must_work(own_folders, monkeypatch, model):
    put(own_folders, "tiny1")
    monkeypatch.setenv("DEVICES", "cpu broken")
    with pytest.raises(MissingDependencyError, match=r"device 'cuda' cannot be used: libcublas.so.12 .*--device cpu"):
        choose(model, device="cuda")
    monkeypatch.setenv("DEVICES", "cpu")
    with pytest.raises(UnsupportedError, match="has no device 'cuda' here; there is cpu; use --device auto"):
        choose(model, device="cuda")


def test_a_device_by_its_number(own_folders, monkeypatch):
    put(own_folders, "tiny1")
    monkeypatch.setenv("DEVICES", "cpu cuda second")
    assert choose("tiny1", device="cuda:1").device.name == "cuda:1"
    assert choose("tiny1", device="cuda").device.name == "cuda:0"
    assert choose(device="cuda:1").device.name == "cuda:1"


def test_threads_and_compute_type_reach_the_device(own_folders):
    put(own_folders, "tiny1")
    made = choose("tiny1", compute_type="float32", threads=3)
    assert (made.device.compute_types, made.device.threads) == (("float32",), 3)
    with pytest.raises(UnsupportedError, match="cpu does not compute in 'float16'; it can do int8, float32"):
        choose("tiny1", compute_type="float16")


def test_an_engine_that_is_not_installed_is_told(own_folders, monkeypatch):
    put(own_folders, "tiny1")
    monkeypatch.setenv("DEVICES", "none")
    with pytest.raises(MissingDependencyError, match=r"runs on the engine 'heavy', .* pip install 'heavy>=2'"):
        choose("tiny1")


def test_what_the_embedded_model_ignores_is_on_record(monkeypatch):
    monkeypatch.setenv("DEVICES", "cpu cuda")
    made = choose(device="cuda", compute_type="int8")
    assert made.spec.name == "little"
    stands_in, *ignored = made.events
    assert (stands_in.kind, stands_in.message) == ("swapped", made.reason)
    assert [event.message for event in ignored] == [
        "model 'little' has only device 'cpu': 'cuda' is ignored",
        "model 'little' has only compute type 'float32': 'int8' is ignored",
    ]


# Options against the model.


def spec(name):
    return catalog.load().find(name)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "english",
            {"language": "de"},
            r"model 'english' does not know German \('de'\); it knows English only; use --model middle",
        ),
        (
            "big",
            {"language": "fr"},
            r"does not know French \('fr'\); it knows 2 languages; no model of the catalogue can",
        ),
        ("big", {"task": "translate"}, "model 'big' does not translate; use --model middle"),
        ("voice", {"words": True}, "model 'voice' gives no word times"),
        ("voice", {"language": "each"}, "does not detect languages; name one with --language"),
    ],
)
def test_another_meaning_is_refused_before_anything_loads(name, options, message):
    with pytest.raises(UnsupportedError, match=message):
        check(spec(name), TranscribeOptions(**options))


@pytest.mark.parametrize("language", ["de", "fr"])
def test_choose_refuses_the_language_before_it_fetches(served, language):
    with pytest.raises(UnsupportedError):
        choose("english", language=language)
    assert served.tokens == []


@pytest.mark.parametrize("language", [None, "each", "en"])
def test_an_english_model_is_simply_english(language):
    assert check(spec("english"), TranscribeOptions(language=language, words=True)) == ()


@pytest.mark.parametrize(
    ("option", "value"),
    [("prompt", "x"), ("hotwords", ("x",)), ("beam_size", 3), ("temperature", 0.5), ("no_repeat_ngram", 2)],
)
def test_tuning_that_the_model_lacks_is_ignored_once_and_said(option, value):
    (event,) = check(spec("little"), TranscribeOptions(**{option: value}))
    assert (event.kind, event.details["option"]) == ("ignored", option)
    assert repr(value) in event.message


def test_tuning_that_the_model_has_or_that_is_not_asked_for_says_nothing():
    assert check(spec("middle"), TranscribeOptions(beam_size=1)) == ()
    assert check(spec("little"), TranscribeOptions(prompt="")) == ()


def test_wanted_features():
    assert wanted(TranscribeOptions()) == frozenset()
    assert wanted(TranscribeOptions(words=True, task="translate")) == {"words", "translate"}


def test_the_patience_is_what_is_promised():
    assert choice.PATIENCE == 3.0


# Voices.


def test_a_voice_for_no_language_is_english(own_folders):
    put(own_folders, "middle")
    made = choose(task="synthesize")
    assert made.spec.name == "anna"
    assert made.reason == "voice anna on cpu, int8: the best that is on this machine"


@pytest.mark.parametrize(
    ("language", "name"), [("en", "anna"), ("english", "anna"), ("en-GB", "ben"), ("en_AU", "anna"), ("de-AT", "carla")]
)
def test_a_voice_is_chosen_by_language_and_region(own_folders, language, name):
    put(own_folders, "middle")
    assert choose(task="synthesize", language=language).spec.name == name


def test_a_voice_stands_in_until_one_is_fetched():
    made = choose(task="synthesize", language="de")
    assert (made.spec.name, made.files) == ("voice", None)
    assert made.reason == "voice voice on cpu, float32: no other is on this machine, and the network is off"
    assert made.hint == "`speech voices pull carla` fetches a better one"
    assert [event.kind for event in made.events] == ["swapped"]


def test_a_language_without_a_free_voice_has_the_embedded_one(own_folders):
    put(own_folders, "middle")
    made = choose(task="synthesize", language="tr")
    assert made.spec.name == "voice"
    assert made.reason.endswith("and none for Turkish ('tr') is free for any use")
    assert made.hint == ""


def test_a_language_that_no_voice_knows_is_told():
    with pytest.raises(
        NotDownloadedError, match=r"no voice for 'eo' is on this machine: .*`speech voices` with --voice"
    ):
        choose(task="synthesize", language="eo")


def test_what_auto_fetches_says_its_warning(served):
    made = choose(task="synthesize", language="de")
    assert made.reason == "voice carla on cpu, int8: the best for this machine, fetched just now"
    assert made.hint == "carla (CC0-1.0): fine-tuned from anna"


def test_a_named_voice_is_never_replaced_but_by_its_fallback():
    with pytest.raises(NotDownloadedError, match=r"voice 'ayşe' \(5 kB\) is not on .*: speech voices pull ayşe"):
        choose("ayşe", task="synthesize")
    made = choose("ayşe", task="synthesize", fallback="voice")
    assert made.spec.name == "voice"
    assert made.reason.startswith("voice voice on cpu, float32: in place of 'ayşe'")
    assert made.hint == "with a network, type: speech voices pull ayşe"


def test_mistakes_about_voices_speak_of_voices(own_folders, tmp_path):
    put(own_folders, "middle")
    with pytest.raises(UnknownModelError, match=r"no voice is called 'ana'; did you mean 'anna'.* `speech voices`"):
        choose("ana", task="synthesize")
    with pytest.raises(UnsupportedError, match="model 'tiny1' does not synthesize; `speech voices` lists what does"):
        choose("tiny1", task="synthesize")
    with pytest.raises(
        UnsupportedError, match=r"voice 'anna' does not know German \('de'\); it knows English only; use --voice carla"
    ):
        choose("anna", task="synthesize", language="de")
    with pytest.raises(UnknownModelError, match=r"there is no voice './none.onnx'; .* from `speech voices`"):
        choose("./none.onnx", task="synthesize")
    with pytest.raises(UnknownModelError, match=r"is not a voice of any engine .* with its .onnx.json beside it"):
        choose(str(tmp_path), task="synthesize")
    assert choose("anna", task="synthesize", language="en-GB").spec.name == "anna"


@pytest.mark.parametrize("form", ["{}/piper-micro.onnx", "{}", "./piper-micro/piper-micro.onnx", "piper-micro"])
def test_a_path_is_a_voice(tmp_path, form):
    folder = tmp_path / "project" / "piper-micro"
    shutil.copytree(VOICES / "piper-micro", folder)
    for name in ("piper-micro.onnx", "piper-micro.onnx.json"):
        if not (folder / name).exists():
            next(folder.glob(f"*{name.removeprefix('piper-micro')}")).rename(folder / name)
    made = choose(form.format(folder), task="synthesize")
    assert (made.spec.engine, made.spec.task) == ("piper", "synthesize")
    assert made.files == made.spec.path
    assert made.files.resolve() in (folder, folder / "piper-micro.onnx")
    with pytest.raises(UnsupportedError, match="does not transcribe"):
        choose(form.format(folder))


@pytest.mark.parametrize(
    ("name", "speaker", "message"),
    [
        ("ben", None, ""),
        ("ben", "high", ""),
        ("ben", "2", ""),
        (
            "ben",
            "3",
            "voice 'ben' has no speaker '3'; give a number from 0 to 2, or a name .* `speech voices info ben`",
        ),
        ("ben", "hihg", "has no speaker 'hihg'; did you mean 'high'"),
        ("ben", "-1", "has no speaker '-1'"),
        ("anna", "0", ""),
        ("anna", "1", "voice 'anna' has one speaker, and no '1'; leave the speaker out"),
        ("voice", "whisper", ""),
    ],
)
def test_a_speaker_must_be_one_of_the_voices(name, speaker, message):
    spec = catalog.load().find(name)
    if not message:
        assert check(spec, SynthesizeOptions(speaker=speaker)) == ()
    else:
        with pytest.raises(UnsupportedError, match=message):
            check(spec, SynthesizeOptions(speaker=speaker))


def test_noise_is_ignored_where_a_voice_has_none():
    known = catalog.load()
    options = SynthesizeOptions(noise=0.0, noise_w=0.5)
    assert check(known.find("anna"), options) == ()
    assert [event.message for event in check(known.find("voice"), options)] == [
        "voice 'voice' has no noise: 0.0 is ignored",
        "voice 'voice' has no noise w: 0.5 is ignored",
    ]
