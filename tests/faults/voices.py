"""Whoever speaks up from outside: a family on its page and by mail, other systems; and a Monday.

Each is also what brings a handler to its crash points, so that it has something new each time.
"""

import smtplib
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from zoneinfo import ZoneInfo

from services.contacts.domain.monday import Calendar
from shared.external import NoticeAsked
from shared.messages import NoticeRequested
from tests.faults.scene import Scene
from tests.faults.take import Take
from tests.faults.warm import WarmProcess
from tests.journeys.letters import Letter
from tests.journeys.outside import LIBRARY, message
from tests.journeys.waiting import eventually

MONDAY = f"{__name__}:begin_a_week"
LATER = timedelta(weeks=3)
"""By then is due what a family asks today, whatever holidays the school has."""


async def speak_up(scene: Scene, take: Take) -> None:
    """All of them, one after the other."""
    for act in (ask, put_off, reply, answer_elsewhere, notice):
        await act(scene, take)
        await scene.quiet()
    await wait_for_monday(scene)


async def ask(scene: Scene, take: Take) -> None:
    """The family asks on its own page to be called."""
    del scene
    cast, home = take.people.cast, take.people.home
    link = _letter(take).link("/notifications/our-children/")
    family = cast.browser()
    page = family.open(link)
    family.submit(page, "#ask", {"what": "call", "words": f"About {home.pupil}, please."})


async def put_off(scene: Scene, take: Take) -> None:
    """The educator needs a day more for what the family asked, and its page shows that.

    Asking itself would not do where notifications is to end: the page is of the same process.
    """
    asked = scene.rows("contacts", "follow_ups").find_one({"asked": {"$type": "object"}})
    assert asked is not None
    take.put_off(asked["_id"], date.fromisoformat(str(asked["due_on"])) + timedelta(days=1))


async def reply(scene: Scene, take: Take) -> None:
    """A guardian answers a letter by mail, which the district's mail server hands to us."""
    letter = _letter(take).message
    mail = EmailMessage()
    mail["From"], mail["To"] = take.people.home.mailboxes[0], str(letter["Reply-To"])
    mail["Subject"], mail["Message-ID"] = f"Re: {letter['Subject']}", make_msgid()
    mail.set_content("Thank you, that made us happy.")
    with smtplib.SMTP("127.0.0.1", scene.house.return_port, timeout=30) as server:
        server.send_message(mail)


async def answer_elsewhere(scene: Scene, take: Take) -> None:
    """A family answers an invitation in another system."""
    del scene
    await take.answer_elsewhere("yes", 2)


async def notice(scene: Scene, take: Take) -> None:
    """The library asks that a family be told of a book."""
    del scene
    facts = {
        "template": "library_due",
        "student_sourced_ids": [take.people.home.pupil],
        "values": {"item": "A book on stars", "due": "2026-12-18"},
    }
    (result,) = take.people.library.post(message(NoticeAsked.TYPE, facts, LIBRARY))
    assert result["result"] == "accepted", result


async def wait_for_monday(scene: Scene) -> None:
    """Contacts finds that a week begins, and asks for the mail that tells staff what is due."""
    contacts = scene.house.services["contacts"]
    assert isinstance(contacts, WarmProcess)
    asked = {"envelope.type": NoticeRequested.TYPE}
    usual, contacts.patch = contacts.patch, MONDAY
    scene.restart("contacts").wait_until_ready()
    eventually(lambda: scene.rows("contacts", "outbox").count_documents(asked))
    contacts.patch = usual
    scene.restart("contacts").wait_until_ready()
    await scene.quiet()


def begin_a_week() -> None:
    """In a process: every school's clock stands in the morning of a first school day."""

    def mails_on(self: Calendar, now: datetime, zone: ZoneInfo) -> date:
        del self
        return (now.astimezone(zone) + LATER).date()

    Calendar.mails_on = mails_on  # type: ignore[method-assign]


def _letter(take: Take) -> Letter:
    mailbox = take.people.home.mailboxes[0]
    return take.people.cast.letter(mailbox, "TAKE-")
