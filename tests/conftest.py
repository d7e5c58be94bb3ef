"""What every test shares: no screen, and a cache that no run leaves behind."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
