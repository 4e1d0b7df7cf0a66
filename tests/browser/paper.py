"""A home without mail: a note to it on paper, its code, and an address that it gave."""

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from pypdf import PdfReader

from embedded.visitor import Visitor

PILES = "/notifications/backpack"
WORDS = "We would like to show you the new library."
_CODE = re.compile(r"\b([2-9B-DF-HJ-NP-TV-XZ]{4}) ([2-9B-DF-HJ-NP-TV-XZ]{4})\b")


def add_paper(visit: Callable[[str], AbstractContextManager[Visitor]], ids: dict[str, str]) -> None:
    """Write to a family that mail does not reach, print it, and give an address by its code."""
    with visit("coordinator") as staff:
        family_id = _family_with_one_home(staff)
        page = staff.open(f"/contacts/families/{family_id}/log")
        staff.submit(page, f"/families/{family_id}/log", {"words": WORDS})
        pages = _printed(staff, ids)
        code = _CODE.findall(next(text for text in pages if WORDS in text))[0]
    ids["paper_code"] = "".join(code)
    with visit("office") as family:
        shown = family.open(f"/notifications/code/{ids['paper_code']}")
        family.submit(shown, "/notifications/code/", {"address": "somebody@family.example"})


def _family_with_one_home(staff: Visitor) -> str:
    """A family whose letters have codes: with two homes they have none."""
    found = staff.json("/notifications/api/v1/deliveries", state="to_print")
    assert isinstance(found, dict)
    for row in found["items"]:
        family_id = str(row["family_ids"][0])
        card = staff.json(f"/contacts/api/v1/families/{family_id}")
        assert isinstance(card, dict)
        if len(card["households"]) == 1:
            return family_id
    raise AssertionError("the sample has no home without mail that is a child's only one")


def _printed(staff: Visitor, ids: dict[str, str]) -> list[str]:
    """The pages of the pile in which the note is; looked for until it has come."""
    for _ in range(100):
        for link in staff.open(PILES).links:
            if not link.startswith(f"{PILES}/"):
                continue
            page = staff.open(link)
            if not any(each.action.endswith("/pdf") for each in page.forms):
                continue
            form = page.form("/pdf")
            answer = staff.client.post(
                f"{staff.url}{form.action}",
                data=form.fields,
                headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
            )
            if answer.headers["content-type"] != "application/pdf":
                continue
            texts = [each.extract_text() for each in PdfReader(io.BytesIO(answer.content)).pages]
            if any(WORDS in text for text in texts):
                _, _, _, ids["pile_school_id"], ids["pile_key"] = link.split("/")
                return texts
    raise AssertionError("the note did not come to a pile")
