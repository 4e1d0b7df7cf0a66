"""Bringing in an old call log by page: match, look, import, and take it back."""

import csv
import io
import re
from datetime import timedelta

import httpx2
import pytest

from embedded.sample import District
from services.contacts.actions.logging_contacts import log_contact
from services.contacts.domain.contact import ContactDraft
from shared.identity import Viewer
from shared.messages import ContactLogged, ContactRetracted, FamilyChanged
from tests.contacts.call_logs import (
    PATH,
    Calls,
    counted,
    phones,
    press,
    save,
    send,
)
from tests.contacts.conftest import NOW, Office, staff_viewer
from tests.contacts.site import ContactsSite, fill_in, upload

DISTRICT = staff_viewer("district")


@pytest.fixture
def calls(sample: District) -> Calls:
    return Calls(sample)


def old_log(sample: District) -> str:
    """A spreadsheet of the school office, as Excel of a German computer saves it."""
    family, other = sample.picks.good_news, sample.picks.arabic
    guardian = next(g for g in sample.guardians if g.id in family.guardian_ids and g.phone)
    lines = [
        "Datum;Uhrzeit;Schüler;Telefon;Teacher email;Wie;Ergebnis;Worüber;Bemerkung",
        (
            f"23.03.2024;14:05;{family.student_ids[0]};;{sample.picks.educator.email};Anruf;"
            "erreicht;Lob;Große Freude"
        ),
        f"24.03.2024;9:30;;{guardian.phone};;Anruf;AB;Lob;",
        f'25.03.2024;;{other.student_ids[0]};;;Brief;verschickt;Info;"zwei\nZeilen; mit Zeichen"',
        f"31.02.2024;9:00;{other.student_ids[0]};;;Anruf;erreicht;Lob;=HYPERLINK(1)",
        "26.03.2024;9:00;nobody;;;Anruf;erreicht;Lob;",
        "27.03.2024;9:00;;;;Anruf;erreicht;Streit;",
        ";;;;;;;;",
        f"26.03.2024;9:00;{other.student_ids[0]};;;Anruf;erreicht;Lob;zu;viele;Zellen",
    ]
    return "\r\n".join(lines)


COLUMNS = {
    "student": "Schüler", "guardian_phone": "Telefon", "date": "Datum", "time": "Uhrzeit",
    "channel": "Wie", "outcome": "Ergebnis", "tone": "Worüber", "educator": "Teacher email",
    "note": "Bemerkung",
}  # fmt: skip
MEANT = {
    "Anruf": "call", "Brief": "letter", "erreicht": "reached", "AB": "voicemail",
    "verschickt": "sent", "Lob": "good_news", "Info": "information",
}  # fmt: skip


async def match_words(site: ContactsSite, page: str, place: str) -> str:
    """Choose what each word means that the page asks for; gives the address after it."""
    asked = re.findall(r'for="([a-z]+-\d+)"><bdi>([^<]+)</bdi>', page)
    words = {name: MEANT.get(word, "") for name, word in asked}
    browser = site.browser(DISTRICT)
    answer = await fill_in(
        browser, f"{place}/words", dates="day_first", name="office-log-2024",
        **{"direction-other": "to_family"}, **words,
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def preview(site: ContactsSite, sample: District) -> str:
    """The old log, matched by hand as far as the preview; gives its address."""
    browser = site.browser(DISTRICT)
    place = await send(site, browser, old_log(sample).encode("cp1252"), "Anrufe 2024.csv")
    assert "Match its columns" in (await browser.get(place)).text
    chosen = await fill_in(browser, f"{place}/columns", **COLUMNS)
    assert chosen.status_code == 303, chosen.text
    page = (await browser.get(f"{place}/words")).text
    assert "Mar 23, 2024" in page
    await match_words(site, page, place)
    await site.desk.file_worker.work()
    return place


async def test_an_old_log_is_matched_looked_at_imported_and_accounted_for(
    site: ContactsSite, district: Office, sample: District
) -> None:
    browser = site.browser(DISTRICT)
    place = await preview(site, sample)
    page = (await browser.get(place)).text
    assert await counted(site, place) == {"new": 3, "refused": 4}
    assert "7 rows in the file." in page
    assert "can&#39;t be read as a date (day/month/year)" in page
    assert "not in UTF-8" in page
    assert "Große Freude" in page
    assert await district.desk.database["contacts"].count_documents({}) == 0
    assert await district.told() == []
    done = await press(site, browser, place, "import")
    assert await counted(site, place) == {"stored": 3, "refused": 4}
    assert "Take the whole file back" in done
    told = [each.open() for each in await district.told("contact.logged")]
    days = [each.occurred_at.date().isoformat() for each in told if isinstance(each, ContactLogged)]
    assert days == ["2024-03-23", "2024-03-24", "2024-03-25"]
    assert {each.origin for each in told if isinstance(each, ContactLogged)} == {
        "/ext/office-log-2024"
    }
    assert [each.letter for each in told if isinstance(each, ContactLogged)] == [None] * 3
    first = told[0]
    assert isinstance(first, ContactLogged)
    assert first.educator_id == sample.picks.educator.id


async def test_the_report_names_every_row_and_the_refused_come_back_to_be_corrected(
    site: ContactsSite, sample: District
) -> None:
    browser = site.browser(DISTRICT)
    place = await preview(site, sample)
    await press(site, browser, place, "import")
    _, *rows = table(await browser.get(f"{place}/rows.csv"))
    assert [row[0] for row in rows] == ["2", "3", "4", "6", "7", "8", "10"]
    assert [row[1] for row in rows].count("stored") == 3
    assert all(row[2] for row in rows if row[1] == "refused")
    answer = await browser.get(f"{place}/refused.csv")
    header, *refused = table(answer)
    assert header[:-2] == old_log(sample).splitlines()[0].split(";")
    assert [row[-2] for row in refused] == ["6", "7", "8", "10"]
    assert refused[0][header.index("Bemerkung")] == "'=HYPERLINK(1)"
    mended = answer.text.lstrip("\ufeff").replace("31.02.2024", "28.02.2024")
    again = await send(site, browser, mended.encode(), mapping="office-log-2024")
    assert await counted(site, again) == {"new": 1, "refused": 3}
    [contact] = await site.desk.store.contact_files.first_contacts(again.rsplit("/", 1)[-1], 5)
    assert contact[1].note == "=HYPERLINK(1)"
    other = site.browser(staff_viewer("district", "other"))
    assert (await other.get(f"{place}/refused.csv")).status_code == 403


def table(answer: httpx2.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))


