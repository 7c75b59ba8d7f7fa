"""Draw .ci/terminal.svg: a few commands of the README as they really run, with what they print.

python .ci/picture.py
"""

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
COMMANDS = (
    "speech transcribe tests/data/en/ljspeech_LJ001-0001.flac",
    "speech transcribe tests/data/en/ljspeech_LJ001-0001.flac -q -f srt --max-line-width 37 | head -n 8",
    "speech synthesize 'On 3 May Dr. Smith paid $49.95.' -q --show-text",
    "speech synthesize 'On 3 May Dr. Smith paid $49.95.' -q -o smith.mp3",
    "speech info smith.mp3",
)


def main() -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "tests").symlink_to(ROOT / "tests")
        draw(Path(folder))


def draw(folder: Path) -> None:
    console = Console(record=True, width=112, file=StringIO(), force_terminal=True)
    for command in COMMANDS:
        console.print(Text.assemble(("$ ", "green"), (command, "bold")))
        run = f"export PATH={Path(sys.executable).parent}:$PATH; {command}"
        done = subprocess.run(["bash", "-c", run], cwd=folder, text=True, capture_output=True, check=True)
        if done.stderr:
            console.print(Text(done.stderr.rstrip(), "dim"))
        if done.stdout:
            console.print(Text(done.stdout.rstrip()), "")
    drawing = console.export_svg(title="speech", unique_id="terminal")
    drawing = re.sub(r"@font-face \{.*?\}\s*", "", drawing, flags=re.DOTALL)  # the reader's own fonts, no download
    (ROOT / ".ci" / "terminal.svg").write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    main()
