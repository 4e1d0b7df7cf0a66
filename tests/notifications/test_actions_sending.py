"""The sender: what the mail service says, and interruptions."""

import asyncio
from datetime import timedelta

import pytest

from services.notifications.actions import preparing
from services.notifications.actions.handing import begin_handing
from services.notifications.actions.preparing import prepare
from services.notifications.actions.resolving import resolve, trust_again
from services.notifications.domain import reasons
from services.notifications.domain.delivery import HANDING_LASTS
from services.notifications.mailer import EXCHANGE_LASTS, Mailer, MailService
from shared.errors import DependencyDown, NotFound
from shared.identity import Viewer
from shared.messages import ContactRetracted, FlagsAsOf, FlagsChanged, NoticeNotSent
from tests.notifications.conftest import EVERYTHING, Bench
from tests.notifications.making import contact, family

GOMEZ = "gomez@family.example"
DISTRICT = Viewer(account_id="account-1", role="district")


async def _claimed(bench: Bench) -> list[object]:
    return list(await bench.room.store.deliveries.claim("claim-1", bench.clock.now(), 10))


async def later(bench: Bench, **step: float) -> None:
    bench.clock.move(timedelta(**step))
    await bench.tell(FlagsAsOf(number=0, as_of=bench.clock.now()))
    await bench.settle()


# --- what the mail service says ---------------------------------------------------------------


async def test_a_busy_mail_service_is_asked_again_later(bench: Bench) -> None:
    bench.sink.rcpt = {GOMEZ: "450 greylisted"}
    await bench.tell(contact("gomez"))
    await bench.settle()
    row = await bench.row("gomez")
    assert (row.state, row.reason, row.detail) == (
        "retry",
        reasons.MAIL_SERVICE_BUSY,
        "450 greylisted",
    )
    bench.sink.rcpt = {}
    await later(bench, minutes=5, seconds=59)
    assert bench.sink.taken == []
    await later(bench, seconds=1)
    assert (await bench.row("gomez")).state == "accepted"


async def test_a_refused_address_is_dead_told_of_and_written_to_no_more(bench: Bench) -> None:
    await bench.set(paper="off")
    bench.sink.rcpt = {GOMEZ: "550 no such person"}
    await bench.tell(contact("gomez"))
    await bench.settle()
    assert (await bench.row("gomez")).reason == reasons.REFUSED
    said = (await bench.told())[-1].open()
    assert isinstance(said, NoticeNotSent)
    bench.sink.rcpt = {}
    await bench.tell(contact("gomez", "contact-2"))
    await bench.settle()
    (second,) = await bench.rows(about="contact-2")
    assert second.reason == reasons.SUPPRESSED_ADDRESS
    assert bench.sink.taken == []


async def test_a_letter_that_grew_too_large_is_dead_and_told_of_before_anybody_is_asked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "LARGEST", 1_000)
    await bench.tell(contact("gomez"))
    await bench.settle()
    row = await bench.row("gomez")
    assert (row.state, row.reason) == ("dead", reasons.TOO_LARGE)
    said = (await bench.told())[-1].open()
    assert isinstance(said, NoticeNotSent)
    assert said.reason == reasons.TOO_LARGE
    assert bench.sink.taken == []


async def test_an_address_can_be_trusted_again(bench: Bench) -> None:
    bench.sink.rcpt = {GOMEZ: "550 no such person"}
    await bench.tell(contact("gomez"))
    await bench.settle()
    bench.sink.rcpt = {}
    await trust_again(bench.room, GOMEZ)
    await bench.tell(contact("gomez", "contact-2"))
    await bench.settle()
    assert [to for to, _ in bench.sink.taken] == [GOMEZ]
    with pytest.raises(NotFound):
        await trust_again(bench.room, GOMEZ)


