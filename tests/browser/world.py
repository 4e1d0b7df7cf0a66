"""A small district with some life in it, made through the front door as people would make it."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from cli.door import Door
from embedded.load import ROLES, find_educator, load, make_account, tell_the_past
from embedded.run import Running
from embedded.sample import District, Educator, Family, Position, make_district
from embedded.visitor import Shown, Unexpected, Visitor
from services.notifications.domain.languages import Sentence
from shared.external import FamilyContacted, InvitationAnswered
from tests.browser.addresses import ask_for_addresses
from tests.browser.interpreting import add_interpreter
from tests.browser.mistakes import import_with_findings
from tests.browser.paper import add_paper
from tests.browser.replying import answer, reply_id

PATIENCE_SECONDS = 60
SYSTEM = "sample"
STAFF = ("educator", "coordinator", "office", "principal", "district", "operator")
GOOD_NEWS = (
    "{child} read a whole chapter aloud today and helped a classmate with the hard words. "
    "We are proud of the patience behind it!"
)
WELCOME = "Come and see what your children are working on. Dinner and child care are free."
Thing = TypeVar("Thing")


@dataclass
class World:
    """What is there to be looked at: who signs in, and the ids that pages have in their paths."""

    running: Running
    district: District
    logins: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    secret: str = ""
    """Of the program that tells of the past."""

    @property
    def url(self) -> str:
        """The front door."""
        return self.running.url

    @property
    def password(self) -> str:
        """One password for all."""
        return self.running.password

    @contextmanager
    def visit(self, role: str) -> Iterator[Visitor]:
        """A signed-in person without a screen."""
        with Visitor(self.url) as visitor:
            visitor.sign_in(self.logins[role], self.password)
            yield visitor

    def path(self, pattern: str) -> str:
        """A path with the ids of this world filled in."""
        return re.sub(r"\{(\w+)\}", lambda match: self.ids[match[1]], pattern)

    def letters(self, to: str = "") -> list[dict[str, Any]]:
        """What was sent, the newest first."""
        with Visitor(self.url) as visitor:
            found = visitor.json("/mailbox/api/v1/letters", to=to, limit="1000")
        assert isinstance(found, list)
        return found

    def link_in_letter(self, to: str, part: str, *, about: str = "") -> str:
        """The first link with this part that an address got; waits for the letter."""
        pattern = re.compile(rf"{re.escape(self.url)}{part}[^\s\"<>?]+")

        def look() -> str | None:
            texts = [each["text"] for each in self.letters(to) if about in each["text"]]
            found = (pattern.search(text) for text in texts)
            return next((match[0] for match in found if match), None)

        return until(look, f"a letter with {part} to {to}")


def until(look: Callable[[], Thing | None], what: str) -> Thing:
    """What `look` finds, as soon as it finds anything; fails after a minute."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        if found := look():
            return found
        time.sleep(0.1)
    raise Unexpected(f"waited in vain for {what}")


def make_world(
    running: Running, *, students: int = 150, schools: int = 2, answers_at: int = 0
) -> World:
    """Fill an empty platform; takes some seconds, and is the same each time on the same day.

    `answers_at`: the port that takes answers by mail; 0 where none does.
    """
    today = datetime.now(UTC).date()
    district = make_district(students=students, schools=schools, today=today)
    world = World(running, district, logins={"district": running.district_login})
    with Door(running.operator) as door:
        load(door, district, running.password, lambda _: None)
        _make_accounts(world, door)
        world.ids["import_id"] = import_with_findings(door, district)
    _make_operator(world)
    _past_contacts(world)
    _contacts(world)
    _flag(world)
    add_interpreter(world.visit, world.ids)
    _school_events(world, today)
    _answers(world)
    _ids_of_letters(world)
    arabic = district.guardian[district.picks.arabic.guardian_ids[0]].email
    ask_for_addresses(world.url, world.ids, world.link_in_letter, arabic)
    if answers_at:
        answer(world.url, world.ids["letter_id"], answers_at)
        world.ids["reply_id"] = until(lambda: reply_id(world.visit), "an answer by mail")
    add_paper(world.visit, world.ids)
    return world


