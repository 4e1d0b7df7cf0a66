"""A household's own page: which of all that is known stands on it. Pure: no I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.notifications.domain.notice import KnownEvent
from shared.messages import (
    Answer,
    Ask,
    EventFacts,
    FamilyAsked,
    FamilyChanged,
    HouseholdChanged,
    HouseholdItemChanged,
    Record,
    SchoolChanged,
    StudentFacts,
)
from shared.sight import attends

LINK_LIVES = timedelta(days=400)
"""A letter on the refrigerator opens the page for a school year."""
ASKED_SHOWN_FOR = timedelta(days=30)
FEED_GOES_BACK = timedelta(days=30)
"""So that a calendar does not lose last week."""
MOST_A_DAY = 5
"""So many times a household may ask within a day; then the telephone is quicker."""
MOST_RESOURCES = 8
ORIGINAL = "en"


class KnownAnswer(Record):
    """What a household answered to an invitation."""

    rsvp_id: str
    event_id: str
    household_id: str
    answer: Answer
    party_size: int
    version: int = 0
    """How often it has answered."""


@dataclass(frozen=True)
class Coming:
    """A school event to which children of the household are invited."""

    known: KnownEvent
    children: tuple[StudentFacts, ...]
    answer: KnownAnswer | None
    answer_url: str = ""
    """Where the household answers; empty where it is too late."""

    @property
    def facts(self) -> EventFacts:
        """What families are told of it."""
        return self.known.facts

    @property
    def wants_answer(self) -> bool:
        """Whether an answer is missing and can be given."""
        return self.answer is None and bool(self.answer_url)


@dataclass(frozen=True)
class AskedBefore:
    """What a household asked for, and how it stands; `item` None: the school has not got it yet."""

    asked: FamilyAsked
    child: str
    item: HouseholdItemChanged | None


@dataclass(frozen=True)
class OurChildren:
    """All that stands on the page."""

    household: HouseholdChanged
    children: tuple[StudentFacts, ...]
    schools: Mapping[str, SchoolChanged]
    coming: tuple[Coming, ...]
    resources: tuple[tuple[HouseholdItemChanged, str], ...]
    """Each with its address."""
    asked: tuple[AskedBefore, ...]
    feed_url: str
    choices_url: str = ""
    """Where the household chooses its mail; empty where no letter of it is kept."""
    waiting: tuple[Coming, ...] = field(init=False)
    """What wants an answer, the first day first."""

    def __post_init__(self) -> None:
        wanted = (each for each in self.coming if each.wants_answer)
        found = tuple(sorted(wanted, key=lambda each: closes_at(each.facts)))
        object.__setattr__(self, "waiting", found)

    @property
    def feed_for_calendars(self) -> str:
        """The feed as telephones take it for a calendar to follow, and not for a file."""
        return f"webcal:{self.feed_url.partition(':')[2]}"


def children_of(
    household: HouseholdChanged, families: Iterable[FamilyChanged]
) -> tuple[StudentFacts, ...]:
    """The pupils whom everybody in the household may see, by first name."""
    own = set(household.student_ids)
    found = [
        student
        for family in families
        if family.active
        for student in family.students
        if student.student_id in own
    ]
    return tuple(sorted(found, key=lambda each: (each.given_name, each.student_id)))


def invited(
    facts: EventFacts, children: Sequence[StudentFacts], now: datetime
) -> tuple[StudentFacts, ...]:
    """Which of the children a school event is for: of the school, or of its classes on that day."""
    day = now.astimezone(ZoneInfo(facts.time_zone)).date()
    return tuple(
        child
        for child in children
        if child.school_id == facts.school_id
        and (not facts.class_ids or attends(child, facts.class_ids, day))
    )


def closes_at(facts: EventFacts) -> datetime:
    """Until when a household may answer: the day to reply by, else when it begins."""
    return min(facts.reply_by or facts.starts_at, facts.starts_at)


def takes_answers(known: KnownEvent, now: datetime) -> bool:
    """Whether its page of answers is open."""
    return known.published and not known.cancelled and now < closes_at(known.facts)


def fitting(
    items: Iterable[HouseholdItemChanged], children: Sequence[StudentFacts], language: str
) -> list[HouseholdItemChanged]:
    """Resources for one of the children, in the household's language first, then in English."""
    wanted = [base_of(language), ORIGINAL]
    found = [
        each
        for each in items
        if not each.gone
        and base_of(each.language) in wanted
        and any(is_for(each, child) for child in children)
    ]
    return sorted(found, key=lambda each: (wanted.index(base_of(each.language)), not each.grades))


def is_for(item: HouseholdItemChanged, child: StudentFacts) -> bool:
    """Whether something is for a child's school and grade."""
    at_school = not item.school_ids or child.school_id in item.school_ids
    return at_school and (not item.grades or child.grade in item.grades)


def address_of(
    item: HouseholdItemChanged, children: Sequence[StudentFacts], public_url: str
) -> str:
    """Where it is; on a public page of ours, on that of the school of the first child it is for."""
    if not item.link.startswith("/"):
        return item.link
    school_id = next(child.school_id for child in children if is_for(item, child))
    return public_url + item.link.replace("{school_id}", school_id)


def base_of(language: str) -> str:
    """A language without its region."""
    return language.partition("-")[0].lower()


def feed_ends(now: datetime) -> datetime:
    """Until when an address of the calendar counts: the August after next.

    A fixed day, so that the page shows the same address for a year.
    """
    return datetime(now.year + 2, 8, 1, tzinfo=UTC)


def in_feed(coming: Iterable[Coming]) -> list[Coming]:
    """What a family's calendar shows: not what it said no to, also what was called off."""
    return [each for each in coming if each.answer is None or each.answer.answer != "no"]


def says_nothing(what: Ask, words: str) -> bool:
    """Whether the words that this needs are missing."""
    return what == "know" and not words.strip()
