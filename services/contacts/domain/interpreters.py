"""Who interprets between school and families: people and phone services, and when they do.

Never a pupil and never a relative: schools are not to ask students, siblings, friends or untrained
staff to interpret for parents (U.S. Departments of Justice and Education, "Information for Limited
English Proficient Parents and Guardians", January 2015).
"""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, EmailStr, Field, TypeAdapter, ValidationError

from shared.errors import Refused
from shared.i18n import N_
from shared.identity import Role, Viewer
from shared.messages import GuardianFacts, Language, Record

Kind = Literal["person", "phone_service"]
MOST_LANGUAGES = 300
"""The largest phone services name about so many."""
MOST_HOURS = 21
"""Three times on each day of the week."""
EDITS: frozenset[Role] = frozenset({"coordinator", "district"})
DISTRICT = ""
"""Stands where a school would: this interpreter works for every school."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""As hours are written in tables; the place is the weekday, from 0."""

_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
_HOURS = re.compile(r"([A-Za-z]{3})\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")


def _by_the_clock(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError("hours are by the clock of the school and name no time zone")
    return at


Clock = Annotated[time, AfterValidator(_by_the_clock)]


class Hours(Record):
    """From when until when on one day of each week, by the clock of the school that calls."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    """0 is Monday."""
    begins: Clock
    ends: Clock


class InterpreterDraft(Record):
    """What somebody wrote down about an interpreter, before anyone judged it.

    Without `school_id` every school of the district may call. Without `hours` any time is agreed
    upon. `independent` says that it is no pupil and no relative of the families.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    school_id: Annotated[str, Field(max_length=64)] = DISTRICT
    name: Annotated[str, Field(min_length=2, max_length=120)]
    kind: Kind = "person"
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=MOST_LANGUAGES)]
    phone: Annotated[str, Field(min_length=3, max_length=40)]
    email: EmailStr | None = None
    hours: Annotated[tuple[Hours, ...], Field(max_length=MOST_HOURS)] = ()
    training: Annotated[str, Field(max_length=500)] = ""
    independent: bool = False


class Interpreter(Record):
    """One entry of the list as it stands now; `version` rises with every change."""

    interpreter_id: str
    version: int = 1
    school_id: str = DISTRICT
    name: str
    kind: Kind
    languages: tuple[Language, ...]
    phone: str
    email: EmailStr | None = None
    hours: tuple[Hours, ...] = ()
    training: str = ""
    changed_at: datetime
    changed_by: str
    """The account; whoever wrote it confirmed that this is no pupil and no relative."""
    ended_at: datetime | None = None

    @classmethod
    def of(cls, interpreter_id: str, draft: InterpreterDraft, by: Viewer, now: datetime) -> Self:
        """A new entry. `Refused` says every reason why a draft can't be one."""
        refuse_faults(draft)
        written = {
            **draft.model_dump(exclude={"independent"}),
            "name": " ".join(draft.name.split()),
            "languages": tuple(dict.fromkeys(draft.languages)),
            "phone": " ".join(draft.phone.split()),
            "training": draft.training.strip(),
            "hours": in_order(draft.hours),
            "interpreter_id": interpreter_id,
            "changed_at": now,
            "changed_by": by.account_id,
        }
        return cls.model_validate(written)

    def replaced(self, draft: InterpreterDraft, by: Viewer, now: datetime) -> Self:
        """The same entry with what is written now; whether it has ended stays."""
        right = self.of(self.interpreter_id, draft, by, now)
        kept = {"version": self.version + 1, "ended_at": self.ended_at}
        return right.model_copy(update=kept)

    def with_end(self, by: Viewer, now: datetime, *, ended: bool) -> Self:
        """The same entry, not called any more, or called again."""
        changes = {
            "ended_at": now if ended else None,
            "version": self.version + 1,
            "changed_at": now,
            "changed_by": by.account_id,
        }
        return self.model_copy(update=changes)

    def says_the_same_as(self, other: "Interpreter") -> bool:
        """Whether two versions differ in nothing that anybody wrote."""
        apart = {"version", "changed_at", "changed_by"}
        mine, theirs = self.model_dump(exclude=apart), other.model_dump(exclude=apart)
        ended = (self.ended_at is None, other.ended_at is None)
        return {**mine, "ended_at": ended[0]} == {**theirs, "ended_at": ended[1]}

    def works_on(self, weekday: int) -> bool:
        """Whether one may call on a day of the week; whoever has no hours agrees upon any."""
        return not self.hours or any(each.weekday == weekday for each in self.hours)

    def hours_on(self, weekday: int) -> tuple[Hours, ...]:
        """The hours of a day of the week."""
        return tuple(each for each in self.hours if each.weekday == weekday)

    def speaks(self, language: str) -> bool:
        """Whether a family of this language is understood; `pt` and `pt-BR` are one."""
        return base_of(language) in {base_of(each) for each in self.languages}


class Interpreting(Record):
    """Somebody interprets a language on a day, from when until when."""

    language: Language
    on: date
    hours: Hours


