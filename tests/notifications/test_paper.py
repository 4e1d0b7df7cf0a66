"""Homes without working mail: the same letters on paper, from the pile to the child's hand."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

import httpx2
import pytest
from pypdf import PdfReader

from services.notifications.actions.looking import open_letter
from services.notifications.actions.piles import expire_paper
from services.notifications.domain import reasons
from services.notifications.domain.languages import Sentence
from services.notifications.letters.press import NoPdf, Press
from shared.envelope import Envelope
from shared.identity import Viewer
from shared.messages import (
    AddressConfirmed,
    EventPublished,
    FlagsAsOf,
    FlagsChanged,
    HouseholdChanged,
    Message,
    NoticeAccepted,
    NoticeBounced,
    NoticeNotSent,
)
from tests.notifications.conftest import Bench
from tests.notifications.making import FACTS, NOW, Adult, contact, family
from tests.notifications.site import Site, fill_in
from tests.notifications.test_rewording import DEE, REGARDS, word

OFFICE = Viewer(account_id="office", role="office", school_ids=frozenset({"school-1"}), name="Rosa")
TEACHER = Viewer(
    account_id="t", role="educator", educator_id="educator-1", school_ids=frozenset({"school-1"})
)
M = TypeVar("M", bound=Message)
WORDS = "She read a whole book."
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


def all_told(envelopes: Sequence[Envelope], kind: type[M]) -> list[M]:
    return [said for each in envelopes if isinstance(said := each.open(), kind)]


@dataclass
class Printed:
    """The pages of a PDF, and the codes on them."""

    pages: list[str]
    root: Mapping[str, Any]

    @property
    def codes(self) -> list[str]:
        """Each stands twice where the English is below."""
        return sorted({"".join(each) for page in self.pages for each in CODE.findall(page)})


async def printed_by(office: httpx2.AsyncClient) -> Printed:
    made = await fill_in(office, f"{ROOM}/pdf", ROOM, {})
    assert made.headers["content-type"] == "application/pdf", made.text
    pdf = PdfReader(io.BytesIO(made.content))
    root = cast("Mapping[str, Any]", pdf.trailer["/Root"])
    return Printed([page.extract_text() for page in pdf.pages], root)


async def test_a_pile_is_printed_handed_out_and_told(silent: Bench, site: Site) -> None:
    bench, office, teacher = silent, site.browser(OFFICE), site.browser(TEACHER)
    await bench.tell(EventPublished(event_id="event-1", facts=FACTS))
    await bench.tell(contact("zuniga", words=WORDS))
    await bench.settle()
    by_paper = {row.household_id for row in await bench.rows(state="to_print")}
    assert by_paper == {"household-zuniga", "household-amin"}
    assert (await bench.row("flag")).reason == reasons.FLAGGED
    [flagged] = all_told(await bench.told(), NoticeNotSent)
    assert flagged.needs_a_person
    assert not any("zuniga" in to for to, _ in bench.sink.taken)
    assert "To be printed: 3" in (await office.get("/notifications/backpack")).text

    made = await printed_by(office)
    assert (made.root["/Lang"], made.root["/MarkInfo"]["/Marked"]) == ("en", True)
    # Outside the name and the class, and nothing else; sorted by the pupil's name.
    covers = [text.split("\n")[0] for text in made.pages if 0 < len(text.strip()) < 40]
    assert covers == ["Amin Test", "Zuniga Test", "Zuniga Test"]
    whole = "\n".join(made.pages)
    for words in (WORDS, "Eva Test", "le invita a usted", "المدرسة"):
        assert words in whole
    assert len(made.codes) == 3

    assert "Make the PDF" not in (await teacher.get(ROOM)).text
    [by_mistake] = await bench.rows(state="printed", household_id="household-amin")
    one = by_mistake.delivery_id
    await fill_in(teacher, f"{ROOM}/handed-out", ROOM, {"what": "all"})
    await fill_in(teacher, f"{ROOM}/handed-out", ROOM, {"what": "undo", "letters": [one]})
    accepted = all_told(await bench.told(), NoticeAccepted)
    assert [each.channel for each in accepted].count("paper") == 3
    [undone] = all_told(await bench.told(), NoticeBounced)
    assert (undone.delivery_id, undone.channel, undone.permanent) == (one, "paper", False)

    # What was not handed out goes by mail once there is an address, which ends the code, too.
    assert await leads(site, made.codes) == [200, 303, 303]
    household = await bench.room.directory.household("household-amin")
    assert household is not None
    moved = household.model_copy(update={"mailbox": "amin@family.example", "link_version": 2})
    await bench.tell(moved, version=9)
    await bench.settle()
    [row] = await bench.rows(household_id="household-amin")
    assert (row.delivery_id, row.state, row.channel) == (one, "accepted", "mail")
    assert await leads(site, made.codes) == [200, 303, 410]


async def leads(site: Site, codes: Sequence[str]) -> list[int]:
    """What the squares of some letters lead to: 303 the page to answer on."""
    answers = [await site.family().get(f"/notifications/code/{code}") for code in codes]
    assert all("/events/rsvp/" in each.headers.get("location", "/events/rsvp/") for each in answers)
    return sorted(each.status_code for each in answers)


async def test_an_address_given_by_a_code_counts_when_staff_says_so(
    silent: Bench, site: Site
) -> None:
    bench, office, family_ = silent, site.browser(OFFICE), site.family()
    await bench.tell(contact("zuniga", words=WORDS))
    [code] = (await printed_by(office)).codes
    wrong = await family_.post("/notifications/code", data={"code": "ZZZZ ZZZZ"})
    assert wrong.status_code == 422
    typed = await family_.post("/notifications/code", data={"code": f" {code.lower()} "})
    shown = await family_.get(typed.headers["location"])
    assert "Test" not in shown.text  # paper gets lost
    refused = await family_.post(f"/notifications/code/{code}", data={"address": "eva at home"})
    assert refused.status_code == 422
    thanks = await family_.post(f"/notifications/code/{code}", data={"address": "Eva@Home.example"})
    assert thanks.status_code == 200, thanks.text

    offered = await office.get("/notifications/offers")
    assert "eva@home.example" in offered.text
    [where] = re.findall(r'action="(/notifications/offers/[^"]+)"', offered.text)
    yes = {"decision": "confirm", "guardian_id": "guardian-zuniga-eva"}
    await fill_in(office, where, "/notifications/offers", yes)
    [said] = all_told(await bench.told(), AddressConfirmed)
    assert said.guardian_ids == ("guardian-zuniga-eva",)
    assert (said.mailbox, said.before) == ("eva@home.example", "")
    assert "No address waits" in (await office.get("/notifications/offers")).text


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
            if (await bench.row("amin")).reason != reasons.FLAGGED:
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
    await bench.tell(contact("alone", "1"))
    await bench.settle()
    ways = {row.channel: row.state for row in await bench.rows(about="1")}
    assert ways == {"mail": "dead", "paper": "to_print"}
    await bench.tell(contact("alone", "2"))
    await bench.settle()
    [row] = await bench.rows(about="2")
    assert (row.channel, row.state) == ("paper", "to_print")
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


async def test_paper_has_the_districts_own_words_and_says_with_which_version(
    silent: Bench, site: Site
) -> None:
    bench, office = silent, site.browser(OFFICE)
    how = Sentence(1, ("You can answer with a phone.",), ())
    await word(bench, "es", how.key, "Su teléfono también sirve.", school_id="school-1")
    await word(bench, "es", REGARDS.key, "Un abrazo,")
    await bench.tell(EventPublished(event_id="event-1", facts=FACTS))
    await bench.settle()
    whole = "\n".join((await printed_by(office)).pages)
    assert "Su teléfono también sirve." in whole
    assert "Un abrazo," in whole
    await word(bench, "es", REGARDS.key, "Saludos,", seen=1)
    row = await bench.row("zuniga", kind="invitation")
    assert row.worded is not None
    assert [(each.school_id, each.version) for each in row.worded.editions] == [
        ("school-1", 1), ("", 1),
    ]  # fmt: skip
    assert "Un abrazo," in (await open_letter(bench.room, row.delivery_id, DEE)).text
