"""The nightly file of a phone system: sent by a program, stored once, and resumed after a crash."""

import asyncio

import pytest

from embedded.sample import District
from services.contacts.actions import contact_file_applying
from shared.identity import Viewer
from shared.messages import ContactLogged
from shared.mongo import Database
from tests.contacts.call_logs import API, Calls, phones, save
from tests.contacts.conftest import Office, office_over
from tests.contacts.site import ContactsSite

NIGHTLY = Viewer(
    account_id="phones", role="system", scopes=frozenset({"contacts:write"}), system="phones"
)
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
async def calls(sample: District, district: Office) -> Calls:
    await save(district, phones())
    return Calls(sample)


async def bring(site: ContactsSite, content: bytes, query: str = "mapping=phones",
                **headers: str) -> dict[str, object]:  # fmt: skip
    """Send a file and let it be worked on; gives what the API says of it then."""
    program = site.program(NIGHTLY)
    sent = await program.post(f"{API}?{query}", content=content, headers={**CSV, **headers})
    assert sent.status_code == 202, sent.text
    await site.desk.file_worker.work()
    found = await program.get(sent.headers["location"])
    assert found.status_code == 200
    body: dict[str, object] = found.json()
    return body


async def test_a_nightly_file_is_stored_and_told_without_anybody_looking(
    site: ContactsSite, district: Office, calls: Calls
) -> None:
    job = await bring(site, calls.file(calls.line(1), calls.line(2, student="nobody"),
                                       calls.line(3, at="11/23/2026 5:00 PM")))  # fmt: skip
    assert (job["state"], job["counts"]) == ("done", {"stored": 2, "refused": 1})
    assert job["refusals"] == {"unknown-student": 1}
    rows = await site.program(NIGHTLY).get(f"{API}/{job['file_id']}/rows?state=refused")
    [refused] = rows.json()["items"]
    assert refused["line"] == 3
    assert "nobody" in refused["reason"]
    assert refused["cells"][1] == "nobody"
    told = [each.open() for each in await district.told()]
    assert [type(each) for each in told] == [ContactLogged] * 2


async def test_overlapping_nights_tell_each_call_once(
    site: ContactsSite, district: Office, calls: Calls
) -> None:
    lines = [calls.line(number, at=f"11/{10 + number}/2026 9:05 AM") for number in range(9)]
    first = await bring(site, calls.file(*lines[:6]))
    second = await bring(site, calls.file(*lines[3:]))
    assert (first["counts"], second["counts"]) == ({"stored": 6}, {"known": 3, "stored": 3})
    assert len(await district.told()) == 9


async def test_rows_without_an_id_are_known_by_what_they_say(
    site: ContactsSite, district: Office, calls: Calls
) -> None:
    columns = {name: column for name, column in phones().columns.items() if name != "row_id"}
    await save(district, phones(columns=columns))
    twice = calls.file(calls.line(1), calls.line(2), calls.line(3, at="11/23/2026 9:06 AM"))
    first = await bring(site, twice)
    again = await bring(site, twice)
    assert (first["counts"], again["counts"]) == ({"stored": 3}, {"known": 3})


async def test_the_same_key_is_the_same_file(site: ContactsSite, calls: Calls) -> None:
    one = await bring(site, calls.file(calls.line(1)), **{"Idempotency-Key": "night-1"})
    same = await bring(site, calls.file(calls.line(1)), **{"Idempotency-Key": "night-1"})
    assert one["file_id"] == same["file_id"]


async def test_a_file_with_most_rows_refused_waits_for_somebody(
    site: ContactsSite, district: Office, calls: Calls
) -> None:
    lines = [calls.line(number, result="Beantwortet") for number in range(3)]
    job = await bring(site, calls.file(calls.line(7), *lines))
    assert job["state"] == "preview"
    assert "More than half" in str(job["reasons"])
    assert await district.told() == []
    program = site.program(NIGHTLY)
    assert (await program.post(f"{API}/{job['file_id']}/import")).status_code == 200
    await site.desk.file_worker.work()
    done = (await program.get(f"{API}/{job['file_id']}")).json()
    assert done["counts"] == {"stored": 1, "refused": 3}
    assert (await program.post(f"{API}/{job['file_id']}/import")).status_code == 409


async def test_a_held_file_stores_nothing_and_is_cancelled(
    site: ContactsSite, district: Office, calls: Calls
) -> None:
    job = await bring(site, calls.file(calls.line(1)), "mapping=phones&hold=true")
    assert job["state"] == "preview"
    gone = await site.program(NIGHTLY).post(f"{API}/{job['file_id']}/cancel")
    assert gone.json()["state"] == "cancelled"
    assert await district.told() == []


async def test_a_file_without_a_column_of_its_matching_is_refused_whole(
    site: ContactsSite, calls: Calls
) -> None:
    job = await bring(site, calls.file(calls.line(1)).replace(b"Disposition", b"Result"))
    assert job["state"] == "refused"
    assert "lacks what the matching" in str(job["reasons"])
    assert "Disposition" in str(job["reasons"])


async def test_who_may_send_and_see(site: ContactsSite, calls: Calls) -> None:
    job = await bring(site, calls.file(calls.line(1)))
    other = NIGHTLY.model_copy(update={"account_id": "sis"})
    assert (await site.program(other).get(f"{API}/{job['file_id']}")).status_code == 404
    assert (await site.program(other).get(API)).json()["items"] == []
    stranger = NIGHTLY.model_copy(update={"scopes": frozenset({"messages:write"})})
    answer = await site.program(stranger).post(f"{API}?mapping=phones", content=b"a,b", headers=CSV)
    assert answer.status_code == 403
    unknown = await site.program(NIGHTLY).post(f"{API}?mapping=x", content=b"a,b", headers=CSV)
    assert unknown.status_code == 422
    assert "no saved matching called x" in unknown.json()["detail"]
    listed = await site.program(NIGHTLY).get("/contacts/api/v1/contact-mappings")
    assert [each["name"] for each in listed.json()["items"]] == ["phones"]


async def test_a_file_cut_off_at_each_chunk_comes_to_the_same_end(
    site: ContactsSite,
    district: Office,
    calls: Calls,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contact_file_applying, "CHUNK", 5)
    monkeypatch.setattr(contact_file_applying, "UNDO_CHUNK", 5)
    lines = [calls.line(number, at=f"11/{1 + number}/2026 9:05 AM") for number in range(20)]
    program = site.program(NIGHTLY)
    sent = await program.post(f"{API}?mapping=phones", content=calls.file(*lines), headers=CSV)
    file_id = sent.json()["file_id"]
    assert await _cut_often(database, file_id, "done") >= 3
    told = [each.subject for each in await district.told()]
    assert len(told) == len(set(told)) == 20
    await district.forget_told()
    assert (await program.post(f"{API}/{file_id}/undo")).status_code == 200
    assert await _cut_often(database, file_id, "undone") >= 3
    gone = [each.subject for each in await district.told()]
    assert len(gone) == 20
    assert set(gone) == set(told)


async def _cut_often(database: Database, file_id: str, state: str) -> int:
    """Let one process after another work and be cut off as soon as it got somewhere."""
    files, cuts = office_over(database).desk.store.contact_files, 0
    while (before := await files.current(file_id)).state != state:
        await database["leases"].delete_many({})  # the dead process's lease has run out
        working = asyncio.create_task(office_over(database).desk.file_worker.work())
        while not working.done():
            now = await files.current(file_id)
            if (now.state, now.done) != (before.state, before.done):
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
                cuts += 1
                break
            await asyncio.sleep(0)
    return cuts
