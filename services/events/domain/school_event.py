"""A school event: a draft, then published, perhaps changed, perhaps cancelled."""

from datetime import datetime
from typing import Any, Literal, Self

from services.events.domain import times
from services.events.domain.draft import EventDraft, Hours
from services.events.domain.faults import Fault, Wrong
from shared.errors import Conflict
from shared.i18n import N_
from shared.messages import EventFacts, Language, Record

State = Literal["draft", "published", "cancelled"]


class SchoolEvent(Record):
    """One school event. `revision` counts what families were told of; `version` every save.

    A draft has revision 0; publishing makes it 1, and every change or the cancelling one more.
    """

    event_id: str
    school_id: str
    class_ids: tuple[str, ...] = ()
    title: str
    description: str = ""
    place: str = ""
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    reply_by: datetime | None = None
    organizer: str = ""
    organizer_id: str | None = None
    language: Language = "en"
    state: State = "draft"
    revision: int = 0
    version: int = 1
    created_by: str
    created_at: datetime
    published_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str = ""

    @classmethod
    def planned(
        cls,
        draft: EventDraft,
        hours: Hours,
        *,
        event_id: str,
        by: str,
        organizer_id: str | None,
        now: datetime,
    ) -> Self:
        """A new draft, which no family knows of."""
        return cls(
            event_id=event_id,
            school_id=draft.school_id,
            created_by=by,
            created_at=now,
            organizer_id=organizer_id,
            **_details(draft, hours),
        )

    def edited(self, draft: EventDraft, hours: Hours, now: datetime) -> Self:
        """The same event with other details; the same object when nothing differs.

        Published, it gets a new revision, and whom it invites stays: those families know of it.
        """
        self._must_be_open(now)
        details = _details(draft, hours)
        if self.state == "published":
            self._must_invite_the_same(draft)
        elif draft.school_id != self.school_id:
            details["school_id"] = draft.school_id
        if all(getattr(self, name) == value for name, value in details.items()):
            return self
        told = self.revision + 1 if self.state == "published" else self.revision
        return self.model_copy(update={**details, "revision": told, "version": self.version + 1})

    def published(self, now: datetime) -> Self:
        """Open for answers; families are invited from now on."""
        if self.state != "draft":
            raise Conflict(
                N_("This event is published already.")
                if self.state == "published"
                else N_("This event is cancelled. Please plan a new one.")
            )
        if self.starts_at <= now:
            raise Wrong(
                [Fault(field="starts", says=N_("It starts in the past. Change the day first."))]
            )
        if self.closes_at <= now:
            raise Wrong(
                [
                    Fault(
                        field="reply_by",
                        says=N_("Nobody could answer any more. Change it first."),
                    )
                ]
            )
        change = {"state": "published", "revision": 1, "published_at": now}
        return self.model_copy(update={**change, "version": self.version + 1})

    def cancelled(self, reason: str, now: datetime) -> Self:
        """It will not take place; families who were invited are told."""
        self._must_be_open(now)
        if self.state == "draft":
            raise Conflict(N_("No family knows of this event yet. Delete the draft instead."))
        change = {
            "state": "cancelled",
            "revision": self.revision + 1,
            "cancelled_at": now,
            "cancel_reason": " ".join(reason.split())[:500],
        }
        return self.model_copy(update={**change, "version": self.version + 1})

    @property
    def changed(self) -> bool:
        """Whether families were told of something else at first."""
        return self.state == "published" and self.revision > 1

    @property
    def closes_at(self) -> datetime:
        """Until when a family may answer or change its answer."""
        return min(self.reply_by, self.starts_at) if self.reply_by else self.starts_at

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended."""
        return self.ends_at <= now

    def facts(self) -> EventFacts:
        """What families are told."""
        return EventFacts.model_validate(self.model_dump(include=set(EventFacts.model_fields)))

    def as_draft(self) -> EventDraft:
        """What a form shows when the event is changed: times on the school's clock."""
        return EventDraft(
            **self.model_dump(include=set(EventDraft.model_fields) - {"reply_by"}),
            starts=times.wall_clock(self.starts_at, self.time_zone),
            ends=times.wall_clock(self.ends_at, self.time_zone),
            reply_by=times.day_of(self.reply_by, self.time_zone) if self.reply_by else None,
        )

    def _must_be_open(self, now: datetime) -> None:
        if self.state == "cancelled":
            raise Conflict(N_("This event is cancelled. Please plan a new one."))
        if self.state == "published" and self.is_over(now):
            raise Conflict(N_("This event is over and can't be changed any more."))

    def _must_invite_the_same(self, draft: EventDraft) -> None:
        same = draft.school_id == self.school_id and set(draft.class_ids) == set(self.class_ids)
        if not same:
            says = N_(
                "Families are invited already, so the school and classes stay. Plan another event "
                "for other classes, or cancel this one."
            )
            raise Wrong([Fault(field="class_ids", says=says)])


def _details(draft: EventDraft, hours: Hours) -> dict[str, Any]:
    words = ("class_ids", "title", "description", "place", "organizer", "language")
    return {name: getattr(draft, name) for name in words} | hours.model_dump()
