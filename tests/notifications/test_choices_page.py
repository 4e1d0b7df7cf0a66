"""The signed page of a mailbox, and another address from the request to contacts."""

import re
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import httpx2
import pytest

from services.notifications.domain import reasons
from services.notifications.store.choices import STOPS
from shared.messages import (
    AddressConfirmed,
    FamilyErased,
    FlagsAsOf,
    FlagsChanged,
    LanguageWished,
)
from tests.notifications.conftest import Bench
from tests.notifications.making import NOW, Adult, contact, family
from tests.notifications.site import Site, fill_in
from tests.notifications.test_web import ELSEWHERE, GOMEZ, OFFICE, TEACHER

SITE = "https://partners.schools.example"
AT_ONCE = {"good_news": "at_once", "events": "at_once", "school": "at_once", "pause": ""}
LI = "li@family.example"
NEW = "wei.new@family.example"
PLACE = "/notifications/address-requests"
API = "/notifications/api/v1/address-requests"


def _words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _links(mail: EmailMessage, part: str) -> list[str]:
    return list(dict.fromkeys(re.findall(rf"{re.escape(SITE)}({part}/\S+)", _words(mail))))


async def _page(bench: Bench, name: str, number: str = "contact-1") -> str:
    """The link of a family's newest letter to its page of choices."""
    await bench.tell(contact(name, number))
    await bench.settle()
    mail = bench.sink.letters_to(f"{name}@family.example")[-1]
    return _links(mail, "/notifications/choices")[0]


async def _asked(bench: Bench, family_: httpx2.AsyncClient, page: str, **fields: object) -> str:
    """Ask for another address; gives the link in the letter to it."""
    sent = await family_.post(f"{page}/address", data={"address": NEW, **fields})
    assert sent.status_code == 303, sent.text
    await bench.settle()
    (link,) = _links(bench.sink.letters_to(NEW)[-1], "/notifications/address")
    return link


async def _told(bench: Bench, kind: type[Any]) -> list[Any]:
    return [each.open() for each in await bench.told() if each.type == kind.TYPE]


# --- wishes -------------------------------------------------------------------------------------


async def test_a_family_gathers_stops_and_pauses_on_one_page_and_takes_it_back(
    bench: Bench, site: Site
) -> None:
    page = await _page(bench, "gomez")
    async with site.family() as visitor:
        shown = (await visitor.get(page)).text
        assert '<html lang="es"' in shown
        assert "Ana y Luis" in shown  # who shares it
        assert "no reemplaza el sistema de alertas" in shown
        assert not re.search(r'name="(safety|legal)"', shown)
        wanted = {**AT_ONCE, "good_news": "digest", "events": "never", "pause": "2026-12-04"}
        sent = await visitor.post(page, data=wanted)
        assert sent.status_code == 303
        (held,) = (await bench.room.store.choices.wishes([GOMEZ], NOW)).values()
        assert [*held.those("digest"), *held.those("never")] == ["good_news", "events"]
        assert await bench.room.store.choices.stopped([GOMEZ]) == {GOMEZ: {"events"}}
        await bench.tell(contact("gomez", "contact-2"))
        await bench.settle()
        (waits,) = await bench.rows(about="contact-2")
        assert (waits.state, waits.reason) == ("pending", reasons.PAUSED)
        # The page says how it was, and one button brings it back: what waited goes.
        undone = (await visitor.get(sent.headers["location"])).text
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', undone))
        before = {name: fields[name] for name in AT_ONCE}
        assert before == AT_ONCE
        await visitor.post(page, data=before)
    assert await bench.room.store.choices.wishes([GOMEZ], NOW) == {}
    await bench.settle()
    (gone,) = await bench.rows(about="contact-2")
    assert gone.state == "accepted"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pause": "2027-06-01"}, "90 días"),
        ({"pause": "2026-11-01"}, "Este día ya pasó"),
        ({"good_news": "sometimes"}, "Elija una de las respuestas"),
        ({"safety": "never", "school": ""}, "Elija una de las respuestas"),
    ],
)
async def test_what_can_not_be_chosen_comes_back_in_the_familys_language(
    bench: Bench, site: Site, fields: dict[str, str], words: str
) -> None:
    page = await _page(bench, "gomez")
    async with site.family() as visitor:
        sent = await visitor.post(page, data={**AT_ONCE, **fields})
    assert sent.status_code == 422
    assert words in sent.text
    assert await bench.room.store.choices.wishes([GOMEZ], NOW) == {}


