"""A home without mail gets its good news in the backpack, counts as told, and gives an address."""

import io
import re

from pypdf import PdfReader

from embedded.sample import Family
from embedded.visitor import Shown, Visitor
from tests.journeys.cast import Cast, Home
from tests.journeys.waiting import eventually
from tests.journeys.words import good_news

PILES = "/notifications/backpack"
CODE = re.compile(r"\b[2-9B-DF-HJ-NP-TV-XZ]{4} [2-9B-DF-HJ-NP-TV-XZ]{4}\b")
ADDRESS = "backpack@family.example"


def test_good_news_goes_home_on_paper_and_an_address_comes_back(cast: Cast) -> None:
    home = cast.take(_alone)
    guardian = cast.card(home.family_id)["family"]["guardians"][0]["guardian_id"]
    adult = f"{home.path}/adults/{guardian}"
    page = cast.office.open(adult)
    correct = next(each for each in page.forms if "email" in each.fields)
    cast.office.send(correct, {"email": ""}, page)
    eventually(lambda: not _mailbox(cast, home))

    words = good_news()
    contact_id = cast.log(home, words)
    eventually(lambda: [state for state, _ in cast.fates(about=contact_id)] == ["to_print"])

    pile = _pile_with(cast.coordinator, home.child)
    pages = [page.extract_text() for page in _pdf(cast.coordinator, pile).pages]
    assert any(home.child in text and len(text) < 80 for text in pages)
    letter = next(text for text in pages if words in text)
    cast.educator.submit(cast.educator.open(pile.url), "/handed-out", {"what": "all"})

    eventually(lambda: cast.months(home)["told_good_news"], otherwise=lambda: str(cast.fates()))
    # Other journeys may have written to the family before, by mail.
    eventually(
        lambda: (
            ("handed_over", "paper")
            in {(each["state"], each["channel"]) for each in cast.card(home.family_id)["letters"]}
        )
    )

    family, [code, *_] = cast.browser(), CODE.findall(letter)
    asked = family.submit(family.open("/notifications/code"), "/code", {"code": code})
    family.submit(asked, "/code/", {"address": ADDRESS})
    offers = cast.coordinator.open("/notifications/offers")
    cast.coordinator.submit(offers, "/offers/", {"decision": "confirm", "guardian_id": guardian})
    eventually(lambda: _mailbox(cast, home) == ADDRESS)
    again = good_news()
    cast.log(home, again)
    cast.letter(ADDRESS, again)


def _alone(family: Family) -> bool:
    return len(family.guardian_ids) == 1


def _mailbox(cast: Cast, home: Home) -> str | None:
    [household] = cast.card(home.family_id)["households"]
    mailbox: str | None = household["mailbox"]
    return mailbox


def _pile_with(staff: Visitor, child: str) -> Shown:
    piles = [each for each in staff.open(PILES).links if each.startswith(f"{PILES}/")]
    return next(page for page in map(staff.open, piles) if child in page.text)


def _pdf(staff: Visitor, pile: Shown) -> PdfReader:
    form = pile.form("/pdf")
    answer = staff.client.post(
        f"{staff.url}{form.action}",
        data=form.fields,
        headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.headers["content-type"] == "application/pdf", answer.text
    return PdfReader(io.BytesIO(answer.content))
