"""What a family says by a link in its letters: a correction, told and kept as one of staff."""

from dataclasses import dataclass

import pytest

from services.contacts.actions.family_wishes import take_confirmed_address, take_wished_language
from services.contacts.domain.corrections import FAMILY, Correction
from shared.errors import Passing
from shared.messages import AddressConfirmed, FamilyChanged, HouseholdChanged, LanguageWished
from shared.outbox import Work
from tests.contacts.conftest import NOW, Office, staff_viewer
from tests.contacts.site import ContactsSite

NEW = "new.address@families.example"


@dataclass(frozen=True)
class Home:
    """A household with a mailbox, and contacts, which hears of its wishes."""

    office: Office
    family: FamilyChanged
    first: HouseholdChanged

    async def now(self) -> HouseholdChanged:
        found = await self.office.desk.store.directory.household(self.first.household_id)
        assert found is not None
        return found

    async def hear(self, said: LanguageWished | AddressConfirmed) -> None:
        """Take in a message, and form families anew."""
        desk = self.office.desk

        async def body(work: Work) -> None:
            if isinstance(said, LanguageWished):
                await take_wished_language(desk, said, work)
            else:
                await take_confirmed_address(desk, said, work)

        await desk.units.run(body)
        await desk.importer.work()

    async def corrections(self) -> list[Correction]:
        return await self.office.desk.store.corrections.history(self.first.guardian_ids)

    def wished(self, language: str) -> LanguageWished:
        return LanguageWished(
            wish_id="w", household_id=self.first.household_id, language=language, wished_at=NOW
        )

    def confirmed(self, **over: object) -> AddressConfirmed:
        base = {
            "request_id": "r", "household_id": self.first.household_id,
            "guardian_ids": self.first.guardian_ids[:1], "before": self.first.mailbox,
            "mailbox": NEW, "confirmed_at": NOW,
        }  # fmt: skip
        return AddressConfirmed.model_validate({**base, **over})


@pytest.fixture
async def home(district: Office, family: FamilyChanged) -> Home:
    homes = await district.desk.store.directory.households_of(family.family_id)
    return Home(district, family, next(each for each in homes if each.mailbox))


async def test_a_wished_language_is_a_correction_by_the_family_and_letters_follow(
    home: Home,
) -> None:
    other = "so" if home.first.language != "so" else "ar"
    await home.hear(home.wished(other))
    assert (await home.now()).language == other
    (kept,) = await home.corrections()  # of one adult: others who share the mailbox keep theirs
    assert (kept.what, kept.value, kept.account_id) == ("language", other, FAMILY)
    await home.hear(home.wished(other))
    assert len(await home.corrections()) == 1


async def test_a_confirmed_address_is_in_place_ends_old_links_and_stands_on_the_page(
    home: Home, site: ContactsSite
) -> None:
    await home.hear(home.confirmed(approved_by="a-1", approved_by_name="Luz Ortiz"))
    after = await home.now()
    moved = [each for each in after.guardian_ids if each == home.first.guardian_ids[0]]
    assert not moved or after.mailbox == NEW
    assert after.link_version > home.first.link_version
    (kept,) = await home.corrections()
    assert (kept.what, kept.before, kept.name) == ("email", home.first.mailbox, "Luz Ortiz")
    assert "asked for it" in kept.reason
    principal = staff_viewer("principal", home.family.students[0].school_id)
    async with site.browser(principal) as browser:
        path = f"/contacts/families/{home.family.family_id}/adults/{kept.guardian_id}"
        assert "Luz Ortiz" in (await browser.get(path)).text
        await home.hear(home.wished("tl"))
        assert "the family itself" in (await browser.get(path)).text


async def test_what_staff_corrected_since_stays_unless_they_approved(home: Home) -> None:
    await home.hear(home.confirmed(before="older@families.example"))
    assert await home.corrections() == []
    assert await home.now() == home.first


async def test_who_left_says_nothing_and_an_unknown_household_is_waited_for(home: Home) -> None:
    await home.hear(home.confirmed(guardian_ids=("nobody",)))
    assert await home.corrections() == []
    with pytest.raises(Passing):
        await home.hear(home.wished("so").model_copy(update={"household_id": "unknown"}))
