"""What a household asks for on its own page becomes a follow-up of the child's educator."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from embedded.sample import District
from services.contacts.actions import erasing
from services.contacts.actions.asking import take_ask
from services.contacts.actions.follow_ups import settle
from services.contacts.actions.importing import resend_directory
from services.contacts.actions.listing_follow_ups import adrift, open_list
from services.contacts.actions.records import take_out
from services.contacts.actions.resources import add_resource, review_resource
from services.contacts.domain.asking import answerer, due_after
from services.contacts.domain.erasing import Retention, WhyDraft
from services.contacts.domain.records import DisclosureDraft
from services.contacts.domain.resources import ResourceDraft
from shared.directory import FAMILIES
from shared.envelope import Envelope
from shared.identity import Viewer
from shared.messages import (
    Ask,
    Assignment,
    EducatorChanged,
    FamilyAsked,
    FamilyErased,
    HouseholdItemChanged,
    StudentFacts,
)
from shared.outbox import Work
from tests.contacts.conftest import NOW, TODAY, Office, educator_viewer, staff_viewer
from tests.contacts.site import ContactsSite, text_of

THANKSGIVING = [date(2026, 11, 26), date(2026, 11, 27)]
WORDS = "Grandma moved in with us."


@pytest.mark.parametrize(
    ("asked_on", "due"),
    [(date(2026, 11, 23), date(2026, 11, 25)), (date(2026, 11, 24), date(2026, 11, 30)),
     (date(2026, 11, 27), date(2026, 12, 1)), (date(2026, 11, 28), date(2026, 12, 1))],
)  # fmt: skip
def test_an_answer_is_due_on_the_second_school_day_after(asked_on: date, due: date) -> None:
    assert due_after(asked_on, THANKSGIVING) == due


def _in(*class_ids: str) -> tuple[Assignment, ...]:
    year = {"begins": date(2026, 9, 1), "ends": date(2027, 6, 20)}
    return tuple(Assignment(class_id=each, **year) for each in class_ids)


def _educator(name: str, *class_ids: str) -> EducatorChanged:
    return EducatorChanged(
        educator_id=name, given_name="Ms.", family_name=name, assignments=_in(*class_ids)
    )


def test_the_homeroom_answers_else_the_only_educator_else_the_coordinators() -> None:
    child = StudentFacts(student_id="s", given_name="Li", family_name="W", school_id="m",
                         enrollments=_in("4a", "art"))  # fmt: skip
    home, art, other = _educator("Home", "4a"), _educator("Art", "art"), _educator("Other", "5b")
    staff = [art, other, home]

    def who(what: Ask, educators: list[EducatorChanged], *homerooms: str) -> str | None:
        return answerer(what, child, educators, homerooms, TODAY).educator_id

    assert who("call", staff, "4a", "5b") == "Home"
    assert who("meet", [art, other]) == "Art"
    assert who("know", staff) is None
    assert who("call", [other]) is None
    for what in ("interpreter", "visit", "volunteer"):
        assert who(what, staff, "4a") is None


@dataclass(frozen=True)
class Home:
    """A household of which a child is in the teacher's class."""

    office: Office
    family_id: str
    student_id: str
    asked: FamilyAsked

    async def ask(self, what: Ask = "call", asked_id: str = "ask-1") -> None:
        said = self.asked.model_copy(update={"what": what, "asked_id": asked_id})
        store, units = self.office.desk.store, self.office.desk.units
        cause = Envelope.seal(said, id="m", source="/x", time=NOW, sequence=1)

        async def body(work: Work) -> None:
            await take_ask(store, said, work)

        await units.run(body, cause=cause)

    async def told(self) -> list[HouseholdItemChanged]:
        found = [each.open() for each in await self.office.told("household-item")]
        return [each for each in found if isinstance(each, HouseholdItemChanged)]


@pytest.fixture
async def home(district: Office, sample: District, school_id: str) -> Home:
    student_id = sample.picks.good_news.student_ids[0]
    family = await district.desk.store.directory.family_of_student(student_id)
    assert family is not None
    household = (await district.desk.store.directory.households_of(family.family_id))[0]
    asked = FamilyAsked(
        asked_id="ask-1", household_id=household.household_id, family_ids=household.family_ids,
        student_id=student_id, school_id=school_id, what="call", best_time="evening",
        words=WORDS, language="es", asked_at=NOW,
    )  # fmt: skip
    return Home(district, family.family_id, student_id, asked)


