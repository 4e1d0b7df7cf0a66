"""A new mail address is a request: confirmed where it leads, and sometimes looked at by staff."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from shared.errors import Conflict, Refused
from shared.i18n import N_
from shared.messages import Record

State = Literal["asked", "confirmed", "applied", "refused", "withdrawn"]
"""`confirmed` waits for staff; `applied` was told to contacts, which corrects the address."""
Why = Literal["shared", "flag", "known", "unsure"]
"""Why staff looks at it first: several adults read the old address; a custody or do-not-contact
flag stands on somebody; others have the new address already; the flags may not be the newest."""

CONFIRM_WITHIN = timedelta(days=3)
KEPT_FOR = timedelta(days=90)
"""After it ended. The change itself is kept where addresses are corrected."""
MOST_A_DAY = 3
"""Requests from one mailbox, and letters to one address that somebody typed."""
LONGEST_REASON = 300


class AddressRequest(Record):
    """One wish that letters go to another address."""

    request_id: str
    household_id: str
    guardian_ids: tuple[str, ...]
    """Whose address it is."""
    school_ids: tuple[str, ...]
    """Whose staff may look at it."""
    before: str
    mailbox: str
    link_version: int
    state: State = "asked"
    why: tuple[Why, ...] = ()
    asked_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    decided_by_name: str = ""
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ""
    """Why it was refused, for staff."""
    forget_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in {"applied", "refused", "withdrawn"}

    def open_at(self, now: datetime) -> bool:
        """Whether it can still be confirmed."""
        return self.state == "asked" and now < self.expires_at

    def confirmed(self, why: tuple[Why, ...], now: datetime) -> "AddressRequest":
        """Confirmed at the new address: applied at once, or waiting for staff."""
        changed = self.model_copy(update={"confirmed_at": now, "why": why})
        return _moved(changed, "confirmed" if why else "applied", now)

    def withdrawn(self, now: datetime) -> "AddressRequest":
        """Taken back by who reads the old address, or by a newer request."""
        return _moved(self, "withdrawn", now)

    def decided(
        self, account_id: str, name: str, now: datetime, *, approved: bool, reason: str = ""
    ) -> "AddressRequest":
        """Approved or refused by staff. `Conflict` where it does not wait, `Refused` for no why."""
        if self.state != "confirmed":
            raise Conflict(N_("This request does not wait any more."))
        if not approved and not reason.strip():
            raise Refused(N_("Please write why, so that others understand it later."))
        said = "" if approved else " ".join(reason.split())
        changed = _moved(self, "applied" if approved else "refused", now)
        return changed.model_copy(
            update={
                "decided_at": now,
                "decided_by": account_id,
                "decided_by_name": name,
                "reason": said,
            }
        )


def _moved(request: AddressRequest, state: State, now: datetime) -> AddressRequest:
    changed = request.model_copy(update={"state": state})
    return changed.model_copy(update={"forget_at": now + KEPT_FOR if changed.ended else None})


def why_staff(
    *, readers: int, others_there: int, flagged: bool, flags_fresh: bool
) -> tuple[Why, ...]:
    """Why staff looks at a request before it is applied; nothing where nobody needs to.

    `readers`: adults who read the old address, in whatever household. `others_there`: households
    that have the new address already.
    """
    found: list[tuple[Why, bool]] = [
        ("shared", readers > 1),
        ("flag", flagged),
        ("known", others_there > 0),
        ("unsure", not flags_fresh),
    ]
    return tuple(why for why, holds in found if holds)
