"""How many letters may leave, where the mail service or a recipient's domain sets a bound.

A limit is counted in windows of the clock (hours for the day's cap, minutes for a domain's rate),
so that any number of senders count together by one small change for each batch of letters.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery

EVERY_OTHER = "*"
_FAR = datetime.max.replace(tzinfo=UTC)
_ENTRY = re.compile(r"(\*|[a-z0-9-]+(?:\.[a-z0-9-]+)+)=([1-9]\d{0,5})(?:/([1-9]\d{0,2}))?")


@dataclass(frozen=True)
class Limit:
    """At most `most` letters begun in any `windows` windows of the clock in a row."""

    name: str
    most: int
    window: timedelta
    windows: int
    reason: str
    kept: int = 0
    """So many of them only for letters that one person waits for."""

    def start(self, now: datetime) -> datetime:
        """When the window began in which a moment lies."""
        return now - (now - datetime.min.replace(tzinfo=UTC)) % self.window

    def since(self, start: datetime) -> datetime:
        """The first window that counts together with the one that begins at `start`."""
        return start - (self.windows - 1) * self.window

    def rooms(
        self, used: Mapping[datetime, int], start: datetime
    ) -> Sequence[tuple[datetime, int]]:
        """The coming windows after `start` with the letters that each has room for.

        `used` is what was counted, by the start of each window. One full turn of windows; all that
        has no room even then is looked at in the last of them.
        """
        filled, found = dict(used), []
        for ahead in range(1, self.windows + 1):
            at = start + ahead * self.window
            counted = sum(n for each, n in filled.items() if self.since(at) <= each <= at)
            filled[at] = max(0, self.most - self.kept - counted)
            found.append((at, filled[at]))
        return [each for each in found if each[1]] or found[-1:]


@dataclass(frozen=True)
class DomainLimit:
    """One domain's bounds: letters a minute, and letters at the same time (None: any number)."""

    a_minute: int
    at_once: int | None = None


@dataclass(frozen=True)
class Limits:
    """All that the district's technical staff has set; nothing is bounded unless they do."""

    a_day: int = 0
    """Letters in any 24 hours; 0 is no limit."""
    domains: Mapping[str, DomainLimit] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether there is anything to count."""
        return bool(self.a_day or self.domains)

    @property
    def day(self) -> Limit | None:
        """The mail service's own bound, counted by hours; a tenth stays for what is urgent."""
        if not self.a_day:
            return None
        # A turn of 25 windows: 24 whole hours and the one that is going on.
        hour = timedelta(hours=1)
        return Limit("day", self.a_day, hour, 25, reasons.DAILY_LIMIT, kept=self.a_day // 10)

    def of(self, domain: str) -> Limit | None:
        """The bound on letters a minute to a domain."""
        found = self._domain(domain)
        if found is None:
            return None
        minute = timedelta(minutes=1)
        return Limit(f"@{domain}", found.a_minute, minute, 1, reasons.DOMAIN_LIMIT)

    def at_once(self, domain: str) -> int | None:
        """How many letters to a domain one sender hands over at the same time; None: any number."""
        found = self._domain(domain)
        return found.at_once if found else None

    def _domain(self, domain: str) -> DomainLimit | None:
        return self.domains.get(domain) or self.domains.get(EVERY_OTHER)


def domain_limits(text: str) -> dict[str, DomainLimit]:
    """Read `gmail.com=100/5 *=300`: letters a minute, and at once, for a domain and every other.

    `ValueError` says which word can't be read.
    """
    found: dict[str, DomainLimit] = {}
    for word in text.replace(",", " ").split():
        entry = _ENTRY.fullmatch(word.lower())
        if entry is None:
            raise ValueError(f"{word} is no limit such as gmail.com=100/5 or *=300")
        name, a_minute, at_once = entry.groups()
        found[name] = DomainLimit(int(a_minute), int(at_once) if at_once else None)
    return found


def domain_of(row: Delivery) -> str:
    """The recipient's mail domain, lower case."""
    return (row.mailbox or "").rpartition("@")[2].lower()


def urgency(row: Delivery) -> tuple[bool, datetime, datetime]:
    """Orders letters where not all may leave: what one person waits for, what is of use only soon,
    what has waited longest.
    """
    return not row.manners.first, row.use_by or _FAR, row.due_at
