"""Makes what the tests of notifications need: people, schools, events, deliveries."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.notice import (
    AddressWords,
    Announcement,
    AnswerWords,
    Content,
    EducatorsNote,
    EventWords,
    Notice,
    ReplyAnswer,
)
from services.notifications.letters.writing import Household, Occasion, School
from shared.messages import (
    Assignment,
    ContactLogged,
    EducatorChanged,
    EventFacts,
    FamilyChanged,
    FamilyLetter,
    GuardianFacts,
    HouseholdChanged,
    Message,
    SchoolChanged,
    SchoolClass,
    SharedResource,
    StudentFacts,
)
from tests.notifications.samples import OF_SAMPLES

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""A Tuesday, ten in the morning in New York."""

FACTS = EventFacts(
    event_id="event-1",
    school_id="school-1",
    title="Literacy & math night",
    description="Bring your children.\n\nThere will be pizza.",
    place="Gym",
    starts_at=NOW + timedelta(days=9, hours=8),
    ends_at=NOW + timedelta(days=9, hours=10),
    time_zone="America/New_York",
    reply_by=NOW + timedelta(days=7),
    organizer="Ana Pérez",
)
NOTE = EducatorsNote(
    words="Maya helped a new classmate today.\n\nThank you!",
    words_language="en",
    signed="Ms. Rivera, Maple Elementary",
    tone="good_news",
    family_id="family-1",
    student_ids=("student-1",),
    educator_id="educator-1",
)
READING = SharedResource(
    resource_id="resource-1",
    title="Read together",
    language="en",
    link="/contacts/parents/school-1#r-resource-1",
)
ADDRESS = AddressWords(request_id="request-1", link_version=1, expires_at=NOW + timedelta(days=3))
SCHOOL = School("Maple Elementary", "555-0100", "Riverton Schools", "schools.example")
CHOICES_URL = "https://partners.schools.example/notifications/choices/" + "y" * 140
PAGE_URL = "https://partners.schools.example/notifications/our-children/" + "x" * 140
STOP_URL = "https://partners.schools.example/notifications/unsubscribe/" + "x" * 140


def delivery(**over: object) -> Delivery:
    """A delivery of a good-news note that is due now."""
    base = Delivery(
        delivery_id="delivery-1",
        notice_id="contact|contact-1|",
        kind="good_news",
        about="contact-1",
        occasion="",
        mailbox="ana@family.example",
        household_id="household-1",
        family_ids=("family-1",),
        school_id="school-1",
        language="es",
        reason=reasons.READY,
        not_before=NOW,
        due_at=NOW,
        created_at=NOW,
        changed_at=NOW,
    )
    return Delivery.model_validate({**base.model_dump(), **over})


def notice(content: Content, kind: str = "good_news") -> Notice:
    """A notice with this content."""
    return Notice.model_validate(
        {
            "notice_id": "n", "kind": kind, "about": "a", "occasion": "", "version": 1,
            "school_id": "school-1", "content": content, "created_at": NOW,
        }
    )  # fmt: skip


def occasion(
    content: Content, kind: str = "good_news", language: str = "en", **over: object
) -> Occasion:
    """Everything that the writer of a letter is told."""
    told: dict[str, object] = {
        "notice": notice(content, kind),
        "household": Household(("Lucía Gómez", "Omar Haddad"), language),
        "school": SCHOOL,
        "students": ("Maya",),
        "written_at": NOW,
        "answer_url": "https://partners.schools.example/events/rsvp/token",
        "stop_url": STOP_URL,
        "choices_url": CHOICES_URL,
        "page_url": PAGE_URL,
        "site": "https://partners.schools.example/",
    }
    return Occasion(**{**told, **over})  # type: ignore[arg-type]


