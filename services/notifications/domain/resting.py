"""How long the mail service is left alone when it asks for it, or does not let us in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SECONDS = (5, 10, 20, 40, 80, 160, 300)
"""The first rest, the second in a row, …; a service that took a letter in between begins anew."""


@dataclass
class Rest:
    """One sender's memory of it."""

    said: str = ""
    """What the service said last, while it rests."""
    _until: datetime | None = None
    _in_a_row: int = 0

    def begin(self, now: datetime, said: str) -> None:
        """The service asked for it. Of many letters that hear it at once, the first counts."""
        if self.left(now):
            return
        wait = SECONDS[min(self._in_a_row, len(SECONDS) - 1)]
        self._in_a_row += 1
        self._until, self.said = now + timedelta(seconds=wait), said

    def left(self, now: datetime) -> timedelta:
        """How long it goes on; zero when it is over, also after the clock was set back."""
        if self._until is None or not now < self._until <= now + timedelta(seconds=SECONDS[-1]):
            return timedelta(0)
        return self._until - now

    def took(self, now: datetime) -> None:
        """The service took a letter; on another line it may while it rests."""
        if not self.left(now):
            self._in_a_row = 0
