"""``python -m speech`` is ``speech``."""

import sys

from speech.cli import main

sys.exit(main())
