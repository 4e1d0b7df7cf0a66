"""Staff pages and the family's link, through the front door of the service."""

import re

import pytest

from services.notifications.domain import reasons
from shared.identity import Viewer
from tests.notifications.conftest import Bench
from tests.notifications.making import READING, contact
from tests.notifications.site import Site, fill_in

TEACHER = Viewer(
    account_id="a-1",
    role="educator",
    educator_id="educator-1",
    school_ids=frozenset({"school-1"}),
    name="Ms. Rivera",
)
OFFICE = Viewer(account_id="a-2", role="office", school_ids=frozenset({"school-1"}))
ELSEWHERE = Viewer(account_id="a-3", role="coordinator", school_ids=frozenset({"school-2"}))
DISTRICT = Viewer(account_id="a-4", role="district")
GOMEZ = "gomez@family.example"


async def send_two(bench: Bench) -> None:
    await bench.tell(contact("gomez"), contact("li", "contact-2"))
    await bench.settle()


# --- what families were told --------------------------------------------------------------------


async def test_the_list_says_what_became_of_each_letter(bench: Bench, site: Site) -> None:
    await send_two(bench)
    async with site.browser(DISTRICT) as browser:
        shown = (await browser.get("/notifications")).text
    assert "Ana Test · Luis Test" in shown
    assert "Handed to the mail service" in shown
    assert "Spanish" in shown


async def test_an_educator_sees_the_letters_to_own_pupils_families_only(
    bench: Bench, site: Site
) -> None:
    await send_two(bench)
    async with site.browser(TEACHER) as browser:
        shown = (await browser.get("/notifications")).text
        other = await browser.get("/notifications/households/household-li")
    assert "Ana Test" in shown
    assert "Wei Test" not in shown
    assert other.status_code == 404


async def test_another_school_sees_nothing(bench: Bench, site: Site) -> None:
    await send_two(bench)
    row = await bench.row("gomez")
    async with site.browser(ELSEWHERE) as browser:
        assert "Ana Test" not in (await browser.get("/notifications")).text
        assert (await browser.get(f"/notifications/letters/{row.delivery_id}")).status_code == 404
        assert (await browser.get("/notifications/households/household-gomez")).status_code == 404
        shown = await browser.get("/notifications/contacts/contact-1")
    assert "Ana Test" not in shown.text


async def test_a_households_page_says_what_when_in_which_language(bench: Bench, site: Site) -> None:
    await send_two(bench)
    async with site.browser(TEACHER) as browser:
        shown = (await browser.get("/notifications/households/household-gomez")).text
    assert "Good news" in shown
    assert "Spanish" in shown
    assert "Nov 24, 2026" in shown
    assert GOMEZ not in shown


async def test_lists_filter_and_go_on(bench: Bench, site: Site) -> None:
    await send_two(bench)
    async with site.browser(OFFICE) as browser:
        first = (await browser.get("/notifications?size=1")).text
        more = re.search(r'rel="next" href="([^"]+)"', first)
        assert more is not None
        second = (await browser.get("/notifications" + more[1].replace("&amp;", "&"))).text
        none = (await browser.get("/notifications?state=unknown")).text
    assert ("Wei Test" in first) != ("Wei Test" in second)
    assert "No letters here" in none


async def test_a_contacts_letters_come_as_a_part_for_htmx(bench: Bench, site: Site) -> None:
    await send_two(bench)
    async with site.browser(TEACHER) as browser:
        whole = (await browser.get("/notifications/contacts/contact-1")).text
        part = (
            await browser.get("/notifications/contacts/contact-1", headers={"HX-Request": "true"})
        ).text
    assert "<html" in whole
    assert "<html" not in part
    assert "Handed to the mail service" in part


async def test_a_letter_opens_as_it_reads_without_the_familys_links(
    bench: Bench, site: Site
) -> None:
    await send_two(bench)
    place = f"/notifications/letters/{(await bench.row('gomez')).delivery_id}"
    async with site.browser(TEACHER) as browser:
        shown = (await browser.get(place)).text
        html = await browser.get(f"{place}/html")
    assert "Great day!" in shown
    assert "/unsubscribe/" not in shown + html.text
    assert "sandbox" in html.headers["content-security-policy"]