def _make_accounts(world: World, door: Door) -> None:
    picks = world.district.picks
    people = {"educator": picks.educator, "coordinator": picks.coordinator}
    school_id = picks.coordinator.school_id
    for position in (Position.OFFICE, Position.PRINCIPAL):
        people[ROLES[position]] = next(
            each
            for each in world.district.educators
            if (each.position, each.school_id) == (position, school_id)
        )
    for role, person in people.items():
        make_account(door, person, world.password)
        world.logins[role] = person.email
    school_ids = find_educator(door, picks.coordinator.id)["school_ids"]
    invited = {"login": "new.teacher@staff.example", "name": "Imani Brooks", "role": "educator"}
    made = door.post("/api/v1/accounts", json={**invited, "school_ids": school_ids})
    world.ids["account_id"] = made["account"]["account_id"]
    world.ids["secret"] = made["set_password_link"].rpartition("/")[2]
    world.ids["school_id"] = school_ids[0]
    world.ids["language"] = "ar"
    world.ids["sentence_key"] = Sentence(1, ("Dear family,",), ()).key


def _make_operator(world: World) -> None:
    """Only a signed-in district user makes one; the link in the invitation sets the password."""
    login = "machines@staff.example"
    with world.visit("district") as visitor:
        wanted = {"name": "Machine room", "login": login, "role": "operator"}
        page = visitor.open("/accounts/new")
        form = next(each for each in page.forms if "name" in each.fields)
        shown = visitor.send(form, wanted, page)
    link = re.search(rf"{re.escape(world.url)}/set-password/[\w.-]+", shown.html)
    assert link, shown.text
    with Visitor(world.url) as operator:
        page = operator.open(link[0])
        operator.submit(page, "", {"password": world.password, "again": world.password})
    world.logins["operator"] = login


def _past_contacts(world: World) -> None:
    """What the phone system knows of the last weeks, told by the program that it is."""
    with world.visit("district") as visitor:
        page = visitor.open("/clients/new")
        wanted: dict[str, str | list[str]] = {
            "name": "Phone system",
            "system": SYSTEM,
            "scopes": ["messages:write"],
            "types": [FamilyContacted.TYPE, InvitationAnswered.TYPE],
        }
        shown = visitor.submit(page, "/clients/new", wanted)
        world.ids["client_id"] = _after(shown, "client_id")
        world.secret = _after(shown, "client_secret")
    tell_the_past(world.url, world.secret, world.ids["client_id"], world.district)


def _after(shown: Shown, name: str) -> str:
    words = shown.text.split()
    return words[words.index(name) + 1]


def _contacts(world: World) -> None:
    """Good news with a letter, a concern with a note, one corrected and one undone."""
    picks = world.district.picks
    with world.visit("educator") as visitor:
        family_id = _family_id(world, visitor, picks.good_news)
        child = world.district.student[picks.good_news.student_ids[0]].given_name
        good_news = {"words": GOOD_NEWS.format(child=child)}
        world.ids["family_id"] = family_id
        world.ids["contact_id"] = _log(visitor, family_id, good_news)
        page = visitor.open(f"/contacts/families/{family_id}")
        adult = re.search(r"/adults/([^\"/]+)", page.html)
        assert adult, "the family's page names no adult to correct"
        world.ids["guardian_id"] = adult[1]
        visitor.submit(page, "/strengths", {"words": "loves dinosaurs"})
        concern = {"tone": "concern", "note": "Asked for a meeting about homework."}
        noted = _log(visitor, _family_id(world, visitor, picks.separated), concern)
        world.ids["noted_id"] = noted
        path = f"/contacts/entries/{noted}"
        page = visitor.open(f"{path}/correct")
        visitor.submit(page, f"{path}/correct", {"outcome": "voicemail"})
        undone = _log(visitor, _family_id(world, visitor, picks.arabic), {"tone": "hello"})
        page = visitor.open(f"/contacts/entries/{undone}")
        visitor.submit(page, "/undo", {"reason": "It was another family."})
        world.ids["undone_id"] = undone
    mailbox = world.district.guardian[picks.good_news.guardian_ids[0]].email
    stop = world.link_in_letter(mailbox, "/notifications/unsubscribe/")
    world.ids["unsubscribe_token"] = stop.rpartition("/")[2]
    ours = world.link_in_letter(mailbox, "/notifications/our-children/")
    world.ids["ours_token"] = ours.rpartition("/")[2]


