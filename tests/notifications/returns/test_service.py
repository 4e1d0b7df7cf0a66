"""The service as a whole: a letter goes out, its bounce is handed in, and the others hear of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from email.utils import parseaddr

import pytest

from embedded.ports import free_port
from services.notifications.actions.returning import take_in
from services.notifications.app import build, intakes, return_mailbox
from services.notifications.domain.delivery import Delivery
from services.notifications.intake import listening
from services.notifications.intake.listening import Listener
from services.notifications.store import Store
from shared.bus.local import LocalBus
from shared.identity import KeyPair
from shared.mongo import close, connect
from shared.outbox import Units
from shared.service import Service
from shared.settings import Settings
from tests.notifications.conftest import Bench
from tests.notifications.making import contact
from tests.notifications.returns.answering import RIVERA, answer
from tests.notifications.returns.conftest import GOMEZ, HOME, KEY, Returning
from tests.notifications.returns.mailing import bounce
from tests.notifications.returns.test_listening import Line

RETURN = {"return_address": "bounces@mail.schools.example", "return_keys": KEY}


def settings(bench: Bench, keys: KeyPair, **more: object) -> Settings:
    return Settings.model_validate(
        {
            "environment": "test",
            "identity_public_keys": keys.public,
            "rsvp_keys": KEY,
            "unsubscribe_keys": KEY,
            "household_keys": KEY,
            "calendar_keys": KEY,
            "smtp_host": "127.0.0.1",
            "smtp_port": bench.sink.port,
            "smtp_tls": "none",
            "mail_from": "school@schools.example",
            **more,
        }
    )


@pytest.fixture
async def service(
    bench: Bench, keys: KeyPair, database_name: str
) -> AsyncIterator[tuple[Service, int]]:
    """It runs, with a port for what comes back."""
    port = free_port()
    database = bench.room.store.database
    bus = LocalBus(database.beside(database_name), bench.clock)
    made = build(
        settings(bench, keys, **RETURN, return_listen=f"127.0.0.1:{port}"),
        database,
        bus,
        clock=bench.clock,
        mint=bench.room.units.mint,
    )
    await made.start()
    yield made, port
    await bus.stop()
    await made.stop()


async def _handed_over(bench: Bench) -> Delivery:
    while True:
        row = await bench.row("gomez")
        if row.state == "accepted":
            return row
        await asyncio.sleep(0.02)


async def test_a_letter_that_comes_back_is_known_a_moment_later(
    bench: Bench, service: tuple[Service, int]
) -> None:
    await bench.tell(contact("gomez"))
    async with asyncio.timeout(20):
        row = await _handed_over(bench)
    (sender,) = bench.sink.senders
    assert sender == HOME.to(row.delivery_id)
    reader, writer = await asyncio.open_connection("127.0.0.1", service[1])
    line = Line(reader, writer)
    await line.answer()
    assert await line.letter(bounce(GOMEZ), sender) == "250 2.0.0 Kept"
    line.hang_up()
    assert (await bench.row("gomez", state="dead")).channel == "mail"
    assert "notice.bounced" in await bench.told_types()


async def test_an_answer_is_in_the_educators_mailbox_a_moment_later(
    bench: Bench, service: tuple[Service, int]
) -> None:
    await bench.tell(contact("gomez"))
    async with asyncio.timeout(20):
        await _handed_over(bench)
    [letter] = bench.sink.letters_to(GOMEZ)
    to = parseaddr(letter["Reply-To"])[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", service[1])
    line = Line(reader, writer)
    await line.answer()
    assert await line.letter(answer("Qué alegría.", to=to), to) == "250 2.0.0 Kept"
    line.hang_up()
    async with asyncio.timeout(20):
        while not (found := bench.sink.letters_to(RIVERA)):  # noqa: ASYNC110 - a thread fills it
            await asyncio.sleep(0.02)
    body = found[0].get_body(("plain",))
    assert body is not None
    assert "Qué alegría." in body.get_content()


async def test_while_the_database_is_away_the_other_side_keeps_it(returning: Returning) -> None:
    nowhere = connect("mongodb://127.0.0.1:1/", "nowhere")
    room = returning.bench.room
    units = Units(nowhere, "notifications", returning.bench.clock, room.units.mint)
    away = replace(room, units=units, store=Store(nowhere))
    listener = Listener("127.0.0.1", 0, HOME.takes, lambda raw, to: take_in(away, raw, "smtp", to))
    listener.patient_seconds = 0.5
    listener.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", await listener.opened())
    line = Line(reader, writer)
    await line.answer()
    said = await line.letter(bounce(GOMEZ), HOME.to("letter-1"))
    line.hang_up()
    await listener.stop()
    close(nowhere)
    assert said.startswith("451 4.3.0")


async def test_a_port_that_is_taken_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "AGAIN_SECONDS", 0.01)
    taken = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    listener = Listener("127.0.0.1", port, HOME.takes, lambda _raw, _to: asyncio.sleep(0))
    listener.start()
    opened = asyncio.create_task(listener.opened())
    done, _ = await asyncio.wait([opened], timeout=0.05)
    assert not done
    taken.close()
    await taken.wait_closed()
    async with asyncio.timeout(20):
        assert await opened == port
    await listener.stop()


def test_the_ways_in_are_those_that_are_set(returning: Returning, keys: KeyPair) -> None:
    bench = returning.bench
    assert intakes(settings(bench, keys, **RETURN), bench.room) == []
    with_mailbox = settings(
        bench,
        keys,
        return_imap_host="imap.example",
        return_imap_username="bounces",
        return_imap_token_url="https://tokens.example",
        return_imap_client_id="partners",
    )
    assert len(intakes(with_mailbox, bench.room)) == 1
    mailbox = return_mailbox(with_mailbox, bench.room)
    assert (mailbox.host, mailbox.port, mailbox.tls) == ("imap.example", 993, "tls")
    assert mailbox.tokens is not None