def next_hours(
    interpreters: Iterable[Interpreter],
    languages: Iterable[str],
    now: datetime,
    closed: Collection[date] = (),
) -> Interpreting | None:
    """The soonest hours of the coming seven days in which one of some languages is interpreted.

    `now` is by the clock of the school. On a day without school, and past the end of the hours of
    today, nobody is there; of whoever has no hours it is not known when.
    """
    called = [each for each in interpreters if each.ended_at is None and each.hours]
    spoken = [(language, e) for language in languages for e in called if e.speaks(language)]
    for day in (now.date() + timedelta(days=ahead) for ahead in range(7)):
        found = [
            Interpreting(language=language, on=day, hours=hours)
            for language, each in spoken
            for hours in each.hours_on(day.weekday())
            if day > now.date() or hours.ends > now.time()
        ]
        if found and day not in closed:
            return min(found, key=lambda each: (each.hours.begins, each.hours.ends))
    return None


SAID = {
    "not-independent": N_(
        "An interpreter is never a student and never a relative of the family. Confirm that."
    ),
    "no-number": N_("This is no phone number: it has fewer than three digits."),
    "backwards": N_("Hours end after they begin, such as 14:00 to 16:00."),
    "overlap": N_("Two hours of the same day overlap. Write them as one."),
}
"""The sentence of each fault; pages translate it."""


def faults_of(draft: InterpreterDraft) -> dict[str, str]:
    """What is wrong with a draft, as code by field; see `SAID` for the sentences."""
    faults: dict[str, str] = {}
    if not draft.independent:
        faults["independent"] = "not-independent"
    if sum(each.isdigit() for each in draft.phone) < 3:
        faults["phone"] = "no-number"
    if any(each.ends <= each.begins for each in draft.hours):
        faults["hours"] = "backwards"
    elif _overlap(in_order(draft.hours)):
        faults["hours"] = "overlap"
    return faults


def refuse_faults(draft: InterpreterDraft) -> None:
    """`Refused` with every reason, when there is one."""
    if faults := faults_of(draft):
        said = " ".join(SAID[code] for code in faults.values())
        raise Refused(said)


def in_order(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    """Hours as the week goes."""
    return tuple(sorted(hours, key=lambda each: (each.weekday, each.begins, each.ends)))


def _overlap(ordered: tuple[Hours, ...]) -> bool:
    return any(
        one.weekday == two.weekday and two.begins < one.ends for one, two in pairwise(ordered)
    )


def may_edit(school_id: str, viewer: Viewer) -> bool:
    """Who writes entries: a school's coordinator, and the district all of them."""
    if viewer.role == "district":
        return True
    return viewer.role in EDITS and school_id in viewer.school_ids


def base_of(language: str) -> str:
    """A language without its region or script: people understand each other all the same."""
    return language.split("-", maxsplit=1)[0].lower()


def language_in(text: str) -> str | None:
    """The language tag (BCP 47) that somebody typed, with its first part in lower case."""
    first, dash, rest = text.strip().replace("_", "-").partition("-")
    try:
        return _LANGUAGE.validate_python(first.lower() + dash + rest)
    except ValidationError:
        return None


def needs_interpreting(guardians: Iterable[GuardianFacts]) -> bool:
    """Whether a family is asked who interpreted: one of its adults needs that, or speaks no
    English at home.
    """
    return any(each.interpreter or base_of(each.language) != "en" for each in guardians)


def fitting(
    interpreters: Iterable[Interpreter], guardians: Collection[GuardianFacts]
) -> list[Interpreter]:
    """Those whom a family's adults understand; all where only English is known, such as signers."""
    spoken = {base_of(each.language) for each in guardians} - {"en"}
    called = [each for each in interpreters if each.ended_at is None]
    if not spoken:
        return called
    return [each for each in called if any(each.speaks(language) for language in spoken)]


def hours_text(hours: Iterable[Hours]) -> str:
    """Hours in one cell, such as `Mon 09:00-11:30; Tue 14:00-16:00`."""
    return "; ".join(
        f"{DAYS[each.weekday]} {each.begins:%H:%M}-{each.ends:%H:%M}" for each in in_order(hours)
    )


def hours_in(text: str) -> tuple[Hours, ...]:
    """The hours of a cell. `Refused` names the part that can't be read."""
    parts = [part.strip() for part in re.split(r"[;\n]", text)]
    return in_order(_hours_in(part) for part in parts if part)


def _hours_in(part: str) -> Hours:
    match = _HOURS.fullmatch(part)
    try:
        if match is None:
            raise ValueError
        weekday = DAYS.index(match[1].capitalize())
        begins, ends = (time.fromisoformat(each.rjust(5, "0")) for each in match.group(2, 3))
    except ValueError:
        raise Refused(f"“{part}” are no hours. Write them as Tue 14:00-16:00.") from None
    return Hours(weekday=weekday, begins=begins, ends=ends)
