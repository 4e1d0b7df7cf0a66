"""The JSON API of contacts, as programs with a person's or their own token use it."""

from pathlib import Path

import httpx2
import pytest

from embedded.sample import District
from shared.identity import Viewer
from shared.messages import FamilyChanged
from tests.contacts.conftest import staff_viewer
from tests.contacts.site import ContactsSite

CONTACTS = "/contacts/api/v1/contacts"
ROSTERS = "/contacts/api/v1/rosters"
SYSTEM = Viewer(account_id="sis", role="system", scopes=frozenset({"roster:write"}), system="sis")


async def test_a_contact_is_created_read_corrected_and_taken_back(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    program = site.program(teacher)
    made = await program.post(
        CONTACTS, json={"family_id": family.family_id, "words": "Well done.", "note": "x"}
    )
    assert made.status_code == 201, made.text
    place = made.headers["location"]
    assert (await program.get(place)).json() == made.json()
    right = await program.patch(place, json={"outcome": "voicemail", "version": 1})
    assert right.json()["version"] == 2
    assert right.json()["letter"]["words"] == "Well done."
    assert right.json()["note"] == "x"
    stale = await program.patch(place, json={"tone": "hello", "version": 1})
    assert stale.status_code == 409
    gone = await program.delete(place, params={"reason": "mistake"})
    assert gone.json()["retraction"]["reason"] == "mistake"
    assert (await program.delete(place)).status_code == 409


async def test_the_same_key_logs_once(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    program = site.program(teacher)
    key = {"Idempotency-Key": "k1"}
    body = {"family_id": family.family_id, "tone": "hello"}
    first = await program.post(CONTACTS, json=body, headers=key)
    second = await program.post(CONTACTS, json=body, headers=key)
    assert first.json() == second.json()
    listed = await program.get(CONTACTS)
    assert len(listed.json()["items"]) == 1


async def test_a_contact_of_which_the_answer_was_lost_is_not_logged_again(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    program = site.program(teacher)
    key = {"Idempotency-Key": "k1"}
    body = {"family_id": family.family_id, "tone": "hello"}
    first = await program.post(CONTACTS, json=body, headers=key)
    # It was kept, and the process died, or the database, before that could be said.
    await site.desk.database["idempotency"].delete_many({})
    second = await program.post(CONTACTS, json=body, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert len((await program.get(CONTACTS)).json()["items"]) == 1
    assert (
        await site.desk.database["outbox"].count_documents(
            {"envelope.subject": first.json()["contact_id"]}
        )
        == 1
    )


async def test_what_breaks_a_rule_is_a_problem_with_its_reason(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    program = site.program(teacher)
    concern = {"family_id": family.family_id, "tone": "concern", "words": "Hm"}
    answer = await program.post(CONTACTS, json=concern)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "never mailed" in answer.json()["detail"]
    unknown = await program.post(CONTACTS, json={"family_id": family.family_id, "mood": "ok"})
    assert unknown.status_code == 422
    operator = {"family_id": {"$ne": None}}
    assert (await program.post(CONTACTS, json=operator)).status_code == 422
    nobody = await program.post(CONTACTS, json={"family_id": "nobody"})
    assert nobody.status_code == 404


async def test_lists_go_on_by_cursor(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    program = site.program(teacher)
    for tone in ("hello", "good_news", "information"):
        await program.post(CONTACTS, json={"family_id": family.family_id, "tone": tone})
    first = (await program.get(CONTACTS, params={"size": 2})).json()
    assert len(first["items"]) == 2
    rest = (await program.get(CONTACTS, params={"size": 2, "after": first["next"]})).json()
    assert len(rest["items"]) == 1
    assert rest["next"] is None
    narrowed = await program.get(CONTACTS, params={"family_id": family.family_id, "tone": "hello"})
    assert len(narrowed.json()["items"]) == 1
    assert (await program.get(CONTACTS, params={"after": "!!!"})).status_code == 422


async def test_families_are_searched_and_read(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    program = site.program(teacher)
    name = family.students[0].given_name.lower()
    found = await program.get("/contacts/api/v1/families", params={"q": name})
    assert family.family_id in {each["family_id"] for each in found.json()["items"]}
    card = (await program.get(f"/contacts/api/v1/families/{family.family_id}")).json()
    assert card["family"]["family_id"] == family.family_id
    assert card["households"]
    stranger = site.program(staff_viewer("coordinator", "elsewhere"))
    answer = await stranger.get(f"/contacts/api/v1/families/{family.family_id}")
    assert answer.status_code == 404


async def test_a_system_with_the_scope_brings_a_roster_and_reads_the_report(
    site: ContactsSite, package: Path
) -> None:
    program = site.program(SYSTEM)
    raw = await program.post(
        ROSTERS,
        content=package.read_bytes(),
        headers={"Content-Type": "application/zip", "Idempotency-Key": "night-1"},
    )
    assert raw.status_code == 202, raw.text
    again = await program.post(
        ROSTERS,
        content=b"",
        headers={"Content-Type": "application/zip", "Idempotency-Key": "night-1"},
    )
    assert again.json()["import_id"] == raw.json()["import_id"]
    await site.desk.importer.work()
    status = (await program.get(raw.headers["location"])).json()
    assert status["state"] == "done"
    assert status["counts"]["student"] == 200
    findings = await program.get(f"{raw.headers['location']}/findings")
    assert "items" in findings.json()
    assert (await program.get(f"{raw.headers['location']}/findings.csv")).status_code == 200


async def test_a_form_with_roster_and_contacts_file_is_taken(
    site: ContactsSite, package: Path
) -> None:
    files = [
        ("roster", ("r.zip", package.read_bytes(), "application/zip")),
        ("contacts", ("c.csv", (package.parent / "contacts.csv").read_bytes(), "text/csv")),
    ]
    sent = await site.program(SYSTEM).post(ROSTERS, files=files)
    assert sent.status_code == 202
    assert set(sent.json()["files"]) == {"roster-0", "contacts"}


async def test_a_large_file_is_taken_and_judged(site: ContactsSite) -> None:
    program = site.program(SYSTEM)
    sent = await program.post(ROSTERS, content=b"PK" + b"x" * 5_000_000)
    assert sent.status_code == 202
    await site.desk.importer.work()
    status = (await program.get(sent.headers["location"])).json()
    assert status["state"] == "refused"
    assert status["reasons"]
    assert await site.desk.database["import_uploads"].count_documents({}) == 0


@pytest.mark.parametrize("role", ["educator", "coordinator", "office", "principal"])
async def test_nobody_else_brings_a_roster(site: ContactsSite, role: str) -> None:
    program = site.program(staff_viewer(role, "maple"))
    answer = await program.post(ROSTERS, content=b"x")
    assert answer.status_code == 403
    assert (await program.post("/contacts/api/v1/directory/resend")).status_code == 403


async def test_telling_all_again_is_a_job(site: ContactsSite) -> None:
    program = site.program(staff_viewer("district"))
    job = await program.post("/contacts/api/v1/directory/resend")
    assert job.status_code == 202
    await site.desk.importer.work()
    place = f"{ROSTERS}/{job.json()['import_id']}"
    assert (await program.get(place)).json()["state"] == "done"


async def test_flags_are_set_and_listed(site: ContactsSite, family: FamilyChanged) -> None:
    program = site.program(staff_viewer("principal", family.students[0].school_id))
    body = {
        "guardian_id": family.guardians[0].guardian_id,
        "student_id": family.students[0].student_id,
        "custody": True,
        "reason": "Order 26-114",
    }
    made = await program.post("/contacts/api/v1/flags", json=body)
    assert made.status_code == 201
    assert made.json()["number"] == 1
    listed: httpx2.Response = await program.get("/contacts/api/v1/flags")
    assert len(listed.json()["items"]) == 1
    elsewhere = site.program(staff_viewer("principal", "elsewhere"))
    assert (await elsewhere.get("/contacts/api/v1/flags")).json()["items"] == []


async def test_schools_are_listed_and_set(site: ContactsSite, sample: District) -> None:
    school = sample.schools[0].id
    program = site.program(staff_viewer("principal", school))
    listed = (await program.get("/contacts/api/v1/schools")).json()["items"]
    assert [each["school_id"] for each in listed] == [school]
    answer = await program.put(
        f"/contacts/api/v1/schools/{school}",
        json={"time_zone": "America/Chicago", "no_school_days": ["2026-11-26"]},
    )
    assert answer.json()["no_school_days"] == ["2026-11-26"]


async def test_the_contract_is_open(site: ContactsSite) -> None:
    contract = await site.program().get("/contacts/api/v1/openapi.json")
    assert contract.status_code == 200
    assert "/contacts/api/v1/contacts" in contract.json()["paths"]
