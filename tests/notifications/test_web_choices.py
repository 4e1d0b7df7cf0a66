"""What families and the district choose, through the front door of the service."""

import re
from datetime import timedelta

from services.notifications.actions.returning import take_in
from services.notifications.domain import reasons
from shared.outbox import Work
from tests.notifications.conftest import Bench
from tests.notifications.making import contact
from tests.notifications.returns.mailing import bounce
from tests.notifications.site import Site, fill_in
from tests.notifications.test_web import DISTRICT, GOMEZ, OFFICE, send_two

# --- the family's link --------------------------------------------------------------------------


async def _link(bench: Bench) -> str:
    await send_two(bench)
    (mail,) = bench.sink.letters_to(GOMEZ)
    return (
        str(mail["List-Unsubscribe"]).strip("<>").removeprefix("https://partners.schools.example")
    )


async def test_one_click_of_a_mail_program_stops_the_category(bench: Bench, site: Site) -> None:
    link = await _link(bench)
    async with site.program() as program:
        sent = await program.post(link, data={"List-Unsubscribe": "One-Click"})
    assert sent.status_code == 200
    await bench.tell(contact("gomez", "contact-3"))
    await bench.settle()
    (row,) = await bench.rows(about="contact-3")
    assert row.reason == reasons.UNSUBSCRIBED


async def test_opening_the_link_changes_nothing_and_says_who_shares_the_address(
    bench: Bench, site: Site
) -> None:
    link = await _link(bench)
    async with site.family() as family:
        for _ in range(3):
            shown = await family.get(link)
    assert shown.status_code == 200
    assert "Ana Test y Luis Test" in shown.text
    assert await bench.room.store.choices.stopped([GOMEZ]) == {}


async def test_a_family_stops_letters_and_gets_them_again(bench: Bench, site: Site) -> None:
    link = await _link(bench)
    async with site.family() as family:
        stopped = await family.post(link, data={"choice": "stop"})
        assert stopped.status_code == 303
        assert await bench.room.store.choices.stopped([GOMEZ]) == {GOMEZ: {"good_news"}}
        shown = (await family.get(link)).text
        assert '<html lang="es"' in shown
        assert 'value="again"' in shown
        await family.post(link, data={"choice": "again"})
    assert await bench.room.store.choices.stopped([GOMEZ]) == {}


async def test_a_link_that_was_changed_opens_nothing(bench: Bench, site: Site) -> None:
    link = await _link(bench)
    async with site.family() as family:
        for broken in (link[:-2] + "xx", "/notifications/unsubscribe/nonsense"):
            assert (await family.get(broken)).status_code == 410
            assert (await family.post(broken, data={"choice": "stop"})).status_code == 410


async def test_after_a_household_changed_its_old_link_tells_no_names(
    bench: Bench, site: Site
) -> None:
    link = await _link(bench)
    home = await bench.room.directory.household("household-gomez")
    assert home is not None
    await bench.tell(home.model_copy(update={"link_version": 2}), version=2)
    async with site.family() as family:
        shown = await family.get(link)
    assert shown.status_code == 200
    assert "Luis" not in shown.text


# --- settings -----------------------------------------------------------------------------------

FORM: dict[str, object] = {
    "take_back_minutes": "10",
    "quiet": "true",
    "quiet_begins": "20:00",
    "quiet_ends": "07:00",
    "routine_letters_a_week": "3",
    "held_days": "3",
    "live_school_ids": "school-1",
}


async def test_the_district_sets_when_letters_leave(bench: Bench, site: Site) -> None:
    async with site.browser(DISTRICT) as browser:
        place = "/notifications/settings"
        assert "Mail settings" in (await browser.get(place)).text
        sent = await fill_in(browser, place, place, FORM)
        assert sent.status_code == 303
        again = (await browser.get(place)).text
    now = await bench.room.settings()
    assert (now.take_back_seconds, now.all_schools_live, now.school_days_only) == (
        600,
        False,
        False,
    )
    assert now.live("school-1")
    assert 'value="20:00"' in again


async def test_a_wrong_setting_comes_back_with_a_sentence(bench: Bench, site: Site) -> None:
    async with site.browser(DISTRICT) as browser:
        place = "/notifications/settings"
        wrong = {**FORM, "quiet_ends": "20:00", "held_days": "99"}
        sent = await fill_in(browser, place, place, wrong)
    assert sent.status_code == 422
    assert "Please write 30 or less." in sent.text
    assert (await bench.room.settings()).take_back_seconds == 0


async def test_addresses_that_came_back_are_listed_for_the_district(
    bench: Bench, site: Site
) -> None:
    bench.sink.rcpt = {GOMEZ: "550 no such person"}
    await send_two(bench)
    place = "/notifications/settings/addresses"
    async with site.browser(DISTRICT) as browser:
        assert GOMEZ in (await browser.get(place)).text
        await fill_in(browser, place, place, {"mailbox": GOMEZ})
        assert GOMEZ not in (await browser.get(place)).text
    async with site.browser(OFFICE) as browser:
        assert (await browser.get(place)).status_code == 403


# --- what came back -----------------------------------------------------------------------------


async def test_an_address_that_rests_says_why_and_until_when(bench: Bench, site: Site) -> None:
    now = bench.clock.now()

    async def body(work: Work) -> None:
        await bench.room.store.choices.suppress(
            GOMEZ,
            reasons.COMES_BACK_OFTEN,
            work,
            detail="552 <mailbox> full",
            until=now + timedelta(days=30),
        )

    await bench.room.units.run(body)
    place = "/notifications/settings/addresses"
    async with site.browser(DISTRICT) as browser:
        shown = (await browser.get(place)).text
        assert "so we rest for a while" in shown
        assert "552 &lt;mailbox&gt; full" in shown
        assert "Dec 24, 2026" in shown
        bench.clock.move(timedelta(days=31))
    async with site.browser(DISTRICT) as browser:
        assert GOMEZ not in (await browser.get(place)).text


async def test_what_came_back_is_listed_for_the_district_only(bench: Bench, site: Site) -> None:
    await send_two(bench)
    row = await bench.row("gomez")
    known = bounce(GOMEZ, letter=f"{row.delivery_id}@schools.example")
    await take_in(bench.room, known, "smtp")
    await take_in(bench.room, b"no mail at all <script>", "smtp")
    place = "/notifications/settings/returns"
    async with site.browser(DISTRICT) as browser:
        shown = (await browser.get(place)).text
        assert f"/notifications/letters/{row.delivery_id}" in shown
        assert "We no longer write to the address." in shown
        assert "Nothing that we can read" in shown
        (link,) = re.findall(rf'href="({place}/[0-9a-f]+/raw)"', shown)
        raw = await browser.get(link)
        assert raw.headers["content-type"].startswith("text/plain")
        assert raw.text == "no mail at all <script>"
        assert (await browser.get(f"{place}/unknown/raw")).status_code == 404
    async with site.browser(OFFICE) as browser:
        assert (await browser.get(place)).status_code == 403
        assert (await browser.get(link)).status_code == 403
