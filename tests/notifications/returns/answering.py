"""Guardians who answer letters: what their mail programs send, and what became of it."""

from email.message import EmailMessage

from services.notifications.actions.returning import take_in
from services.notifications.domain.delivery import Delivery
from services.notifications.store.returns import Done
from shared.identity import Viewer
from shared.messages import FlagsChanged, GuardianReplied
from tests.notifications.making import educator
from tests.notifications.returns.conftest import GOMEZ, HOME, Returning

RIVERA, LEAD = "rivera@schools.example", "lead@schools.example"
ANA = "Ana Gomez"


def person(role: str, educator_id: str | None = None) -> Viewer:
    return Viewer.model_validate(
        {
            "account_id": f"account-{role}",
            "name": role.capitalize(),
            "role": role,
            "educator_id": educator_id,
            "school_ids": () if role == "district" else ("school-1",),
        }
    )


TEACHER, COLLEAGUE = person("educator", "educator-1"), person("educator", "educator-2")
LEADERS = (person("coordinator"), person("principal"), person("district"))


def answer(
    words: str = "¡Muchas gracias!", *, sender: str = GOMEZ, to: str = "", files: int = 0,
    number: int = 1, **head: str,
) -> bytes:  # fmt: skip
    """What a mail program makes of an answer."""
    mail = EmailMessage()
    fields = {"From": f"{ANA} <{sender}>", "To": to, "Subject": "Re: Buenas noticias",
              "Message-ID": f"<answer-{number}@family.example>", **head}  # fmt: skip
    for name, value in fields.items():
        if value:
            mail[name.replace("_", "-")] = value
    mail.set_content(f"{words}\n\nEl 24 nov 2026 a las 10:00, Ms. Rivera ({to}) escribió:\n\nHola")
    for each in range(files):
        mail.add_attachment(b"x", maintype="image", subtype="jpeg", filename=f"{each}.jpg")
    return mail.as_bytes()


class Answering:
    """The bench, a letter to answer, and what became of answers to it."""

    def __init__(self, returning: Returning) -> None:
        self.returning, self.bench = returning, returning.bench

    async def gets(self, row: Delivery, raw: bytes | None = None, **more: object) -> Done | None:
        """An answer to a letter comes in, at the address in its Reply-To."""
        to = HOME.for_answers(row.delivery_id)
        mail = raw or answer(to=to, **more)  # type: ignore[arg-type]
        done = await take_in(self.bench.room, mail, "smtp", to)
        await self.bench.settle()
        return done

    def text_to(self, mailbox: str) -> list[str]:
        """The plain text of all letters to a mailbox."""
        found = []
        for mail in self.bench.sink.letters_to(mailbox):
            body = mail.get_body(("plain",))
            assert body is not None
            found.append(f"{mail['Subject']}\n{body.get_content()}")
        return found

    async def told(self) -> list[GuardianReplied]:
        """What the other services heard of answers."""
        facts = [each.open() for each in await self.bench.told()]
        return [each for each in facts if isinstance(each, GuardianReplied)]

    async def choose_lead(self) -> None:
        """Somebody gets what no educator can take."""
        lead = educator("educator-9").model_copy(update={"email": LEAD, "given_name": "Lea"})
        await self.bench.tell(lead)
        store = self.bench.room.store.replies
        await self.bench.room.units.run(
            lambda work: store.choose_readers("school-1", ("educator-9",), "a", work)
        )

    async def flag(self) -> None:
        """Nobody may contact the Gomez family any more."""
        await self.bench.tell(
            FlagsChanged(number=1, guardian_id="guardian-gomez-ana", student_id="student-gomez",
                         do_not_contact=True, household_ids=("household-gomez",))
        )  # fmt: skip
