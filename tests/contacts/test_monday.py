"""The Monday mail is asked for once a week, by a school's own calendar and clock, or not at all."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded.sample import District
from services.contacts.actions.follow_ups import make_follow_up, settle
from services.contacts.actions.monday import MondayMail
from services.contacts.domain.follow_ups import FollowUp, FollowUpDraft
from services.contacts.domain.monday import MORNING, Calendar, Due, count_due
from shared.identity import Viewer
from shared.messages import FamilyChanged, NoticeRequested
from shared.outbox import Work
from shared.schooldays import is_school_day, week_of
from tests.contacts.conftest import TODAY, Office, staff_viewer
from tests.contacts.site import ContactsSite, fill_in

EAST = ZoneInfo("America/New_York")
PAGE = "/contacts/follow-ups"
MONDAY = date(2026, 11, 30)
"""The first after the sample's day, which is a Tuesday."""
DAYS = st.dates(date(2026, 8, 1), date(2027, 6, 30))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), EAST).astimezone(UTC)


# --- the rule -----------------------------------------------------------------------------------


@given(DAYS, st.times(), st.frozensets(DAYS, max_size=12))
def test_it_is_time_on_the_first_school_day_of_a_week_from_the_morning_on(
    day: date, clock: time, free: frozenset[date]
) -> None:
    school = Calendar(school_id="oak", no_school_days=tuple(free))
    now = datetime.combine(day, clock, EAST).astimezone(UTC)
    local = now.astimezone(EAST)
    week = [week_of(day) + timedelta(days=n) for n in range(7)]
    first = next((each for each in week if is_school_day(each, free)), None)
    due = local.date() == first and local.time() >= MORNING
    assert school.mails_on(now, EAST) == (local.date() if due else None)


@given(DAYS, st.lists(DAYS))
def test_what_has_passed_and_what_comes_by_sunday_is_counted_and_nothing_later(
    today: date, days: list[date]
) -> None:
    sunday = week_of(today) + timedelta(days=6)
    found = count_due(days, today)
    assert found == Due(
        overdue=sum(each < today for each in days),
        this_week=sum(today <= each <= sunday for each in days),
    )
    assert found.any == any(each <= sunday for each in days)


# --- asking ---------------------------------------------------------------------------------------


class Week:
    """A teacher's follow-ups and the mornings on which the mail may be asked for."""

    def __init__(self, office: Office, teacher: Viewer, family: FamilyChanged) -> None:
        self.office, self.teacher, self.family = office, teacher, family

    async def promise(self, due_on: date, viewer: Viewer | None = None) -> FollowUp:
        draft = FollowUpDraft(family_id=self.family.family_id, what="Send the list", due_on=due_on)
        desk = self.office.desk
        return await make_follow_up(desk.store, desk.units, draft, viewer or self.teacher)

    async def comes(self, day: date, hour: int = 8, minute: int = 0) -> None:
        self.office.clock.move(at(day, hour, minute) - self.office.clock.now())
        await self.office.desk.monday_mail.work()

    async def asked(self) -> list[NoticeRequested]:
        found = [each.open() for each in await self.office.told("notice.requested")]
        return [each for each in found if isinstance(each, NoticeRequested)]

    async def free(self, *days: date) -> None:
        change = {"$set": {"no_school_days": [each.isoformat() for each in days]}}
        await self.office.desk.database["dir_schools"].update_many({}, change)


@pytest.fixture
def week(district: Office, teacher: Viewer, family: FamilyChanged) -> Week:
    return Week(district, teacher, family)


async def test_it_says_how_many_are_due_and_nothing_of_a_family(week: Week) -> None:
    await week.promise(TODAY)
    await week.promise(MONDAY + timedelta(days=2))
    await week.promise(MONDAY + timedelta(days=6))
    await week.promise(MONDAY + timedelta(days=7))
    await week.comes(MONDAY)
    [asked] = await week.asked()
    [school_id] = week.teacher.school_ids
    assert (asked.kind, asked.about) == ("follow_ups_due", school_id)
    assert asked.educator_ids == (week.teacher.educator_id,)
    assert asked.household_ids == ()
    assert asked.values == {"overdue": "1", "this_week": "2", "language": "en"}
    text = asked.model_dump_json()
    names = [week.family.family_id, "Send the list", week.family.students[0].given_name]
    assert not [each for each in names if each in text]


@pytest.mark.parametrize(
    ("day", "hour", "minute"),
    [(MONDAY, 6, 59), (MONDAY + timedelta(days=1), 8, 0), (MONDAY - timedelta(days=1), 8, 0)],
)
async def test_it_is_asked_for_on_no_other_day_and_not_before_the_morning(
    week: Week, day: date, hour: int, minute: int
) -> None:
    await week.promise(TODAY)
    await week.comes(day, hour, minute)
    assert await week.asked() == []


