"""How often somebody may ask, per address and route, counted in this process.

In memory on purpose: limits slow guessing down and protect the process; they are no accounts. With
two processes behind one door twice as much passes, which these numbers allow for.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from shared.clock import Clock
from shared.errors import PartnersError

_SPANS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_MOST_KEYS = 50_000


class TooMany(PartnersError):
    """Asked too often. HTTP 429 with Retry-After."""

    def __init__(self, retry_after: int) -> None:
        """`retry_after` in seconds."""
        super().__init__(f"Too many requests. Wait {retry_after} seconds, then try again.")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Rate:
    """So many in such a span."""

    count: int
    span: timedelta

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """From `30/minute`, `5/second`, `100/hour`, `1000/day`."""
        count, _, span = text.partition("/")
        return cls(int(count), timedelta(seconds=_SPANS[span]))


@dataclass
class Limiter:
    """A sliding window for each key."""

    clock: Clock
    _seen: dict[str, deque[float]] = field(default_factory=dict)

    def hit(self, key: str, limit: str) -> None:
        """Count one more. Raises `TooMany` at the limit; what is refused is not counted."""
        rate = Rate.parse(limit)
        now = self.clock.now().timestamp()
        since = now - rate.span.total_seconds()
        times = self._seen.setdefault(key, deque())
        while times and times[0] <= since:
            times.popleft()
        if len(times) >= rate.count:
            raise TooMany(max(1, round(times[0] - since + 0.5)))
        times.append(now)
        if len(self._seen) > _MOST_KEYS:
            self._forget(now)

    def _forget(self, now: float) -> None:
        hour_ago = now - 3600
        kept = {key: times for key, times in self._seen.items() if times and times[-1] > hour_ago}
        # Under a flood from very many addresses the oldest half goes, rather than our memory.
        self._seen = dict(list(kept.items())[-_MOST_KEYS // 2 :])


def address_key(host: str | None) -> str:
    """The address to count by; an IPv6 customer has a whole /64, so that counts as one."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
