"""What an LMS saw becomes a suggestion for those who know the child; the family is sent nothing."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded.sample import District
from services.contacts.actions.logging_contacts import log_contact
from services.contacts.domain.contact import Contact, ContactDraft
from services.contacts.domain.suggestions import LASTS, Suggestion, stands
from shared.errors import Passing, Permanent
from shared.identity import Viewer
from shared.messages import ExternalFactReceived, FamilyChanged
from tests.contacts.conftest import NOW, Office, staff_viewer
from tests.contacts.outside import hear
from tests.contacts.site import ContactsSite, fill_in

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
WHAT = "finished the unit on fractions"


def achieved(sample: District, name: str = "unit-1", /, **changes: object) -> ExternalFactReceived:
    data: dict[str, Any] = {
        "student_sourced_id": sample.picks.good_news.student_ids[0],
        "what": WHAT,
        "achieved_at": (NOW - timedelta(days=1)).isoformat(),
        **changes,
    }
    return ExternalFactReceived(
        receipt_id=name,
        system="lms",
        fact="org.partners.student.achieved.v1",
        source_id=name,
        occurred_at=NOW,
        data=data,
    )


async def shown(site: ContactsSite, viewer: Viewer, family: FamilyChanged) -> list[str]:
    at = f"/contacts/api/v1/families/{family.family_id}/suggestions"
    answer = await site.program(viewer).get(at)
    return [each["suggestion"]["what"] for each in answer.json().get("items", ())]


async def log(district: Office, viewer: Viewer, family: FamilyChanged, **facts: object) -> Contact:
    student = family.students[0].student_id
    sent = {"family_id": family.family_id, "student_ids": (student,), **facts}
    draft = ContactDraft.model_validate(sent)
    return await log_contact(district.desk.store, district.desk.units, draft, viewer)


@given(MOMENTS, st.none() | MOMENTS, MOMENTS)
def test_it_stands_for_thirty_days_unless_good_news_came_after_it(
    achieved_at: datetime, told_at: datetime | None, now: datetime
) -> None:
    it = Suggestion(
        suggestion_id="s", student_id="p", family_id="f", what=WHAT, system="lms",
        achieved_at=achieved_at, heard_at=now,
    )  # fmt: skip
    used_up = told_at is not None and told_at >= achieved_at
    assert stands(it, told_at, now) == (now - achieved_at < LASTS and not used_up)


async def test_it_stands_on_the_familys_page_with_what_to_do_and_nothing_is_sent(
    site: ContactsSite,
    district: Office,
    sample: District,
    teacher: Viewer,
    family: FamilyChanged,
) -> None:
    await hear(district, achieved(sample))
    assert await district.told() == []
    browser = site.browser(teacher)
    page = (await browser.get(f"/contacts/families/{family.family_id}")).text
    assert WHAT in page
    assert "from lms" in page
    link = re.search(r'href="([^"]+about=[^"]+)"', page)
    assert link
    form = (await browser.get(link.group(1).replace("&amp;", "&"))).text
    assert re.search(r'value="good_news" checked', form)


async def test_it_is_a_reason_in_the_list_of_who_is_next(
    site: ContactsSite,
    district: Office,
    sample: District,
    teacher: Viewer,
    family: FamilyChanged,
) -> None:
    await hear(district, achieved(sample))
    for viewer in (teacher, staff_viewer("coordinator", family.students[0].school_id)):
        answer = await site.program(viewer).get("/contacts/api/v1/next")
        first = answer.json()["items"][0]
        assert first["family"]["family_id"] == family.family_id
        [reason] = [each for each in first["reasons"] if each["cause"] == "achieved"]
        assert (reason["what"], reason["system"]) == (WHAT, "lms")
    page = (await site.browser(teacher).get("/contacts/next")).text
    assert f"{WHAT} (Nov 23, 2026, says lms)" in page


async def test_the_same_name_twice_is_one_suggestion_however_it_comes(
    site: ContactsSite,
    district: Office,
    sample: District,
    teacher: Viewer,
    family: FamilyChanged,
) -> None:
    assert await hear(district, achieved(sample))
    assert not await hear(district, achieved(sample))
    assert await hear(district, achieved(sample), name="m2")
    assert await shown(site, teacher, family) == [WHAT]
    await hear(district, achieved(sample, "unit-2", what="read ten books"), name="m3")
    assert sorted(await shown(site, teacher, family)) == [WHAT, "read ten books"]


async def test_good_news_about_the_child_uses_it_up_and_undoing_it_brings_it_back(
    site: ContactsSite,
    district: Office,
    sample: District,
    teacher: Viewer,
    family: FamilyChanged,
) -> None:
    await hear(district, achieved(sample))
    before = (NOW - timedelta(days=2)).isoformat()
    await log(district, teacher, family, occurred_at=before)
    await log(district, teacher, family, outcome="no_answer")
    await log(district, teacher, family, tone="information")
    assert await shown(site, teacher, family) == [WHAT]
    told = await log(district, teacher, family)
    assert await shown(site, teacher, family) == []
    undo = f"/contacts/api/v1/contacts/{told.contact_id}"
    assert (await site.program(teacher).delete(undo)).status_code == 200
    assert await shown(site, teacher, family) == [WHAT]
    site.clock.move(timedelta(days=29))
    assert await shown(site, teacher, family) == []


async def test_not_now_is_said_for_oneself_alone(
    site: ContactsSite,
    district: Office,
    sample: District,
    teacher: Viewer,
    family: FamilyChanged,
) -> None:
    await hear(district, achieved(sample))
    browser, here = site.browser(teacher), f"/contacts/families/{family.family_id}"
    act = re.search(r'action="([^"]+/not-now)"', (await browser.get(here)).text)
    assert act
    assert (await fill_in(browser, act.group(1), form_at=here)).status_code == 303
    assert await shown(site, teacher, family) == []
    coordinator = staff_viewer("coordinator", family.students[0].school_id)
    assert await shown(site, coordinator, family) == [WHAT]


async def test_only_those_who_know_the_child_see_it(
    site: ContactsSite,
    district: Office,
    sample: District,
    teacher: Viewer,
    family: FamilyChanged,
) -> None:
    await hear(district, achieved(sample))
    school_id = family.students[0].school_id
    for role in ("office", "district"):
        assert await shown(site, staff_viewer(role, school_id), family) == []
    assert await shown(site, staff_viewer("coordinator", "elsewhere"), family) == []
    rows = district.desk.database["dir_educators"]
    await rows.update_one({"_id": teacher.educator_id}, {"$set": {"assignments": []}})
    at = f"/contacts/api/v1/families/{family.family_id}/suggestions"
    assert (await site.program(teacher).get(at)).status_code == 404


async def test_a_pupil_whom_the_roster_lacks_is_waited_for(
    district: Office, sample: District
) -> None:
    with pytest.raises(Passing, match="student_sourced_id"):
        await hear(district, achieved(sample, student_sourced_id="nobody"))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"what": " "}, "do not fit"),
        ({"achieved_at": (NOW + timedelta(days=1)).isoformat()}, "future"),
    ],
)
async def test_what_no_roster_can_make_right_is_dead_at_once(
    district: Office, sample: District, changes: dict[str, object], why: str
) -> None:
    with pytest.raises(Permanent, match=why):
        await hear(district, achieved(sample, **changes))
