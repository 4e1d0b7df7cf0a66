"""Two settings of Python for a process that serves: both were measured (`make bench`)."""

import gc
import sys

YOUNG, MIDDLE, OLD = 5_000, 20, 100
"""Each page leaves some hundred objects that only refer to each other. Of 50,000 it took an eighth
of a second to be rid, in which nobody was answered; messages are folded as fast with either."""
SWITCH_SECONDS = 0.0005


def collect_rarely() -> None:
    """Call once, when all is imported and built: what lives now is never looked at again.

    A batch makes many objects and no cycles. With Python's defaults a third of the time of folding
    messages went into looking for them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def give_way_soon() -> None:
    """Let the threads that ask the database have their turn within half a millisecond.

    The driver asks in threads (ADR 1), twice in each question they wait for the loop's thread to
    give way, by default up to 5 ms: a tenth of the contacts that could be logged per second.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
