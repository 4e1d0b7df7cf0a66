"""How much the processors worked, as Linux counts it."""

import os
from pathlib import Path

_STAT = Path("/proc/stat")


def processor_seconds() -> float:
    """Processor time used by everything on this machine since it was started, in seconds."""
    words = _STAT.read_text("ascii").splitlines()[0].split()
    user, nice, system = (int(word) for word in words[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")
