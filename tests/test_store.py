"""The store: what counts as present, and that nothing else ever does."""

import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hub import COMMIT, Fault, Hub

from speech import hub as hub_client
from speech import snapshot, store
from speech.catalog import Catalog
from speech.data import ModelFile, ModelSpec
from speech.errors import DownloadError, NotDownloadedError, UnknownModelError, UnsupportedError
from speech.store import Store, human

FILES = {
    "config.json": b'{"a": 1}',
    "model.bin": random.Random(0).randbytes(900_000),
    "nested/vocabulary.txt": random.Random(1).randbytes(3000),
}
TOTAL = sum(map(len, FILES.values()))
PULL = "speech models pull m"


def spec_of(files=FILES, *, hashes=True, sizes=True, name="m", revision=COMMIT, repo="owner/model"):
    listed = tuple(
        ModelFile(key, len(content) if sizes else None, hashlib.sha256(content).hexdigest() if hashes else None)
        for key, content in files.items()
    )
    return ModelSpec(name=name, task="transcribe", engine="e", repo=repo, revision=revision, files=listed)


SPEC = spec_of()


@pytest.fixture
def served(monkeypatch):
    """A hub that has the model, and an environment in which it is the hub."""
    hub = Hub(dict(FILES))
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub_client, "PAUSES", (0.0, 0.0))
    yield hub
    hub.close()


@pytest.fixture
def here(served) -> Store:
    return Store()


def contents(path: Path):
    return {name: (path / name).read_bytes() for name in FILES}


