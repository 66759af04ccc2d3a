"""What kind of machine a benchmark ran on. Ask before the benchmark itself makes it busy."""

from __future__ import annotations

import os
import sys


def machine() -> str:
    """What kind of machine this is, in words that name none."""
    cores = os.cpu_count() or 1
    busy = "otherwise idle" if os.getloadavg()[0] < 0.5 * cores else "busy with other work"
    return f"{cores} processors, {sys.platform}, {busy}"
