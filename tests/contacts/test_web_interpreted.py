"""Who interpreted: offered where a contact is logged, and named on the family's timeline."""

from shared.identity import Viewer
from shared.messages import ContactLogged
from tests.contacts.conftest import Office, staff_viewer
from tests.contacts.interpreting import API, PATH, add, home
from tests.contacts.site import ContactsSite, fill_in


async def test_the_form_offers_who_speaks_the_familys_language_and_the_timeline_names_them(
    site: ContactsSite, district: Office, coordinator: Viewer
) -> None:
    made = await add(site, coordinator)
    await add(site, coordinator, name="Ana Paula", languages=["pt"])
    family = await home(district, coordinator, "ar", needs=True)
    await district.forget_told()
    browser = site.browser(coordinator)
    path = f"/contacts/families/{family.family_id}/log"
    form = (await browser.get(path)).text
    assert "Huda Nasser" in form
    assert "Ana Paula" not in form
    saved = await fill_in(browser, path, interpreter_id=made["interpreter_id"], tone="hello")
    assert saved.status_code == 303
    entry = saved.headers["location"]
    for place in (entry, f"/contacts/families/{family.family_id}"):
        assert "Huda Nasser" in (await browser.get(place)).text
    [told] = await district.told("contact.logged")
    assert ContactLogged.model_validate(told.data).interpreter_id == made["interpreter_id"]
    assert "Huda" not in str(told.data)
    # Whoever ended is not offered any more; a contact that names them can still be corrected.
    await site.program(coordinator).delete(f"{API}/{made['interpreter_id']}")
    assert "Huda Nasser" not in (await browser.get(path)).text
    right = await fill_in(
        browser, f"{entry}/correct", interpreter_id=made["interpreter_id"], tone="good_news"
    )
    assert right.status_code == 303
    assert "Huda Nasser" in (await browser.get(entry)).text


async def test_nobody_is_offered_where_nobody_is_needed(
    site: ContactsSite, district: Office, coordinator: Viewer
) -> None:
    await add(site, coordinator)
    family = await home(district, coordinator, "en", needs=False)
    form = await site.browser(coordinator).get(f"/contacts/families/{family.family_id}/log")
    assert "interpreter_id" not in form.text


async def test_a_program_can_not_name_somebody_who_is_not_in_the_list(
    site: ContactsSite, district: Office, coordinator: Viewer
) -> None:
    made = await add(site, staff_viewer("district"), school_id="")
    family = await home(district, coordinator, "ar", needs=True)
    program = site.program(coordinator)
    draft = {"family_id": family.family_id, "tone": "hello"}
    place = "/contacts/api/v1/contacts"
    good = await program.post(place, json={**draft, "interpreter_id": made["interpreter_id"]})
    assert good.json()["interpreter"] == "Huda Nasser"
    wrong = await program.post(place, json={**draft, "interpreter_id": "nobody"})
    assert wrong.status_code == 422
    assert "not in the list" in wrong.text


async def test_every_page_of_interpreters_and_of_the_school_runs_from_right_to_left_too(
    site: ContactsSite, district: Office, coordinator: Viewer
) -> None:
    made = await add(site, coordinator)
    ended = await add(site, coordinator, name="Abdi Warsame")
    await site.program(coordinator).delete(f"{API}/{ended['interpreter_id']}")
    family = await home(district, coordinator, "ar", needs=True)
    browser = site.browser(coordinator)
    for path in (
        PATH,
        f"{PATH}/new",
        f"{PATH}/{made['interpreter_id']}",
        f"{PATH}/import",
        f"{PATH}/hour",
        f"{PATH}/hour?interpreter={made['interpreter_id']}&day=2026-12-01",
        "/contacts/school?show=no_contact&language=ar",
        f"/contacts/families/{family.family_id}/caseload",
        f"/contacts/families/{family.family_id}/log",
    ):
        page = await browser.get(path, headers={"Accept-Language": "ar"})
        assert page.status_code == 200, path
        assert '<html lang="ar" dir="rtl">' in page.text, path
