"""Homes without working mail: the same letters on paper, from the pile to the child's hand."""

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader

from services.notifications.actions.piles import expire_paper
from services.notifications.domain import reasons
from services.notifications.letters.press import NoPdf, Press
from shared.identity import Viewer
from shared.messages import (
    AddressConfirmed,
    EventPublished,
    FlagsAsOf,
    FlagsChanged,
    HouseholdChanged,
    NoticeAccepted,
    NoticeBounced,
    NoticeNotSent,
)
from tests.notifications.conftest import Bench
from tests.notifications.making import FACTS, NOW, Adult, contact, family
from tests.notifications.site import Site, fill_in

OFFICE = Viewer(account_id="office", role="office", school_ids=frozenset({"school-1"}), name="Rosa")
TEACHER = Viewer(
    account_id="t", role="educator", educator_id="educator-1", school_ids=frozenset({"school-1"})
)
ROOM = "/notifications/backpack/school-1/grade-"
CODE = re.compile(r"\b([2-9B-DF-HJ-NP-TV-XZ]{4}) ([2-9B-DF-HJ-NP-TV-XZ]{4})\b")


@pytest.fixture
async def silent(bench: Bench) -> Bench:
    """Two families without mail, who read Spanish and Arabic, and one with a flag."""
    await bench.know(
        *family("zuniga", Adult("eva", "zuniga", "es", mailbox=False)),
        *family("amin", Adult("nour", "amin", "ar", mailbox=False)),
        *family("flag", Adult("jo", "flag", mailbox=False)),
    )
    flag = FlagsChanged(
        number=1, guardian_id="guardian-flag-jo", student_id="student-flag",
        do_not_contact=True, custody=False, household_ids=("household-flag",),
    )  # fmt: skip
    await bench.tell(flag, FlagsAsOf(number=1, as_of=NOW))
    return bench


def told(bench_told: list[object], kind: type) -> list[object]:
    return [each.open() for each in bench_told if each.type == kind.TYPE]  # type: ignore[attr-defined]


async def test_from_the_pile_to_the_childs_hand_and_back_to_mail(silent: Bench, site: Site) -> None:
    bench = silent
    await bench.tell(EventPublished(event_id="event-1", facts=FACTS))
    await bench.tell(contact("zuniga", words="She read a whole book."))
    await bench.settle()
    by_paper = {row.household_id for row in await bench.rows(state="to_print")}
    assert by_paper == {"household-zuniga", "household-amin"}
    assert (await bench.row("flag")).reason == reasons.FLAGGED
    [flagged] = [e for e in told(await bench.told(), NoticeNotSent) if isinstance(e, NoticeNotSent)]
    assert flagged.needs_a_person
    # The mail sender has nothing to do with them.
    assert not any("zuniga" in to for to, _ in bench.sink.taken)

    office, teacher = site.browser(OFFICE), site.browser(TEACHER)
    shown = await office.get("/notifications/backpack")
    assert "To be printed: 3" in shown.text
    made = await fill_in(office, f"{ROOM}/pdf", ROOM, {})
    assert made.headers["content-type"] == "application/pdf", made.text
    pdf = PdfReader(io.BytesIO(made.content))
    root = pdf.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en", True)
    pages = [page.extract_text() for page in pdf.pages]
    # Outside the name and the class, and nothing else; by family name, then given name.
    covers = [text.split("\n")[0] for text in pages if len(text) < 40 and text.strip()]
    assert covers == ["Amin Test", "Zuniga Test", "Zuniga Test"]
    whole = "\n".join(pages)
    assert "She read a whole book." in whole
    assert "Eva Test" in whole
    assert "Con un cordial saludo" in whole or "invita" in whole
    assert "مدرسة" in whole or "المدرسة" in whole
    # Twice each where the English stands below.
    codes = sorted({"".join(each) for each in CODE.findall(whole)})
    assert len(codes) == 3

    # The teacher marks them; families are told, and a mistake is taken back.
    page = await teacher.get(ROOM)
    assert "Make the PDF" not in page.text
    one = (await bench.rows(state="printed", household_id="household-amin"))[0].delivery_id
    await fill_in(teacher, f"{ROOM}/handed-out", ROOM, {"what": "all"})
    await fill_in(teacher, f"{ROOM}/handed-out", ROOM, {"what": "undo", "letters": [one]})
    accepted = [e for e in told(await bench.told(), NoticeAccepted) if isinstance(e, NoticeAccepted)]
    assert [each.channel for each in accepted].count("paper") == 3
    [undone] = [e for e in told(await bench.told(), NoticeBounced) if isinstance(e, NoticeBounced)]
    assert (undone.delivery_id, undone.channel, undone.permanent) == (one, "paper", False)

    # Behind each code is the page to answer on, or one on which to give an address.
    leads = {code: await site.family().get(f"/notifications/code/{code}") for code in codes}
    answers = [c for c in codes if "/events/rsvp/" in leads[c].headers.get("location", "")]
    assert len(answers) == 2
    [note] = set(codes) - set(answers)
    assert "Test" not in leads[note].text
    typed = await site.family().post("/notifications/code", data={"code": answers[0].lower()})
    assert "/events/rsvp/" in typed.headers["location"]
    wrong = await site.family().post("/notifications/code", data={"code": "ZZZZ ZZZZ"})
    assert wrong.status_code == 422
    given = {"address": "Eva@Family.example"}
    thanks = await site.family().post(f"/notifications/code/{note}", data=given)
    assert thanks.status_code == 200, thanks.text

    # Nobody is written to because of it until the office says so.
    shown = await office.get("/notifications/offers")
    assert "eva@family.example" in shown.text
    [where] = re.findall(r'action="(/notifications/offers/[^"]+)"', shown.text)
    yes = {"decision": "confirm", "guardian_id": "guardian-zuniga-eva"}
    await fill_in(office, where, "/notifications/offers", yes)
    [said] = told(await bench.told(), AddressConfirmed)
    assert isinstance(said, AddressConfirmed)
    assert (said.guardian_id, said.address) == ("guardian-zuniga-eva", "eva@family.example")
    assert "No address waits" in (await office.get("/notifications/offers")).text

    # An address ends the codes, and what was not handed out goes by mail.
    household = await bench.room.directory.household("household-amin")
    assert household is not None
    moved = household.model_copy(update={"mailbox": "amin@family.example", "link_version": 2})
    await bench.tell(moved, version=9)
    await bench.settle()
    [row] = await bench.rows(household_id="household-amin")
    assert (row.delivery_id, row.state, row.channel) == (one, "accepted", "mail")
    ended = [(await site.family().get(f"/notifications/code/{c}")).status_code for c in answers]
    assert sorted(ended) == [303, 410]


