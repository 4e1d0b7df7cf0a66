"""A family that asks for something on its own page was reached; its words can be forgotten."""

from services.reports.actions import Desk
from shared.messages import FamilyAsked, FamilyErased
from tests.reports.conftest import digest, hear
from tests.reports.making import MAPLE, NOW, counted, family, school, seal
from tests.reports.test_rebuilding import rebuilt

WORDS = "Please call me about the field trip."
ASKED = FamilyAsked(
    asked_id="ask-1", household_id="h-1", family_ids=("okafor", "li"), student_id="s-1",
    school_id=MAPLE, what="call", words=WORDS, asked_at=NOW,
)  # fmt: skip


def test_whoever_asks_was_reached_in_that_month_whichever_word_comes_first() -> None:
    known = [seal(school()), seal(family("okafor")), seal(family("li"))]
    for messages in ([*known, seal(ASKED)], [seal(ASKED), *known], [*known, *[seal(ASKED)] * 2]):
        figures = counted(messages)
        for each in ("okafor", "li"):
            marks = {name: n for name, n in figures.families[each].marks.items() if n}
            assert marks == {"2026-11.reached": 1}


async def test_the_words_leave_the_ledger_and_the_figures_stay(desk: Desk) -> None:
    await hear(desk, school(), family("okafor"), ASKED)
    before = await digest(desk)
    gone = FamilyErased(family_id="okafor", student_ids=("s-1",), asked_ids=("ask-1",), when=NOW)
    await hear(desk, gone)
    assert WORDS not in repr(await desk.database["ledger"].find().to_list(None))
    assert await digest(desk) == before
    assert (await rebuilt(desk)).equal
