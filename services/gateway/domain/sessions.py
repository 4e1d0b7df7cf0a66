"""A signed-in browser: how long it may rest, and how often somebody may try to sign in."""

import hashlib
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(hours=24)
WINDOW = timedelta(minutes=15)
TRIES_PER_LOGIN_AND_PLACE = 10
TRIES_PER_LOGIN = 50
TRIES_PER_PLACE = 200
"""A whole school may sit behind one address."""


class Session(BaseModel):
    """One signed-in browser. Its secret is never kept, only the digest."""

    model_config = ConfigDict(frozen=True)

    digest: str
    account_id: str
    began_at: datetime
    seen_at: datetime

    def good_at(self, now: datetime) -> bool:
        """Whether it is neither too old (24 h) nor was left alone too long (8 h)."""
        return now < min(self.began_at + ABSOLUTE, self.seen_at + IDLE)

    def ends_at(self) -> datetime:
        """When it ends if nothing more happens."""
        return min(self.began_at + ABSOLUTE, self.seen_at + IDLE)


def digest_of(secret: str) -> str:
    """What is kept instead of a random secret of 128 bits or more, which needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sign_in_limits(login: str, place: str) -> tuple[tuple[str, int], ...]:
    """The counters that one failed try raises, each with its limit per window of 15 minutes."""
    who = digest_of(login)[:24]
    where = digest_of(place)[:24]
    return (
        (f"sign-in {who} {where}", TRIES_PER_LOGIN_AND_PLACE),
        (f"sign-in {who}", TRIES_PER_LOGIN),
        (f"sign-in {where}", TRIES_PER_PLACE),
    )
