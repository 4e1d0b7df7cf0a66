"""What contacts and events say to notifications: facts of things that change, by version."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared import messages as m
from shared.envelope import Envelope
from shared.messages import EventFacts, Message
from tests.notifications.making import FACTS, Adult, contact, educator, family, school

FAMILIES: dict[str, tuple[Message, ...]] = {
    "gomez": family("gomez", Adult("ana", "gomez", "es"), Adult("luis", "gomez", "es")),
    "smith": family("smith", Adult("kim", "kim"), Adult("pat", "pat", "ar")),
}
HOMES = {"gomez": ("gomez",), "smith": ("kim", "pat")}
"""The households of each family."""
FAMILY_OF = {home: name for name, homes in HOMES.items() for home in homes}
ADDRESSES = ("gomez@family.example", "kim@family.example", "pat@family.example", "new@x.example")


def people() -> Sequence[Message]:
    """Who is who at the start."""
    return (school(), educator(), *(each for one in FAMILIES.values() for each in one))


@dataclass
class Sayings:
    """Everything that was said so far, in the order in which it happened."""

    said: list[Envelope] = field(default_factory=list)
    contacts: dict[str, int] = field(default_factory=dict)
    """The version of each contact; 0 once it was taken back."""
    of_event: EventFacts | None = None
    version: int = 0
    cancelled: bool = False
    answers: dict[str, int] = field(default_factory=dict)
    homes: dict[str, int] = field(default_factory=dict)
    flags: list[m.FlagsChanged] = field(default_factory=list)

    def say(self, message: Message, version: int, now: datetime) -> int:
        """Keep a fact; gives its place."""
        number = len(self.said)
        envelope = Envelope.seal(
            message, id=f"said-{number:03d}", source="/partners/x", time=now, sequence=version
        )
        self.said.append(envelope)
        return number

    def log(self, name: str, words: str | None, now: datetime) -> int:
        """A conversation, with a letter if there are words."""
        contact_id = f"contact-{len(self.contacts)}"
        self.contacts[contact_id] = 1
        return self.say(contact(name, contact_id, words, occurred_at=now), 1, now)

    def correct(
        self, pick: int, name: str, words: str | None, tone: str, now: datetime
    ) -> int | None:
        """It was with another family, in other words, or there was no letter."""
        contact_id = self._open_contact(pick)
        if contact_id is None:
            return None
        self.contacts[contact_id] += 1
        facts = contact(name, contact_id, words, occurred_at=now, tone=tone)
        said = m.ContactCorrected(contact_id=contact_id, now=facts)
        return self.say(said, self.contacts[contact_id], now)

    def take_back(self, pick: int, now: datetime) -> int | None:
        """It did not take place."""
        contact_id = self._open_contact(pick)
        if contact_id is None:
            return None
        version, self.contacts[contact_id] = self.contacts[contact_id] + 1, 0
        return self.say(m.ContactRetracted(contact_id=contact_id), version, now)

    def _open_contact(self, pick: int) -> str | None:
        names = [name for name, version in self.contacts.items() if version]
        return names[pick % len(names)] if names else None

    def plan(self, place: str, now: datetime) -> int | None:
        """The evening is published, or it changes."""
        if self.cancelled:
            return None
        self.version += 1
        if self.of_event is None:
            self.of_event = _moved(FACTS.model_copy(update={"place": place}), now)
            return self.say(m.EventPublished(event_id="event-1", facts=self.of_event), 1, now)
        new = {"place": place, "revision": self.version}
        self.of_event = self.of_event.model_copy(update=new)
        said = m.EventChanged(event_id="event-1", facts=self.of_event)
        return self.say(said, self.version, now)

    def cancel(self, now: datetime) -> int | None:
        """It does not take place."""
        if self.of_event is None or self.cancelled:
            return None
        self.version, self.cancelled = self.version + 1, True
        facts = self.of_event.model_copy(update={"revision": self.version})
        said = m.EventCancelled(event_id="event-1", facts=facts, reason="Snow.")
        return self.say(said, self.version, now)

    def answer(self, home: str, answer: Any, now: datetime) -> int | None:
        """A household answers its invitation."""
        if self.of_event is None or self.cancelled:
            return None
        self.answers[home] = self.answers.get(home, 0) + 1
        said = m.EventRSVPd(
            rsvp_id=f"event-1|household-{home}",
            event_id="event-1",
            school_id="school-1",
            household_id=f"household-{home}",
            family_ids=(f"family-{FAMILY_OF[home]}",),
            answer=answer,
            party_size=0 if answer == "no" else 2,
            answered_at=now,
        )
        return self.say(said, self.answers[home], now)

    def announce(self, now: datetime) -> int:
        """News of the school, which has a budget."""
        homes = tuple(f"household-{home}" for home in FAMILY_OF)
        words = {"title": "Book fair", "words": "Come and see.", "signed": "Ana"}
        said = m.NoticeRequested(
            notice_id=f"news-{len(self.said)}", kind="announcement", about="school-1",
            household_ids=homes, values=words,
        )  # fmt: skip
        return self.say(said, 1, now)

    def move(self, home: str, address: str, now: datetime) -> int:
        """A household has another address."""
        version = self.homes.get(home, 1) + 1
        self.homes[home] = version
        before = next(
            each
            for each in FAMILIES[FAMILY_OF[home]]
            if isinstance(each, m.HouseholdChanged) and each.household_id == f"household-{home}"
        )
        moved = {"mailbox": address, "link_version": version}
        return self.say(before.model_copy(update=moved), version, now)

    def flag(self, home: str, how: int, now: datetime) -> int:
        """A flag on the first adult of a household, or its end."""
        name = FAMILY_OF[home]
        adult = "ana" if home == "gomez" else home
        flag = m.FlagsChanged(
            number=len(self.flags) + 1,
            guardian_id=f"guardian-{name}-{adult}",
            student_id=f"student-{name}",
            do_not_contact=how == 1,
            custody=how == 2,
        )
        self.flags.append(flag)
        return self.say(flag, flag.number, now)

    def as_of(self, now: datetime) -> int:
        """How many flags there are."""
        said = m.FlagsAsOf(number=len(self.flags), as_of=now)
        return self.say(said, max(1, len(self.flags)), now)


def _moved(facts: EventFacts, now: datetime) -> EventFacts:
    return facts.model_copy(
        update={
            "starts_at": now + timedelta(days=3),
            "ends_at": now + timedelta(days=3, hours=2),
            "reply_by": now + timedelta(days=2),
        }
    )