LETTERS: tuple[tuple[str, Content], ...] = (
    ("good_news", NOTE),
    ("note", NOTE.model_copy(update={"tone": "information"})),
    ("good_news", NOTE.model_copy(update={"resource": READING})),
    ("invitation", EventWords(facts=FACTS)),
    (
        "event_changed",
        EventWords(
            facts=FACTS.model_copy(update={"place": "Library", "revision": 2}), before=FACTS
        ),
    ),
    ("cancelled", EventWords(facts=FACTS, reason="Snow.")),
    ("event_reminder", EventWords(facts=FACTS, answer="yes")),
    ("event_reminder", EventWords(facts=FACTS, answer="maybe")),
    ("answer_reminder", EventWords(facts=FACTS)),
    ("rsvp_confirmation", AnswerWords(facts=FACTS, answer="yes", party_size=3)),
    ("rsvp_confirmation", AnswerWords(facts=FACTS, answer="maybe", party_size=1)),
    ("rsvp_confirmation", AnswerWords(facts=FACTS, answer="no", party_size=0)),
    (
        "announcement",
        Announcement(
            title="Book fair", words="Come and see.", words_language="en", signed="Ana Pérez"
        ),
    ),
    ("address_confirm", ADDRESS),
    ("address_told", ADDRESS),
    ("reply_answer", ReplyAnswer(says="no_files", answers="n", delivery_id="d")),
    ("reply_answer", ReplyAnswer(says="stopped", answers="n", delivery_id="d")),
    *OF_SAMPLES,
)
"""One letter of each kind, by the name of its kind."""


# --- the directory ------------------------------------------------------------------------------

BEGINS, ENDS = NOW.date() - timedelta(days=60), NOW.date() + timedelta(days=200)


def school(school_id: str = "school-1", name: str = "Maple Elementary") -> SchoolChanged:
    """A school with two classes."""
    classes = tuple(
        SchoolClass(class_id=f"{school_id}-{room}", title=room, begins=BEGINS, ends=ENDS)
        for room in ("4a", "5b")
    )
    return SchoolChanged(school_id=school_id, name=name, phone="555-0100", classes=classes)


def educator(educator_id: str = "educator-1", class_id: str = "school-1-4a") -> EducatorChanged:
    """Ms. Rivera, who teaches one class."""
    return EducatorChanged(
        educator_id=educator_id,
        given_name="Carla",
        family_name="Rivera",
        email="rivera@schools.example",
        school_ids=("school-1",),
        assignments=(Assignment(class_id=class_id, begins=BEGINS, ends=ENDS),),
    )


@dataclass(frozen=True)
class Adult:
    """One adult of a made family, in a household of one or more."""

    name: str
    household: str
    language: str = "en"
    mailbox: bool = True
    gets_mail: bool = True


def family(
    name: str,
    *adults: Adult,
    class_id: str = "school-1-4a",
    school_id: str = "school-1",
) -> tuple[Message, ...]:
    """A family with one pupil, and its households; all ids come from the name."""
    adults = adults or (Adult("ana", name),)
    student = StudentFacts(
        student_id=f"student-{name}",
        given_name=name.capitalize(),
        family_name="Test",
        school_id=school_id,
        enrollments=(Assignment(class_id=class_id, begins=BEGINS, ends=ENDS),),
    )
    guardians = tuple(
        GuardianFacts(
            guardian_id=f"guardian-{name}-{adult.name}",
            given_name=adult.name.capitalize(),
            family_name="Test",
            language=adult.language,
            household_id=f"household-{adult.household}",
            gets_mail=adult.gets_mail,
            may_see=(student.student_id,),
        )
        for adult in adults
    )
    households = {adult.household: adult for adult in adults}
    return (
        FamilyChanged(family_id=f"family-{name}", students=(student,), guardians=guardians),
        *(household(name, each, adults) for each in households.values()),
    )


def household(name: str, first: Adult, adults: tuple[Adult, ...]) -> HouseholdChanged:
    """The household of an adult of a family."""
    together = [adult for adult in adults if adult.household == first.household]
    return HouseholdChanged(
        household_id=f"household-{first.household}",
        guardian_ids=tuple(f"guardian-{name}-{adult.name}" for adult in together),
        family_ids=(f"family-{name}",),
        student_ids=(f"student-{name}",),
        greeting=tuple(f"{adult.name.capitalize()} Test" for adult in together),
        mailbox=f"{first.household}@family.example" if first.mailbox else None,
        language=first.language,
    )


def contact(
    family_name: str,
    contact_id: str = "contact-1",
    words: str | None = "Great day!",
    **over: object,
) -> ContactLogged:
    """A good-news call to a family, with a letter unless `words` is None."""
    letter = FamilyLetter(words=words, signed="Ms. Rivera, Maple Elementary") if words else None
    base = ContactLogged(
        contact_id=contact_id,
        family_id=f"family-{family_name}",
        student_ids=(f"student-{family_name}",),
        educator_id="educator-1",
        school_id="school-1",
        channel="call",
        tone="good_news",
        outcome="reached",
        occurred_at=NOW,
        letter=letter,
    )
    return ContactLogged.model_validate({**base.model_dump(), **over})
