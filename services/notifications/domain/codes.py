"""The short codes that stand on paper letters: easy to type, hard to guess, kept as digests alone.

Eight signs of 27 are 2.8e11 codes. With 10,000 of them in force and ten tries a minute, somebody
who guesses finds one in five years on average, and each ends with what its letter is about.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
"""Nothing that looks like something else, and no vowels, so that no words come about."""
LENGTH = 8
_LABEL = b"partners.paper.code|"
"""Sets these digests apart from whatever else is signed with the same keys."""


class Codes:
    """Makes codes, and says under which digest one is kept."""

    def __init__(self, keys: Sequence[str], draw: Callable[[str], str] = secrets.choice) -> None:
        """`keys[0]` is for new codes; all are looked under, so that a key can be changed."""
        if not keys:
            raise ValueError("No key for the codes on paper.")
        self._keys = tuple(keys)
        self._draw = draw

    def mint(self) -> str:
        """A new code."""
        return "".join(self._draw(ALPHABET) for _ in range(LENGTH))

    def digest(self, code: str) -> str:
        """Under which a new code is kept."""
        return _digest(self._keys[0], code)

    def digests(self, typed: str) -> tuple[str, ...]:
        """Under which a code may be kept, as somebody typed it; none when it can't be one."""
        code = "".join(each for each in typed.upper() if each not in " -–\u00a0")
        if len(code) != LENGTH or any(each not in ALPHABET for each in code):
            return ()
        return tuple(_digest(key, code) for key in self._keys)


def _digest(key: str, code: str) -> str:
    return hmac.new(key.encode(), _LABEL + code.encode(), hashlib.sha256).hexdigest()


def spaced(code: str) -> str:
    """As it is printed: in two halves."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"
