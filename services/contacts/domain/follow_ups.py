"""Follow-ups: what somebody promised to do for a family, by which day, and who does it."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from services.contacts.domain.asked import Asked
from shared.errors import Conflict, Refused
from shared.i18n import N_
from shared.identity import Role, Viewer
from shared.messages import EducatorChanged, FamilyChanged, Record

LEAST_WHAT, MOST_WHAT = 2, 200
"""Characters."""
FARTHEST = timedelta(days=366)
"""A promise for later than the next school year is a mistyped date."""
SCHOOLS = "school"
"""Who takes it over when it is handed to the coordinators of the school."""
LOOKS_AFTER: frozenset[Role] = frozenset({"coordinator", "principal"})
"""Who sees all follow-ups of a school, and takes up those that nobody can do any more."""

State = Literal["open", "done", "dropped"]
When = Literal["overdue", "this_week", "later"]
Standing = Literal["theirs", "nobodys", "left", "out_of_sight", "family_gone", "late"]
"""Whether the assigned person can do it. `nobodys`: it was handed to the coordinators; `left`: the
person does not work at the school any more; `out_of_sight`: the child left that person's classes;
`family_gone`: the family left the roster; `late`: the family asked for it, and its day is over."""


class Assignee(Record):
    """Who does it; without account and educator: the coordinators of the school."""

    account_id: str | None = None
    educator_id: str | None = None
    name: str = ""
    by_class: bool = True
    """Whether the person knows families by classes, and not by school."""

    def means(self, viewer: Viewer) -> bool:
        """Whether the viewer is this person."""
        if self.educator_id is not None and self.educator_id == viewer.educator_id:
            return True
        return self.account_id is not None and self.account_id == viewer.account_id


class FollowUpDraft(Record):
    """What somebody wants to be done. `assigned_to`: "" for oneself, `school` for the coordinators
    of the school, else the id of an educator who may see the family.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family_id: Annotated[str, Field(min_length=1, max_length=64)]
    contact_id: Annotated[str | None, Field(max_length=64)] = None
    what: Annotated[str, Field(min_length=LEAST_WHAT, max_length=MOST_WHAT)]
    due_on: date
    assigned_to: Annotated[str, Field(max_length=300)] = ""


class FollowUp(Record):
    """One follow-up as it stands; `version` rises with every change."""

    follow_up_id: str
    version: int = 1
    family_id: str
    contact_id: str | None = None
    school_id: str
    what: str
    due_on: date
    assignee: Assignee
    state: State = "open"
    made_by: str
    """The account of who made it."""
    author: str = ""
    made_at: datetime
    changed_at: datetime
    asked: Asked | None = None
    """Where the family asked for it on its own page."""

    @classmethod
    def made(
        cls,
        follow_up_id: str,
        draft: FollowUpDraft,
        school_id: str,
        assignee: Assignee,
        by: Viewer,
        now: datetime,
        today: date,
    ) -> Self:
        """A new one. `Refused` says what is wrong with the words or the day."""
        what = " ".join(draft.what.split())
        if len(what) < LEAST_WHAT:
            raise Refused(N_("Write what there is to do."))
        refuse_day(draft.due_on, today)
        return cls(
            follow_up_id=follow_up_id,
            family_id=draft.family_id,
            contact_id=draft.contact_id,
            school_id=school_id,
            what=what,
            due_on=draft.due_on,
            assignee=assignee,
            made_by=by.account_id,
            author=by.name,
            made_at=now,
            changed_at=now,
        )

    def settled(self, state: State, now: datetime) -> Self:
        """Done, not needed any more, or open again."""
        return self._changed(now, state=state)

    def put_off(self, until: date, today: date, now: datetime) -> Self:
        """The same by another day; `Refused` for a day that has passed."""
        self._is_open()
        refuse_day(until, today)
        return self._changed(now, due_on=until)

    def handed_to(self, assignee: Assignee, now: datetime) -> Self:
        """The same with another person."""
        self._is_open()
        return self._changed(now, assignee=assignee)

    def _is_open(self) -> None:
        if self.state != "open":
            raise Conflict(N_("This follow-up is closed. Open it again first."))

    def _changed(self, now: datetime, **changes: object) -> Self:
        if all(getattr(self, name) == value for name, value in changes.items()):
            return self
        update = {**changes, "version": self.version + 1, "changed_at": now}
        return self.model_copy(update=update)


def refuse_day(due_on: date, today: date) -> None:
    """`Refused` for a day that has passed, or is too far off to be meant."""
    if due_on < today:
        raise Refused(N_("Choose today or a later day."))
    if due_on > today + FARTHEST:
        raise Refused(N_("Choose a day within a year."))


def when_due(due_on: date, today: date) -> When:
    """Whether a day has passed, lies in this week (it ends on Sunday), or later."""
    if due_on < today:
        return "overdue"
    return "this_week" if due_on <= end_of_week(today) else "later"


def end_of_week(today: date) -> date:
    """The Sunday of the week of a day (ISO 8601)."""
    return today + timedelta(days=6 - today.weekday())


def oneself(viewer: Viewer) -> Assignee:
    """The viewer as the one who does it."""
    return Assignee(
        account_id=viewer.account_id,
        educator_id=viewer.educator_id,
        name=viewer.name,
        by_class=viewer.role == "educator",
    )


def colleague(educator: EducatorChanged) -> Assignee:
    """An educator as the one who does it."""
    name = f"{educator.given_name} {educator.family_name}".strip()
    return Assignee(educator_id=educator.educator_id, name=name)


def standing(
    follow_up: FollowUp,
    family: FamilyChanged | None,
    educator: EducatorChanged | None,
    *,
    sees: bool,
) -> Standing:
    """Whether the assigned person can do it; where not, the school's coordinators take it up.

    `educator`: the assigned person as the roster has it; `sees`: whether the person has a pupil
    of the family in a class today, or was given the family. Of somebody who has an account and
    stands in no roster it is not known here whether they left.
    """
    who = follow_up.assignee
    if family is None or not family.active:
        return "family_gone"
    if who.account_id is None and who.educator_id is None:
        return "nobodys"
    if who.educator_id is None:
        return "theirs"
    if educator is None or not educator.active:
        return "left"
    if who.by_class:
        return "theirs" if sees else "out_of_sight"
    return "theirs" if follow_up.school_id in educator.school_ids else "left"


def looks_after(follow_up: FollowUp, viewer: Viewer) -> bool:
    """Whether the viewer sees and changes it because it is one of their school."""
    return viewer.role in LOOKS_AFTER and viewer.sees_school(follow_up.school_id)


def concerns(follow_up: FollowUp, viewer: Viewer) -> bool:
    """Whether the viewer does it, made it, or looks after those of its school.

    Who knows the family no more is judged apart: that person is told nothing new.
    """
    own = follow_up.assignee.means(viewer) or follow_up.made_by == viewer.account_id
    return own or looks_after(follow_up, viewer)


class Listed(Record):
    """A follow-up in a list, with the pupils' names and whether the person can do it."""

    follow_up: FollowUp
    standing: Standing
    when: When
    students: tuple[str, ...] = ()
    """Empty where the viewer sees the family no more."""