async def test_the_educator_has_it_on_the_list_and_the_page_of_the_household_knows(
    site: ContactsSite, home: Home, teacher: Viewer, coordinator: Viewer
) -> None:
    await home.ask()
    await home.ask()  # told again
    listed = await text_of(site, "/contacts/follow-ups", teacher)
    assert listed.count("The family asks for a call") >= 1
    for words in (WORDS, "best in the evening", "answer in Spanish"):
        assert words in listed
    (item,) = await home.told()
    assert (item.kind, item.state, item.who) == ("ask", "open", teacher.name)
    assert item.household_ids == (home.asked.household_id,)
    assert item.due_on == date(2026, 11, 26)
    store, units = home.office.desk.store, home.office.desk.units
    await settle(store, units, "ask-1", "done", teacher)
    assert [each.state for each in await home.told()] == ["open", "done"]
    # The timeline says that the family asked, and not its words.
    office = staff_viewer("office", home.asked.school_id)
    page = await text_of(site, f"/contacts/families/{home.family_id}", office)
    assert "on the family’s own page" in page
    assert WORDS not in page
    assert WORDS not in await text_of(site, "/contacts/follow-ups?of=adrift", coordinator)


async def test_what_is_late_needs_the_coordinator_and_stays_with_the_educator(
    home: Home, teacher: Viewer, coordinator: Viewer
) -> None:
    await home.ask()
    await home.ask("interpreter", "ask-2")
    store = home.office.desk.store
    (needs,) = await adrift(store, coordinator, TODAY)
    assert (needs.follow_up.follow_up_id, needs.standing) == ("ask-2", "nobodys")
    later = TODAY + timedelta(days=20)
    late = {each.follow_up.follow_up_id: each.standing
            for each in await adrift(store, coordinator, later)}  # fmt: skip
    assert late == {"ask-1": "late", "ask-2": "nobodys"}
    own = await open_list(store, teacher, "mine", later, after=None, most=10)
    assert [each.follow_up.follow_up_id for each in own.items] == ["ask-1"]


async def test_what_the_school_should_know_is_read_by_the_childs_educators_alone(
    site: ContactsSite, home: Home, sample: District, teacher: Viewer
) -> None:
    await home.ask("know")
    page = f"/contacts/families/{home.family_id}"
    assert "The family wants you to know" in await text_of(site, page, teacher)
    assert WORDS not in await text_of(site, page, staff_viewer("office", home.asked.school_id))
    colleagues = (each for each in sample.educators if each.school_id == home.asked.school_id)
    other = next(each for each in colleagues if each.id != teacher.educator_id)
    shown = await site.browser(educator_viewer(sample, other.id)).get(page)
    assert WORDS not in shown.text
    # A record may be given to the other household.
    store, units = home.office.desk.store, home.office.desk.units
    for_family = DisclosureDraft(to="family", reason="The other parent asked.")
    principal = staff_viewer("principal", home.asked.school_id)
    record = await take_out(store, units, home.student_id, for_family, principal)
    assert [each.what for each in record.follow_ups] != []
    assert WORDS not in record.model_dump_json()
    assert {each.author for each in record.follow_ups} == {""}


async def test_erasing_takes_the_words_and_names_what_else_is_to_be_forgotten(
    home: Home, district: Office
) -> None:
    await home.ask()
    desk = district.desk
    row = await desk.store.erasing.family(home.family_id)
    own = {**row["own"], "left_at": NOW}
    gone = {**row, "active": False, "own": own, "version": row["version"] + 1}
    await desk.database[FAMILIES].replace_one({"_id": home.family_id}, gone)
    one, other = (staff_viewer("district").model_copy(update={"account_id": each})
                  for each in ("one", "other"))  # fmt: skip
    await erasing.set_retention(desk.store, desk.units, Retention(years=0), one)
    why = WhyDraft(reason="The family asked for it.")
    erasure = await erasing.ask(desk.store, desk.units, home.family_id, why, one)
    await erasing.agree(desk.store, desk.units, erasure.erasure_id, other)
    rows = await desk.database["follow_ups"].find().to_list(None)
    assert WORDS not in repr(rows)
    assert {each["author"] for each in rows} == {""}
    (said,) = [each.open() for each in await district.told("family.erased")]
    assert isinstance(said, FamilyErased)
    assert said.asked_ids == ("ask-1",)


async def test_what_a_school_shares_stands_on_households_pages_while_it_is_shown(
    home: Home, coordinator: Viewer, teacher: Viewer
) -> None:
    store, units = home.office.desk.store, home.office.desk.units
    draft = ResourceDraft(title="Read together", topic="reading", words="Ten minutes a day.")
    waits = await add_resource(store, units, home.asked.school_id, draft, None, teacher)
    assert await home.told() == []
    await review_resource(store, units, waits.resource_id, "shown", coordinator)
    # A service that lost what it was told is told again.
    await resend_directory(store, units, "operator")
    await home.office.desk.importer.work()
    await review_resource(store, units, waits.resource_id, "withdrawn", coordinator)
    shown, again, gone = await home.told()
    assert again == shown
    assert (shown.item_id, shown.title, shown.gone) == (waits.resource_id, "Read together", False)
    assert shown.school_ids == (home.asked.school_id,)
    assert gone.gone