async def test_an_unclear_letter_is_settled_on_its_page(bench: Bench, site: Site) -> None:
    bench.sink.cut_after_dot = {GOMEZ}
    await send_two(bench)
    place = f"/notifications/letters/{(await bench.row('gomez')).delivery_id}"
    async with site.browser(OFFICE) as browser:
        assert "may not have arrived" in (await browser.get("/notifications")).text
        sent = await fill_in(browser, f"{place}/settle", place, {"finding": "arrived"})
    assert sent.status_code == 303
    assert (await bench.row("gomez")).state == "accepted"


async def test_unclear_letters_are_settled_one_after_the_other_on_their_list(
    bench: Bench, site: Site
) -> None:
    bench.sink.cut_after_dot = {GOMEZ}
    await send_two(bench)
    row, place = await bench.row("gomez"), "/notifications?state=unknown"
    bench.sink.cut_after_dot = set()
    async with site.browser(OFFICE) as browser:
        settle = f"/notifications/letters/{row.delivery_id}/settle"
        assert settle in (await browser.get(place)).text
        words = {"finding": "again", "back": "list"}
        assert (await fill_in(browser, settle, place, words)).headers["location"] == place
        assert settle not in (await browser.get(place)).text
    async with site.browser(TEACHER) as browser:
        assert settle not in (await browser.get(place)).text
    await bench.settle()
    assert len(bench.sink.letters_to(GOMEZ)) == 2


async def test_an_educator_does_not_settle_letters(bench: Bench, site: Site) -> None:
    await send_two(bench)
    place = f"/notifications/letters/{(await bench.row('gomez')).delivery_id}"
    async with site.browser(TEACHER) as browser:
        sent = await fill_in(browser, f"{place}/settle", "/notifications", {"finding": "lost"})
    assert sent.status_code == 403


async def test_an_address_that_came_back_is_trusted_again_on_the_households_page(
    bench: Bench, site: Site
) -> None:
    bench.sink.rcpt = {GOMEZ: "550 no such person"}
    await send_two(bench)
    page = "/notifications/households/household-gomez"
    async with site.browser(OFFICE) as browser:
        assert "came back" in (await browser.get(page)).text
        await fill_in(browser, f"{page}/trust", page, {})
        assert "We have an address." in (await browser.get(page)).text


# --- before sending -----------------------------------------------------------------------------

NOTE: dict[str, object] = {
    "family_id": "family-smith",
    "words": "Smith read a whole book!",
    "tone": "good_news",
}


@pytest.fixture
async def form_page(bench: Bench) -> str:
    """A page with a form, for its token."""
    await send_two(bench)
    return f"/notifications/letters/{(await bench.row('gomez')).delivery_id}"


async def test_the_preview_shows_each_household_in_its_language(
    site: Site, bench: Bench, form_page: str
) -> None:
    async with site.browser(OFFICE) as browser:
        shown = (await fill_in(browser, "/notifications/preview", form_page, NOTE)).text
    assert "Good news about Smith" in shown
    assert "خبر سار عن" in shown
    assert shown.count("Gets it") == 2
    assert await bench.rows(about="preview") == []


async def test_what_was_filled_in_can_be_saved_right_from_the_preview(
    site: Site, form_page: str
) -> None:
    filled = {**NOTE, "outcome": "reached", "note": 'called "twice"'}
    async with site.browser(OFFICE) as browser:
        shown = (await fill_in(browser, "/notifications/preview", form_page, filled)).text
    assert 'action="/contacts/families/family-smith/log"' in shown
    assert 'name="outcome" value="reached"' in shown
    assert "called &#34;twice&#34;" in shown
    assert re.search(r'family-smith/log">\s*<input type="hidden" name="csrf_token"', shown)


async def test_of_several_families_of_a_class_the_first_is_shown_and_all_can_be_saved(
    site: Site, form_page: str
) -> None:
    filled = {
        **{name: value for name, value in NOTE.items() if name in {"words", "tone"}},
        "class_id": "class-1",
        "family_ids": ["family-smith", "family-other"],
        "form_id": "form-of-today",
    }
    async with site.browser(OFFICE) as browser:
        shown = (await fill_in(browser, "/notifications/preview", form_page, filled)).text
    assert "Good news about Smith" in shown
    assert "each of the others gets the same words" in shown
    assert 'action="/contacts/together"' in shown
    assert shown.count('name="family_ids"') == 2
    assert "Save and write to the families" in shown


async def test_a_correction_is_saved_from_its_own_form(site: Site, form_page: str) -> None:
    filled = {**NOTE, "version": "1"}
    async with site.browser(OFFICE) as browser:
        shown = (await fill_in(browser, "/notifications/preview", form_page, filled)).text
    assert "/contacts/families/" not in shown.partition("<h1")[2]


