"""What seldom happens in a district: so that every message was said once before crashes are tried.

All of it goes through the front door, as an operator's program or as people of the staff.
"""

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from cli.door import Door
from embedded.load import IMPORTS, wait_for_import
from embedded.sample import District, Family, write_package
from embedded.visitor import Visitor
from tests.faults.scene import Scene
from tests.faults.take import Take
from tests.journeys.cast import Cast, Home

CONTACTS, EVENTS, LETTERS = "/contacts/api/v1", "/events/api/v1/events", "/notifications/api/v1"


@dataclass(frozen=True)
class Clerk:
    """Somebody who is signed in, and asks the API as their browser would."""

    browser: Visitor
    token: str

    @classmethod
    def at(cls, browser: Visitor) -> Self:
        """With what a form of theirs shows that it is theirs."""
        (token,) = browser.open("/account").form("/sign-out").fields["csrf_token"]
        return cls(browser, token)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """JSON of the answer."""
        headers = {"X-CSRF-Token": self.token, "Origin": self.browser.url}
        answer = self.browser.client.request(
            method, self.browser.url + path, json=body, headers=headers
        )
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()


async def seldom(scene: Scene, take: Take) -> None:
    """Everything here, one after the other, each with its consequences."""
    take.correct(take.contact(letter=False))
    cast = take.people.cast
    with scene.house.open_door() as door:
        office = Clerk.at(cast.office)
        second = Clerk.at(_second_user(office, cast))
        call_off_an_evening(office, take)
        await scene.quiet()
        bar_and_let_in_again(office, _another(take))
        await scene.quiet()
        say_that_a_letter_came_back(office, _another(take))
        await scene.quiet()
        await _read_in(scene, door, apart(cast.district))
        await _read_in(scene, door, cast.district)
        await erase_who_left(scene, door, (office, second), take)


def _second_user(office: Clerk, cast: Cast) -> Visitor:
    login = "second@staff.example"
    account = {"login": login, "name": "Ada Second", "role": "district", "school_ids": []}
    office.ask("POST", "/api/v1/accounts", {**account, "password": cast.house.password})
    return cast.signed_in(login)


def call_off_an_evening(office: Clerk, take: Take) -> None:
    """Plan it, publish it, move it to another room, call it off."""
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=28)
    plan: dict[str, Any] = {
        "school_id": take.people.school_id,
        "title": "Science evening",
        "place": "Gym",
        "starts": starts.isoformat(),
        "ends": (starts + timedelta(hours=2)).isoformat(),
    }
    event = office.ask("POST", EVENTS, plan)
    place = f"{EVENTS}/{event['event_id']}"
    office.ask("POST", f"{place}/publish")
    office.ask("PUT", place, {**plan, "place": "Library"})
    office.ask("POST", f"{place}/cancel", {"reason": "The gym is being mended."})


def bar_and_let_in_again(office: Clerk, home: Home) -> None:
    """A flag that every service acts on, and its end."""
    card = office.ask("GET", f"{CONTACTS}/families/{home.family_id}")
    guardian = card["family"]["guardians"][0]["guardian_id"]
    flag = {"guardian_id": guardian, "student_id": home.student_ids[0]}
    for barred in (True, False):
        why = {"do_not_contact": barred, "reason": "Court order 12"}
        office.ask("POST", f"{CONTACTS}/flags", {**flag, **why})


def say_that_a_letter_came_back(office: Clerk, home: Home) -> None:
    """Somebody of the staff found the invitation of a family in the school's own mailbox."""
    taken = [
        each
        for each in office.ask("GET", f"{LETTERS}/deliveries?state=accepted&size=200")["items"]
        if each["mailbox"] in home.mailboxes
    ]
    place = f"{LETTERS}/deliveries/{taken[0]['delivery_id']}/finding"
    office.ask("POST", place, {"finding": "came_back"})


async def erase_who_left(scene: Scene, door: Door, users: tuple[Clerk, Clerk], take: Take) -> None:
    """A family leaves the roster; one user of the district asks to erase it, another agrees."""
    home, (office, second) = _another(take), users
    await _read_in(scene, door, without(take.people.cast.district, home.family))
    office.ask("PUT", f"{CONTACTS}/erasures/retention", {"years": 0})
    why = {"reason": "They moved away and asked for it."}
    asked = office.ask("POST", f"{CONTACTS}/families/{home.family_id}/erasure", why)
    second.ask("POST", f"{CONTACTS}/erasures/{asked['erasure_id']}/agree")
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
