"""What the command says when something is wrong: a sentence and an exit code, never a traceback.

Imports nothing heavy, since services are started by the command, too.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from shared.errors import DependencyDown, PartnersError

REFUSED = 1
UNREADABLE = 2
UNREACHABLE = 3
"""Exit codes: asked for something that is refused; can't read what was given; no answer."""


class Trouble(Exception):
    """Something that the person at the keyboard can mend."""

    def __init__(self, sentence: str, code: int = REFUSED) -> None:
        """`sentence` says what is wrong and what to do."""
        super().__init__(sentence)
        self.code = code


@contextmanager
def told_plainly() -> Iterator[None]:
    """Tell trouble in a sentence, and end with its exit code."""
    try:
        yield
    except Trouble as trouble:
        end(str(trouble), trouble.code)
    except DependencyDown as down:
        end(f"{down}. Is it running?", UNREACHABLE)
    except PartnersError as error:
        end(str(error), REFUSED)


def end(sentence: str, code: int) -> NoReturn:
    """Say a sentence and end with an exit code."""
    print(f"partners: {sentence}", file=sys.stderr)
    raise SystemExit(code)