async def test_a_line_cut_after_the_end_is_unknown_and_never_sent_again_by_itself(
    bench: Bench,
) -> None:
    bench.sink.cut_after_dot = {GOMEZ}
    await bench.tell(contact("gomez"))
    await bench.settle()
    bench.sink.cut_after_dot = set()
    assert (await bench.row("gomez")).state == "unknown"
    await later(bench, days=2)
    assert len(bench.sink.taken) == 1
    assert await bench.told_types() == []


async def test_when_the_mail_service_is_away_letters_wait_and_no_try_is_counted(
    bench: Bench,
) -> None:
    nobody = Mailer(MailService("127.0.0.1", 1, tls="none", timeout_seconds=1))
    there, bench.sender.mailer = bench.sender.mailer, nobody
    await bench.tell(contact("gomez"), contact("li", "contact-2"))
    for _ in range(3):
        with pytest.raises(DependencyDown):
            await bench.sender.tick()
    for row in await bench.rows():
        assert (row.state, row.reason, row.tries) == ("pending", reasons.MAIL_SERVICE_DOWN, 0)
    bench.sender.mailer = there
    await bench.settle()
    assert len(bench.sink.taken) == 2


async def test_a_good_letter_is_not_held_up_by_a_bad_one(bench: Bench) -> None:
    await bench.set(paper="off")
    bench.sink.rcpt = {GOMEZ: "550 no"}
    bench.sink.cut_after_dot = {"li@family.example"}
    await bench.tell(contact("gomez"), contact("li", "contact-2"), contact("smith", "contact-3"))
    await bench.settle()
    states = {row.mailbox: row.state for row in await bench.rows()}
    assert states == {
        GOMEZ: "dead",
        "li@family.example": "unknown",
        "kim@family.example": "accepted",
        "pat@family.example": "accepted",
    }


async def test_the_message_id_stays_the_same_through_all_tries(bench: Bench) -> None:
    bench.sink.cut_after_dot = {GOMEZ}
    await bench.tell(contact("gomez"))
    await bench.settle()
    bench.sink.cut_after_dot = set()
    row = await bench.row("gomez")
    await resolve(bench.room, row.delivery_id, "again", seen_by=EVERYTHING)
    await bench.settle()
    first, second = bench.sink.letters_to(GOMEZ)
    assert first["Message-ID"] == second["Message-ID"] == f"<{row.delivery_id}@schools.example>"


# --- interruptions ----------------------------------------------------------------------------


async def test_letters_of_a_sender_that_stopped_while_preparing_are_taken_up_again(
    bench: Bench,
) -> None:
    await bench.tell(contact("gomez"))
    await _claimed(bench)
    await bench.settle()
    assert bench.sink.taken == []
    await later(bench, minutes=2)
    assert len(bench.sink.taken) == 1


async def test_letters_of_a_sender_that_stopped_while_handing_over_are_unknown(
    bench: Bench,
) -> None:
    await bench.tell(contact("gomez"))
    batch = await bench.room.store.deliveries.claim("claim-1", bench.clock.now(), 10)
    await begin_handing(bench.room, await prepare(bench.room, batch))
    assert (await bench.row("gomez")).state == "handing"
    await later(bench, minutes=5)
    row = await bench.row("gomez")
    assert (row.state, row.reason) == ("unknown", reasons.MAY_NOT_HAVE_ARRIVED)
    assert bench.sink.taken == []


async def test_a_sender_that_was_asleep_hands_over_nothing_that_is_no_longer_its_own(
    bench: Bench,
) -> None:
    await bench.tell(contact("gomez"))
    batch = await bench.room.store.deliveries.claim("claim-1", bench.clock.now(), 10)
    asleep = await prepare(bench.room, batch)
    await later(bench, minutes=3)
    assert len(bench.sink.taken) == 1
    assert await begin_handing(bench.room, asleep) == {}