async def test_the_same_file_again_is_known_and_a_file_taken_back_may_come_in_again(
    site: ContactsSite, district: Office, calls: Calls
) -> None:
    browser = site.browser(DISTRICT)
    await save(district, phones())
    content = calls.file(calls.line(1), calls.line(2, at="11/23/2026 4:10 PM", result="LVM"))
    first = await send(site, browser, content, mapping="phones")
    await press(site, browser, first, "import")
    again = await send(site, browser, content, mapping="phones")
    assert await counted(site, again) == {"known": 2}
    await district.forget_told()
    page = await press(site, browser, first, "undo")
    assert "Taken back since" in page
    assert await counted(site, first) == {"undone": 2}
    gone = [each.open() for each in await district.told()]
    assert [type(each) for each in gone] == [ContactRetracted] * 2
    for row in await district.desk.database["contacts"].find().to_list(None):
        assert row["retraction"]["by"] == DISTRICT.account_id
    anew = await send(site, browser, content, mapping="phones")
    await press(site, browser, anew, "import")
    assert await counted(site, anew) == {"stored": 2}


async def test_a_file_is_taken_back_within_a_day_only(
    site: ContactsSite, district: Office, calls: Calls
) -> None:
    browser = site.browser(DISTRICT)
    await save(district, phones())
    place = await send(site, browser, calls.file(calls.line(1)), mapping="phones")
    await press(site, browser, place, "import")
    site.clock.move(timedelta(hours=25))
    assert "Take the whole file back" not in (await browser.get(place)).text
    late = await fill_in(browser, f"{place}/undo", form_at=place)
    assert "24 hours" in (await browser.get(late.headers["location"])).text
    assert await counted(site, place) == {"stored": 1}


async def test_what_an_educator_logged_and_the_file_tells_is_shown_and_counted_once(
    site: ContactsSite, district: Office, calls: Calls, family: FamilyChanged, teacher: Viewer
) -> None:
    draft = ContactDraft(
        family_id=family.family_id, occurred_at=NOW - timedelta(hours=1), tone="good_news"
    )
    await log_contact(district.desk.store, district.desk.units, draft, teacher)
    program, before = site.program(teacher), "/contacts/api/v1/goals/mine"
    assert (await program.get(before)).json()["progress"]["month"]["done"] == 1
    await save(district, phones())
    browser = site.browser(DISTRICT)
    content = calls.file(calls.line(1, at="11/24/2026 9:06 AM"))  # 14:06 UTC
    place = await send(site, browser, content, mapping="phones")
    await press(site, browser, place, "import")
    assert await counted(site, place) == {"stored": 1}
    assert (await program.get(before)).json()["progress"]["month"]["done"] == 1
    card = await site.browser(teacher).get(f"/contacts/families/{family.family_id}")
    assert "Also told by phones" in card.text


