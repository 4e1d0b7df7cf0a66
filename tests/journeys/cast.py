"""Who takes part in the journeys: staff in their browsers, families at their mailboxes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx2

from embedded.sample import District, Family, Shape
from embedded.visitor import Shown, Visitor
from tests.journeys.house import DISTRICT_LOGIN, House
from tests.journeys.letters import Letter
from tests.journeys.waiting import eventually


@dataclass(frozen=True)
class Home:
    """A family of the sample district: its id on the platform, a child, the addresses it reads."""

    family: Family
    family_id: str
    student_ids: tuple[str, ...]
    """As the platform calls them, in the order of the family."""
    child: str
    pupil: str
    """As the roster calls the child: in the educator's class, where one of the family is."""
    mailboxes: tuple[str, ...]
    """One for each household that has an address, in the order of the adults."""

    @property
    def path(self) -> str:
        """Its page."""
        return f"/contacts/families/{self.family_id}"


@dataclass
class Cast:
    """Everybody, and what they can see from outside."""

    house: House
    district: District
    _browsers: list[Visitor] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    # --- people ---

    def browser(self) -> Visitor:
        """A browser in which nobody is signed in."""
        visitor = Visitor(self.house.url)
        self._browsers.append(visitor)
        return visitor

    def signed_in(self, login: str) -> Visitor:
        """A browser in which somebody of the staff is signed in."""
        visitor = self.browser()
        visitor.sign_in(login, self.house.password)
        return visitor

    @cached_property
    def educator(self) -> Visitor:
        """The teacher of a third grade."""
        return self.signed_in(self.district.picks.educator.email)

    @cached_property
    def coordinator(self) -> Visitor:
        """The parent coordinator of the same school."""
        return self.signed_in(self.district.picks.coordinator.email)

    @cached_property
    def office(self) -> Visitor:
        """The district office, which sees everything."""
        return self.signed_in(DISTRICT_LOGIN)

    def leave(self) -> None:
        """Close all browsers."""
        for each in self._browsers:
            each.client.close()

    # --- families ---

    def take(self, fits: Callable[[Family], bool] = lambda _: True) -> Home:
        """A family of the educator's class of whom no other journey has said anything yet."""
        for family in self._class():
            if family.id not in self._taken and fits(family):
                home = self.home(family)
                if home.mailboxes:
                    self._taken.add(family.id)
                    return home
        raise LookupError("the sample has no such family left; make the district larger")

    def some(self) -> Home:
        """A family of the educator's class; other journeys may have written to it, too."""
        home = next(home for home in map(self.home, reversed(self._class())) if home.mailboxes)
        self._taken.add(home.family.id)
        return home

    def _class(self) -> list[Family]:
        pupils, picks = self._pupils(), self.district.picks
        kept = {each.id for each in (picks.good_news, picks.separated, picks.arabic)}
        return [
            each
            for each in self.district.families
            if pupils & set(each.student_ids)
            and each.id not in kept
            and each.shape is not Shape.GROUP_HOME
        ]

    def _pupils(self) -> set[str]:
        classes = self.district.classes_of[self.district.picks.educator.id]
        return {student for each in classes for student in each.student_ids}

    def home(self, family: Family) -> Home:
        """A family of the sample as the platform knows it."""
        pupils = self._pupils().intersection(family.student_ids)
        student = self.district.student[min(pupils) if pupils else family.student_ids[0]]
        child = f"{student.given_name} {student.family_name}"
        found = self._json("/contacts/api/v1/families", q=child)["items"]
        for line in found:
            card = self.card(line["family_id"])
            ids = {sid: each["student_id"] for each in card["family"]["students"]
                   for sid in each["sourced_ids"]}  # fmt: skip
            if student.id in ids:
                boxes = [each["mailbox"] for each in card["households"] if each["mailbox"]]
                return Home(
                    family,
                    line["family_id"],
                    tuple(ids[each] for each in family.student_ids),
                    child,
                    student.id,
                    tuple(boxes),
                )
        raise LookupError(f"no family of {child} on the platform")

    def card(self, family_id: str) -> dict[str, Any]:
        """Everything about a family, as the district sees it."""
        card: dict[str, Any] = self._json(f"/contacts/api/v1/families/{family_id}")
        return card

    # --- what the educator does ---

    def log(self, home: Home, words: str, **values: str) -> str:
        """Log a contact by the form, as an educator on a phone does; gives the contact's id."""
        page = self.educator.open(f"{home.path}/log")
        saved = self.educator.submit(page, f"{home.path}/log", {"words": words, **values})
        assert "/contacts/entries/" in saved.url, saved.text
        return saved.url.rpartition("/")[2]

    def preview(self, home: Home, words: str) -> Shown:
        """What the form shows of the letter before it is sent."""
        page = self.educator.open(f"{home.path}/log")
        form = page.form(f"{home.path}/log")
        return self.educator.send(form, {"words": words}, page, to="/notifications/preview")

    # --- what can be seen ---

    def letters(self, mailbox: str, words: str = "") -> list[Letter]:
        """The letters that an address got, with these words in them, the newest first."""
        answer = httpx2.get(
            f"{self.house.url}/mailbox/api/v1/letters", params={"to": mailbox, "limit": "200"}
        )
        answer.raise_for_status()
        found = (Letter(each["letter_id"], self.house.url) for each in answer.json())
        rows = zip(answer.json(), found, strict=True)
        return [letter for row, letter in rows if words in row["text"]]

    def letter(self, mailbox: str, words: str) -> Letter:
        """The newest letter to an address with these words; waits for it."""
        return eventually(
            lambda: self.letters(mailbox, words),
            otherwise=lambda: f"no letter with {words!r} to {mailbox}: {self.fates()}",
        )[0]

    def fates(self, **of: str) -> list[tuple[str, str]]:
        """What became of letters: state and reason (of a contact or event: `about=id`)."""
        return [(each["state"], each["reason"]) for each in self.deliveries(**of)]

    def deliveries(self, **of: str) -> list[dict[str, Any]]:
        """Letters to households as the district sees them, the newest first."""
        found: list[dict[str, Any]] = self._json("/notifications/api/v1/deliveries", **of)["items"]
        return found

    def months(self, home: Home) -> dict[str, bool]:
        """Whether the reports have this family as told good news, told and reached by now."""
        months = self._json(f"/reports/api/v1/families/{home.family_id}")["months"]
        names = ("told_good_news", "told", "reached")
        return {name: any(month[name] for month in months) for name in names}

    def figures(self) -> Mapping[str, Any]:
        """The district's figures of this school year: contacts, answers, families."""
        found = self._json("/reports/api/v1/summary")
        return {**found["contacts"], "answers": found["answers"], "families": found["families"]}

    def reports_say(self, contacts: int) -> None:
        """Wait until the reports count so many contacts in all."""
        eventually(
            lambda: self.figures()["total"] == contacts, otherwise=lambda: str(self.figures())
        )

    def _json(self, path: str, **query: str) -> Any:
        return self.office.json(path, **query)
