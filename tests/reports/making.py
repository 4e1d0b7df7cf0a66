"""Messages of a small district, one maker for each kind, for all tests of reports."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from services.reports.domain.facts import Fact, fact_of
from services.reports.domain.figures import Figures, chunks
from shared import messages as m
from shared.envelope import Envelope
from shared.messages import Message

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
MAPLE, OAK = "maple", "oak"
ZONE = "America/New_York"
ROOM_4, ROOM_5 = "room-4", "room-5"
BEGINS, ENDS = date(2026, 8, 31), date(2027, 6, 18)
TERMS = (
    m.Term(term_id="fall", title="Fall", begins=BEGINS, ends=date(2026, 12, 18)),
    m.Term(term_id="spring", title="Spring", begins=date(2027, 1, 4), ends=ENDS),
)


def seal(message: Message, version: int = 1, *, id: str = "", time: datetime = NOW) -> Envelope:
    """The message as it travels; its id comes from its content, unless given."""
    return Envelope.seal(
        message,
        id=id or f"{type(message).__name__}-{message.subject}-{version}",
        source=f"/partners/{message.OWNER.replace('*', 'any')}",
        time=time,
        sequence=version,
    )


def facts(envelopes: Sequence[Envelope]) -> list[Fact]:
    """As the fold sees them."""
    return [fact_of(each) for each in envelopes]


def counted(envelopes: Sequence[Envelope], size: int = 500) -> Figures:
    """The figures of some messages, folded in memory, a batch at a time, each message once."""
    figures = Figures()
    kept: dict[str, list[Fact]] = {}
    keys: set[str] = set()
    for batch in chunks(facts(envelopes), size):
        news = list({fact.key: fact for fact in batch if fact.key not in keys}.values())
        figures.take_in(news, {about: list(known) for about, known in kept.items()})
        for fact in news:
            keys.add(fact.key)
            if not fact.alone:
                kept.setdefault(fact.about, []).append(fact)
    return figures


def school(school_id: str = MAPLE, zone: str = ZONE, **other: Any) -> m.SchoolChanged:
    """A school with two terms."""
    values = {"name": school_id.title(), "time_zone": zone, "terms": TERMS, **other}
    return m.SchoolChanged(school_id=school_id, **values)


def educator(educator_id: str, *class_ids: str, school_id: str = MAPLE) -> m.EducatorChanged:
    """A teacher of some classes."""
    assignments = tuple(m.Assignment(class_id=c, begins=BEGINS, ends=ENDS) for c in class_ids)
    return m.EducatorChanged(
        educator_id=educator_id, given_name="Ana", family_name="Rivera",
        school_ids=(school_id,), assignments=assignments,
    )  # fmt: skip


def family(
    name: str, school_id: str = MAPLE, *, grade: str = "03", language: str = "en",
    class_id: str = ROOM_4, active: bool = True, more: tuple[m.StudentFacts, ...] = (),
) -> m.FamilyChanged:  # fmt: skip
    """A family with one pupil and one parent."""
    return m.FamilyChanged(
        family_id=name,
        students=(student(f"{name}-1", school_id, grade, class_id), *more),
        guardians=(
            m.GuardianFacts(
                guardian_id=f"{name}-g", given_name="Kim", family_name=name, language=language
            ),
        ),
        active=active,
    )


def student(
    student_id: str, school_id: str = MAPLE, grade: str = "03", class_id: str = ROOM_4
) -> m.StudentFacts:
    """A pupil in a class."""
    return m.StudentFacts(
        student_id=student_id, given_name="Sam", family_name="Test", school_id=school_id,
        grade=grade, enrollments=(m.Assignment(class_id=class_id, begins=BEGINS, ends=ENDS),),
    )  # fmt: skip


def contact(contact_id: str, family_id: str = "okafor", **other: Any) -> m.ContactLogged:
    """A good-news call in which somebody spoke."""
    values: dict[str, Any] = {
        "student_ids": (f"{family_id}-1",), "educator_id": "rivera", "school_id": MAPLE,
        "class_ids": (ROOM_4,), "channel": "call", "tone": "good_news", "outcome": "reached",
        "occurred_at": NOW,
    }  # fmt: skip
    return m.ContactLogged(contact_id=contact_id, family_id=family_id, **(values | other))


def corrected(contact_id: str, **other: Any) -> m.ContactCorrected:
    """The right facts of a contact."""
    return m.ContactCorrected(contact_id=contact_id, now=contact(contact_id, **other))


def retracted(contact_id: str) -> m.ContactRetracted:
    """The contact did not take place."""
    return m.ContactRetracted(contact_id=contact_id)


def answer(rsvp_id: str, *families: str, said: m.Answer = "yes", **other: Any) -> m.EventRSVPd:
    """An answer to an invitation."""
    values: dict[str, Any] = {"school_id": MAPLE, "answered_at": NOW, **other}
    return m.EventRSVPd(
        rsvp_id=rsvp_id, event_id="night", household_id=f"{rsvp_id}-h", family_ids=families,
        answer=said, **values,
    )  # fmt: skip


def replied(reply_id: str, *families: str, **other: Any) -> m.GuardianReplied:
    """An answer by mail to a letter with good news."""
    values: dict[str, Any] = {"school_id": MAPLE, "replied_at": NOW, **other}
    return m.GuardianReplied(
        reply_id=reply_id, delivery_id="d", kind="good_news", about="c", household_id="h",
        family_ids=families, **values,
    )  # fmt: skip


def accepted(delivery_id: str, *families: str, **other: Any) -> m.NoticeAccepted:
    """A good-news letter that the mail service took."""
    values: dict[str, Any] = {"good_news": True, "accepted_at": NOW, **other}
    return m.NoticeAccepted(
        delivery_id=delivery_id, kind="good_news", about="c", household_id=f"{delivery_id}-h",
        family_ids=families, **values,
    )  # fmt: skip


def bounced(delivery_id: str, *families: str) -> m.NoticeBounced:
    """That letter came back."""
    return m.NoticeBounced(
        delivery_id=delivery_id, household_id=f"{delivery_id}-h", family_ids=families,
        permanent=True, bounced_at=NOW,
    )  # fmt: skip


def event(event_id: str = "night", school_id: str = MAPLE, **other: Any) -> m.EventPublished:
    """A school event, published."""
    return m.EventPublished(event_id=event_id, facts=event_facts(event_id, school_id, **other))


def event_facts(event_id: str, school_id: str = MAPLE, **other: Any) -> m.EventFacts:
    """What families are told of it."""
    values: dict[str, Any] = {"title": "Math Night", "time_zone": ZONE, "starts_at": NOW}
    return m.EventFacts(event_id=event_id, school_id=school_id, ends_at=NOW, **(values | other))


def seeded(seed: int) -> Random:
    """The same chances each time."""
    return Random(seed)  # noqa: S311 - a story has to be the same each time


def story(seed: int = 7, contacts: int = 60) -> list[Envelope]:
    """A school year in small: everything that can happen, in the order in which it did."""
    rng = seeded(seed)
    names = [f"family-{n}" for n in range(12)]
    told: list[Envelope] = [seal(school()), seal(school(OAK)), seal(educator("rivera", ROOM_4))]
    for place, name in enumerate(names):
        at = MAPLE if place % 3 else OAK
        language = ("en", "es", "ar")[place % 3]
        told.append(seal(family(name, at, grade=f"0{place % 4}", language=language)))
    for n in range(contacts):
        name = rng.choice(names)
        tone = rng.choice(["good_news", "hello", "concern"])
        outcome = rng.choice(["reached", "voicemail", "no_answer"])
        told.append(seal(contact(f"c{n}", name, tone=tone, outcome=outcome)))
        if n % 5 == 0:
            told.append(seal(corrected(f"c{n}", family_id=name, tone="hello"), 2))
        if n % 10 == 0:
            told.append(seal(retracted(f"c{n}"), 3))
        if n % 3 == 0:
            told.append(seal(accepted(f"d{n}", name, rng.choice(names))))
        if n % 9 == 0:
            told.append(seal(bounced(f"d{n}", name), 2))
        if n % 4 == 0:
            told.append(seal(answer(f"r{n}", name)))
    return [*told, seal(event())]
