"""Asks for the Monday mail: once for each person and week, only where something is due."""

from dataclasses import dataclass
from datetime import date

from services.contacts.actions.logging_contacts import zone_of
from services.contacts.domain.follow_ups import FollowUp, end_of_week, standing
from services.contacts.domain.monday import KIND, Due, Wish, count_due
from services.contacts.domain.teaching import sees
from services.contacts.store import Store
from services.contacts.store.monday import mark
from shared.clock import id_from
from shared.errors import Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.lease import Lease
from shared.messages import EducatorChanged, NoticeRequested
from shared.outbox import Units, Work
from shared.schooldays import week_of

MOST_COUNTED = 500
"""Of more, the mail tells so many: nobody has these done by Sunday."""


@dataclass
class MondayMail:
    """Looks at each school once a week, on its first school day. Any number may run side by side:
    each person's mark and the message that asks for the mail are one transaction.
    """

    store: Store
    units: Units
    holder: str

    async def work(self) -> None:
        """Ask for whatever mail is to be asked for now."""
        schools = await self._schools()
        if not schools:
            return
        lease = Lease(self.store.database, "monday mail", self.holder, self.units.clock)
        for school_id, today in schools:
            if not await self._look_at(school_id, today, lease):
                return
        await lease.give_back()

    async def _schools(self) -> list[tuple[str, date]]:
        """The schools whose week began today, and nobody looked at them yet."""
        now = self.units.clock.now()
        days = {
            each.school_id: today
            for each, zone in await self.store.monday.calendars()
            if (today := each.mails_on(now, zone_of(zone)))
        }
        marks = {school_id: mark(school_id, week_of(day)) for school_id, day in days.items()}
        known = await self.store.monday.looked_at(marks.values()) if marks else frozenset()
        return [(each, day) for each, day in sorted(days.items()) if marks[each] not in known]

    async def _look_at(self, school_id: str, today: date, lease: Lease) -> bool:
        """False where another process is at it: it goes on from here if that one stops."""
        staff = await self.store.directory.educators(school_id)
        ids = [each.educator_id for each in staff if each.email]
        waiting = await self.store.follow_ups.with_due(ids, end_of_week(today))
        for educator in (each for each in staff if each.educator_id in waiting):
            if not await lease.held():
                return False
            await self._ask(educator, school_id, today)
        if not await lease.held():
            return False
        await self.units.run(
            lambda work: self.store.monday.look_no_more(school_id, week_of(today), work)
        )
        return True

    async def _ask(self, educator: EducatorChanged, school_id: str, today: date) -> None:
        wish = await self.store.monday.wish(educator.educator_id)
        due = await self._due(educator, today) if wish.wanted else Due()
        if not due.any:
            return
        asked = _request(educator.educator_id, school_id, week_of(today), due, wish)

        async def body(work: Work) -> None:
            if await self.store.monday.first_asked(educator.educator_id, week_of(today), work):
                work.emit(asked, sequence=1)

        await self.units.run(body)

    async def _due(self, educator: EducatorChanged, today: date) -> Due:
        """What the person can still do, as the page of follow-ups shows it."""
        rows = await self.store.follow_ups.due_of(
            educator.educator_id, end_of_week(today), MOST_COUNTED
        )
        ids = list({each.family_id for each in rows})
        families = {each.family_id: each for each in await self.store.directory.families(ids)}

        def can_do(each: FollowUp) -> bool:
            family = families.get(each.family_id)
            does = family is not None and sees(educator, family, today)
            return standing(each, family, educator, sees=does) == "theirs"

        return count_due((each.due_on for each in rows if can_do(each)), today)


def _request(educator_id: str, school_id: str, week: date, due: Due, wish: Wish) -> NoticeRequested:
    # A mailbox of the staff is not the place for families: it is told how many, and nothing else.
    return NoticeRequested(
        notice_id=id_from(KIND, educator_id, week.isoformat()),
        kind=KIND,
        about=school_id,
        household_ids=(),
        educator_ids=(educator_id,),
        values={
            "overdue": str(due.overdue),
            "this_week": str(due.this_week),
            "language": wish.language,
        },
    )


async def wish_of(store: Store, viewer: Viewer) -> Wish | None:
    """What the viewer wants of the mail; None where the roster has no address to send it to."""
    if viewer.educator_id is None:
        return None
    educator = await store.directory.educator(viewer.educator_id)
    if educator is None or not educator.active or educator.email is None:
        return None
    return await store.monday.wish(viewer.educator_id)


async def keep_wish(store: Store, viewer: Viewer, wish: Wish) -> None:
    """Switch the viewer's own mail on or off; `Refused` where there is no address for it."""
    if viewer.educator_id is None or await wish_of(store, viewer) is None:
        raise Refused(N_("The roster has no mail address for you, so you get no such mail."))
    await store.monday.keep_wish(viewer.educator_id, wish)
