"""A letter to one of the staff: what it says, when it may leave, and who is shown it."""

import re
from datetime import timedelta

import pytest

from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.gates import Circumstances, Go, Hold, Stop, Wait, judge
from services.notifications.domain.notice import Reminder
from services.notifications.domain.settings import MailSettings, SchoolDays, starting_settings
from services.notifications.domain.sight import Sight
from services.notifications.letters.drafts import as_sent
from services.notifications.letters.layout import as_html, as_text
from services.notifications.letters.tongue import WRITTEN_IN
from services.notifications.letters.writing import Household, write
from shared.errors import Passing, Permanent
from shared.identity import Viewer
from shared.messages import NoticeRequested
from tests.notifications.conftest import Bench
from tests.notifications.making import NOW, delivery, educator, occasion
from tests.notifications.site import Site, fill_in

RIVERA = "rivera@schools.example"
DUE = Reminder(overdue=2, this_week=1)
LIVE = starting_settings("demo")
PAGE = "https://partners.schools.example/contacts/follow-ups"


def person(role: str, educator_id: str | None = None) -> Viewer:
    return Viewer.model_validate(
        {
            "account_id": f"account-{role}-{educator_id}",
            "role": role,
            "educator_id": educator_id,
            "school_ids": () if role == "district" else ("school-1",),
        }
    )


TEACHER, COLLEAGUE = person("educator", "educator-1"), person("educator", "educator-2")


def asked(**over: object) -> NoticeRequested:
    base = NoticeRequested(
        notice_id="week-1", kind="follow_ups_due", about="school-1", household_ids=(),
        educator_ids=("educator-1",),
        values={"overdue": "2", "this_week": "1", "language": "en"},
    )  # fmt: skip
    return base.model_copy(update=over)


def to_staff(**over: object) -> Delivery:
    own = {"kind": "follow_ups_due", "educator_id": "educator-1", "household_id": ""}
    return delivery(**{**own, "family_ids": (), "mailbox": RIVERA, **over})


def circumstances(settings: MailSettings = LIVE, **over: object) -> Circumstances:
    return Circumstances(**{"now": NOW, "settings": settings, **over})  # type: ignore[arg-type]


# --- what it says -------------------------------------------------------------------------------


def test_it_says_how_many_and_where_and_why_it_came() -> None:
    told = occasion(DUE, "follow_ups_due", household=Household(("Carla Rivera",), "en"),
                    staff_url=PAGE, stop_url="")  # fmt: skip
    letter = write(told)
    assert letter.subject == "Your follow-ups this week: 3"
    assert as_text(letter) == (
        "Dear Carla Rivera,\n\n"
        "These are your follow-ups for this week.\n\n"
        "Overdue: 2\nDue by Sunday: 1\n\n"
        "To keep them private, this mail does not say whom they are about.\n\n"
        f"Open my follow-ups:\n{PAGE}\n\n"
        "With kind regards,\nMaple Elementary\n\n"
        "-- \n"
        "You get this mail because these follow-ups are yours to do. It comes once a week at most, "
        "and only when something is due.\n"
        "Do you not want it? Switch it off on the page of your follow-ups.\n"
    )


def test_what_there_is_none_of_is_left_out() -> None:
    text = as_text(write(occasion(Reminder(overdue=0, this_week=4), "follow_ups_due")))
    assert "Overdue" not in text
    assert "Due by Sunday: 4" in text


@pytest.mark.parametrize("language", [*WRITTEN_IN, "ko"])
def test_it_reads_in_each_language_and_text_and_html_say_the_same(language: str) -> None:
    letter = as_sent(occasion(DUE, "follow_ups_due", language, stop_url=""))
    text, html = as_text(letter), as_html(letter)
    shown = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert (letter.language == "en") == (language in {"en", "ko"})
    for line in letter.footer:
        assert line in text
        assert " ".join(line.split()).replace("'", "&#39;") in shown.replace("'", "&#39;")
    assert "%(" not in text


# --- when it may leave ----------------------------------------------------------------------------


def test_what_protects_families_does_not_hold_it_up() -> None:
    often = tuple(NOW - timedelta(hours=n) for n in range(1, 9))
    at_once = circumstances(flags_fresh=False, routine_letters=often)
    assert judge(to_staff(), at_once) == Go()


def test_it_leaves_in_school_hours_whatever_families_are_spared() -> None:
    evening = NOW + timedelta(hours=9)
    waits = judge(to_staff(), circumstances(now=evening))
    assert waits == Wait(NOW + timedelta(hours=21), reasons.QUIET_HOURS)
    free = SchoolDays(no_school_days=frozenset({NOW.date()}))
    assert isinstance(judge(to_staff(), circumstances(school=free)), Wait)


def test_a_useless_address_and_a_person_who_left_get_nothing() -> None:
    assert judge(to_staff(), circumstances(suppressed=True)) == Stop(reasons.SUPPRESSED_ADDRESS)
    assert judge(to_staff(), circumstances(reader_active=False)) == Stop(reasons.PERSON_GONE)
    assert judge(to_staff(mailbox=None), circumstances()) == Stop(reasons.NO_ADDRESS)


def test_before_a_school_is_live_staff_gets_no_mail_either() -> None:
    verdict = judge(to_staff(), circumstances(MailSettings()))
    assert isinstance(verdict, Hold)
    assert verdict.reason == reasons.QUIET_START_STAFF


