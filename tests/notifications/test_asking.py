"""What other systems ask for reaches the households meant, and they are told no more than what."""

import pytest

from services.notifications.actions.asking import ROSTER_WAIT
from services.notifications.domain import reasons
from services.notifications.domain.asked import Named, told
from shared.errors import Passing
from shared.external import NoticeAsked
from shared.identity import Viewer
from shared.messages import ExternalFactReceived, FamilyChanged, FamilyErased
from tests.notifications.conftest import Bench
from tests.notifications.making import NOW, Adult, delivery, family
from tests.notifications.site import Site

LIBRARY = Viewer(
    account_id="c-1", role="system", system="library", scopes=frozenset({"notices:request"})
)
LUNCH = LIBRARY.model_copy(update={"system": "lunch"})


def ask(request_id: str = "loan/1", **over: object) -> ExternalFactReceived:
    """The library asks, as the gateway tells it."""
    data: dict[str, object] = {
        "template": "library_due",
        "student_sourced_ids": ["S-smith"],
        "values": {"item": "Charlotte's Web", "due": "2026-12-04"},
    }
    return ExternalFactReceived(
        receipt_id=f"receipt-{request_id}",
        system="library",
        fact=NoticeAsked.TYPE,
        source_id=request_id,
        occurred_at=NOW,
        data=data | over,
    )


@pytest.fixture
async def roster(bench: Bench) -> Bench:
    """Smith, whose parents live apart, with the ids of the roster."""
    people, *homes = family("smith", Adult("kim", "kim"), Adult("pat", "pat", "ar"))
    assert isinstance(people, FamilyChanged)
    (student,) = people.students
    named = people.model_copy(
        update={
            "students": (student.model_copy(update={"sourced_ids": ("S-smith",)}),),
            "guardians": tuple(
                each.model_copy(update={"sourced_ids": (f"G-{each.given_name}",)})
                for each in people.guardians
            ),
        }
    )
    await bench.tell(named, *homes, version=2)
    return bench


async def test_both_households_are_written_to_in_our_words_and_own_language(
    roster: Bench, site: Site
) -> None:
    await roster.tell(ask())
    await roster.settle()
    rows = {row.household_id: row for row in await roster.rows(kind="system_notice")}
    assert {home: (row.state, row.language) for home, row in rows.items()} == {
        "household-kim": ("accepted", "en"),
        "household-pat": ("accepted", "ar"),
    }
    (letter,) = roster.sink.letters_to("kim@family.example")
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "The school library asks for this back. Borrowed by: Smith." in text
    assert "Charlotte's Web" in text
    assert "Friday, December 4, 2026" in text
    async with site.program(LIBRARY) as program:
        answer = await program.get("/notifications/api/v1/requests/loan/1")
    assert answer.json() == {
        "id": "loan/1",
        "template": "library_due",
        "asked_at": "2026-11-24T15:00:00Z",
        "people": [{"sourced_id": "S-smith", "result": "accepted", "why": ""}],
    }
    async with site.program(LUNCH) as other:
        assert (await other.get("/notifications/api/v1/requests/loan/1")).status_code == 404


async def test_an_adult_who_is_named_alone_hears_of_no_child_by_name(roster: Bench) -> None:
    await roster.tell(ask(student_sourced_ids=[], guardian_sourced_ids=["G-Kim"]))
    await roster.settle()
    (row,) = await roster.rows(kind="system_notice")
    assert (row.household_id, row.student_ids) == ("household-kim", ())
    (letter,) = roster.sink.letters_to("kim@family.example")
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Borrowed by: your child." in text


async def test_who_is_not_in_the_roster_is_waited_for_and_then_told_as_not_known(
    roster: Bench, site: Site
) -> None:
    both = ask(student_sourced_ids=["S-smith", "S-new"])
    with pytest.raises(Passing):
        await roster.tell(both)
    assert not await roster.rows(kind="system_notice")
    # As the ladder brings it again, with its own time on it.
    came = roster.clock.now()
    roster.clock.move(ROSTER_WAIT)
    await roster.tell(both, at=came)
    async with site.program(LIBRARY) as program:
        answer = (await program.get("/notifications/api/v1/requests/loan/1")).json()
    assert [each["result"] for each in answer["people"]] == ["waiting", "not_known"]


async def test_it_counts_against_the_weekly_budget_and_is_erased_with_the_family(
    roster: Bench,
) -> None:
    await roster.set(routine_letters_a_week=1)
    await roster.tell(ask("loan/1"), ask("loan/2"))
    await roster.settle()
    kim = await roster.rows(household_id="household-kim")
    assert sorted(row.state for row in kim) == ["accepted", "pending"]
    assert {row.reason for row in kim if row.state == "pending"} == {reasons.BUDGET}
    gone = FamilyErased(
        family_id="family-smith",
        student_ids=("student-smith",),
        guardian_ids=(),
        household_ids=("household-kim", "household-pat"),
        contact_ids=(),
        when=NOW,
    )
    await roster.tell(gone)
    database = roster.room.store.database
    assert await database["requests"].count_documents({}) == 0
    kept = [row async for row in database["notices"].find({"kind": "system_notice"})]
    assert [row["content"]["values"] for row in kept] == [{}, {}]


def test_the_best_in_any_household_is_told_and_a_familys_own_reasons_are_not() -> None:
    person = Named(sourced_id="S", student_id="s", household_ids=("h1", "h2"))

    def after(**one: object) -> tuple[str, str]:
        other = delivery(
            household_id="h2", student_ids=("s",), state="suppressed", reason=reasons.UNSUBSCRIBED
        )
        first = delivery(household_id="h1", student_ids=("s",), **one)
        found = told(person, [first, other])
        return found.result, found.why

    assert after(state="accepted", reason=reasons.ACCEPTED) == ("accepted", "")
    assert after(state="held", reason=reasons.QUIET_START) == ("waiting", "")
    assert after(state="dead", reason=reasons.CAME_BACK) == ("bounced", "")
    assert after(state="suppressed", reason=reasons.FLAGGED) == ("not_sent", "")
    assert after(state="suppressed", reason=reasons.NO_ADDRESS) == ("not_sent", "")
    lone = delivery(
        household_id="h1", student_ids=("s",), state="suppressed", reason=reasons.NO_ADDRESS
    )
    assert told(person, [lone]).why == "no_address"