async def test_the_preview_says_who_does_not_get_it_and_why(
    site: Site, bench: Bench, form_page: str
) -> None:
    bench.sink.rcpt = {"pat@family.example": "550 no such person"}
    await bench.tell(contact("smith", "contact-3"))
    await bench.settle()
    async with site.browser(OFFICE) as browser:
        shown = (await fill_in(browser, "/notifications/preview", form_page, NOTE)).text
    assert "Does not get it" in shown
    assert reasons.SUPPRESSED_ADDRESS in shown


async def test_the_preview_as_a_mail_program_shows_it(site: Site, form_page: str) -> None:
    fields = {**NOTE, "household_id": "household-pat"}
    async with site.browser(OFFICE) as browser:
        shown = await fill_in(browser, "/notifications/preview/html", form_page, fields)
    assert 'dir="rtl"' in shown.text
    assert "sandbox" in shown.headers["content-security-policy"]


async def test_the_preview_takes_the_family_from_a_pupil_or_the_address(
    site: Site, form_page: str
) -> None:
    words = {"words": "Hello", "tone": "hello"}
    async with site.browser(OFFICE) as browser:
        by_pupil = {**words, "student_ids": "student-smith"}
        one = await fill_in(browser, "/notifications/preview", form_page, by_pupil)
        path = "/notifications/preview?family_id=family-smith"
        two = await fill_in(browser, path, form_page, words)
    assert "A note about Smith" in one.text
    assert "A note about Smith" in two.text


async def test_a_concern_is_not_previewed_because_it_is_never_mailed(
    site: Site, form_page: str
) -> None:
    fields = {**NOTE, "tone": "concern"}
    async with site.browser(OFFICE) as browser:
        shown = await fill_in(browser, "/notifications/preview", form_page, fields)
    assert shown.status_code == 422
    assert "A concern is never mailed from here" in shown.text


async def test_a_chosen_sentence_is_previewed_in_each_familys_language(
    site: Site, form_page: str
) -> None:
    fields = {**NOTE, "words": "", "praise": "work:math", "at_home": "no such thing"}
    async with site.browser(OFFICE) as browser:
        shown = await fill_in(browser, "/notifications/preview", form_page, fields)
    assert shown.status_code == 200
    assert "Subject: math." in shown.text
    assert "الرياضيات" in shown.text


async def test_what_goes_along_is_shown_with_its_public_page(site: Site, form_page: str) -> None:
    fields = {**NOTE, "resource": READING.model_dump_json()}
    async with site.browser(OFFICE) as browser:
        shown = await fill_in(browser, "/notifications/preview", form_page, fields)
        broken = {**NOTE, "resource": "{"}
        without = await fill_in(browser, "/notifications/preview", form_page, broken)
    assert "Read together" in shown.text
    assert "/contacts/parents/school-1#r-resource-1" in shown.text
    assert without.status_code == 200
    assert "Read together" not in without.text


async def test_a_sentence_from_the_school_is_previewed_above_the_own_words(
    site: Site, form_page: str
) -> None:
    fields = {**NOTE, "beginning": "Your child was kind today.", "words": ""}
    async with site.browser(OFFICE) as browser:
        alone = await fill_in(browser, "/notifications/preview", form_page, fields)
        both = {**fields, "words": "And brave."}
        shown = await fill_in(browser, "/notifications/preview", form_page, both)
    assert "Your child was kind today." in alone.text
    assert shown.text.index("Your child was kind today.") < shown.text.index("    And brave.")


async def test_without_words_there_is_nothing_to_preview(site: Site, form_page: str) -> None:
    async with site.browser(OFFICE) as browser:
        shown = await fill_in(browser, "/notifications/preview", form_page, {**NOTE, "words": "  "})
    assert shown.status_code == 422
    assert "Write something to the family first" in shown.text


async def test_an_educator_previews_for_own_pupils_families_only(
    site: Site, form_page: str
) -> None:
    fields = {**NOTE, "family_id": "family-li"}
    async with site.browser(TEACHER) as browser:
        shown = await fill_in(browser, "/notifications/preview", "/notifications", fields)
        assert shown.status_code in {403, 404}
    async with site.program(TEACHER) as program:
        body = {"family_id": "family-li", "words": "Hello"}
        answer = await program.post("/notifications/api/v1/preview", json=body)
    assert answer.status_code == 404