async def test_after_a_monday_without_school_it_comes_on_the_next_school_day(week: Week) -> None:
    await week.promise(TODAY)
    await week.free(MONDAY, MONDAY + timedelta(days=1))
    await week.comes(MONDAY)
    assert await week.asked() == []
    await week.comes(MONDAY + timedelta(days=2))
    assert len(await week.asked()) == 1


async def test_it_comes_once_a_week_whoever_asks_and_how_often(week: Week) -> None:
    await week.promise(TODAY)
    desk = week.office.desk
    week.office.clock.move(at(MONDAY, 8) - week.office.clock.now())
    others: Sequence[MondayMail] = [
        MondayMail(desk.store, desk.units, holder=f"replica-{n}") for n in range(3)
    ]
    await asyncio.gather(*(each.work() for each in others))
    await desk.monday_mail.work()
    assert len(await week.asked()) == 1
    await week.promise(MONDAY + timedelta(days=1))
    await week.comes(MONDAY, 15)
    assert len(await week.asked()) == 1
    await week.comes(MONDAY + timedelta(days=7))
    first, second = await week.asked()
    assert first.notice_id != second.notice_id


async def test_a_crash_after_some_people_asks_for_the_others_only(week: Week) -> None:
    await week.promise(TODAY)
    await week.comes(MONDAY)
    # As if the process had ended before it noted that the school is done.
    await week.office.desk.database["monday_looked"].delete_many({})
    await week.comes(MONDAY, 9)
    assert len(await week.asked()) == 1


async def test_the_mark_and_the_message_stand_or_fall_together(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    await week.promise(TODAY)

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("the process ends here")

    with monkeypatch.context() as patch:
        patch.setattr(Work, "emit", broken)
        with pytest.raises(RuntimeError):
            await week.comes(MONDAY)
    assert await week.asked() == []
    await week.comes(MONDAY, 9)
    assert len(await week.asked()) == 1


async def test_nobody_is_written_to_when_nothing_is_due(week: Week) -> None:
    done = await week.promise(TODAY)
    desk = week.office.desk
    await settle(desk.store, desk.units, done.follow_up_id, "done", week.teacher)
    await week.promise(MONDAY + timedelta(days=8))
    [school_id] = week.teacher.school_ids
    await week.promise(TODAY, staff_viewer("coordinator", school_id))
    await week.comes(MONDAY)
    assert await week.asked() == []


@pytest.mark.parametrize("change", [{"assignments": []}, {"email": None}, {"active": False}])
async def test_who_can_do_nothing_about_it_is_not_written_to(
    week: Week, change: dict[str, object]
) -> None:
    await week.promise(TODAY)
    rows = week.office.desk.database["dir_educators"]
    await rows.update_one({"_id": week.teacher.educator_id}, {"$set": change})
    await week.comes(MONDAY)
    assert await week.asked() == []


async def test_a_coordinator_whom_the_roster_knows_is_written_to_as_well(
    week: Week, sample: District
) -> None:
    [school_id] = week.teacher.school_ids
    colleague = next(
        each
        for each in sample.educators
        if each.school_id == school_id and each.id != week.teacher.educator_id
    )
    person = staff_viewer("coordinator", school_id).model_copy(update={"educator_id": colleague.id})
    await week.promise(TODAY, person)
    await week.comes(MONDAY)
    [asked] = await week.asked()
    assert asked.educator_ids == (colleague.id,)


# --- switching it off -------------------------------------------------------------------------


async def test_it_is_switched_off_and_on_again_on_the_page_of_follow_ups(
    week: Week, site: ContactsSite, teacher: Viewer
) -> None:
    await week.promise(TODAY)
    browser = site.browser(teacher)
    assert 'name="wanted" value="true" id="wanted" checked' in (await browser.get(PAGE)).text
    off = await fill_in(browser, f"{PAGE}/monday-mail", form_at=PAGE)
    assert off.status_code == 303
    page = (await browser.get(PAGE)).text
    assert "The Monday mail is off." in page
    assert 'id="wanted" checked' not in page
    await week.comes(MONDAY)
    assert await week.asked() == []
    browser.headers["Accept-Language"] = "es"
    await fill_in(browser, f"{PAGE}/monday-mail", form_at=PAGE, wanted="true")
    await week.comes(MONDAY + timedelta(days=7))
    [asked] = await week.asked()
    assert asked.values["language"] == "es"


async def test_who_has_no_address_in_the_roster_reads_so_and_can_switch_nothing(
    week: Week, site: ContactsSite
) -> None:
    [school_id] = week.teacher.school_ids
    browser = site.browser(staff_viewer("coordinator", school_id))
    said = "The roster has no mail address for you"
    page = (await browser.get(PAGE)).text
    assert said in page
    assert "monday-mail" not in page.replace('id="monday-mail"', "")
    answer = await fill_in(browser, f"{PAGE}/monday-mail", form_at=PAGE, wanted="true")
    assert answer.status_code == 303
    assert said in (await browser.get(PAGE)).text
    assert await week.office.desk.database["monday_wishes"].count_documents({}) == 0
