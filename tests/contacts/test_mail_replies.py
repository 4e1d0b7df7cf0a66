"""A family that answers a letter by mail: its page, its list, and who is not called any more."""

from datetime import timedelta

from services.contacts.domain.turns import History, whose_turn
from shared.identity import Viewer
from shared.messages import EventPublished, FamilyChanged, GuardianReplied
from tests.contacts.conftest import NOW, Office
from tests.contacts.outside import hear
from tests.contacts.site import ContactsSite
from tests.contacts.test_invitations import facts, invited


def replied(family: FamilyChanged, school_id: str, **changes: object) -> GuardianReplied:
    base = GuardianReplied(
        reply_id="r1", delivery_id="d1", kind="good_news", about="c1", household_id="h1",
        family_ids=(family.family_id,), school_id=school_id, replied_at=NOW,
    )  # fmt: skip
    return base.model_copy(update=changes)


async def causes(site: ContactsSite, viewer: Viewer, family: FamilyChanged) -> list[str]:
    items = (await site.program(viewer).get("/contacts/api/v1/next")).json()["items"]
    [found] = [each for each in items if each["family"]["family_id"] == family.family_id]
    return [each["cause"] for each in found["reasons"]]


async def test_it_stands_on_the_familys_page_with_a_link_for_whoever_may_read_it(
    district: Office, site: ContactsSite, teacher: Viewer, family: FamilyChanged
) -> None:
    [school_id] = teacher.school_ids
    other = replied(family, school_id, reply_id="r2", educator_id=teacher.educator_id)
    await hear(district, replied(family, school_id), "m1")
    await hear(district, other, "m2")
    page = (await site.browser(teacher).get(f"/contacts/families/{family.family_id}")).text
    assert page.count("Answered a letter by mail") == 2
    assert "/notifications/replies/r1" not in page
    assert "/notifications/replies/r2" in page
    assert "replied" in await causes(site, teacher, family)
    heard = await district.desk.database["heard"].find_one({"_id": family.family_id})
    assert heard is not None
    assert heard["contact_at"] == NOW


async def test_who_answered_an_invitation_by_mail_is_not_called_about_it(
    district: Office, site: ContactsSite, teacher: Viewer, family: FamilyChanged
) -> None:
    [school_id] = teacher.school_ids
    await hear(district, EventPublished(event_id="e1", facts=facts(school_id)), "m1")
    await hear(district, invited(family), "m2")
    assert "unanswered" in await causes(site, teacher, family)
    said = replied(family, school_id, kind="invitation", about="e1")
    await hear(district, said, "m3")
    assert "unanswered" not in await causes(site, teacher, family)


def test_an_answer_is_a_reason_until_somebody_was_in_touch_and_moves_nobody() -> None:
    today = NOW.date()
    answered = History("a", replied_on=today, told_on=today - timedelta(days=9))
    waits = History("w", told_on=today - timedelta(days=10))
    turns = whose_turn([answered, waits], today)
    assert [each.family_id for each in turns] == ["w", "a"]
    assert [each.cause for each in turns[1].reasons] == ["told", "replied"]
    spoke = History("s", replied_on=today - timedelta(days=5), spoken_on=today - timedelta(days=3))
    assert "replied" not in [each.cause for each in whose_turn([spoke], today)[0].reasons]
