"""How often Python looks for reference cycles: rarely, as a batch makes many objects, no cycles.

With Python's defaults a third of the time of folding messages went into looking (`make bench`).
"""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 100


def collect_rarely() -> None:
    """Call once, when all is imported and built: what lives now is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
