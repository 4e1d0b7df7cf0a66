"""Staff know better than the roster: a correction holds, is told, and survives the next import."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contacts.actions.corrections import (
    correct,
    standings,
    take_back,
)
from services.contacts.actions.family_wishes import take_confirmed_address
from services.contacts.domain.corrections import (
    Correction,
    Draft,
    Standing,
    What,
    holding,
    over_addresses,
)
from services.contacts.domain.settling import Voice, corrected_voices
from shared.errors import Forbidden, NotFound, Passing, Refused
from shared.identity import Viewer
from shared.messages import AddressConfirmed, FamilyChanged, GuardianFacts, HouseholdChanged
from tests.contacts.conftest import TODAY, Office, staff_viewer
from tests.contacts.site import ContactsSite, fill_in

NEW = "new.address@families.example"


def correction(what: What, value: str, *, minute: int = 0, ended: bool = False) -> Correction:
    return Correction(
        correction_id=f"c{minute}", guardian_id="g1", sourced_ids=("g1", "g9"), what=what,
        value=value, before="", ended=ended, family_id="f", account_id="a", name="A",
        at=datetime(2026, 11, 24, 9, minute, tzinfo=UTC),
    )  # fmt: skip


def test_the_newest_correction_holds_until_it_is_taken_back() -> None:
    first, second = correction("language", "ar"), correction("language", "so", minute=1)
    assert holding([second, first], {"g1": "g1"}) == {"g1": {"language": "so"}}
    ended = correction("language", "en", minute=2, ended=True)
    assert holding([second, ended, first], {"g1": "g1"}) == {"g1": {}}


def test_a_correction_follows_an_adult_whose_other_record_is_used_now() -> None:
    assert holding([correction("email", NEW)], {"g9": "g9", "g5": "g5"}) == {"g9": {"email": NEW}}


@given(
    st.sampled_from(["", NEW]),
    st.lists(st.sampled_from(["a@b.example", "c@d.example"]), max_size=3),
)
def test_a_corrected_address_is_the_only_one_and_others_keep_theirs(
    value: str, others: list[str]
) -> None:
    held = holding([correction("email", value)], {"g1": "g1"})
    laid = over_addresses({"g1": tuple(others), "g2": tuple(others)}, held)
    assert laid == {"g1": (value,) if value else (), "g2": tuple(others)}


def test_language_and_interpreter_are_corrected_apart() -> None:
    voices = {"g1": Voice("en", interpreter=True)}
    held: dict[str, dict[What, str]] = {
        "g1": {"language": "ar"},
        "g2": {"interpreter": "yes"},
    }
    assert corrected_voices(voices, held) == {
        "g1": Voice("ar", interpreter=True),
        "g2": Voice(None, interpreter=True),
    }


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft(email="not an address"), "no mail address"),
        (Draft(email="noemail@school.org"), "Leave it empty"),
        (Draft(phone="call me"), "no phone number"),
        (Draft(phone="123"), "no phone number"),
        (Draft(language="the language of birds"), "Choose a language"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(draft: Draft, words: str) -> None:
    with pytest.raises(Refused, match=words):
        draft.said()


# --- on the district ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Adult:
    """The first adult of the family, and who may correct."""

    office: Office
    family: FamilyChanged
    principal: Viewer

    @property
    def ids(self) -> tuple[str, str]:
        return self.family.family_id, self.family.guardians[0].guardian_id

    @property
    def page(self) -> str:
        return "/contacts/families/{}/adults/{}".format(*self.ids)

    async def correct(self, draft: Draft, by: Viewer | None = None) -> None:
        desk = self.office.desk
        await correct(desk.store, desk.units, *self.ids, draft, by or self.principal)

    async def now(self) -> GuardianFacts:
        found = await self.office.desk.store.directory.family(self.family.family_id)
        assert found is not None
        return next(each for each in found.guardians if each.guardian_id == self.ids[1])

    async def household(self) -> HouseholdChanged:
        homes = await self.office.desk.store.directory.households_of(self.family.family_id)
        return next(each for each in homes if self.ids[1] in each.guardian_ids)

    async def standing(self, what: What) -> Standing:
        store = self.office.desk.store
        family = await store.directory.family(self.family.family_id)
        assert family is not None
        reach = await store.families.reach(family.family_id, seen_by=self.principal, on=TODAY)
        found = (await standings(store, family, reach))[self.ids[1]]
        return next(each for each in found if each.what == what)


@pytest.fixture
def adult(district: Office, family: FamilyChanged) -> Adult:
    principal = staff_viewer("principal", family.students[0].school_id)
    return Adult(district, family, principal)


async def test_a_corrected_language_is_told_and_the_rosters_stands_beside_it(adult: Adult) -> None:
    before = (await adult.now()).language
    other = "so" if before != "so" else "ar"
    await adult.correct(Draft(language=other, reason="She said so"))
    waiting = await adult.standing("language")
    assert (waiting.value, waiting.roster, waiting.applied) == (other, before, False)
    await adult.office.desk.importer.work()
    assert (await adult.now()).language == other
    [told] = await adult.office.told("family.changed")
    assert told.subject == adult.family.family_id
    standing = await adult.standing("language")
    assert (standing.value, standing.roster, standing.applied) == (other, before, True)
    assert standing.correction is not None
    assert (standing.correction.before, standing.correction.reason) == (before, "She said so")


async def test_letters_go_to_the_corrected_address_and_old_links_end(adult: Adult) -> None:
    before = await adult.household()
    await adult.correct(Draft(email=NEW))
    await adult.office.desk.importer.work()
    after = await adult.household()
    assert (after.mailbox, before.mailbox == NEW) == (NEW, False)
    same = after.household_id == before.household_id
    assert not same or after.link_version > before.link_version


async def test_an_address_from_a_paper_letter_holds_like_one_that_was_typed(adult: Adult) -> None:
    desk = adult.office.desk
    said = AddressConfirmed(
        request_id="o", household_id=(await adult.household()).household_id,
        guardian_ids=(adult.ids[1],), mailbox=NEW, confirmed_at=adult.office.clock.now(),
        approved_by="a", approved_by_name="Rosa Diaz",
    )  # fmt: skip
    for _ in range(2):  # told twice is the same as once
        await desk.units.run(lambda work: take_confirmed_address(desk, said, work))
    await desk.importer.work()
    assert (await adult.household()).mailbox == NEW
    [kept] = await desk.store.corrections.history([adult.ids[1]])
    assert (kept.name, kept.what, kept.value) == ("Rosa Diaz", "email", NEW)
    gone = said.model_copy(update={"household_id": "nowhere"})
    with pytest.raises(Passing):
        await desk.units.run(lambda work: take_confirmed_address(desk, gone, work))


async def test_a_correction_survives_the_next_roster(adult: Adult, package: Path) -> None:
    await adult.correct(Draft(email=NEW, interpreter=not (await adult.now()).interpreter))
    await adult.office.desk.importer.work()
    corrected = await adult.now()
    await adult.office.forget_told()
    job = await adult.office.bring(package, package.parent / "contacts.csv")
    assert job.state == "done", job.reasons
    assert await adult.now() == corrected
    assert (await adult.household()).mailbox == NEW
    assert await adult.office.told("family.changed") == []


async def test_taken_back_the_roster_speaks_again(adult: Adult) -> None:
    desk, before = adult.office.desk, await adult.household()
    await adult.correct(Draft(email=NEW))
    await desk.importer.work()
    adult.office.clock.move(timedelta(minutes=1))
    await take_back(desk.store, desk.units, *adult.ids, "email", adult.principal)
    assert not (await adult.standing("email")).applied
    await desk.importer.work()
    assert (await adult.household()).mailbox == before.mailbox
    standing = await adult.standing("email")
    assert (standing.correction, standing.applied) == (None, True)
    with pytest.raises(Refused, match="nothing was changed"):
        await take_back(desk.store, desk.units, *adult.ids, "email", adult.principal)


async def test_corrections_made_together_are_put_in_place_together(adult: Adult) -> None:
    desk = adult.office.desk
    for draft in (Draft(phone="+1 555 0100"), Draft(email=NEW), Draft(phone="+1 555 0101")):
        await adult.correct(draft)
    imports = desk.database["imports"]
    assert await imports.count_documents({"kind": "corrections"}) == 1
    await desk.importer.work()
    assert await imports.count_documents({"kind": "corrections"}) == 0
    assert [each.kind for each in await desk.store.imports.newest()] == ["roster"]
    assert (await adult.standing("phone")).value == "+1 555 0101"
    assert len(await desk.store.corrections.history([adult.ids[1]])) == 3


async def test_what_is_corrected_while_families_are_formed_has_a_turn_of_its_own(
    adult: Adult,
) -> None:
    desk = adult.office.desk
    await adult.correct(Draft(phone="+1 555 0100"))
    [job] = await desk.database["imports"].find({"kind": "corrections"}).to_list(None)
    now = desk.units.clock.now()
    await desk.store.imports.change(job["_id"], ["planning"], seen_at=now)  # it has begun
    await adult.correct(Draft(email=NEW))
    assert await desk.database["imports"].count_documents({"kind": "corrections"}) == 2


async def test_a_teacher_corrects_how_to_speak_and_not_where_letters_go(
    adult: Adult, teacher: Viewer
) -> None:
    await adult.correct(Draft(best="evenings, by text"), teacher)
    assert (await adult.standing("best")).value == "evenings, by text"
    with pytest.raises(Forbidden, match="Only the office"):
        await adult.correct(Draft(email=NEW), teacher)


async def test_nobody_corrects_a_family_of_another_school(adult: Adult) -> None:
    with pytest.raises(NotFound):
        await adult.correct(Draft(language="so"), staff_viewer("principal", "elsewhere"))


# --- pages and programs ---------------------------------------------------------------------------


async def test_the_page_shows_what_holds_and_the_family_page_what_was_corrected(
    site: ContactsSite, adult: Adult
) -> None:
    browser = site.browser(adult.principal)
    answer = await fill_in(browser, adult.page, language="so", email=NEW, reason="The office knows")
    assert answer.status_code == 303, answer.text
    await adult.office.desk.importer.work()
    family = (await browser.get(f"/contacts/families/{adult.ids[0]}")).text
    assert "Corrected" in family
    assert NEW in family
    page = (await browser.get(adult.page)).text
    assert "The office knows" in page
    assert "What differs from the roster" in page
    back = await fill_in(browser, f"{adult.page}/back", form_at=adult.page, what="email")
    assert back.status_code == 303
    assert (await adult.standing("email")).correction is None


async def test_wrong_input_comes_back_with_what_was_typed(site: ContactsSite, adult: Adult) -> None:
    browser = site.browser(adult.principal)
    answer = await fill_in(browser, adult.page, language="so", phone="call me maybe")
    assert answer.status_code == 422
    assert "This is no phone number" in answer.text
    assert 'value="call me maybe"' in answer.text
    assert await adult.office.desk.store.corrections.history([adult.ids[1]]) == []


async def test_a_teachers_page_has_no_field_for_addresses(
    site: ContactsSite, adult: Adult, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    page = (await browser.get(adult.page)).text
    assert 'name="email"' not in page
    answer = await fill_in(browser, adult.page, language="so", email=NEW)
    assert answer.status_code == 303
    assert (await adult.standing("email")).correction is None
    assert (await adult.standing("language")).value == "so"


async def test_programs_correct_and_take_back(site: ContactsSite, adult: Adult) -> None:
    program = site.program(adult.principal)
    path = "/contacts/api/v1/families/{}/adults/{}/corrections".format(*adult.ids)
    made = await program.post(path, json={"phone": "+1 555 0100"})
    assert made.status_code == 201, made.text
    held = {each["what"]: each for each in made.json()["standing"]}
    assert held["phone"]["value"] == "+1 555 0100"
    assert (await program.post(path, json={"phone": "+1 555 0100"})).status_code == 422
    assert (await program.delete(f"{path}/phone")).status_code == 204
    assert [each["ended"] for each in (await program.get(path)).json()["changes"]] == [True, False]