async def test_stops_of_the_time_before_still_hold_and_the_old_link_leads_to_the_page(
    bench: Bench, site: Site
) -> None:
    page = await _page(bench, "gomez")
    row = {"_id": f"good_news|{GOMEZ}", "mailbox": GOMEZ, "category": "good_news", "how": "page"}
    await bench.room.store.database[STOPS].insert_one({**row, "at": NOW})
    await bench.tell(contact("gomez", "contact-2"))
    await bench.settle()
    (stopped,) = await bench.rows(about="contact-2")
    assert stopped.reason == reasons.UNSUBSCRIBED
    async with site.family() as visitor:
        assert re.search(r'value="never" checked', (await visitor.get(page)).text)
        old = page.replace("/choices/", "/unsubscribe/")
        assert page in (await visitor.get(old)).text


async def test_an_older_link_chooses_for_its_mailbox_and_says_nothing_of_the_household(
    bench: Bench, site: Site
) -> None:
    page = await _page(bench, "gomez")
    home = await bench.room.directory.household("household-gomez")
    assert home is not None
    await bench.tell(home.model_copy(update={"link_version": 2}), version=2)
    async with site.family() as visitor:
        shown = (await visitor.get(page)).text
        assert "Luis" not in shown
        assert "/address" not in shown
        assert (await visitor.post(page, data={**AT_ONCE, "school": "never"})).status_code == 303
        for path, fields in (("language", {"language": "so"}), ("address", {"address": NEW})):
            sent = await visitor.post(
                f"{page}/{path}", data={**fields, "whose": "guardian-gomez-ana"}
            )
            assert sent.status_code == 410
        assert (await visitor.get(page[:-3] + "xxx")).status_code == 410
    assert await bench.told_types() == ["notice.accepted"]


async def test_a_wished_language_is_told_to_contacts_and_can_be_taken_back(
    bench: Bench, site: Site
) -> None:
    page = await _page(bench, "gomez")
    async with site.family() as visitor:
        sent = await visitor.post(f"{page}/language", data={"language": "so"})
        back = (await visitor.get(sent.headers["location"])).text
        assert re.search(r'type="hidden" name="language" value="es"', back)
        assert (await visitor.post(f"{page}/language", data={"language": "xx"})).status_code == 422
    (wish,) = await _told(bench, LanguageWished)
    assert (wish.household_id, wish.language) == ("household-gomez", "so")


# --- another address ----------------------------------------------------------------------------


async def test_who_reads_a_mailbox_alone_confirms_another_and_it_is_told_at_once(
    bench: Bench, site: Site
) -> None:
    page = await _page(bench, "li")
    async with site.family() as visitor:
        await visitor.post(page, data={**AT_ONCE, "events": "never"})
        link = await _asked(bench, visitor, page)
        told = bench.sink.letters_to(LI)[-1]
        for mail, name in ((told, NEW), (bench.sink.letters_to(NEW)[-1], "Wei")):
            assert name not in _words(mail) + str(mail["Subject"])  # neither learns of the other
            assert mail["List-Unsubscribe"] is None
        assert _links(told, "/notifications/choices")
        for _ in range(2):
            assert "<form" in (await visitor.get(link)).text.partition("<main")[2]
        assert await _told(bench, AddressConfirmed) == []
        for _ in range(2):  # once is enough, and again is no harm
            assert (await visitor.post(link)).status_code == 303
        assert "<form" not in (await visitor.get(link)).text.partition("<main")[2]
        (said,) = await _told(bench, AddressConfirmed)
    assert (said.guardian_ids, said.before, said.mailbox) == (("guardian-li-wei",), LI, NEW)
    assert said.approved_by == ""
    assert await bench.room.store.choices.stopped([NEW]) == {NEW: {"events"}}
    # Of these letters other services hear nothing: no family was told of a child.
    assert (await bench.told_types()).count("notice.accepted") == 1
    async with site.browser(OFFICE) as browser:
        assert NEW not in (await browser.get(PLACE)).text


async def test_a_confirmation_ends_after_three_days_and_when_it_is_stopped(
    bench: Bench, site: Site
) -> None:
    page = await _page(bench, "li")
    async with site.family() as visitor:
        first = await _asked(bench, visitor, page)
        second = await _asked(bench, visitor, page)
        assert (await visitor.post(first)).status_code == 410  # a newer one took its place
        assert NEW not in (await visitor.get(page)).text
        assert (await visitor.post(f"{page}/address/withdraw")).status_code == 303
        assert (await visitor.post(second)).status_code == 410
        third = await _asked(bench, visitor, page)
        again = await visitor.post(f"{page}/address", data={"address": "four@family.example"})
        assert again.status_code == 422  # three a day
        bench.clock.move(timedelta(days=3))
        assert (await visitor.get(third)).status_code == 410
    assert await _told(bench, AddressConfirmed) == []


