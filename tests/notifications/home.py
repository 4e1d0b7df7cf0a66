"""The household of the golden samples, and what its mailbox got."""

from email.message import EmailMessage

from shared.messages import (
    Assignment,
    FamilyChanged,
    GuardianFacts,
    HouseholdChanged,
    Message,
    StudentFacts,
)
from tests.notifications.conftest import Bench
from tests.notifications.making import BEGINS, ENDS, school
from tests.notifications.samples import EVENING

ADDRESS = "lucia@family.example"
HOME = HouseholdChanged(
    household_id="h-1",
    guardian_ids=("g-1",),
    family_ids=("f-1",),
    student_ids=("s-1",),
    greeting=("Lucía Gómez",),
    mailbox=ADDRESS,
    language="en",
)


def people(language: str = "en", **over: object) -> tuple[Message, ...]:
    """The household of the samples, with a child in class 3A of Maple."""
    student = StudentFacts(
        student_id="s-1",
        given_name="Maya",
        family_name="Gómez",
        school_id="maple",
        enrollments=(Assignment(class_id="c-3a", begins=BEGINS, ends=ENDS),),
    )
    guardian = GuardianFacts(
        guardian_id="g-1",
        given_name="Lucía",
        family_name="Gómez",
        language=language,
        household_id="h-1",
        may_see=("s-1",),
    )
    family = FamilyChanged(family_id="f-1", students=(student,), guardians=(guardian,))
    return (
        school("maple"),
        school("oak", "Oak Elementary"),
        family,
        HOME.model_copy(update={"language": language, **over}),
    )


async def begin(bench: Bench, language: str = "en", **over: object) -> None:
    """It is known, and its evening is published."""
    await bench.know(*people(language, **over))
    await bench.tell(EVENING)


def mails(bench: Bench, kind_of_subject: str = "") -> list[EmailMessage]:
    """What it got, of those whose subject says so."""
    return [each for each in bench.sink.letters_to(ADDRESS) if kind_of_subject in each["Subject"]]


def text_of(mail: EmailMessage) -> str:
    """The plain part of a letter."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
