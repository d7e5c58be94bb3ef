"""``python -m engine.cli``: the same as audioclust-batch."""

import sys

from engine.cli import main

# Worker processes are spawned: they import this module and must not run it.
if __name__ == "__main__":
    sys.exit(main())