async def test_the_timeline_does_not_forget_newer_news_for_an_older_file(
    site: ContactsSite, district: Office, calls: Calls, family: FamilyChanged, teacher: Viewer
) -> None:
    await log_contact(
        district.desk.store, district.desk.units, ContactDraft(family_id=family.family_id), teacher
    )
    await save(district, phones())
    browser = site.browser(DISTRICT)
    place = await send(
        site, browser, calls.file(calls.line(1, at="3/4/2020 9:00 AM")), mapping="phones"
    )
    await press(site, browser, place, "import")
    heard = await district.desk.database["heard"].find_one({"_id": family.family_id})
    assert heard
    assert heard["good_news_at"] == heard["contact_at"] == NOW


async def test_a_coordinator_brings_in_own_families_alone(
    site: ContactsSite, district: Office, calls: Calls, sample: District
) -> None:
    [here, there] = sorted(school.id for school in sample.schools)
    coordinator = staff_viewer("coordinator", here)
    pupils = {each.school_id: each.id for each in sample.students}
    await save(district, phones())
    content = calls.file(calls.line(1, student=pupils[here]), calls.line(2, student=pupils[there]))
    browser = site.browser(coordinator)
    elsewhere = await upload(
        browser, PATH, ("x.csv", content, "text/csv"), school_id=there, mapping="phones"
    )
    assert elsewhere.status_code == 422
    place = await send(site, browser, content, school_id=here, mapping="phones")
    page = await browser.get(place)
    assert await counted(site, place) == {"new": 1, "refused": 1}
    assert "no student at this school" in page.text
    other = site.browser(staff_viewer("coordinator", there))
    assert (await other.get(place)).status_code == 404
    assert (await other.get(f"{place}/rows.csv")).status_code == 404
    assert (await fill_in(other, f"{place}/import", form_at=PATH)).status_code == 404


@pytest.mark.parametrize("role", ["educator", "office", "principal"])
async def test_files_are_the_coordinators_and_the_districts(site: ContactsSite, role: str) -> None:
    browser = site.browser(staff_viewer(role, "anywhere"))
    assert (await browser.get(PATH)).status_code == 403


async def test_a_matching_that_says_too_little_comes_back_with_reasons(
    site: ContactsSite, calls: Calls
) -> None:
    browser = site.browser(DISTRICT)
    place = await send(site, browser, calls.file(calls.line(1)))
    form = (await browser.get(f"{place}/columns")).text
    assert '<option value="Start Time" selected>' in form
    wrong = await fill_in(browser, f"{place}/columns", note="Comments", tone="Comments")
    assert wrong.status_code == 422
    for said in ("which family it was", "Choose the column with the date", "two things"):
        assert said in wrong.text
    await fill_in(browser, f"{place}/columns", student="Student ID", date="Start Time",
                  outcome="Disposition")  # fmt: skip
    words = await fill_in(browser, f"{place}/words", name="My Phones", dates="month_first")
    assert words.status_code == 422
    assert "lower-case letters" in words.text
    assert words.text.count("Choose what it is") == 8  # each in the list and at its field


async def test_a_preview_can_be_matched_anew_or_cancelled(
    site: ContactsSite, district: Office, calls: Calls
) -> None:
    browser = site.browser(DISTRICT)
    await save(district, phones())
    place = await send(site, browser, calls.file(calls.line(1)), mapping="phones")
    page = await press(site, browser, place, "again")
    assert "Match its columns" in page
    assert '<option value="Disposition" selected>' in (await browser.get(f"{place}/columns")).text
    gone = await fill_in(browser, f"{place}/cancel", form_at=place)
    assert "nothing was stored" in (await browser.get(gone.headers["location"])).text
    assert await district.desk.database["import_uploads"].count_documents({}) == 0
    assert await district.desk.database["contact_file_rows"].count_documents({}) == 0


async def test_a_file_that_nobody_goes_on_with_is_forgotten_after_three_days(
    site: ContactsSite, calls: Calls, district: Office
) -> None:
    browser = site.browser(DISTRICT)
    place = await send(site, browser, calls.file(calls.line(1)))
    site.clock.move(timedelta(days=3, minutes=1))
    await site.desk.file_worker.work()
    assert "three days" in (await browser.get(place)).text
    assert await district.desk.database["import_uploads"].count_documents({}) == 0


async def test_a_saved_matching_is_listed_and_removed(
    site: ContactsSite, district: Office, sample: District
) -> None:
    await save(district, phones())
    await save(district, phones(dates="day_first"))
    browser = site.browser(DISTRICT)
    assert "Version 2" in (await browser.get(PATH)).text
    coordinator = site.browser(staff_viewer("coordinator", sample.schools[0].id))
    forget = f"{PATH}/mappings/forget"
    refused = await fill_in(coordinator, forget, form_at=PATH, name="phones")
    assert refused.status_code == 403
    assert (await fill_in(browser, forget, form_at=PATH, name="phones")).status_code == 303
    assert "Version 2" not in (await browser.get(PATH)).text
