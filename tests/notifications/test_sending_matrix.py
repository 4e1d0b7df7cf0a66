"""Whatever the mail service says or does, at whatever stage: no letter twice, none lost.

Each case hands one letter to a service that follows a script, looks at its row, lets the service
behave, and looks what became of the letter in the end.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest

from services.notifications.actions.sending import Sender
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.mailer import Mailer, MailService
from services.notifications.store.returns import NAME as RETURNS
from shared.errors import DependencyDown
from shared.messages import FlagsAsOf
from shared.mongo import Database
from tests.notifications.conftest import Bench, emptied, open_bench
from tests.notifications.making import contact
from tests.notifications.scripted import (
    CUT,
    CUT_KEPT,
    DRIP,
    NAME,
    SILENT,
    STALL,
    Scripted,
    listening,
    proofs,
)

GOMEZ = "gomez@family.example"
WAITED = timedelta(minutes=8)
"""Longer than any first wait but that for a full mailbox."""


@pytest.fixture(scope="module")
async def office(shelves: Database) -> AsyncIterator[Bench]:
    """One mail room for all cases: they differ in the mail service alone."""
    async with open_bench(await emptied(shelves)) as made:
        yield made


@dataclass
class Case:
    """One letter, and the service that it is handed to."""

    bench: Bench
    service: Scripted
    mailer: Mailer

    async def hand(self, contact_id: str = "contact-1") -> Delivery:
        """Write the letter, and let the sender do one round; gives its row."""
        await self.bench.tell(contact("gomez", contact_id))
        await self.round()
        return await self.bench.row("gomez", about=contact_id)

    async def round(self) -> None:
        """One round of the sender; that the service is down or rests is no failure of the test."""
        await self.bench.tell(FlagsAsOf(number=0, as_of=self.bench.clock.now()))
        with suppress(DependencyDown):
            await self.bench.settle()

    async def later(self, wait: timedelta = WAITED) -> Delivery:
        """The service behaves from now on; some minutes later the sender has looked again."""
        self.service.script.clear()
        self.bench.clock.move(wait)
        await self.round()
        return await self.bench.row("gomez")


@pytest.fixture
async def case(office: Bench) -> AsyncIterator[Case]:
    """Nothing has been written yet, and the service does all as usual, with TLS and a sign-in."""
    for name in ("deliveries", "outbox", "suppressions", RETURNS, "notices"):
        await office.room.store.database[name].delete_many({})
    await office.set(paper="off")  # what becomes of a letter on paper has tests of its own
    async with listening(Scripted(tls=proofs().server)) as service:
        mailer = _mailer(service, trusted=proofs().trusting)
        office.sender = Sender(office.room, mailer)
        yield Case(office, service, mailer)
        await mailer.close()


def _mailer(service: Scripted, tls: str = "starttls", **over: ssl.SSLContext) -> Mailer:
    words = {"username": "u", "password": "p", "timeout_seconds": 0.25, "tls": tls, **over}
    return Mailer(MailService(NAME, service.port, **words))  # type: ignore[arg-type]


LATER = ("421 4.3.2 closing", "450 4.7.1 greylisted, come back", "451 4.3.0 later", "499 what")
NEVER = ("550 5.7.1 blocked, spam", "554 5.0.0 no", "599 what")


# --- before a letter is spoken of, it is the service or we ----------------------------------------


@pytest.mark.parametrize("said", [*LATER, *NEVER])
@pytest.mark.parametrize("stage", ["greeting", "ehlo", "starttls", "auth", "mail"])
async def test_before_the_recipient_is_named_no_letter_suffers(
    case: Case, stage: str, said: str
) -> None:
    case.service.script[stage] = said
    row = await case.hand()
    assert (row.state, row.reason, row.tries) == ("pending", reasons.MAIL_SERVICE_BUSY, 0)
    assert row.detail.startswith(said[:3])
    assert case.service.heard[stage] <= case.mailer.connections
    await _accepted_once(case)


@pytest.mark.parametrize("does", [CUT, SILENT, STALL])
@pytest.mark.parametrize("stage", ["greeting", "ehlo", "starttls", "auth"])
async def test_a_service_that_breaks_off_before_is_away_and_no_try_is_counted(
    case: Case, stage: str, does: str
) -> None:
    case.service.script[stage] = does
    row = await case.hand()
    assert (row.state, row.tries) == ("pending", 0)
    assert row.reason in {reasons.MAIL_SERVICE_DOWN, reasons.MAIL_SERVICE_BUSY}
    await _accepted_once(case)


# --- refused for now ------------------------------------------------------------------------------


@pytest.mark.parametrize("said", LATER)
@pytest.mark.parametrize("stage", ["rcpt", "data", "end"])
async def test_refused_for_now_a_letter_is_tried_again_in_some_minutes(
    case: Case, stage: str, said: str
) -> None:
    case.service.script[stage] = said
    row = await case.hand()
    assert (row.state, row.reason, row.tries) == ("retry", reasons.MAIL_SERVICE_BUSY, 1)
    assert row.detail == said
    # Who closes the line asks us all to rest; who greylists wants to see this one in minutes.
    minutes = 1 if said.startswith("421") else 6
    assert row.due_at == case.bench.clock.now() + timedelta(minutes=minutes)
    assert case.bench.sender.mail_answers is not said.startswith("421")
    await _accepted_once(case)


async def test_a_full_mailbox_is_tried_again_after_an_hour(case: Case) -> None:
    case.service.script["rcpt"] = "452 4.2.2 mailbox full"
    row = await case.hand()
    assert row.due_at == case.bench.clock.now() + timedelta(hours=1)
    assert (await case.later(timedelta(minutes=61))).state == "accepted"


@pytest.mark.parametrize("does", [CUT, SILENT, STALL])
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
async def test_cut_or_stalled_before_the_letter_it_is_tried_again(
    case: Case, stage: str, does: str
) -> None:
    case.service.script[stage] = does
    row = await case.hand()
    assert (row.state, row.tries) == ("retry", 1)
    await _accepted_once(case)


async def test_a_line_that_drips_in_good_time_is_only_slow(case: Case) -> None:
    case.service.script |= dict.fromkeys(("greeting", "ehlo", "mail", "rcpt", "data", "end"), DRIP)
    assert (await case.hand()).state == "accepted"
    assert len(case.service.kept) == 1


# --- refused for good -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "said", "reason", "shut", "counts"),
    [
        ("rcpt", "550 5.1.1 no such user", reasons.REFUSED, True, False),
        ("rcpt", "553 5.1.2 host unknown", reasons.REFUSED, True, False),
        ("rcpt", "550 no", reasons.REFUSED_FOR_NOW, False, True),
        ("rcpt", "552 5.2.2 mailbox full", reasons.MAILBOX_FULL, False, True),
        ("rcpt", "550 5.2.1 account disabled", reasons.REFUSED_FOR_NOW, False, True),
        ("rcpt", "550 5.7.1 blocked by policy reason", reasons.OUR_NAME, False, False),
        ("rcpt", "554 5.7.1 listed by spamhaus", reasons.OUR_NAME, False, False),
        ("data", "554 5.5.1 no", reasons.REFUSED, False, False),
        ("data", "550 5.7.26 unauthenticated mail", reasons.OUR_NAME, False, False),
        ("end", "550 5.1.1 no such user", reasons.REFUSED, False, False),
        ("end", "554 5.7.1 we take it for spam", reasons.OUR_NAME, False, False),
        ("end", "552 5.3.4 message too big", reasons.TOO_LARGE, False, False),
    ],
)
async def test_refused_for_good_a_letter_ends_and_only_what_is_said_of_the_address_counts(
    case: Case, stage: str, said: str, reason: str, shut: bool, counts: bool
) -> None:
    case.service.script[stage] = said
    row = await case.hand()
    assert (row.state, row.reason, row.detail) == ("dead", reason, said)
    store, now = case.bench.room.store, case.bench.clock.now()
    assert bool(await store.choices.suppressed([GOMEZ], now)) is shut
    assert [each.counted_for for each in await store.returns.newest(limit=9)] == [GOMEZ] * counts
    assert (await case.later()).state == "dead"
    assert case.service.kept == []
    assert await case.bench.told_types() == ["notice.not-sent"]


async def test_an_address_that_refuses_again_and_again_rests(case: Case) -> None:
    case.service.script["rcpt"] = "552 5.2.2 mailbox full"
    for number in range(6):
        last = await case.hand(f"contact-{number}")
        case.bench.clock.move(timedelta(hours=1))
    assert (last.state, last.reason) == ("suppressed", reasons.SUPPRESSED_ADDRESS)
    assert case.service.heard["rcpt"] == 5


async def test_a_letter_larger_than_the_service_takes_is_not_begun(case: Case) -> None:
    case.service.largest = 2_000
    row = await case.hand()
    assert (row.state, row.reason) == ("dead", reasons.TOO_LARGE)
    assert case.service.heard["mail"] == 0


# --- in doubt -------------------------------------------------------------------------------------


@pytest.mark.parametrize("does", [CUT, CUT_KEPT, SILENT, STALL, "354 what", "what?"])
async def test_without_an_answer_to_its_end_a_letter_is_in_doubt_and_never_sent_again(
    case: Case, does: str
) -> None:
    case.service.script["end"] = does
    row = await case.hand()
    assert (row.state, row.reason) == ("unknown", reasons.MAY_NOT_HAVE_ARRIVED)
    assert (await case.later(timedelta(days=2))).state == "unknown"
    assert case.service.heard["end"] == 1
    assert await case.bench.told_types() == []


# --- between letters ------------------------------------------------------------------------------


@pytest.mark.parametrize("does", [*LATER, *NEVER, CUT, SILENT])
async def test_a_line_that_fails_between_two_letters_costs_neither(case: Case, does: str) -> None:
    assert (await case.hand()).state == "accepted"
    case.service.script["rset"] = does
    for line in case.mailer._idle:
        line.answered_at = 0.0  # as if it had been idle for long
    assert (await case.hand("contact-2")).state == "accepted"
    assert len(case.service.kept) == 2
    assert case.service.heard["greeting"] == 2


@pytest.mark.parametrize("does", ["421 4.3.2 closing", "550 5.0.0 no", CUT])
async def test_a_goodbye_that_fails_costs_nothing(case: Case, does: str) -> None:
    case.service.script["quit"] = does
    assert (await case.hand()).state == "accepted"
    await case.mailer.close()
    assert len(case.service.kept) == 1


# --- who proves to be somebody else, or nobody ----------------------------------------------------


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.parametrize("wrong", ["untrusted", "expired", "another name", "none"])
async def test_who_does_not_prove_to_be_the_mail_service_gets_no_letter(
    case: Case, tls: str, wrong: str
) -> None:
    proof = {"expired": proofs(days=-1), "another name": proofs("other.example")}.get(
        wrong, proofs()
    )
    trusted = {} if wrong == "untrusted" else {"trusted": proof.trusting}
    offered = None if wrong == "none" else proof.server
    service = Scripted(tls=offered if tls == "starttls" else None)
    async with listening(service, offered if tls == "tls" else None):
        case.bench.sender = Sender(case.bench.room, _mailer(service, tls, **trusted))
        row = await case.hand()
    assert (row.state, row.reason, row.tries) == ("pending", reasons.MAIL_SERVICE_BUSY, 0)
    assert row.detail
    assert not {"auth", "mail", "data"} & set(service.heard)
    case.bench.sender = Sender(case.bench.room, case.mailer)
    await _accepted_once(case)


async def _accepted_once(case: Case) -> None:
    """In the end the letter is there, once, and that is told once; nobody sends it again."""
    assert case.service.kept == []
    assert (await case.later()).state == "accepted"
    await case.later(timedelta(days=2))
    assert len(case.service.kept) == 1
    assert await case.bench.told_types() == ["notice.accepted"]
