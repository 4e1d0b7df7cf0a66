"""What is read of a file of contacts, and what can't be: each with a reason and what to do."""

import pytest

from embedded.sample import District
from services.contacts.oneroster import contact_files as reader
from tests.contacts.call_logs import HEADER, PATH, Calls, counted, phones, save, send
from tests.contacts.conftest import Office, staff_viewer
from tests.contacts.site import ContactsSite, fill_in, upload

DISTRICT = staff_viewer("district")


@pytest.fixture
def calls(sample: District) -> Calls:
    return Calls(sample)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"\r\n\r\n", "not even the names"),
        (HEADER.encode(), "no row below them"),
        (b"Date,Student,Date\n1,2,3\n", "Two columns are called"),
        (b"Date,,Student\n1,2,3\n", "Column 2 has no name"),
        (b"11/23/2026,S1001,Answered\n1,2,3\n", "seems to hold a contact already"),
        (b"Date|Student\n1|2\n", "only one column"),
        (b"PK\x03\x04 a workbook", "Excel workbook"),
        (b'Date,Student\n"1,2\n' + b"3,4\n" * 40, "quotation mark"),
        ("Date,Student\n1,ä\n".encode() + b"2,\xe4\n", "can&#39;t be read"),
    ],
)
async def test_a_file_that_can_not_be_read_says_why_and_what_to_do(
    site: ContactsSite, content: bytes, said: str
) -> None:
    browser = site.browser(DISTRICT)
    place = await send(site, browser, content)
    page = (await browser.get(place)).text
    assert said in page
    assert "Not imported" in page


async def test_what_the_page_refuses_at_once(
    site: ContactsSite, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = site.browser(DISTRICT)
    assert "Choose a CSV file" in (await fill_in(browser, PATH)).text
    unknown = await upload(browser, PATH, ("x.csv", b"a,b\n1,2\n", "text/csv"), mapping="none")
    assert "no saved matching called none" in unknown.text
    monkeypatch.setattr(reader, "MOST_ROWS", 2)
    place = await send(site, browser, calls.file(*[calls.line(n) for n in range(3)]))
    assert "more than 2 rows" in (await browser.get(place)).text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
async def test_every_usual_encoding_and_mark_is_read(
    site: ContactsSite, district: Office, calls: Calls, encoding: str, mark: str
) -> None:
    await save(district, phones())
    text = calls.file(calls.line(1, comments="señora 李")).decode().replace(",", mark)
    browser = site.browser(DISTRICT)
    place = await send(site, browser, text.encode(encoding), mapping="phones")
    assert await counted(site, place) == {"new": 1}
    assert "señora 李" in (await browser.get(place)).text
