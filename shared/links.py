"""Signed links that families get by mail: one key list per purpose, no account, an end date.

A link proves that we wrote it, for this household, object and purpose. Whether it still counts
(flags, joins, splits, a changed address) is the `link_version` of the household, which the serving
service compares with its replica.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from itsdangerous import BadData, URLSafeSerializer

from shared.clock import Clock
from shared.errors import PartnersError

Reason = Literal["broken", "expired", "ended"]


class LinkRefused(PartnersError):
    """This link opens nothing: `broken` (not ours, or cut), `expired`, or `ended` by the service.

    HTTP 410, one page for all reasons: a reader learns nothing about the family from it.
    """

    def __init__(self, reason: Reason) -> None:
        """`reason` is for our logs and counters."""
        super().__init__(f"This link no longer works ({reason}).")
        self.reason = reason


@dataclass(frozen=True)
class Link:
    """What a link says."""

    household_id: str
    object_id: str
    link_version: int
    expires_at: datetime


class Links:
    """Writes and reads the links of one purpose."""

    def __init__(self, purpose: str, keys: Sequence[str], public_url: str, clock: Clock) -> None:
        """`keys[0]` signs; all of them are accepted, so that a key can be changed in the open."""
        if not keys:
            raise ValueError(f"No key for links of purpose {purpose!r}.")
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._serializer = URLSafeSerializer(
            list(reversed(keys)),  # itsdangerous signs with the last
            salt=f"partners.link.{purpose}",
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )

    def make(
        self,
        path: str,
        household_id: str,
        object_id: str,
        expires_at: datetime,
        link_version: int,
    ) -> str:
        """The full address: `path` with the token as its last part."""
        token = self.token(household_id, object_id, expires_at, link_version)
        return f"{self._public_url}{path.rstrip('/')}/{token}"

    def token(
        self, household_id: str, object_id: str, expires_at: datetime, link_version: int
    ) -> str:
        """The token alone; `expires_at` is kept to the second."""
        payload = [household_id, object_id, int(expires_at.timestamp()), link_version]
        return self._serializer.dumps(payload)

    def read(self, token: str) -> Link:
        """What the token says. Raises `LinkRefused`."""
        try:
            household_id, object_id, expires, version = self._serializer.loads(token)
            link = Link(
                str(household_id),
                str(object_id),
                int(version),
                datetime.fromtimestamp(int(expires), UTC),
            )
        except (BadData, ValueError, TypeError, OverflowError) as error:
            raise LinkRefused("broken") from error
        if link.expires_at <= self._clock.now():
            raise LinkRefused("expired")
        return link
