"""The benchmark's own arithmetic, and that its one command still runs."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture
def compare(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import compare

    return compare


def runs(compare, *seconds):
    return [compare.Run(wall, 2 * wall, 100.0) for wall in seconds]


def test_a_ratio_is_the_median_of_the_runs_side_by_side(compare):
    row = compare.row("x", "a thing", runs(compare, 1.0, 2.0, 4.0), runs(compare, 2.0, 2.0, 12.0), 1.5)
    assert row.ratios == (1.0, 2.0, 3.0)
    assert (row.ratio, row.met) == (2.0, True)
    assert compare.row("x", "", runs(compare, 1.0), runs(compare, 1.4), 1.5).met is False
    assert "| a thing | 2.00 | 2.00 | 2.00x | 1.00 to 3.00 | 4.0 | 4.0 | 100 | 100 | 1.5x | yes |" in compare.table(
        [row]
    )


def test_who_begins_changes_from_turn_to_turn(compare):
    order = []

    def side(name):
        return lambda: order.append(name)

    found = compare.in_turn({"a": side("a"), "b": side("b")}, 3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert {name: len(runs) for name, runs in found.items()} == {"a": 3, "b": 3}


def test_a_table_goes_between_its_marks(compare):
    opening = "<!-- compared: written by benchmarks/compare.py --write -->"
    text = f"before\n{opening}\nold\n<!-- /compared -->\nafter\n"
    assert compare.placed(text, "new") == f"before\n{opening}\nnew\n<!-- /compared -->\nafter\n"
    with pytest.raises(ValueError, match="put them where"):
        compare.placed("no marks", "new")
    assert compare.placed((ROOT / "README.md").read_text("utf-8"), "new")


def test_a_side_that_leaves_something_out_is_seen(compare):
    compare.check_words({"ours": 240, "theirs": 216}, 24)
    for words in ({"ours": 240, "theirs": 120}, {"ours": 240, "theirs": 239}):
        with pytest.raises(RuntimeError, match="words"):
            compare.check_words(words, 24)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_is_that_of_the_whole_tree_seen_from_outside(compare):
    from measuring import run

    hold = "import sys, time; held = bytearray(int(sys.argv[1]) << 20); time.sleep(0.5)"
    tree = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}, '200'], check=True)"
    done = run([sys.executable, "-c", tree])
    assert 200 < done.peak < 300
    assert done.wall > 0.5
    with pytest.raises(RuntimeError, match="exit 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.slow
def test_the_command_runs(tmp_path):
    command = [sys.executable, BENCHMARKS / "compare.py", "--quick", "--only", "long-tiny", "memory"]
    done = subprocess.run([*command, "--work", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "tiny: faster-whisper batched" in done.stdout
    assert "1 min beside one window" in done.stdout