def damage(path: Path, at=100):
    """Change a byte, and nothing else that is easily seen."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))
    return before


# Fetching.


def test_a_fetched_model_is_whole_and_is_found(here):
    assert here.find(SPEC) is None
    path = here.fetch(SPEC)
    assert contents(path) == FILES
    assert here.find(SPEC) == here.path(SPEC) == path
    assert here.has(SPEC)


def test_what_is_there_costs_no_network(here, served, monkeypatch):
    here.fetch(SPEC)
    before = len(served.tokens)

    def forbidden(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", forbidden)
    assert contents(Store().fetch(SPEC)) == FILES
    assert contents(Store(offline=True).fetch(SPEC)) == FILES
    assert Store().find(SPEC)
    assert len(served.tokens) == before


def test_progress_counts_the_bytes_of_the_whole_model(here):
    seen = []
    here.fetch(SPEC, seen.append)
    loads = [event for event in seen if event.stage == "download"]
    assert loads[-1].done == loads[-1].total == TOTAL
    assert [event.done for event in loads] == sorted(event.done for event in loads)
    assert {event.source for event in seen} == {"m"}


def test_a_model_of_another_tool_is_found(here, served):
    from huggingface_hub import snapshot_download

    path = snapshot_download("owner/model", revision=COMMIT, endpoint=served.url, cache_dir=here.cache)
    served.close()
    assert here.find(SPEC) == Path(path)


def test_what_the_catalogue_says_otherwise_is_not_taken_from_another_tool(here, served):
    from huggingface_hub import snapshot_download

    path = Path(snapshot_download("owner/model", revision=COMMIT, endpoint=served.url, cache_dir=here.cache))
    with pytest.raises(DownloadError, match=r"config\.json .* has the sha256 .* in place of"):
        here.fetch(spec_of(FILES | {"config.json": b'{"b": 1}'}))
    assert contents(path) == FILES


def test_another_tool_finds_ours(here):
    from huggingface_hub import scan_cache_dir, snapshot_download

    path = here.fetch(SPEC)
    assert snapshot_download("owner/model", revision=COMMIT, cache_dir=here.cache, local_files_only=True) == str(path)
    assert scan_cache_dir(here.cache).warnings == []


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(cut=300_000)],
        [Fault(cut=300_000), Fault(cut=300_000)],
        [Fault(cut=0)],
        [Fault(status=500)],
        [Fault(status=503), Fault(status=429)],
        [Fault(cut=300_000), Fault(status=500), Fault(cut=300_000), Fault(status=502)],
        [Fault(cut=300_000), Fault(no_range=True)],
        [Fault(cut=300_000), Fault(no_range=True, cut=300_000)],
        [Fault(extra=10)],
    ],
    ids=repr,
)
def test_a_transfer_that_breaks_goes_on(here, served, faults):
    served.fault("model.bin", *faults)
    assert contents(here.fetch(SPEC)) == FILES


def test_what_a_cut_download_left_is_not_fetched_again(here, served):
    served.fault("model.bin", Fault(cut=600_000), Fault(status=404))
    with pytest.raises(DownloadError):
        here.fetch(SPEC)
    assert here.find(SPEC) is None
    assert not here.has(SPEC)
    here.fetch(SPEC)
    (resumed,) = served.ranges[-1:]
    assert int(resumed.removeprefix("bytes=").removesuffix("-")) > 300_000


def test_a_bad_beginning_is_thrown_away_once(here, served):
    blobs = here.cache / "models--owner--model" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / f"{served.etag('model.bin')}.incomplete").write_bytes(bytes(500_000))
    assert contents(here.fetch(SPEC)) == FILES
    assert served.fetched.count("model.bin") == 2


def test_a_beginning_that_is_too_long_is_thrown_away(here, served):
    blobs = here.cache / "models--owner--model" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / f"{served.etag('model.bin')}.incomplete").write_bytes(bytes(2_000_000))
    assert contents(here.fetch(SPEC)) == FILES


def test_wrong_bytes_are_refused_and_leave_nothing(here, served):
    served.fault("model.bin", Fault(wrong=True))
    with pytest.raises(
        DownloadError, match=r"model\.bin of model 'm' .*has the sha256 .* in place of .*; *try again|try"
    ):
        here.fetch(SPEC)
    assert here.find(SPEC) is None
    assert not [path for path in here.cache.rglob("*") if path.is_file() and path.stat().st_size == 900_000]
    assert contents(here.fetch(SPEC)) == FILES


@pytest.mark.parametrize("name", ["config.json", "model.bin"])
def test_wrong_bytes_are_refused_where_the_catalogue_knows_no_hash(here, served, name):
    served.fault(name, Fault(wrong=True))
    with pytest.raises(DownloadError, match="is not what the hub announced"):
        here.fetch(spec_of(hashes=False, sizes=False))
    assert here.find(spec_of(hashes=False)) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model.bin": FILES["model.bin"][:-1]}, "has 899999 bytes in place of 900000"),
        ({"model.bin": bytes(900_000)}, "has the sha256 .* in place of"),
        ({"config.json": b'{"a": 2}'}, "has the sha256 .* in place of"),
    ],
)
def test_a_hub_with_other_files_is_refused(here, served, change, message):
    served.files |= change
    with pytest.raises(DownloadError, match=message):
        here.fetch(SPEC)
    assert here.find(SPEC) is None
    assert served.fetched.count("model.bin") == 0, "nothing large is fetched for a look at its name"


def test_another_revision_than_the_pinned_one_is_refused(here, served):
    served.commit = "d" * 40
    with pytest.raises(DownloadError, match="no such file or revision"):
        here.fetch(SPEC)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, r"the hub refuses it \(401\).*HF_TOKEN"),
        (403, r"the hub refuses it \(403\).*HF_TOKEN"),
        (404, "no such file or revision"),
        (500, "answers 500; try again later"),
        (429, "answers 429; try again later"),
    ],
)
def test_what_the_hub_refuses_is_told(here, served, status, message):
    served.asking["model.bin"] = status
    with pytest.raises(DownloadError, match=f"cannot fetch model.bin of owner/model: .*{message}"):
        here.fetch(SPEC)


def test_a_gated_model_comes_with_a_token(here, served, monkeypatch):
    served.token = "hf_secret"
    with pytest.raises(DownloadError, match="HF_TOKEN"):
        here.fetch(SPEC)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert contents(here.fetch(SPEC)) == FILES


def test_the_token_is_not_sent_elsewhere(here, served, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    here.fetch(spec_of({"model.bin": FILES["model.bin"]}))
    assert served.tokens == ["Bearer hf_secret", "Bearer hf_secret", None], (
        "asked, fetched, and followed to the content"
    )


def test_no_hub_at_all_is_told(here, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free}")
    with pytest.raises(DownloadError, match=f"http://127.0.0.1:{free} cannot be reached .*check the network"):
        Store().fetch(SPEC)
    assert not Store().reachable()


def test_a_server_that_is_no_hub_is_told(here, served):
    served.commit = ""
    with pytest.raises(DownloadError, match="does not answer as a model hub does"):
        here.fetch(spec_of(revision="main"))


def test_a_hub_that_answers_is_reachable(here, served):
    assert here.reachable()
    assert not Store(offline=True).reachable()


def test_a_hub_that_says_nothing_is_not_waited_for(here, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert not Store().reachable(timeout=0.1)


def test_a_full_disk_is_seen_before(here, served, monkeypatch):
    monkeypatch.setattr(snapshot, "free_bytes", lambda _: 1_000_000)
    with pytest.raises(DownloadError, match=r"model 'm' needs 903 kB more in .* where 1 MB are free; make room, or"):
        here.fetch(SPEC)
    assert served.fetched == []


def test_without_links_the_files_themselves_lie_there(here, monkeypatch):
    monkeypatch.setenv("HF_HUB_DISABLE_SYMLINKS", "1")
    path = here.fetch(SPEC)
    assert not any(each.is_symlink() for each in path.rglob("*"))
    assert contents(path) == FILES
    damage(path / "model.bin")
    assert here.find(SPEC) is None
    assert contents(here.fetch(SPEC)) == FILES


def test_a_branch_is_remembered_by_its_commit(here, served):
    spec = spec_of(revision=None)
    path = here.fetch(spec)
    assert path.name == COMMIT
    served.close()
    assert here.find(spec) == path


# Offline.


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", None])
def test_offline_a_missing_model_is_refused_by_name(served, monkeypatch, variable):
    if variable:
        monkeypatch.setenv(variable, "1")
    with pytest.raises(NotDownloadedError, match=rf"model 'm' \(903 kB\) is not on this machine; .*{PULL}"):
        Store(offline=variable is None).fetch(SPEC)
    assert served.tokens == []


def test_offline_a_damaged_model_is_refused_with_what_is_wrong(here):
    path = here.fetch(SPEC)
    (path / "config.json").unlink()
    with pytest.raises(
        NotDownloadedError, match=rf"model 'm' is not whole on this machine: config.json is missing.*{PULL}"
    ):
        Store(offline=True).fetch(SPEC)


# What counts as present.


@pytest.mark.parametrize("name", list(FILES))
def test_a_file_that_is_missing_cut_or_changed_does_not_count(here, name):
    path = here.fetch(SPEC)
    file = (path / name).resolve()
    damage(file, at=0)
    assert here.find(SPEC) is None
    assert contents(here.fetch(SPEC)) == FILES
    file = (path / name).resolve()
    os.truncate(file, 5)
    assert not here.has(SPEC)
    assert here.find(SPEC) is None
    assert contents(here.fetch(SPEC)) == FILES
    (path / name).resolve().unlink()
    assert here.find(SPEC) is None
    assert contents(here.fetch(SPEC)) == FILES


def test_the_content_is_read_once(here, monkeypatch):
    here.fetch(SPEC)
    monkeypatch.setattr(snapshot, "sha256", None)
    assert here.find(SPEC)


def test_a_change_that_keeps_its_date_is_found_by_verify(here):
    path = here.fetch(SPEC)
    blob = (path / "model.bin").resolve()
    before = damage(blob)
    os.utime(blob, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert here.find(SPEC), "size, date and inode are as before"
    with pytest.raises(DownloadError, match=rf"model 'm' is damaged: model.bin has the sha256 .*{PULL}"):
        here.verify(SPEC)
    assert here.find(SPEC) is None
    assert contents(here.fetch(SPEC)) == FILES
    assert [fact.source for fact in here.verify(SPEC)] == ["pinned"] * 3


def test_a_missing_model_cannot_be_verified(here):
    with pytest.raises(NotDownloadedError, match="is not on this machine"):
        here.verify(SPEC)
    with pytest.raises(NotDownloadedError, match="is not on this machine"):
        here.path(SPEC)


def test_a_hash_that_is_not_known_is_recorded_at_the_first_download(here, served):
    spec = spec_of(hashes=False, sizes=False)
    path = here.fetch(spec)
    assert [fact.source for fact in here.facts(spec)] == ["recorded"] * 3
    assert [fact.sha256 for fact in here.facts(spec)] == [file.sha256 for file in SPEC.files]
    damage((path / "model.bin").resolve())
    assert here.find(spec) is None
    served.files["model.bin"] = bytes(900_000)
    with pytest.raises(DownloadError, match=r"has the sha256 .* in place of"):
        here.fetch(spec)


def test_a_hash_that_is_not_known_is_recorded_for_another_tools_files(here, served):
    from huggingface_hub import snapshot_download

    spec = spec_of(hashes=False)
    path = Path(snapshot_download("owner/model", revision=COMMIT, endpoint=served.url, cache_dir=here.cache))
    damage((path / "config.json").resolve(), at=1)
    assert here.find(spec) is None, "the blob's name says what it should be"
    here.fetch(spec)
    assert {fact.source for fact in here.facts(spec)} == {"recorded"}


def test_a_pin_that_comes_later_is_held_against_what_is_there(here):
    here.fetch(spec_of(hashes=False))
    wrong = spec_of(FILES | {"model.bin": bytes(900_000)})
    assert here.find(wrong) is None
    assert here.find(SPEC)


def test_broken_notes_are_written_anew(here):
    here.fetch(SPEC)
    notes = here.cache / "models--owner--model" / "speech.json"
    for text in ("", "{", "[]", '{"verified": []}', '{"verified": {"x": 3}}'):
        notes.write_text(text)
        assert here.find(SPEC)
        assert json.loads(notes.read_text())["verified"]


def test_notes_go_elsewhere_where_the_cache_cannot_take_them(here, own_folders, monkeypatch):
    here.fetch(SPEC)
    notes = here.cache / "models--owner--model" / "speech.json"
    notes.unlink()
    notes.mkdir()
    assert here.find(SPEC)
    assert list((own_folders / "xdg_cache_home" / "speech").glob("*.json"))
    monkeypatch.setattr(snapshot, "sha256", None)
    assert here.find(SPEC)


def read_only(*_, **__):
    raise OSError(30, "Read-only file system")


def test_a_cache_that_may_not_be_written_is_read_and_noted_elsewhere(here, monkeypatch):
    here.fetch(SPEC)
    (here.cache / "models--owner--model" / "speech.json").unlink()
    write = snapshot._write
    monkeypatch.setattr(
        snapshot, "_write", lambda path, text: read_only() if here.cache in path.parents else write(path, text)
    )
    assert here.find(SPEC)
    monkeypatch.setattr(snapshot, "sha256", None)
    assert here.find(SPEC)


def test_what_cannot_be_removed_is_told(here, monkeypatch):
    here.fetch(SPEC)
    monkeypatch.setattr("shutil.rmtree", read_only)
    with pytest.raises(DownloadError, match=r"cannot be used .*Read-only"):
        here.remove(SPEC)


def test_a_cache_that_cannot_be_used_is_told(served, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "file" / "hub"))
    with pytest.raises(DownloadError, match=r"the store in .* cannot be used .*HF_HUB_CACHE"):
        Store().fetch(SPEC)


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"HF_HUB_CACHE": "/a/b"}, "/a/b"),
        ({"HUGGINGFACE_HUB_CACHE": "/a/c"}, "/a/c"),
        ({"HF_HOME": "/a/d"}, "/a/d/hub"),
        ({"XDG_CACHE_HOME": "/a/e"}, "/a/e/huggingface/hub"),
        ({"HF_HOME": "$XDG_DATA_HOME/x", "XDG_DATA_HOME": "/a/f"}, "/a/f/x/hub"),
        ({"HOME": "/a/g"}, "/a/g/.cache/huggingface/hub"),
    ],
)
def test_the_cache_is_where_the_environment_says(monkeypatch, environment, place):
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Store().cache == Path(place)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (486_212_372, "486 MB"),
        (3_090_835_702, "3.1 GB"),
        (None, "unknown size"),
    ],
)
def test_sizes_are_read_by_people(size, text):
    assert human(size) == text


# Removing.


def test_a_removed_model_is_gone_and_its_bytes_are_told(here):
    path = here.fetch(SPEC)
    freed = here.remove(SPEC)
    assert TOTAL <= freed < TOTAL + 5000
    assert here.find(SPEC) is None
    assert not path.exists()
    with pytest.raises(NotDownloadedError, match="is not on this machine"):
        here.remove(SPEC)
    assert contents(here.fetch(SPEC)) == FILES


def test_what_another_revision_shares_stays(here, served):
    old = here.fetch(SPEC)
    served.commit, served.files = "d" * 40, FILES | {"config.json": b'{"a": 3}'}
    newer = spec_of(served.files, revision=served.commit, name="newer")
    new = here.fetch(newer)
    assert served.fetched.count("model.bin") == 1, "shared with the older revision"
    here.remove(SPEC)
    assert not old.exists()
    assert here.find(newer) == new
    assert here.remove(newer) > TOTAL - 100


def test_another_model_of_the_same_repository_stays(here, served):
    served.files["other.bin"] = random.Random(5).randbytes(200_000)
    other = spec_of({"other.bin": served.files["other.bin"]}, name="other")
    here.fetch(SPEC)
    here.fetch(other)
    assert TOTAL - 100 < here.remove(SPEC) < TOTAL + 1000
    assert here.find(SPEC) is None
    assert here.find(other)
    with pytest.raises(NotDownloadedError):
        here.remove(SPEC)
    assert here.remove(other) > 200_000
    assert not list((here.cache / "models--owner--model").rglob("*"))


def test_what_another_process_is_fetching_is_not_removed(here, served):
    served.files["other.bin"] = random.Random(5).randbytes(200_000)
    here.fetch(spec_of({"other.bin": served.files["other.bin"]}, name="other"))
    served.bytes_per_second = 2_000_000
    process = other_process()
    for line in process.stdout:
        if line.startswith("download") and float(line.split()[1]) > 300_000:
            break
    here.remove(spec_of({"other.bin": served.files["other.bin"], "config.json": FILES["config.json"]}, name="other"))
    output = process.communicate()[0]
    assert process.returncode == 0, output
    assert (here.cache / "models--owner--model" / "snapshots" / COMMIT / "model.bin").read_bytes() == FILES["model.bin"]


def test_a_cut_download_can_be_removed(here, served):
    served.fault("model.bin", Fault(cut=600_000), Fault(status=404))
    with pytest.raises(DownloadError):
        here.fetch(SPEC)
    assert here.remove(SPEC) > 300_000
    assert not list(here.cache.rglob("*.incomplete"))


def test_an_embedded_model_is_not_fetched(here):
    spec = ModelSpec(name="e", task="transcribe", engine="e", embedded=True)
    assert here.find(spec) is None
    with pytest.raises(UnsupportedError, match="nothing to fetch"):
        here.fetch(spec)


# Other processes.

FETCH = """
import sys, json
from speech.data import ModelFile, ModelSpec
from speech.store import Store
facts = json.loads(sys.argv[1])
files = tuple(ModelFile(*file) for file in facts["files"])
spec = ModelSpec(name="m", task="transcribe", engine="e", repo="owner/model", revision=facts["revision"], files=files)
def show(progress):
    print(progress.stage, progress.done, flush=True)
