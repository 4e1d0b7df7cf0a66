"""What people look at: letters, households and what each was told."""

from dataclasses import dataclass
from datetime import datetime

from services.notifications.actions.composing import compose
from services.notifications.actions.room import MailRoom
from services.notifications.actions.surroundings import look_around
from services.notifications.actions.translating import know_words
from services.notifications.domain.arranged import (
    LunchWords,
    PolicyWords,
    SeatWords,
    ShiftWords,
    SurveyWords,
    VisitWords,
)
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.notice import (
    Announcement,
    AnswerWords,
    EducatorsNote,
    EventWords,
    Notice,
    SystemNotice,
)
from services.notifications.domain.sight import Sight
from services.notifications.letters.blocks import without_links
from services.notifications.letters.layout import as_html, as_text
from services.notifications.store.deliveries import Wanted
from shared.errors import NotFound
from shared.identity import Viewer
from shared.messages import EducatorChanged, HouseholdChanged


@dataclass(frozen=True)
class Listed:
    """A letter in a list, with the names that a person knows it by."""

    delivery: Delivery
    household: HouseholdChanged | None
    subject: str
    school: str
    zone: str = "UTC"
    educator: EducatorChanged | None = None

    @property
    def to(self) -> str:
        """Whom it greets."""
        if self.educator:
            return f"{self.educator.given_name} {self.educator.family_name}".strip()
        return " · ".join(self.household.greeting) if self.household else ""


@dataclass(frozen=True)
class Opened:
    """One letter as it is read."""

    listed: Listed
    text: str
    html: str
    carried: tuple[Listed, ...] = ()
    """What it brings, as far as the viewer may see it."""
    hidden: int = 0
    """How many more it brings."""


async def letters(
    room: MailRoom,
    wanted: Wanted,
    viewer: Viewer,
    *,
    limit: int,
    after: tuple[datetime, str] | None = None,
) -> list[Listed]:
    """The newest letters that the viewer may see."""
    sight = await room.sight_of(viewer)
    rows = await room.store.deliveries.newest(wanted, seen_by=sight, limit=limit, after=after)
    return await _listed(room, rows)


async def counts(room: MailRoom, wanted: Wanted, viewer: Viewer) -> dict[str, int]:
    """How many there are, by state."""
    return await room.store.deliveries.count(wanted, seen_by=await room.sight_of(viewer))


async def household_of(room: MailRoom, household_id: str, viewer: Viewer) -> HouseholdChanged:
    """A household that the viewer may see, else `NotFound`."""
    household = await room.directory.household(household_id)
    seen = await room.directory.sees_household(viewer, household_id, room.now.date())
    if household is None or not seen:
        raise NotFound("There is no such household, or you do not teach its children.")
    return household


async def open_letter(room: MailRoom, delivery_id: str, viewer: Viewer) -> Opened:
    """One letter as it reads; `NotFound` when there is none that the viewer may see.

    Its links are left out: they are the family's alone.
    """
    row = await room.store.deliveries.get(delivery_id)
    sight = await room.sight_of(viewer)
    shown = row and _as_seen(row, sight)
    if row is None or shown is None:
        raise NotFound("There is no such letter.")
    around = await look_around(room, [shown])
    await know_words(room, [shown], around)
    letter = compose(room, shown, around)
    blank = without_links(letter)
    parts = await room.store.deliveries.named([part.delivery_id for part in shown.parts])
    return Opened(
        (await _listed(room, [shown]))[0],
        as_text(blank),
        as_html(blank),
        tuple(await _listed(room, parts)),
        len(row.parts) - len(shown.parts),
    )


def _as_seen(row: Delivery, sight: Sight) -> Delivery | None:
    """A letter that carries others is shown with those of them that the viewer may see."""
    if not row.parts:
        return row if sight.covers(row.school_id, row.family_ids, row.educator_id) else None
    seen = tuple(each for each in row.parts if sight.covers(each.school_id, each.family_ids))
    return row.model_copy(update={"parts": seen}) if seen else None


async def _listed(room: MailRoom, rows: list[Delivery]) -> list[Listed]:
    people = room.store.people
    households = await people.households({row.household_id for row in rows if not row.to_staff})
    educators = await people.educators({row.educator_id for row in rows if row.educator_id})
    schools = await people.schools({row.school_id for row in rows})
    notices = await room.store.notices.several({row.notice_id for row in rows})
    return [
        Listed(
            row,
            households.get(row.household_id),
            _subject(notices.get(row.notice_id)),
            schools[row.school_id].name if row.school_id in schools else "",
            schools[row.school_id].time_zone if row.school_id in schools else "UTC",
            educators.get(row.educator_id or ""),
        )
        for row in rows
    ]


def _subject(notice: Notice | None) -> str:
    """What it is about, in a few words: the event, the title, or who wrote."""
    match notice and notice.content:
        case EventWords(facts=facts) | AnswerWords(facts=facts) | SeatWords(event=facts):
            return facts.title
        case ShiftWords(now=now) | PolicyWords(now=now) | SurveyWords(now=now):
            return now.title
        case LunchWords(now=now) | VisitWords(now=now):
            return now.organizer
        case Announcement(title=title):
            return title
        case EducatorsNote(signed=signed):
            return signed
        case SystemNotice(system=system):
            return system
    return ""
