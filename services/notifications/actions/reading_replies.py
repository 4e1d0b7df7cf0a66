"""Answers by mail as staff reads them: the list, one in full, and who saw to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.actions.room import MailRoom, reply_sight_of
from services.notifications.actions.surroundings import look_around
from services.notifications.actions.translating import know_words
from services.notifications.actions.wording import translations_for
from services.notifications.domain.delivery import STOPPABLE, WRITTEN
from services.notifications.domain.replies import STAFF_READS, Reply
from services.notifications.letters.tongue import base_of
from shared.errors import NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import EducatorChanged, HouseholdChanged, SchoolChanged
from shared.outbox import Work

MOST_READERS = 10
_NONE = N_("There is no such answer, or it was not passed on to you.")


@dataclass(frozen=True)
class ListedReply:
    """An answer with the names that a person knows it by."""

    reply: Reply
    household: HouseholdChanged | None
    school: SchoolChanged | None
    educators: tuple[EducatorChanged, ...]
    """Those to whom it was passed on."""
    translated: str = ""
    """What a machine made of the words, in the language of `STAFF_READS`; "" where it made nothing,
    and in a list."""

    @property
    def zone(self) -> str:
        """The time zone of the school."""
        return self.school.time_zone if self.school else "UTC"

    @property
    def names(self) -> str:
        """The adults of the household, any of whom may have written."""
        return " · ".join(self.household.greeting) if self.household else ""

    @property
    def foreign(self) -> bool:
        """Whether the family reads another language than staff surely does."""
        return base_of(self.reply.language) != "en"


async def replies(
    room: MailRoom,
    viewer: Viewer,
    *,
    open_only: bool,
    limit: int,
    after: tuple[datetime, str] | None = None,
) -> list[ListedReply]:
    """The newest answers that the viewer may read."""
    sight = reply_sight_of(viewer)
    rows = await room.store.replies.newest(
        seen_by=sight, open_only=open_only, limit=limit, after=after
    )
    return await _listed(room, rows)


async def open_reply(room: MailRoom, reply_id: str, viewer: Viewer) -> ListedReply:
    """One answer; `NotFound` when there is none that the viewer may read."""
    row = await room.store.replies.one(reply_id, seen_by=reply_sight_of(viewer))
    if row is None:
        raise NotFound(_NONE)
    listed = (await _listed(room, [row]))[0]
    return replace(listed, translated=await _translated(room, row)) if listed.foreign else listed


async def _translated(room: MailRoom, reply: Reply) -> str:
    """As the mail to staff has it: reading asks no machine."""
    mails = await room.store.deliveries.find({"about": reply.reply_id}, STOPPABLE | WRITTEN)
    around = await look_around(room, mails)
    await know_words(room, mails, around)
    found = (translations_for(room, each, around) for each in mails)
    return next((said for each in found if (said := each.get((reply.words, STAFF_READS)))), "")


async def replies_to(room: MailRoom, delivery_id: str, viewer: Viewer) -> list[Reply]:
    """The answers to one letter that the viewer may read."""
    sight = reply_sight_of(viewer)
    return await room.store.replies.of_letter(delivery_id, seen_by=sight, most=20)


async def handle_reply(room: MailRoom, reply_id: str, viewer: Viewer, *, done: bool) -> None:
    """Say that somebody saw to it, or take that back; `NotFound` as above."""
    sight = reply_sight_of(viewer)

    async def body(work: Work) -> None:
        reply = await room.store.replies.get(reply_id, work)
        if reply is None or not sight.covers(reply):
            raise NotFound(_NONE)
        if (reply.handled_at is not None) != done:
            by = viewer.name if done else ""
            await room.store.replies.handle(reply_id, work.now if done else None, by, work)

    await room.units.run(body)


@dataclass(frozen=True)
class Choice:
    """A school, its staff with an address, and who of them gets what no educator can take."""

    school: SchoolChanged
    staff: Sequence[EducatorChanged]
    chosen: frozenset[str]


async def choice_at(room: MailRoom, school_id: str, viewer: Viewer) -> Choice:
    """Whom the school chose; `NotFound` for a school that is not the viewer's."""
    school = await room.directory.school(school_id)
    if school is None or not viewer.sees_school(school_id):
        raise NotFound("There is no such school.")
    staff = [each for each in await room.directory.educators(school_id) if each.email]
    return Choice(school, staff, frozenset(await room.store.replies.readers(school_id)))


async def choose_readers(
    room: MailRoom, school_id: str, educator_ids: Sequence[str], viewer: Viewer
) -> None:
    """Choose them, in place of those before; `Refused` for too many or strangers to the school."""
    choice = await choice_at(room, school_id, viewer)
    known = {each.educator_id for each in choice.staff}
    if len(educator_ids) > MOST_READERS or not known.issuperset(educator_ids):
        raise Refused(N_("Please choose up to 10 people of this school."))
    chosen = tuple(dict.fromkeys(educator_ids))

    async def body(work: Work) -> None:
        await room.store.replies.choose_readers(school_id, chosen, viewer.account_id, work)

    await room.units.run(body)


async def _listed(room: MailRoom, rows: Sequence[Reply]) -> list[ListedReply]:
    people = room.store.people
    households = await people.households({row.household_id for row in rows})
    schools = await people.schools({row.school_id for row in rows})
    educators = await people.educators({each for row in rows for each in row.educator_ids})
    return [
        ListedReply(
            row,
            households.get(row.household_id),
            schools.get(row.school_id),
            tuple(educators[each] for each in row.educator_ids if each in educators),
        )
        for row in rows
    ]
