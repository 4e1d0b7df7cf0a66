"""20,000 letters, each different, to a mail service on this machine: `make bench-mail`.

Our sender, with its rows; a loop that renders and sends the same letters and keeps nothing; and a
loop that sends one letter that was rendered before.
"""

import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from benchmarks.letters_alone import Used, note_flags, open_room
from benchmarks.processor import processor_seconds
from benchmarks.sink import open_sink, read_ledger
from benchmarks.stage import Aim, Measurement, Result, Stage
from embedded.mongod import dies_with_parent
from embedded.ports import free_port
from services.notifications.actions.room import MailRoom
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.notice import EventWords, Notice
from services.notifications.store import KEPT
from shared.clock import new_id
from shared.envelope import Envelope
from shared.messages import (
    EventFacts,
    FamilyChanged,
    GuardianFacts,
    HouseholdChanged,
    Message,
    SchoolChanged,
    StudentFacts,
)
from shared.mongo import Database
from shared.outbox import OUTBOX, Work

T = TypeVar("T")
FAMILIES, EVENTS = 2_000, 10
LANGUAGES = ("en", "es", "ar", "zh")
TOGETHER = 250
"""Written in one transaction, while the sample is made."""
MILLISECONDS = 1000.0
MEGABYTE = 2**20
SENDER, LOOP, READY = (
    "our sender, with its rows",
    "a loop that renders and sends, without rows",
    "a loop that sends one letter, rendered before",
)
PROGRAMS = {"sender": SENDER, "loop": LOOP, "ready": READY}


async def letters(stage: Stage) -> list[Result]:
    """Letters per second of each program, and per second of its own processor time."""
    families = 60 if stage.quick else FAMILIES
    results: list[Result] = []
    async with stage.database("letters") as database:
        await _fill(database, families)
        ours, machine = await _run("sender", stage, database)
        others = {each: (await _run(each, stage, database))[0] for each in ("loop", "ready")}
        results += _rates({"sender": ours, **others})
    used = [
        Result(f"{name}: processor time per letter", _each(program), "ms")
        for name, program in ((SENDER, ours), (LOOP, others["loop"]), (READY, others["ready"]))
    ]
    all_ = machine / ours.letters * MILLISECONDS
    early, late = _memory(ours)
    growth = Result("memory after all letters", late, "MB", "after a quarter", late / early)
    return [
        *results, *used,
        Result("our sender: processor time per letter, all processes", all_, "ms"),
        growth,
        Result("memory after a quarter of the letters", early, "MB"),
    ]  # fmt: skip


def _rates(programs: dict[str, Used]) -> list[Result]:
    rows = []
    for kind, per in (("", "seconds"), (", per core of the program", "processor")):
        rates = {each: used.letters / getattr(used, per) for each, used in programs.items()}
        loop, ours = f"{LOOP}{kind}", rates["sender"]
        rows.append(Result(f"{SENDER}{kind}", ours, "letters/s", loop, ours / rates["loop"]))
        rows += [
            Result(f"{name}{kind}", rates[each], "letters/s")
            for each, name in PROGRAMS.items()
            if each != "sender"
        ]
    return rows


def _each(used: Used) -> float:
    return used.processor / used.letters * MILLISECONDS


def _memory(used: Used) -> tuple[float, float]:
    """Megabytes after a quarter of the letters, and after the last."""
    after = [memory for letters, memory in used.memory if letters >= used.letters / 4]
    return after[0] / MEGABYTE, after[-1] / MEGABYTE