def _log(visitor: Visitor, family_id: str, values: dict[str, str]) -> str:
    path = f"/contacts/families/{family_id}/log"
    shown = visitor.submit(visitor.open(path), path, values)
    return shown.url.rpartition("/")[2]


def _family_id(world: World, visitor: Visitor, family: Family) -> str:
    """The id that the platform gave a family of the sample; waits until it has arrived."""
    child = world.district.student[family.student_ids[0]]

    def look() -> str | None:
        name = f"{child.given_name} {child.family_name}"
        found = visitor.json("/contacts/api/v1/families", q=name)
        assert isinstance(found, dict)
        return found["items"][0]["family_id"] if found["items"] else None

    return until(look, "a family")


def _flag(world: World) -> None:
    with world.visit("principal") as visitor:
        family_id = _family_id(world, visitor, world.district.picks.separated)
        world.ids["separated_id"] = family_id
        world.ids["student_id"] = world.district.picks.separated.student_ids[0]
        path = f"/contacts/families/{family_id}/flags"
        page = visitor.open(path)
        visitor.submit(page, path, {"custody": "true", "reason": "Court order 2026-117"})


def _school_events(world: World, today: date) -> None:
    """One that families are invited to, a draft, and one that was called off."""
    with world.visit("coordinator") as visitor:
        night = _plan(visitor, today, "Family Math Night", "publish", days=16)
        world.ids["event_id"] = night
        world.ids["draft_id"] = _plan(visitor, today, "Coffee with the Principal", "save", days=30)
        off = _plan(visitor, today, "Book Fair", "publish", days=9)
        page = visitor.open(f"/events/{off}/cancel")
        visitor.submit(page, "/cancel", {"reason": "The hall has a burst pipe."})
        world.ids["cancelled_id"] = off


def _plan(visitor: Visitor, today: date, title: str, act: str, *, days: int) -> str:
    shown = visitor.submit(
        visitor.open("/events/new"),
        "/events/new",
        {
            "title": title,
            "day": (today + timedelta(days=days)).isoformat(),
            "starts": "18:00",
            "ends": "19:30",
            "place": "School cafeteria",
            "description": WELCOME,
            "act": act,
        },
    )
    return shown.url.rpartition("/")[2]


def _answers(world: World) -> None:
    """A household that reads Arabic says yes by its link; the office writes down another."""
    arabic = world.district.guardian[world.district.picks.arabic.guardian_ids[0]].email
    link = world.link_in_letter(arabic, "/events/rsvp/")
    world.ids["rsvp_token"] = link.rpartition("/")[2]
    with Visitor(world.url) as family:
        answer = {"answer": "yes", "party_size": "4"}
        family.submit(family.open(link), "/events/rsvp/", answer)
    with world.visit("office") as visitor:
        page = visitor.open(world.path("/events/{event_id}"))
        page = visitor.open(f"{page.url}?answer=none")
        form = visitor.open(page.link(world.path("/events/{event_id}/answers/")))
        world.ids["answering_id"] = form.url.rpartition("/")[2]
        answer = {"answer": "maybe", "party_size": "2"}
        visitor.submit(form, "/answers/", answer)


def _ids_of_letters(world: World) -> None:
    """A letter, the household that got it, and where the mailbox keeps it."""
    mailbox = world.district.guardian[world.district.picks.good_news.guardian_ids[0]].email
    world.ids["letter_id"] = world.letters(mailbox)[-1]["letter_id"]
    with world.visit("district") as visitor:
        path = f"/notifications/api/v1/contacts/{world.ids['contact_id']}"
        told = visitor.json(path)
        assert isinstance(told, dict)
        world.ids["delivery_id"] = told["items"][0]["delivery_id"]
        world.ids["household_id"] = told["items"][0]["household_id"]
        world.ids["notice_id"] = quote(told["items"][0]["notice_id"], safe="")
        world.ids["educator_id"] = told["items"][0]["sender_id"]


def staff_of(district: District, position: Position) -> list[Educator]:
    """Everybody who does that work."""
    return [each for each in district.educators if each.position == position]
