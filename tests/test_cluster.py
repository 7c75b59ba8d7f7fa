"""Ray: what one machine would have made, whoever dies on the way."""

import json
import sys
from pathlib import Path

import pytest
import soundfile
from speech_samples import PIPER_MICRO, RATE, SENTENCES, WHISPER_MICRO, say

import speech
from speech import cluster, jobs, readings
from speech.cli import main
from speech.errors import MissingDependencyError, UnsupportedError

TWO = cluster.Cluster(actors=2)
TEXTS = SENTENCES[2:]

pytestmark = pytest.mark.filterwarnings("ignore")  # Ray and pandas have warnings of their own


@pytest.fixture
def corpus(tmp_path):
    """Recordings, their texts by name, and one that is none."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        soundfile.write(folder / f"{number}.wav", say(text).samples, RATE)
    (folder / "broken.wav").write_bytes(b"no recording")
    return folder


# --- Without a cluster


def test_ray_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=r"speech-pipeline\[ray\]"):
        cluster.connected(TWO)


def test_the_module_is_had_by_its_name():
    assert speech.cluster is cluster


def test_a_folder_means_the_recordings_in_it(corpus):
    (corpus / "notes.txt").write_text("no recording")
    listed = [Path(row["path"]).name for row in cluster._listed(corpus)]
    assert sorted(listed) == sorted([*(f"{number}.wav" for number in range(len(TEXTS))), "broken.wav"])
    assert cluster._listed(["s3://bucket/a.wav"]) == [{"path": "s3://bucket/a.wav"}]
    with pytest.raises(UnsupportedError, match="no recording in"):
        cluster._listed([])


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (cluster.Cluster(), {"device": "cpu", "threads": 1, "workers": 1}),
        (cluster.Cluster(cpus=4), {"device": "cpu", "threads": 1, "workers": 4}),
        (cluster.Cluster(gpus=0.25), {"device": "cuda"}),
    ],
)
def test_a_worker_takes_what_it_was_given(how, expected):
    assert how.loading == expected


def test_what_is_said_of_a_cluster_needs_one(corpus):
    assert main(["transcribe", str(corpus), "--gpus", "1", "--model", str(WHISPER_MICRO)]) == 2
    assert main(["transcribe", str(corpus / "0.wav"), "--on", "ray", "--model", str(WHISPER_MICRO)]) == 2
    assert main(["synthesize", "Hello.", "--address", "auto", "-o", "x.wav"]) == 2


# --- On a cluster of two nodes


@pytest.fixture(scope="module")
def nodes():
    """A real cluster of two nodes with a core each on this machine, to which the process is connected."""
    import ray
    from ray.cluster_utils import Cluster

    beats = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 300, "health_check_failure_threshold": 3}
    head = {"num_cpus": 1, "include_dashboard": False, "_system_config": beats}
    made = Cluster(initialize_head=True, head_node_args=head)
    made.add_node(num_cpus=1)
    ray.init(address=made.address, log_to_driver=False, logging_level="ERROR")
    yield made
    ray.shutdown()
    made.shutdown()


def planned(corpus, out):
    return jobs.plan([str(corpus)], ["srt", "json"], output_dir=out)


def expected(corpus, tmp_path):
    """What one machine makes."""
    out = tmp_path / "alone"
    with speech.Transcriber(WHISPER_MICRO, language="en") as transcriber:
        list(jobs.run(transcriber, planned(corpus, out)))
    return {path.name: path.read_text("utf-8") for path in out.iterdir()}


def texts(files):
    return {name: json.loads(text)["text"] for name, text in files.items() if name.endswith(".json")}


def arguments():
    return {"model": WHISPER_MICRO, "arguments": {"language": "en"}}


@pytest.mark.slow
def test_files_are_those_of_one_machine(nodes, corpus, tmp_path):
    steps = []
    results = list(cluster.recordings(planned(corpus, tmp_path / "out"), TWO, progress=steps.append, **arguments()))
    assert [result.outcome for result in results] == ["done"] * len(TEXTS) + ["failed"]
    assert "broken.wav" in str(results[-1].error)
    made = {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()}
    wanted = expected(corpus, tmp_path)
    assert made.keys() == wanted.keys()
    assert texts(made) == texts(wanted)
    assert [made[name] for name in sorted(made) if name.endswith("srt")] == [
        wanted[name] for name in sorted(wanted) if name.endswith("srt")
    ]
    assert [step.stage for step in steps] == ["done"] * len(TEXTS) + ["failed"]


@pytest.mark.slow
def test_rows_of_recordings_become_rows_of_text(nodes, corpus):
    sources = [
        *sorted(map(str, corpus.glob("?.wav"))),
        str(corpus / "broken.wav"),
        (corpus / "0.wav").as_uri(),
        "file:///no.wav",
    ]
    rows = cluster.transcribe(sources, model=WHISPER_MICRO, language="en", batch=4).take_all()
    found = {row["path"]: row for row in rows}
    for number, text in enumerate(TEXTS):
        row = found[str(corpus / f"{number}.wav")]
        assert (row["text"], row["language"], row["error"]) == (text, "en", None)
        assert json.loads(row["transcript"])["text"] == text
    assert found[(corpus / "0.wav").as_uri()]["text"] == TEXTS[0]
    assert "broken.wav" in found[str(corpus / "broken.wav")]["error"]
    assert "cannot be opened" in found["file:///no.wav"]["error"]


@pytest.mark.slow
def test_a_model_that_cannot_be_had_is_one_error(nodes, corpus, tmp_path):
    with pytest.raises(speech.SpeechError, match="no model"):
        list(cluster.recordings(planned(corpus, tmp_path / "out"), TWO, model="no-model"))


@pytest.mark.slow
def test_more_than_the_cluster_has_is_refused(nodes, corpus, tmp_path):
    with pytest.raises(UnsupportedError, match="GPUs"):
        list(cluster.recordings(planned(corpus, tmp_path / "out"), cluster.Cluster(gpus=1), **arguments()))


@pytest.mark.slow
def test_texts_are_spoken(nodes, tmp_path):
    table = tmp_path / "lines.csv"
    table.write_text("id|text\none|Please open the door.\ntwo|Thank you.\n")
    planned_texts = readings.plan([str(table)], "wav", output_dir=tmp_path / "out")
    results = list(cluster.texts(planned_texts, TWO, arguments={"voice": PIPER_MICRO}))
    assert [result.outcome for result in results] == ["done", "done"]
    with speech.Transcriber(WHISPER_MICRO, language="en") as transcriber:
        assert transcriber.transcribe(tmp_path / "out" / "one.wav").text == "please open the door."


@pytest.mark.slow
def test_the_command_spreads_its_files(nodes, corpus, tmp_path, capsys):
    line = ["transcribe", str(corpus), "--model", str(WHISPER_MICRO), "-l", "en", "-f", "txt"]
    assert main([*line, "-o", str(tmp_path / "out"), "--on", "ray", "--actors", "2"]) == 1  # one is broken
    assert "broken.wav" in capsys.readouterr().err
    assert {path.read_text("utf-8").strip() for path in (tmp_path / "out").iterdir()} == set(TEXTS)
    (corpus / "broken.wav").unlink()
    assert main([*line, "-o", str(tmp_path / "out"), "--on", "ray", "--skip-existing"]) == 0


@pytest.mark.slow
def test_a_node_that_dies_loses_nothing_and_doubles_nothing(nodes, corpus, tmp_path):
    """Last of all: one node is killed as soon as the first results are there, with its work unfinished."""
    (corpus / "broken.wav").unlink()
    for copy in range(6):
        for number, text in enumerate(TEXTS):
            soundfile.write(corpus / f"{copy}-{number}.wav", say(text).samples, RATE)
    doomed = nodes.add_node(num_cpus=1)
    nodes.wait_for_nodes()
    tasks = planned(corpus, tmp_path / "out")
    results = []
    running = cluster.recordings(tasks, cluster.Cluster(actors=3), **arguments())
    results.append(next(running))
    nodes.remove_node(doomed, allow_graceful=False)
    results += list(running)
    assert [result.task.source for result in results] == [task.source for task in tasks]
    assert {result.outcome for result in results} == {"done"}
    said = {}
    for path in (tmp_path / "out").iterdir():
        if path.suffix == ".json":
            said[path.stem] = json.loads(path.read_text("utf-8"))["text"]
    assert said == {Path(task.source).stem: TEXTS[int(Path(task.source).stem[-1])] for task in tasks}
    assert len(list((tmp_path / "out").iterdir())) == 2 * len(tasks)  # no drafts, no journals
