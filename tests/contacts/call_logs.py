"""Files as phone systems and old call logs are really exported, about the sample's families."""

from dataclasses import dataclass

import httpx2

from embedded.sample import District
from services.contacts.domain.contact_files.mapping import MappingDraft, Values
from shared.outbox import Work
from tests.contacts.conftest import Office
from tests.contacts.site import ContactsSite, fill_in, upload

PATH = "/contacts/contact-files"
API = "/contacts/api/v1/contact-files"
HEADER = "Call ID,Student ID,Staff Email,Start Time,Disposition,Reason,Comments"


@dataclass
class Calls:
    """Lines of a nightly file of the telephone system."""

    sample: District

    def line(self, number: int, *, student: str = "", at: str = "11/23/2026 9:05 AM",
             result: str = "Answered", comments: str = "", who: str = "") -> str:  # fmt: skip
        student = student or self.sample.picks.good_news.student_ids[0]
        return f"C{number},{student},{who},{at},{result},Praise,{comments}"

    def file(self, *lines: str) -> bytes:
        return "\r\n".join([HEADER, *lines, ""]).encode()


def phones(**changes: object) -> MappingDraft:
    """How the telephone system's file is matched."""
    said: dict[str, object] = {
        "name": "phones",
        "columns": {
            "row_id": "Call ID",
            "student": "Student ID",
            "educator": "Staff Email",
            "date": "Start Time",
            "outcome": "Disposition",
            "tone": "Reason",
            "note": "Comments",
        },
        "dates": "month_first",
        "values": {
            "channel": Values(otherwise="call"),
            "direction": Values(otherwise="to_family"),
            "tone": Values(words={"praise": "good_news"}),
            "outcome": Values(words={"answered": "reached", "lvm": "voicemail"}),
        },
    }
    return MappingDraft.model_validate({**said, **changes})


async def save(office: Office, draft: MappingDraft, school_id: str = "") -> None:
    """Save a matching, as the page does."""

    async def body(work: Work) -> None:
        await office.desk.store.mappings.save(draft, school_id, "account-district", work)

    await office.desk.units.run(body)


async def send(
    site: ContactsSite, browser: httpx2.AsyncClient, content: bytes, name: str = "log.csv",
    **fields: str,
) -> str:  # fmt: skip
    """Upload a file by the page and let it be read; gives the address of its page."""
    sent = await upload(browser, PATH, (name, content, "text/csv"), **fields)
    assert sent.status_code == 303, sent.text
    await site.desk.file_worker.work()
    return sent.headers["location"]


async def press(site: ContactsSite, browser: httpx2.AsyncClient, place: str, act: str) -> str:
    """Press a button of a file's page; gives the page as it is after the work."""
    answer = await fill_in(browser, f"{place}/{act}", form_at=place)
    assert answer.status_code == 303, answer.text
    await site.desk.file_worker.work()
    return (await browser.get(place)).text


async def counted(site: ContactsSite, place: str) -> dict[str, int]:
    """How the rows of a file ended."""
    job = await site.desk.store.contact_files.current(place.rsplit("/", 1)[-1])
    return {str(state): count for state, count in job.counts.items()}