async def test_a_flag_set_between_preparing_and_handing_over_stops_the_letter(
    bench: Bench,
) -> None:
    await bench.tell(contact("smith"))
    batch = await bench.room.store.deliveries.claim("claim-1", bench.clock.now(), 10)
    ready = await prepare(bench.room, batch)
    flag = FlagsChanged(
        number=1, guardian_id="guardian-smith-pat", student_id="student-smith", custody=True
    )
    await bench.tell(flag)
    going = await begin_handing(bench.room, ready)
    assert [row.mailbox for row in going.values()] == ["kim@family.example"]


async def test_a_letter_taken_back_while_it_was_prepared_does_not_leave(bench: Bench) -> None:
    await bench.tell(contact("gomez"))
    batch = await bench.room.store.deliveries.claim("claim-1", bench.clock.now(), 10)
    ready = await prepare(bench.room, batch)
    await bench.tell(ContactRetracted(contact_id="contact-1"), version=2)
    assert await begin_handing(bench.room, ready) == {}


async def test_many_senders_side_by_side_send_each_letter_once(bench: Bench) -> None:
    for number in range(30):
        await bench.tell(*family(f"many{number}"))
        await bench.tell(contact(f"many{number}", f"contact-{number}"))
    await asyncio.gather(*(bench.sender.tick() for _ in range(4)))
    await bench.settle()
    assert len(bench.sink.taken) == 30
    assert len({to for to, _ in bench.sink.taken}) == 30


async def test_a_sender_that_is_stopped_finishes_what_it_hands_over(bench: Bench) -> None:
    for number in range(50):
        await bench.tell(*family(f"many{number}"))
        await bench.tell(contact(f"many{number}", f"contact-{number}"))
    bench.sender.start()
    while not bench.sink.taken:  # noqa: ASYNC110 - a real server, watched
        await asyncio.sleep(0.01)
    await bench.sender.stop()
    states = [row.state for row in await bench.rows()]
    assert set(states) <= {"accepted", "pending"}
    assert states.count("accepted") == len(bench.sink.taken)


async def test_a_letter_that_takes_long_holds_up_no_other(bench: Bench) -> None:
    bench.sink.slow["li@family.example"] = asyncio.Event()
    await bench.tell(contact("gomez"), contact("li", "contact-2"))
    round_ = asyncio.create_task(bench.sender.tick())
    while (await bench.row("gomez")).state != "accepted":  # noqa: ASYNC110 - a real server, watched
        await asyncio.sleep(0.01)
    assert (await bench.row("li")).state == "handing"
    await bench.tell(contact("smith", "contact-3"))
    assert await bench.sender.take_up() == 2
    bench.sink.slow["li@family.example"].set()
    await round_
    assert {row.state for row in await bench.rows()} == {"accepted"}


async def test_a_letter_that_waited_too_long_for_a_connection_is_not_begun(bench: Bench) -> None:
    bench.sink.slow["li@family.example"] = asyncio.Event()
    bench.sender.mailer = Mailer(bench.sender.mailer.service, connections=1)
    await bench.tell(contact("li"))
    first = asyncio.create_task(bench.sender.tick())
    while not bench.sink.connections:  # noqa: ASYNC110 - a real server, watched
        await asyncio.sleep(0.01)
    await bench.tell(contact("gomez", "contact-2"))
    await bench.sender.take_up()
    bench.clock.move(HANDING_LASTS - EXCHANGE_LASTS)
    bench.sink.slow["li@family.example"].set()
    await first
    row = await bench.row("gomez")
    assert (row.state, row.tries) == ("pending", 0)
    await later(bench, seconds=1)
    assert (await bench.row("gomez")).state == "accepted"


async def test_a_sender_is_woken_by_the_transaction_that_makes_a_letter_due(bench: Bench) -> None:
    assert not bench.room.due.is_set()
    await bench.tell(contact("gomez"))
    assert bench.room.due.is_set()


def test_a_letter_lapses_only_after_any_exchange_with_the_mail_service_has_ended() -> None:
    assert EXCHANGE_LASTS + timedelta(seconds=15) <= HANDING_LASTS
