"""A family's names and words leave the ledger; the figures stay, also when they are made anew."""

from services.reports.actions import Desk
from shared.messages import ERASED_WORDS, ContactCorrected, FamilyErased, FamilyLetter
from tests.reports.conftest import digest, hear
from tests.reports.making import NOW, contact, family, school, seal
from tests.reports.test_rebuilding import rebuilt

WORDS = "Ana read a whole book."


async def ledger(desk: Desk) -> str:
    return repr(await desk.database["ledger"].find().to_list(None))


async def test_names_and_words_are_gone_and_every_figure_stays(desk: Desk) -> None:
    letter = FamilyLetter(words=WORDS, language="en", signed="Ms. Rivera")
    first, second = contact("c1", letter=letter), contact("c2", family_id="li", letter=letter)
    corrected = ContactCorrected(contact_id="c1", now=first)
    await hear(desk, school(), family("okafor"), family("li"), first, second)
    await hear(desk, seal(corrected, 2))
    name = family("okafor").students[0].given_name
    assert name in await ledger(desk)
    before = await digest(desk)
    gone = FamilyErased(family_id="okafor", student_ids=("ana",), contact_ids=("c1",), when=NOW)
    await hear(desk, gone)
    kept = await ledger(desk)
    assert kept.count(WORDS) == 1  # the other family's
    assert kept.count(ERASED_WORDS) == 2
    rows = desk.database["ledger"].find({"about": "family|okafor"})
    async for row in rows:
        assert {each["given_name"] for each in row["envelope"]["data"]["students"]} == {""}
    assert await digest(desk) == before
    assert (await rebuilt(desk)).equal


async def test_the_same_message_again_changes_nothing(desk: Desk) -> None:
    gone = FamilyErased(family_id="okafor", student_ids=("ana",), when=NOW)
    await hear(desk, school(), family("okafor"), gone)
    before = await ledger(desk)
    await hear(desk, gone)
    assert await ledger(desk) == before
