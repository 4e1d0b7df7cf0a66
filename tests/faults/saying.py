"""A small program that the tests of the warm process have forked: it says what it was given."""

import os
import sys
import time

from shared import crashpoints


def patched() -> None:
    """What a patch does before the program runs: change something of it."""
    os.environ["PARTNERS_SAID"] = "patched"


def main() -> None:
    """Say the first word with the settings, and end with the second as exit code."""
    crashpoints.reach("saying", sys.argv[1:2])
    sys.stdout.write(
        f"{sys.argv[1]} {os.environ.get('PARTNERS_SAID')} {os.environ['PARTNERS_PORT']}\n"
    )
    sys.stdout.flush()
    if sys.argv[1] == "wait":
        time.sleep(600)
    sys.exit(int(sys.argv[2]) if len(sys.argv) > 2 else 0)


if __name__ == "__main__":
    main()