async def test_a_pdf_that_fails_changes_nothing_and_a_flag_in_between_stops_its_letter(
    silent: Bench, site: Site
) -> None:
    bench, office = silent, site.browser(OFFICE)
    await bench.tell(contact("zuniga"), contact("amin", "contact-2"))
    site.service.app.state.press = Press(program=("false",))
    refused = await fill_in(office, f"{ROOM}/pdf", ROOM, {})
    assert refused.status_code == 303
    assert {row.state for row in await bench.rows()} == {"to_print"}
    with pytest.raises(NoPdf):
        await Press(program=("true",)).pdf("<p>")

    flag = FlagsChanged(
        number=2, guardian_id="guardian-amin-nour", student_id="student-amin",
        do_not_contact=False, custody=True, household_ids=("household-amin",),
    )  # fmt: skip

    class Slow(Press):
        async def pdf(self, html: str) -> bytes:
            if not (await bench.row("amin")).reason == reasons.FLAGGED:
                await bench.tell(flag, FlagsAsOf(number=2, as_of=NOW))
                assert "Amin" in html
            else:
                assert "Amin" not in html
            return b"%PDF-1.7"

    site.service.app.state.press = Slow()
    made = await fill_in(office, f"{ROOM}/pdf", ROOM, {})
    assert made.content == b"%PDF-1.7"
    assert {row.household_id: row.state for row in await bench.rows()} == {
        "household-zuniga": "printed", "household-amin": "suppressed",
    }  # fmt: skip
    # Until it is handed out it may still be printed again, and it ends with its use.
    again = await fill_in(office, f"{ROOM}/pdf", ROOM, {"again": "true", "part": "1"})
    assert again.content == b"%PDF-1.7"
    bench.clock.move(timedelta(days=15))
    assert await expire_paper(bench.room) == 1
    assert (await bench.row("zuniga")).reason == reasons.NEVER_HANDED_OUT


async def test_a_letter_that_came_back_and_the_next_to_that_address_go_on_paper(
    bench: Bench,
) -> None:
    await bench.know(*family("alone", Adult("kim", "alone")))
    bench.sink.rcpt = {"alone@family.example": "550 no such person"}
    for number in ("1", "2"):
        await bench.tell(contact("alone", number))
        await bench.settle()
        by_way = {row.channel: row.state for row in await bench.rows(about=number)}
        assert by_way == ({"mail": "dead", "paper": "to_print"} if number == "1" else {"paper": "to_print"})
    # The same address again does not make mail of it; another one does, once.
    household = await bench.room.directory.household("household-alone")
    assert household is not None
    await bench.tell(household, version=8)
    assert len(await bench.rows(state="to_print")) == 2
    await bench.tell(household.model_copy(update={"mailbox": "kim@work.example"}), version=9)
    await bench.settle()
    assert [to for to, _ in bench.sink.taken] == ["kim@work.example"] * 2


async def test_two_homes_get_it_without_names_and_not_in_two_languages(bench: Bench) -> None:
    await bench.know(
        *family("both", Adult("ana", "ana1", "es"), Adult("tim", "tim1", "es", mailbox=False)),
        *family("apart", Adult("ana", "ana2", "es"), Adult("tim", "tim2", "en", mailbox=False)),
    )
    await bench.tell(contact("both"), contact("apart", "contact-2"))
    assert (await bench.row("tim1")).state == "to_print"
    assert (await bench.row("tim2")).reason == reasons.TWO_HOMES
    await bench.set(paper="off")
    await bench.tell(contact("both", "contact-3"))
    assert (await bench.row("tim1", about="contact-3")).reason == reasons.NO_ADDRESS
    home = await bench.room.directory.household("household-ana1")
    assert isinstance(home, HouseholdChanged)
    await bench.set(paper="always")
    await bench.tell(contact("both", "contact-4"))
    assert (await bench.row("ana1", about="contact-4")).state == "to_print"