def test_only_the_person_and_the_district_may_see_it() -> None:
    school = Sight(school_ids=frozenset({"school-1"}), educator_id="educator-2")
    assert not school.covers("school-1", (), "educator-1")
    assert school.covers("school-1", (), "educator-2")
    assert school.covers("school-1", ("family-li",))
    assert Sight(everything=True).covers("school-1", (), "educator-1")
    assert not Sight().covers("school-1", (), "educator-1")


# --- from the request to the mailbox ------------------------------------------------------------


async def test_it_arrives_once_and_families_pages_hear_nothing_of_it(bench: Bench) -> None:
    await bench.tell(asked(), asked())
    await bench.settle()
    [mail] = bench.sink.letters_to(RIVERA)
    assert len(bench.sink.taken) == 1
    assert mail["Subject"] == "Your follow-ups this week: 3"
    assert mail["List-Unsubscribe"] is None
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Dear Carla Rivera," in body.get_content()
    assert "/contacts/follow-ups" in body.get_content()
    [row] = await bench.rows()
    assert (row.state, row.educator_id, row.family_ids) == ("accepted", "educator-1", ())
    assert await bench.told_types() == []


async def test_it_comes_in_the_language_that_the_person_uses(bench: Bench) -> None:
    values = {"overdue": "0", "this_week": "1", "language": "es"}
    await bench.tell(asked(values=values))
    await bench.settle()
    [mail] = bench.sink.letters_to(RIVERA)
    assert mail["Subject"] == "Sus seguimientos de esta semana: 1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"active": False}, reasons.PERSON_GONE), ({"email": None}, reasons.NO_ADDRESS)],
)
async def test_who_left_or_has_no_address_gets_none_and_nobody_is_told(
    bench: Bench, change: dict[str, object], reason: str
) -> None:
    rows = bench.room.store.database["dir_educators"]
    await rows.update_one({"_id": "educator-1"}, {"$set": change})
    await bench.tell(asked())
    await bench.settle()
    [row] = await bench.rows()
    assert (row.state, row.reason) == ("suppressed", reason)
    assert bench.sink.taken == []
    assert await bench.told_types() == []


async def test_it_follows_the_person_to_a_new_address(bench: Bench) -> None:
    bench.clock.move(timedelta(hours=9))
    await bench.tell(asked())
    await bench.settle()
    assert bench.sink.taken == []
    moved = educator().model_copy(update={"email": "Carla@Schools.example"})
    await bench.tell(moved, version=2)
    bench.clock.move(timedelta(hours=13))
    await bench.settle()
    assert len(bench.sink.letters_to("carla@schools.example")) == 1


async def test_a_refused_address_is_set_aside_as_any_other(bench: Bench) -> None:
    bench.sink.rcpt = {RIVERA: "550 no such person"}
    await bench.tell(asked())
    await bench.settle()
    [row] = await bench.rows()
    assert row.state == "dead"
    assert RIVERA in await bench.room.store.choices.suppressed([RIVERA], bench.room.now)
    assert await bench.told_types() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"household_ids": ("household-li",)},
        {"educator_ids": ()},
        {"values": {"overdue": "many", "this_week": "1"}},
        {"values": {}},
    ],
)
async def test_a_request_that_makes_no_sense_is_dead_at_once(
    bench: Bench, wrong: dict[str, object]
) -> None:
    with pytest.raises(Permanent):
        await bench.tell(asked(**wrong))


async def test_a_person_who_is_not_known_yet_is_waited_for(bench: Bench) -> None:
    with pytest.raises(Passing):
        await bench.tell(asked(educator_ids=("educator-7",)))


# --- who is shown it ------------------------------------------------------------------------------


async def test_the_person_reads_it_on_the_page_of_letters_and_colleagues_do_not(
    bench: Bench, site: Site
) -> None:
    await bench.tell(asked())
    await bench.settle()
    [row] = await bench.rows()
    place = f"/notifications/letters/{row.delivery_id}"
    shown = {}
    for viewer in (TEACHER, COLLEAGUE, person("principal"), person("office"), person("district")):
        async with site.browser(viewer) as browser:
            page = (await browser.get("/notifications")).text
            letter = await browser.get(place)
        shown[viewer.account_id] = ("Carla Rivera" in page, letter.status_code)
        async with site.program(viewer) as program:
            rows = (await program.get("/notifications/api/v1/deliveries")).json()["items"]
        assert len(rows) == (1 if letter.status_code == 200 else 0)
    may = {viewer.account_id for viewer in (TEACHER, person("district"))}
    assert shown == {who: ((True, 200) if who in may else (False, 404)) for who in shown}


async def test_its_page_says_that_it_went_to_staff_and_leads_nowhere_else(
    bench: Bench, site: Site
) -> None:
    await bench.tell(asked())
    await bench.settle()
    [row] = await bench.rows()
    async with site.browser(TEACHER) as browser:
        page = (await browser.get(f"/notifications/letters/{row.delivery_id}")).text
        text = (await browser.get(f"/notifications/letters/{row.delivery_id}/html")).text
    assert "To a member of the staff:" in page
    assert "/notifications/households/" not in page
    assert "Overdue" in text


async def test_a_leader_settles_no_letter_to_somebody_else(bench: Bench, site: Site) -> None:
    bench.sink.cut_after_dot = {RIVERA}
    await bench.tell(asked())
    await bench.settle()
    [row] = await bench.rows()
    place = f"/notifications/letters/{row.delivery_id}/settle"
    found = []
    for viewer in (person("principal"), person("district")):
        async with site.browser(viewer) as browser:
            sent = await fill_in(browser, place, "/notifications", {"finding": "arrived"})
        found.append(sent.status_code)
    assert found == [404, 303]
    [row] = await bench.rows()
    assert row.state == "accepted"