try:
    Store().fetch(spec, show)
except Exception as error:
    print(type(error).__name__, error, flush=True)
    sys.exit(1)
"""


def other_process(program=FETCH, spec=SPEC, before="", **options):
    files = [[file.name, file.size, file.sha256] for file in spec.files]
    argument = json.dumps({"files": files, "revision": spec.revision})
    return subprocess.Popen(
        [sys.executable, "-c", before + program, argument], stdout=subprocess.PIPE, text=True, **options
    )


def test_two_processes_at_once_share_the_work(here, served):
    served.bytes_per_second = 3_000_000
    running = [other_process() for _ in range(2)]
    assert [process.communicate()[1] or process.returncode for process in running] == [0, 0]
    assert contents(here.path(SPEC)) == FILES
    assert served.fetched.count("model.bin") == 1


def kill_while_fetching(until):
    """Start a fetch, and kill -9 it when so many bytes were reported; whether it was still at work."""
    process = other_process()
    for line in process.stdout:
        stage, done = line.split()[:2]
        if stage == "download" and float(done) >= until:
            break
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def test_a_killed_download_does_not_count_and_goes_on(here, served):
    served.bytes_per_second = 2_000_000
    assert kill_while_fetching(until=300_000)
    assert here.find(SPEC) is None
    assert not here.has(SPEC)
    served.bytes_per_second = None
    assert contents(here.fetch(SPEC)) == FILES
    assert int(served.ranges[-1].removeprefix("bytes=").removesuffix("-")) >= 300_000 - len(FILES["config.json"])


@pytest.mark.slow
def test_thirty_kills_leave_nothing_that_counts(here, served):
    chance = random.Random(3)
    served.bytes_per_second = 2_000_000
    for _ in range(30):
        killed = kill_while_fetching(until=chance.randrange(0, TOTAL))
        found = here.find(SPEC)
        assert found is None or contents(found) == FILES
        if found or not killed or chance.random() < 0.3:
            with suppress(NotDownloadedError):
                here.remove(SPEC)
    assert contents(here.fetch(SPEC)) == FILES


@pytest.mark.skipif(os.name == "nt", reason="no such limits there")
def test_a_disk_that_fills_up_leaves_nothing_that_counts(here, served):
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))\n"
    process = other_process(before=limit)
    output = process.communicate()[0]
    assert process.returncode == 1
    assert "DownloadError cannot write to" in output
    assert "make room" in output
    assert here.find(SPEC) is None
    assert contents(here.fetch(SPEC)) == FILES
    assert served.ranges, "what had come was kept"


# From machine to machine.

CATALOG = Catalog((SPEC,))


@pytest.fixture
def exported(here, tmp_path, monkeypatch) -> Path:
    """The model in a file, and an empty store without a network."""
    here.fetch(SPEC)
    archive = tmp_path / "m.speech"
    here.export(SPEC, archive)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "elsewhere"))
    return archive


def test_a_model_travels_in_a_file(exported):
    there = Store(offline=True)
    assert there.import_(exported, CATALOG) == SPEC
    assert contents(there.path(SPEC)) == FILES
    assert [path.name for path in exported.parent.iterdir() if path.name.startswith(".")] == []
    assert there.import_(exported, CATALOG) == SPEC, "again does no harm"


def test_two_imports_at_once_do_no_harm(exported):
    with ThreadPoolExecutor(2) as pool:
        taken = [pool.submit(Store(offline=True).import_, exported, CATALOG) for _ in range(4)]
    assert [each.result() for each in taken] == [SPEC] * 4
    there = Store(offline=True)
    assert contents(there.path(SPEC)) == FILES
    assert not list(there.cache.rglob("*.incomplete"))


def test_another_tool_finds_an_imported_model(exported):
    from huggingface_hub import scan_cache_dir

    there = Store(offline=True)
    there.import_(exported, CATALOG)
    assert scan_cache_dir(there.cache).warnings == []
    assert {path.name for path in there.cache.rglob("blobs/*")} == {
        hashlib.sha1(b"blob 8\0" + FILES["config.json"]).hexdigest(),
        *(hashlib.sha256(FILES[name]).hexdigest() for name in FILES if name != "config.json"),
    }


def test_hashes_travel_along_where_the_catalogue_has_none(exported):
    there, spec = Store(offline=True), spec_of(hashes=False, sizes=False)
    there.import_(exported, Catalog((spec,)))
    assert {fact.source for fact in there.facts(spec)} == {"recorded"}


def test_a_missing_or_damaged_model_is_not_exported(here, tmp_path):
    with pytest.raises(NotDownloadedError):
        here.export(SPEC, tmp_path / "m.speech")
    damage((here.fetch(SPEC) / "model.bin").resolve())
    with pytest.raises(DownloadError, match="is damaged"):
        here.export(SPEC, tmp_path / "m.speech")
    assert not list(tmp_path.glob("*.speech"))


def test_an_export_that_cannot_be_written_is_told(here, tmp_path):
    here.fetch(SPEC)
    with pytest.raises(DownloadError, match="cannot be written"):
        here.export(SPEC, tmp_path / "no" / "m.speech")


def rewritten(archive: Path, change) -> Path:
    """The archive with its members, as (name, content, TarInfo), given through ``change``."""
    with tarfile.open(archive) as tar:
        members = [(member.name, tar.extractfile(member).read(), member) for member in tar]
    target = archive.with_name("changed.speech")
    with tarfile.open(target, "w") as tar:
        for name, content, member in change(members):
            member.name, member.size = name, len(content)
            tar.addfile(member, BytesIO(content))
    return target


def manifest_with(**changes):
    def change(members):
        manifest = json.loads(members[0][1]) | changes
        return [(members[0][0], json.dumps(manifest).encode(), members[0][2]), *members[1:]]

    return change


def row_with(**changes):
    def change(members):
        manifest = json.loads(members[0][1])
        manifest["files"][1] |= changes
        return [(members[0][0], json.dumps(manifest).encode(), members[0][2]), *members[1:]]

    return change


def member_with(index, **changes):
    def change(members):
        name, content, member = members[index]
        for key, value in changes.items():
            if key not in ("name", "content"):
                setattr(member, key, value)
        changed = (changes.get("name", name), changes.get("content", content), member)
        return [*members[:index], changed, *members[index + 1 :]]

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda members: members[1:], "does not begin with manifest.json"),
        (lambda members: [], "does not begin with manifest.json"),
        (lambda members: members[:-1], "nested/vocabulary.txt is missing in it"),
        (lambda members: [*members, members[-1]], "holds 'files/nested/vocabulary.txt', which does not belong"),
        (lambda members: [*members, ("files/more", b"x", tarfile.TarInfo())], "holds 'files/more', which does not"),
        (lambda members: [*members, ("../more", b"x", tarfile.TarInfo())], "holds '../more', which does not"),
        (member_with(2, name="/etc/passwd"), "holds '/etc/passwd'"),
        (member_with(2, name="files/../../model.bin"), "holds 'files/../../model.bin'"),
        (member_with(2, name="model.bin"), "holds 'model.bin'"),
        (member_with(2, type=tarfile.SYMTYPE, linkname="/etc/passwd", content=b""), "holds 'files/model.bin'"),
        (member_with(2, type=tarfile.LNKTYPE, linkname="files/config.json", content=b""), "holds 'files/model.bin'"),
        (member_with(2, content=FILES["model.bin"][:-1]), "holds 'files/model.bin'"),
        (member_with(2, content=bytes(900_000)), "model.bin in it is damaged"),
        (member_with(0, content=b"{"), "is not JSON"),
        (member_with(0, content=b"[]"), "is not one of a model"),
        (member_with(0, content=b'{"format": 3}'), "is not one of a model"),
        (manifest_with(format="speech-model/2"), "its format is 'speech-model/2', and this version reads"),
        (manifest_with(repo="../../x"), "it holds ../../x at c+, and the catalogue of this machine has model 'm' as"),
        (manifest_with(revision="../../x"), r"it holds owner/model at \.\./\.\./x"),
        (manifest_with(files=[]), "its files are not those of model 'm'"),
        (row_with(name="../x"), "its files are not those"),
        (row_with(size=-1), "its files are not those"),
        (row_with(size=899_999), "model.bin is not what the catalogue says"),
        (row_with(sha256="0" * 64), "model.bin is not what the catalogue says"),
        (row_with(blob="../../../x"), "its files are not those"),
        (row_with(blob="0" * 64), "model.bin in it is damaged"),
    ],
)
def test_a_file_that_is_not_the_model_is_refused_whole(exported, change, message):
    there = Store(offline=True)
    with pytest.raises(DownloadError, match=f"changed.speech' cannot be imported: .*{message}"):
        there.import_(rewritten(exported, change), CATALOG)
    assert there.find(SPEC) is None
    assert [path for path in there.cache.rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_other_content_under_hashes_of_its_own_is_refused_where_the_catalogue_has_none(exported):
    """The first import is trusted, as a first download is; a second that differs is not."""
    there, spec = Store(offline=True), spec_of(hashes=False, sizes=False)
    there.import_(exported, Catalog((spec,)))
    other = b"x" * 900_000
    digest = hashlib.sha256(other).hexdigest()
    forged = rewritten(exported, row_with(sha256=digest, blob=digest))
    forged = rewritten(forged, member_with(2, content=other))
    with pytest.raises(DownloadError, match=r"model\.bin is not what the first download brought"):
        there.import_(forged, Catalog((spec,)))
    assert contents(there.path(spec)) == FILES


def test_a_manifest_with_a_wrong_hash_is_refused_where_the_catalogue_has_none(exported):
    def change(members):
        manifest = json.loads(members[0][1])
        manifest["files"][0]["sha256"] = "0" * 64
        return [(members[0][0], json.dumps(manifest).encode(), members[0][2]), *members[1:]]

    with pytest.raises(DownloadError, match=r"config\.json in it is damaged"):
        Store(offline=True).import_(rewritten(exported, change), Catalog((spec_of(hashes=False),)))


@pytest.mark.parametrize("size", [0, 100, 10_000, 500_000])
def test_a_cut_archive_is_refused(exported, size):
    os.truncate(exported, size)
    with pytest.raises(DownloadError, match="cannot be imported"):
        Store(offline=True).import_(exported, CATALOG)
    assert Store(offline=True).find(SPEC) is None


def test_a_model_that_the_catalogue_does_not_know_is_refused(exported):
    with pytest.raises(UnknownModelError, match="no model is called 'm'"):
        Store(offline=True).import_(exported, Catalog(()))


def test_no_archive_at_all_is_told(here, tmp_path):
    with pytest.raises(DownloadError, match=r"none' cannot be imported .*check the path"):
        here.import_(tmp_path / "none", CATALOG)


def test_an_import_asks_for_room_first(exported, monkeypatch):
    monkeypatch.setattr(snapshot, "free_bytes", lambda _: 1000)
    with pytest.raises(DownloadError, match=r"it needs .* where .* are free; make room"):
        Store(offline=True).import_(exported, CATALOG)


def test_the_margin_is_kept_free():
    assert store.MARGIN > 0
