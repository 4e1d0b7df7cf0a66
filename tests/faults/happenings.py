"""What seldom happens in a district: so that every message was said once before crashes are tried.

All of it goes through the front door, as an operator's program or as people of the staff.
"""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cli.door import Door
from embedded.load import IMPORTS, wait_for_import
from embedded.sample import District, Family, write_package
from tests.faults.scene import Scene
from tests.faults.take import Take
from tests.journeys.cast import Home

CONTACTS, EVENTS, LETTERS = "/contacts/api/v1", "/events/api/v1/events", "/notifications/api/v1"


async def seldom(scene: Scene, take: Take) -> None:
    """Everything here, one after the other, each with its consequences."""
    take.correct(take.contact(letter=False))
    with scene.house.open_door() as door:
        call_off_an_evening(door, take)
        await scene.quiet()
        bar_and_let_in_again(door, _another(take))
        await scene.quiet()
        say_that_a_letter_came_back(door, _another(take))
        await scene.quiet()
        district = take.people.cast.district
        await _read_in(scene, door, apart(district))
        await _read_in(scene, door, district)
        await erase_who_left(scene, door, take)


def call_off_an_evening(door: Door, take: Take) -> None:
    """Plan it, publish it, move it to another room, call it off."""
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=28)
    plan: dict[str, Any] = {
        "school_id": take.people.school_id,
        "title": "Science evening",
        "place": "Gym",
        "starts": starts.isoformat(),
        "ends": (starts + timedelta(hours=2)).isoformat(),
    }
    event = door.post(EVENTS, json=plan)
    place = f"{EVENTS}/{event['event_id']}"
    door.post(f"{place}/publish")
    door.ask("PUT", place, json={**plan, "place": "Library"})
    door.post(f"{place}/cancel", json={"reason": "The gym is being mended."})


def bar_and_let_in_again(door: Door, home: Home) -> None:
    """A flag that every service acts on, and its end."""
    card = door.get(f"{CONTACTS}/families/{home.family_id}")
    guardian = card["family"]["guardians"][0]["guardian_id"]
    flag = {"guardian_id": guardian, "student_id": home.student_ids[0]}
    for barred in (True, False):
        door.post(f"{CONTACTS}/flags", json={**flag, "do_not_contact": barred, "reason": "Order"})


def say_that_a_letter_came_back(door: Door, home: Home) -> None:
    """Somebody of the staff found the invitation of a family in the school's own mailbox."""
    taken = [
        each
        for each in door.get(f"{LETTERS}/deliveries", state="accepted", size=200)["items"]
        if each["mailbox"] in home.mailboxes
    ]
    door.post(f"{LETTERS}/deliveries/{taken[0]['delivery_id']}/finding",
              json={"finding": "came_back"})  # fmt: skip


async def erase_who_left(scene: Scene, door: Door, take: Take) -> None:
    """A family leaves the roster; one user of the district asks to erase it, another agrees."""
    home = _another(take)
    await _read_in(scene, door, without(take.people.cast.district, home.family))
    door.ask("PUT", f"{CONTACTS}/erasures/retention", json={"years": 0})
    office = take.people.cast.office
    path = f"/contacts/families/{home.family_id}/erasure"
    office.submit(office.open(path), path, {"reason": "They moved away and asked for it."})
    (asked,) = [
        each
        for each in door.get(f"{CONTACTS}/erasures")["items"]
        if each["family_id"] == home.family_id
    ]
    door.post(f"{CONTACTS}/erasures/{asked['erasure_id']}/agree")
    await scene.quiet()


# --- rosters --------------------------------------------------------------------------------------


def apart(district: District) -> District:
    """As if of two siblings one had lost an adult: their family splits, and joins again later."""
    family = next(
        each
        for each in district.families
        if len(each.student_ids) > 1 and len(each.guardian_ids) > 1
    )
    gone = (family.guardian_ids[-1], family.student_ids[-1])
    ties = tuple(each for each in district.ties if (each.guardian_id, each.student_id) != gone)
    return replace(district, ties=ties)


def without(district: District, family: Family) -> District:
    """The district after a family has left."""
    gone = set(family.student_ids)
    classes = tuple(
        replace(each, student_ids=tuple(s for s in each.student_ids if s not in gone))
        for each in district.classes
    )
    return replace(
        district,
        students=tuple(each for each in district.students if each.id not in gone),
        ties=tuple(each for each in district.ties if each.student_id not in gone),
        families=tuple(each for each in district.families if each.id != family.id),
        classes=classes,
    )


async def _read_in(scene: Scene, door: Door, district: District) -> None:
    with tempfile.TemporaryDirectory() as folder:
        package = write_package(district, Path(folder))
        beside = package.with_name("contacts.csv")
        with package.open("rb") as roster, beside.open("rb") as contacts:
            sent = [("roster", (package.name, roster)), ("contacts", (beside.name, contacts))]
            job = door.post(IMPORTS, files=sent)
    wait_for_import(door, job)
    await scene.quiet()


def _another(take: Take) -> Home:
    return take.people.cast.take(lambda family: len(family.student_ids) == 1)