async def _run(which: str, stage: Stage, database: Database) -> tuple[Used, float]:
    """What a program used, and the processor time of the whole machine meanwhile, in seconds."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "taken"
        with open_sink(port, ledger):
            before = processor_seconds()
            words = [which, stage.mongo_uri, database.name, str(port)]
            process = await asyncio.create_subprocess_exec(
                *dies_with_parent("KILL"), sys.executable, "-m", "benchmarks.letters_alone",
                *words, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            said, _ = await process.communicate()
            machine = processor_seconds() - before
            used = Used(**json.loads(said))
            if which != "ready":
                taken = len(read_ledger(ledger))
                assert taken == used.letters, f"{taken} of {used.letters} different letters came"
    return used, machine


# --- the letters ----------------------------------------------------------------------------------


async def _fill(database: Database, families: int) -> None:
    await database.ensure(OUTBOX, *KEPT)
    room, now = open_room(database), datetime.now(UTC)
    await note_flags(room)
    people: list[Message] = [SchoolChanged(school_id="school", name="Maple Elementary", phone="1")]
    for number in range(families):
        people += _family(number)
    for some in _in_groups(people):
        await _know(room, some)
    notices = [_notice(number, now) for number in range(EVENTS)]
    rows = [_row(each, number, now) for each in notices for number in range(families)]

    async def put(work: Work) -> None:
        for each in notices:
            await room.store.notices.put(each, work)

    await room.units.run(put)
    for some_rows in _in_groups(rows):
        await _promise(room, some_rows)


async def _know(room: MailRoom, messages: list[Message]) -> None:
    async def body(work: Work) -> None:
        for each in messages:
            work.cause = Envelope.seal(each, id=new_id(), source="/x", time=work.now, sequence=1)
            await room.directory.apply(each, work)

    await room.units.run(body)


async def _promise(room: MailRoom, rows: list[Delivery]) -> None:
    async def body(work: Work) -> None:
        await room.store.deliveries.add(rows, work)

    await room.units.run(body)


def _family(number: int) -> tuple[Message, Message]:
    student = StudentFacts(
        student_id=f"student-{number}",
        given_name=f"Kim{number}",
        family_name="Test",
        school_id="school",
    )
    language = LANGUAGES[number % len(LANGUAGES)]
    guardian = GuardianFacts(
        guardian_id=f"guardian-{number}",
        given_name=f"Ana{number}",
        family_name="Test",
        language=language,
        household_id=f"household-{number}",
        may_see=(student.student_id,),
    )
    household = HouseholdChanged(
        household_id=f"household-{number}",
        guardian_ids=(guardian.guardian_id,),
        family_ids=(f"family-{number}",),
        student_ids=(student.student_id,),
        greeting=(f"Ana{number} Test",),
        mailbox=f"home{number}@family.example",
        language=language,
    )
    family = FamilyChanged(family_id=f"family-{number}", students=(student,), guardians=(guardian,))
    return family, household


def _notice(number: int, now: datetime) -> Notice:
    facts = EventFacts(
        event_id=f"event-{number}",
        school_id="school",
        title=f"Literacy and math night {number}",
        description="Bring your children.\n\nThere will be pizza, and a book for each child.",
        place="Gym",
        starts_at=now + timedelta(days=9, hours=number),
        ends_at=now + timedelta(days=9, hours=number + 2),
        time_zone="America/New_York",
        reply_by=now + timedelta(days=7),
        organizer="Ana Pérez",
    )
    return Notice(
        notice_id=f"invitation|event-{number}|",
        kind="invitation",
        about=facts.event_id,
        occasion="",
        version=1,
        school_id="school",
        content=EventWords(facts=facts),
        created_at=now,
    )


def _row(notice: Notice, number: int, now: datetime) -> Delivery:
    return Delivery(
        delivery_id=new_id(),
        notice_id=notice.notice_id,
        kind=notice.kind,
        about=notice.about,
        occasion="",
        mailbox=f"home{number}@family.example",
        household_id=f"household-{number}",
        family_ids=(f"family-{number}",),
        school_id="school",
        language=LANGUAGES[number % len(LANGUAGES)],
        reason=reasons.READY,
        not_before=now,
        due_at=now,
        created_at=now,
        changed_at=now,
    )


def _in_groups(things: list[T]) -> list[list[T]]:
    return [things[at : at + TOGETHER] for at in range(0, len(things), TOGETHER)]


HOW = f"""
{FAMILIES * EVENTS:,} invitations, no two alike: {EVENTS} events to {FAMILIES:,} households, a
quarter each in English, Spanish, Arabic and Chinese; text, HTML and the calendar part, with
signed links. Each program is a process of its own with five connections to the same mail
service on this machine, which takes letters at once. Ours claims its rows, passes the gates,
stores `handing` before DATA (majority and journaled), and stores each outcome with the message
that tells of it; the loop has people, words and rows in memory, renders with the same code and
keeps nothing, so that after a kill nobody knows what has left. "Per core" is by the program's
own processor time; MongoDB and the mail service are beside it in "all processes". The messages
are not handed to a broker here (that is measured above).
"""

MEASUREMENT = Measurement(
    "letters",
    "20,000 letters",
    letters,
    HOW,
    aims=(
        Aim(
            f"{SENDER}, per core of the program",
            against=LOOP,
            at_least=0.6,
            because="it was 0.72 before letters were gathered, reminded of and worded by schools. "
            "Most of its own thread's time is rendering; where the rest goes is not measured yet",
        ),
        Aim("memory after all letters", against="after a quarter", at_most=1.1),
    ),
)
