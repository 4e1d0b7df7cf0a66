"""From messages to changes of figures: pure, and the same in any order, repetition or grouping.

What a thing adds to the figures depends on its newest fact alone. So a fold takes away what the
thing added by what was known before, and adds what it adds by what is known now.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.reports.domain.cells import contact_cell, escaped
from services.reports.domain.facts import Fact, newest
from services.reports.domain.rules import MARK_OF_ANSWER, marks_of_contact, marks_of_letter
from services.reports.domain.zones import Known, day_in
from shared import messages as m
from shared.messages import Message

Place = tuple[str, str, str]
"""Where something is counted: day (ISO), school, class. Empty school: the district; empty class:
the school. A contact with pupils of two classes counts in both, and once for the school."""
DISTRICT = ""


@dataclass(frozen=True)
class FamilyState:
    """A family as coverage needs it, by its newest message; ids and codes, no names."""

    stamp: str
    active: bool
    schools: tuple[str, ...]
    grades: tuple[tuple[str, str], ...]
    """School and grade of its pupils, each pair once."""
    languages: tuple[str, ...]


@dataclass
class Changes:
    """What a batch does to the figures; no zeros."""

    counts: dict[Place, dict[str, int]] = field(default_factory=dict)
    marks: dict[str, dict[str, int]] = field(default_factory=dict)
    """By family: `2026-11.told` and the like."""
    families: dict[str, FamilyState] = field(default_factory=dict)
    forebears: dict[str, set[str]] = field(default_factory=dict)
    """By family: the families that it came from."""
    known: Known = field(default_factory=Known)
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Things that can't be counted (in full) yet, and what they wait for."""
    no_longer_waiting: set[str] = field(default_factory=set)
    rezoned: set[str] = field(default_factory=set)
    """Schools that moved to another time zone: their past days need a rebuild."""

    def count(self, place: Place, cell: str, by: int) -> None:
        """Add to a cell of a counter."""
        cells = self.counts.get(place)
        if cells is None:
            cells = self.counts[place] = {}
        cells[cell] = cells.get(cell, 0) + by

    def mark(self, family_id: str, month: str, marks: Iterable[str], by: int) -> None:
        """Add to marks of a family's month."""
        row = self.marks.get(family_id)
        if row is None:
            row = self.marks[family_id] = {}
        for name in marks:
            path = f"{month}.{name}"
            row[path] = row.get(path, 0) + by

    def without_zeros(self) -> "Changes":
        """The same, less what cancelled out."""
        self.counts = _nonzero(self.counts)
        self.marks = _nonzero(self.marks)
        return self


def fold(
    known: Known,
    before: Mapping[str, Sequence[Fact]],
    news: Sequence[Fact],
    unblocked: Iterable[str] = (),
) -> Changes:
    """What new facts do to the figures.

    `before` has, for each thing in `news` or `unblocked`, the facts that were folded before;
    `unblocked` names the things that waited for what `news` tells. No fact is in both.
    """
    unblocked = set(unblocked)
    waited = [fact for about in unblocked for fact in before.get(about, ())]
    changes = Changes(known=known.learn([*news, *waited]))
    _fold_directory(known, [fact for fact in news if fact.alone], changes)
    now = known.with_(changes.known) if changes.known else known
    for about, facts in _by_thing(news, unblocked).items():
        old = newest(before.get(about, ()))
        new = newest((old, *facts)) if old else newest(facts)
        if old is new and about not in unblocked:
            continue
        if old:
            _add(changes, old.message, known, -1)
        if new:
            _add(changes, new.message, now, 1)
        if new and (missing := lacks(new.message, now)):
            changes.waiting[about] = missing
        elif old and lacks(old.message, known):
            changes.no_longer_waiting.add(about)
    return changes.without_zeros()


def _by_thing(news: Sequence[Fact], unblocked: Iterable[str]) -> dict[str, list[Fact]]:
    things: dict[str, list[Fact]] = {about: [] for about in unblocked}
    for fact in news:
        if not fact.alone:
            things.setdefault(fact.about, []).append(fact)
    return things


# --- who is who -----------------------------------------------------------------------------------


def _fold_directory(known: Known, news: Sequence[Fact], changes: Changes) -> None:
    for fact in news:
        said = fact.message
        if isinstance(said, m.FamilyChanged):
            state = changes.families.get(said.family_id)
            if state is None or fact.stamp > state.stamp:
                changes.families[said.family_id] = family_state(said, fact.stamp)
        elif isinstance(said, m.SchoolChanged):
            zone = known.zones.get(said.school_id) or changes.known.zones[said.school_id]
            if zone != said.time_zone:
                changes.rezoned.add(said.school_id)
        elif isinstance(said, m.FamilySplit):
            for each in said.into:
                _descends(changes, each, said.family_id)
        elif isinstance(said, m.FamilyMerged):
            for each in said.merged:
                _descends(changes, said.family_id, each)


def _descends(changes: Changes, family_id: str, from_id: str) -> None:
    if family_id != from_id:
        changes.forebears.setdefault(family_id, set()).add(from_id)


