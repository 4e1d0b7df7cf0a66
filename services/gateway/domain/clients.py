"""API clients: programs and operators with their own secret, scopes and name of their system."""

import hmac
import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.gateway.domain.sessions import digest_of
from shared.errors import Forbidden, Refused
from shared.external import EXTERNAL, NoticeAsked
from shared.i18n import N_

SCOPES: dict[str, str] = {
    "messages:write": N_("Send messages of another system"),
    "notices:request": N_("Have families told something, by template"),
    "roster:write": N_("Import rosters"),
    "contacts:write": N_("Bring in files of contacts"),
    "deliveries:read": N_("Read what was sent to families"),
    "reports:read": N_("Read figures"),
    "reports:rebuild": N_("Compute all figures again"),
    "settings:write": N_("Change the district's settings"),
    "accounts:write": N_("Create accounts of the staff"),
    "clients:write": N_("Create programs like this one"),
    "dead:read": N_("See messages that could not be handled"),
    "dead:write": N_("Try such messages again, or drop them"),
    "operator": N_("Tell all services the directory again"),
}
"""Every scope and what it allows, in words for the page."""

PEOPLE_PER_DAY, MOST_PER_DAY = 200, 20_000

TWO_LIVE = 2
SECRET_PREFIX = "ps_"  # noqa: S105 - what secrets begin with, so that a leaked one is recognised
SECRET_LASTS = timedelta(days=365)
SYSTEM = re.compile(r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")
"""A system's name: it is part of `/ext/{system}` and of a routing key, so it has no dot."""
NO_TOUCH_SYSTEM: frozenset[str] = frozenset({"partners"})


class Secret(BaseModel):
    """One of at most two live secrets; `prefix` tells people which one it is."""

    model_config = ConfigDict(frozen=True)

    prefix: str
    digest: str
    created_at: datetime
    expires_at: datetime

    def good_at(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return now < self.expires_at


class ClientDraft(BaseModel):
    """What is filled in for an API client."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120)]
    scopes: tuple[str, ...] = Field(min_length=1)
    system: str | None = None
    """The name of the system whose messages it sends, such as "phones"; None for operators."""
    types: tuple[str, ...] = ()
    people_per_day: Annotated[int, Field(ge=0, le=MOST_PER_DAY)] = PEOPLE_PER_DAY
    """Of how many people it may have the households told in one day (UTC)."""

    @field_validator("name")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return " ".join(value.split())

    @field_validator("system")
    @classmethod
    def _no_blank(cls, value: str | None) -> str | None:
        return value or None

    def check(self) -> None:
        """Refuse scopes and types that do not exist, and a sender without a system."""
        _known("scope", self.scopes, SCOPES)
        _known("message type", self.types, EXTERNAL)
        sends = "messages:write" in self.scopes
        if sends and not (self.system and self.types):
            raise Refused("To send messages, name the system and choose the types it may send.")
        if self.system is not None and not SYSTEM.match(self.system):
            raise Refused(
                "The system's name has 1 to 40 lower-case letters, digits and hyphens, "
                'such as "phone-system".'
            )
        if self.system in NO_TOUCH_SYSTEM:
            raise Refused(f"The name {self.system} is our own: choose another for the system.")
        if (NoticeAsked.TYPE in self.types) != ("notices:request" in self.scopes):
            raise Refused(
                "To have families told something, allow both: the scope notices:request and "
                "messages of that type."
            )

    def check_granted_by(self, holds: Collection[str] | None) -> None:
        """A program grants only what it holds itself; None stands for a district user."""
        beyond = set(self.scopes) - set(holds) if holds is not None else set()
        if beyond:
            raise Forbidden(f"You can't grant what you do not hold: {', '.join(sorted(beyond))}.")


def _known(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise Refused(f"There is no {what} {unknown[0]!r}; there are: {', '.join(sorted(known))}.")


class Client(BaseModel):
    """A program or an operator that may ask for tokens."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    name: str
    scopes: tuple[str, ...]
    system: str | None = None
    types: tuple[str, ...] = ()
    people_per_day: int = PEOPLE_PER_DAY
    secrets: tuple[Secret, ...] = ()
    active: bool = True
    version: int = 1
    created_at: datetime
    last_used_at: datetime | None = None

    def admits(self, secret: str, now: datetime) -> bool:
        """Whether this secret is one of its live ones; compares every one in constant time."""
        digest = digest_of(secret)
        same = [
            hmac.compare_digest(each.digest, digest) and each.good_at(now) for each in self.secrets
        ]
        return any(same) and self.active

    def live(self, now: datetime) -> tuple[Secret, ...]:
        """The secrets that work at this moment."""
        return tuple(each for each in self.secrets if each.good_at(now))

    def with_secret(self, secret: Secret, now: datetime) -> "Client":
        """Add a secret; refused while two are live, so that a change-over has one step back."""
        live = self.live(now)
        if len(live) >= TWO_LIVE:
            raise Refused("Two secrets are live already: end one of them first.")
        return self.model_copy(
            update={"secrets": (*live, secret), "version": self.version + 1, "active": True}
        )

    def without_secret(self, prefix: str) -> "Client":
        """End one secret at once."""
        kept = tuple(each for each in self.secrets if each.prefix != prefix)
        if len(kept) == len(self.secrets):
            raise Refused("There is no such secret; it may have ended before.")
        return self.model_copy(update={"secrets": kept, "version": self.version + 1})

    def revoked(self) -> "Client":
        """End the client and all its secrets at once."""
        update = {"active": False, "secrets": (), "version": self.version + 1}
        return self.model_copy(update=update)


def new_secret(text: str, now: datetime, lasts: timedelta = SECRET_LASTS) -> Secret:
    """What is kept of a fresh secret."""
    return Secret(
        prefix=text[: len(SECRET_PREFIX) + 6],
        digest=digest_of(text),
        created_at=now,
        expires_at=now + lasts,
    )