async def _flag(bench: Bench) -> None:
    flag = FlagsChanged(number=1, guardian_id="someone", student_id="student-li", custody=True)
    await bench.tell(flag, FlagsAsOf(number=1, as_of=bench.clock.now()))


async def _other_reader(bench: Bench) -> None:
    await bench.know(*family("zhao", Adult("yan", "zhao", "zh")))
    home = await bench.room.directory.household("household-zhao")
    assert home is not None
    await bench.tell(home.model_copy(update={"mailbox": NEW.title()}), version=9)


@pytest.mark.parametrize(
    ("name", "before", "why"),
    [("gomez", None, ["shared"]), ("li", _flag, ["flag"]), ("li", _other_reader, ["known"])],
)
async def test_staff_look_first_where_it_is_shared_flagged_or_known_and_no_page_says_so(
    bench: Bench, site: Site, name: str, before: Any, why: Sequence[str]
) -> None:
    page = await _page(bench, name)
    if before:
        await before(bench)
    async with site.family() as visitor:
        asked = await visitor.post(f"{page}/address", data={"address": NEW})
        if name == "gomez":
            assert asked.status_code == 422  # two adults: whose is it?
            asked = await visitor.post(
                f"{page}/address", data={"address": NEW, "whose": "guardian-gomez-ana"}
            )
        assert asked.status_code == 303
        await bench.settle()
        (link,) = _links(bench.sink.letters_to(NEW)[-1], "/notifications/address")
        assert (await visitor.post(link)).status_code == 303
        (done,) = re.findall(r"<h1>(.*?)</h1>", (await visitor.get(link)).text)
        assert done
    assert await _told(bench, AddressConfirmed) == []
    async with site.program(ELSEWHERE) as other, site.program(OFFICE) as office:
        assert (await other.get(API)).json()["items"] == []
        (item,) = (await office.get(API)).json()["items"]
        assert (item["why"], item["mailbox"]) == (why, NEW)
        decision = f"{API}/{item['request_id']}/decision"
        assert (await other.post(decision, json={"approved": True})).status_code == 404
        assert (await office.post(decision, json={"approved": False})).status_code == 422
        decided = await office.post(decision, json={"approved": True})
        assert decided.json()["state"] == "applied"
        assert (
            await office.post(decision, json={"approved": False, "reason": "x"})
        ).status_code == 409
    (said,) = await _told(bench, AddressConfirmed)
    assert said.approved_by == OFFICE.account_id


async def test_the_office_refuses_on_its_page_with_a_reason_that_stays_inside(
    bench: Bench, site: Site
) -> None:
    page = await _page(bench, "li")
    await _flag(bench)
    async with site.family() as visitor:
        await visitor.post(await _asked(bench, visitor, page))
        async with site.browser(OFFICE) as browser:
            shown = (await browser.get(PLACE)).text
            assert "custody" in shown
            (path,) = re.findall(rf'action="({PLACE}/[^"/]+)/refuse"', shown)
            empty = await fill_in(browser, f"{path}/refuse", PLACE, {"reason": " "})
            assert empty.status_code == 422
            sent = await fill_in(browser, f"{path}/refuse", PLACE, {"reason": "Court order"})
            assert sent.status_code == 303
            assert NEW not in (await browser.get(PLACE)).text
            late = await fill_in(browser, f"{path}/approve", PLACE, {})
            assert late.status_code == 303
        told = (await visitor.get(page)).text
        assert "Court order" not in told
    async with site.browser(TEACHER) as browser:
        assert (await browser.get(PLACE)).status_code == 403
    assert await _told(bench, AddressConfirmed) == []


async def test_an_erased_family_leaves_no_request_and_no_pause(bench: Bench, site: Site) -> None:
    page = await _page(bench, "li")
    async with site.family() as visitor:
        await visitor.post(page, data={**AT_ONCE, "pause": "2026-12-04"})
        await _asked(bench, visitor, page)
    home = await bench.room.directory.household("household-li")
    assert home is not None
    await bench.tell(home.model_copy(update={"active": False}), version=2)
    erased = FamilyErased(
        family_id="family-li",
        student_ids=("student-li",),
        household_ids=("household-li",),
        when=NOW,
    )
    await bench.tell(erased)
    assert await bench.room.store.choices.wishes([LI], NOW) == {}
    assert await bench.room.store.addresses.newest_of("household-li", LI) is None
