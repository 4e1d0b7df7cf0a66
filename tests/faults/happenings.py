"""What seldom happens in a district: so that every message was said once before crashes are tried.

All of it goes through the front door, as an operator's program or as people of the staff.
"""

import re
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
from tests.faults.voices import speak_up
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
    take.correct(take.contact())
    cast = take.people.cast
    barred, bounced, moving, leaving = take.people.neighbours
    with scene.house.open_door() as door:
        office = Clerk.at(cast.office)
        second = Clerk.at(_second_user(office, cast))
        await bar_for_an_evening(scene, office, take, barred)
        await scene.quiet()
        say_that_a_letter_came_back(office, bounced)
        await scene.quiet()
        await ask_for_language_and_address(scene, office, cast, moving)
        await speak_up(scene, take)
        await _read_in(scene, door, apart(cast.district))
        await _read_in(scene, door, cast.district)
        await erase_who_left(scene, door, (office, second), cast.district, leaving)


def _second_user(office: Clerk, cast: Cast) -> Visitor:
    login = "second@staff.example"
    account = {"login": login, "name": "Ada Second", "role": "district", "school_ids": []}
    office.ask("POST", "/api/v1/accounts", {**account, "password": cast.house.password})
    return cast.signed_in(login)


async def call_off_an_evening(scene: Scene, office: Clerk, take: Take) -> None:
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
    await scene.quiet()
    office.ask("PUT", place, {**plan, "place": "Library"})
    office.ask("POST", f"{place}/cancel", {"reason": "The gym is being mended."})


async def bar_for_an_evening(scene: Scene, office: Clerk, take: Take, home: Home) -> None:
    """A flag that every service acts on, an evening of which nobody is told there, and its end."""
    card = office.ask("GET", f"{CONTACTS}/families/{home.family_id}")
    guardian = card["family"]["guardians"][0]["guardian_id"]
    flag = {"guardian_id": guardian, "student_id": home.student_ids[0]}
    for barred in (True, False):
        why = {"do_not_contact": barred, "reason": "Court order 12"}
        office.ask("POST", f"{CONTACTS}/flags", {**flag, **why})
        await scene.quiet()
        if barred:
            await call_off_an_evening(scene, office, take)


def say_that_a_letter_came_back(office: Clerk, home: Home) -> None:
    """Somebody of the staff found the invitation of a family in the school's own mailbox."""
    card = office.ask("GET", f"{CONTACTS}/families/{home.family_id}")
    (reads,) = [each["household_id"] for each in card["households"] if each["mailbox"]][:1]
    found = office.ask("GET", f"{LETTERS}/deliveries?state=accepted&household_id={reads}")
    place = f"{LETTERS}/deliveries/{found['items'][0]['delivery_id']}/finding"
    office.ask("POST", place, {"finding": "came_back"})


async def ask_for_language_and_address(scene: Scene, office: Clerk, cast: Cast, home: Home) -> None:
    """On the page behind a letter; staff approves the address where somebody has to."""
    new = "another.address@families.example"
    link = cast.letters(home.mailboxes[0])[0].link("/notifications/choices/")
    token, family = link.rpartition("/")[2], cast.browser()
    page = family.open(link)
    whose = re.findall(r'name="whose"[^>]*value="([^"]+)"', page.html)[:1]
    wanted: dict[str, str | list[str]] = {"address": new}
    family.submit(page, f"{token}/language", {"language": "tl"})
    family.submit(page, f"{token}/address", {**wanted, **({"whose": whose} if whose else {})})
    await scene.quiet()
    link = cast.letters(new)[0].link("/notifications/address/")
    family.submit(family.open(link), "/notifications/address/", {})
    place = f"{LETTERS}/address-requests"
    for each in office.ask("GET", place)["items"]:
        office.ask("POST", f"{place}/{each['request_id']}/decision", {"approved": True})
    await scene.quiet()


async def erase_who_left(
    scene: Scene, door: Door, users: tuple[Clerk, Clerk], district: District, home: Home
) -> None:
    """A family leaves the roster; one user of the district asks to erase it, another agrees."""
    office, second = users
    await _read_in(scene, door, without(district, home.family))
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
    # The second adult is a parent; one behind may be a relative, who makes no family another.
    gone = (family.guardian_ids[1], family.student_ids[-1])
    ties = tuple(each for each in district.ties if (each.guardian_id, each.student_id) != gone)
    return replace(district, ties=ties)


def without(district: District, family: Family) -> District:
    """The district after a family has left."""
    gone = set(family.student_ids)
    classes = tuple(
        replace(each, student_ids=tuple(s for s in each.student_ids if s not in gone))
        for each in district.classes
    )
    ties = tuple(each for each in district.ties if each.student_id not in gone)
    staying = {each.guardian_id for each in ties}
    return replace(
        district,
        students=tuple(each for each in district.students if each.id not in gone),
        guardians=tuple(each for each in district.guardians if each.id in staying),
        ties=ties,
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
