"""``python -m speech`` is ``speech``: from the first line on, a signal ends it without a word."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn


def main() -> int:
    """Run the command line; the exit status."""
    signal.signal(signal.SIGINT, _leave)
    from speech import cli

    return cli.main()


def _leave(number: int, _: object) -> NoReturn:
    os._exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