def family_state(family: m.FamilyChanged, stamp: str) -> FamilyState:
    """What coverage needs of a family."""
    return FamilyState(
        stamp=stamp,
        active=family.active,
        schools=tuple(sorted({each.school_id for each in family.students})),
        grades=tuple(sorted({(each.school_id, each.grade) for each in family.students})),
        languages=tuple(sorted({each.language for each in family.guardians})),
    )


# --- what one thing adds --------------------------------------------------------------------------


def _add(changes: Changes, message: Message, known: Known, by: int) -> None:
    adds = _ADDS.get(type(message))
    if adds:
        adds(changes, message, known, by)


def _add_contact(changes: Changes, contact: m.ContactLogged, known: Known, by: int) -> None:
    zone = known.zones.get(contact.school_id)
    if zone is None:
        return
    day = day_in(contact.occurred_at, zone)
    cell = contact_cell(contact)
    changes.count((day, DISTRICT, ""), cell, by)
    changes.count((day, contact.school_id, ""), cell, by)
    for class_id in set(contact.class_ids):
        changes.count((day, contact.school_id, class_id), cell, by)
    if marks := marks_of_contact(contact):
        changes.mark(contact.family_id, day[:7], marks, by)


def _add_correction(changes: Changes, said: m.ContactCorrected, known: Known, by: int) -> None:
    _add_contact(changes, said.now, known, by)


def _add_event(
    changes: Changes, said: m.EventPublished | m.EventChanged, known: Known, by: int
) -> None:
    del known  # an event brings its own time zone
    facts = said.facts
    day = day_in(facts.starts_at, facts.time_zone)
    for place in ((day, DISTRICT, ""), (day, facts.school_id, "")):
        changes.count(place, "event", by)
    for class_id in set(facts.class_ids):
        changes.count((day, facts.school_id, class_id), "event", by)


def _add_answer(changes: Changes, rsvp: m.EventRSVPd, known: Known, by: int) -> None:
    zone = known.zones.get(rsvp.school_id)
    if zone is None:
        return
    day = day_in(rsvp.answered_at, zone)
    cell = f"answer|{rsvp.answer}|{escaped(rsvp.origin)}"
    changes.count((day, DISTRICT, ""), cell, by)
    changes.count((day, rsvp.school_id, ""), cell, by)
    for family_id in set(rsvp.family_ids):
        changes.mark(family_id, day[:7], MARK_OF_ANSWER, by)


def _add_ask(changes: Changes, asked: m.FamilyAsked, known: Known, by: int) -> None:
    zone = known.zones.get(asked.school_id)
    if zone is None:
        return
    month = day_in(asked.asked_at, zone)[:7]
    for family_id in set(asked.family_ids):
        changes.mark(family_id, month, MARK_OF_ANSWER, by)


def _add_reply(changes: Changes, said: m.GuardianReplied, known: Known, by: int) -> None:
    zone = known.zones.get(said.school_id)
    if zone is None:
        return
    day = day_in(said.replied_at, zone)
    cell = f"reply|{escaped(said.kind)}"
    changes.count((day, DISTRICT, ""), cell, by)
    changes.count((day, said.school_id, ""), cell, by)
    for family_id in set(said.family_ids):
        changes.mark(family_id, day[:7], MARK_OF_ANSWER, by)


def _add_letter(changes: Changes, letter: m.NoticeAccepted, known: Known, by: int) -> None:
    marks = marks_of_letter(letter)
    for family_id in set(letter.family_ids):
        zone = known.family_zones.get(family_id)
        if zone is not None:
            changes.mark(family_id, day_in(letter.accepted_at, zone)[:7], marks, by)


_ADDS: dict[type[Message], Callable[[Changes, Any, Known, int], None]] = {
    m.ContactLogged: _add_contact,
    m.ContactCorrected: _add_correction,
    m.EventPublished: _add_event,
    m.EventChanged: _add_event,
    m.EventRSVPd: _add_answer,
    m.FamilyAsked: _add_ask,
    m.GuardianReplied: _add_reply,
    m.NoticeAccepted: _add_letter,
}
"""What is not here adds nothing: taken back, cancelled, come back, or not about figures."""


def lacks(message: Message, known: Known) -> tuple[str, ...]:
    """What is not known yet, and decides on which day this was: `school|…`, `family|…`."""
    if isinstance(message, m.ContactCorrected):
        message = message.now
    if isinstance(message, m.ContactLogged | m.EventRSVPd | m.FamilyAsked | m.GuardianReplied):
        return () if message.school_id in known.zones else (f"school|{message.school_id}",)
    if isinstance(message, m.NoticeAccepted):
        missing = set[str]()
        for family_id in message.family_ids:
            if family_id not in known.family_zones:
                missing.add(f"family|{family_id}")
                missing.update(f"school|{each}" for each in known.homes.get(family_id, ()))
        return tuple(sorted(missing))
    return ()


def unblocks(facts: Iterable[Fact]) -> set[str]:
    """What waiting things may wait for, and these facts tell."""
    return {
        fact.about
        for fact in facts
        if fact.alone and isinstance(fact.message, m.SchoolChanged | m.FamilyChanged)
    }


def _nonzero(rows: Mapping[Any, dict[str, int]]) -> dict[Any, dict[str, int]]:
    kept = {}
    for name, row in rows.items():
        left = {cell: number for cell, number in row.items() if number}
        if left:
            kept[name] = left
    return kept
