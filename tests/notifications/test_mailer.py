"""The mailer against a real SMTP server that answers, refuses, or cuts the line."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notifications.domain.post import Accepted, Addressed, Busy, NotYet, Refusal, Unclear
from services.notifications.mailer import Mailer, MailRests, MailService
from shared.errors import DependencyDown
from tests.notifications.sink import Sink, running

TO = "ana@family.example"
LETTER = Addressed("d1", "school@district.example", TO, b"Subject: hi\r\n\r\n.dotted\r\nHello\r\n")


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with running(Sink()) as listening:
        yield listening


@pytest.fixture
async def mailer(sink: Sink) -> AsyncIterator[Mailer]:
    made = Mailer(MailService("127.0.0.1", sink.port, tls="none", timeout_seconds=3))
    yield made
    await made.close()


async def test_a_letter_is_accepted_and_arrives_as_it_was_written(
    sink: Sink, mailer: Mailer
) -> None:
    assert await mailer.send(LETTER) == Accepted("taken")
    assert sink.taken == [(TO, LETTER.message)]


async def test_many_letters_share_few_connections(sink: Sink, mailer: Mailer) -> None:
    outcomes = await asyncio.gather(*(mailer.send(LETTER) for _ in range(40)))
    assert all(isinstance(each, Accepted) for each in outcomes)
    assert len(sink.taken) == 40
    assert sink.connections <= mailer.connections


@pytest.mark.parametrize("code", ["421 come back", "450 greylisted", "451 later"])
@pytest.mark.parametrize("stage", ["rcpt", "end"])
async def test_a_passing_refusal_is_busy_at_each_stage(
    sink: Sink, mailer: Mailer, stage: str, code: str
) -> None:
    setattr(sink, stage, {"*": code})
    outcome = await mailer.send(LETTER)
    assert isinstance(outcome, Busy)
    assert outcome.said.startswith(code[:3])
    assert sink.taken == []


async def test_after_a_refusal_the_same_connection_takes_the_next_letter(
    sink: Sink, mailer: Mailer
) -> None:
    sink.rcpt = {TO: "450 later"}
    await mailer.send(LETTER)
    other = Addressed("d2", LETTER.sender, "bo@family.example", LETTER.message)
    assert isinstance(await mailer.send(other), Accepted)
    assert sink.connections == 1


async def test_a_refused_recipient_is_dead_and_it_is_the_address(
    sink: Sink, mailer: Mailer
) -> None:
    sink.rcpt = {TO: "550 no such person"}
    assert await mailer.send(LETTER) == Refusal("550 no such person", address=True)


async def test_a_letter_refused_at_its_end_is_dead_but_the_address_is_good(
    sink: Sink, mailer: Mailer
) -> None:
    sink.end = {TO: "554 we do not like it"}
    assert await mailer.send(LETTER) == Refusal("554 we do not like it", address=False)


@pytest.mark.parametrize("said", ["550 sign in first", "450 too many of you"])
async def test_a_refused_sender_is_our_trouble_and_no_letter_dies_of_it(
    sink: Sink, mailer: Mailer, said: str
) -> None:
    sink.mail = {"*": said}
    with pytest.raises(MailRests, match=said):
        await mailer.send(LETTER)


async def test_a_line_cut_before_the_end_may_be_tried_again(sink: Sink, mailer: Mailer) -> None:
    # So long that it can't all be on its way when the line is cut.
    sink.cut_after_354 = True
    long = Addressed(
        "d3", LETTER.sender, TO, b"Subject: hi\r\n\r\n" + b"x" * 60 + b"\r\n" * 20_000_000
    )
    assert isinstance(await mailer.send(long), Busy)


async def test_a_short_letter_cut_after_354_is_never_called_accepted(
    sink: Sink, mailer: Mailer
) -> None:
    sink.cut_after_354 = True
    assert isinstance(await mailer.send(LETTER), Busy | Unclear)


async def test_a_line_cut_after_the_end_leaves_us_unsure(sink: Sink, mailer: Mailer) -> None:
    sink.cut_after_dot = {TO}
    assert isinstance(await mailer.send(LETTER), Unclear)
    assert len(sink.taken) == 1


@pytest.mark.parametrize("garbled", ["50 taken", "354 go on", "220 hello", "what?", "1000 taken"])
async def test_only_a_refusal_says_that_a_letter_was_not_taken(
    sink: Sink, mailer: Mailer, garbled: str
) -> None:
    sink.garbled_end = {TO: garbled}
    outcome = await mailer.send(LETTER)
    assert isinstance(outcome, Unclear if not garbled.startswith("2") else Accepted)
    assert len(sink.taken) == 1


async def test_a_line_that_answers_nonsense_is_used_no_more(sink: Sink, mailer: Mailer) -> None:
    sink.rcpt = {TO: "50 OK"}
    assert isinstance(await mailer.send(LETTER), Busy)
    assert sink.taken == []
    sink.rcpt.clear()
    assert isinstance(await mailer.send(LETTER), Accepted)
    assert sink.connections == 2


async def test_no_answer_to_the_end_leaves_us_unsure(sink: Sink) -> None:
    class Silent(Sink):
        async def handle_DATA(self, *_: object) -> str:  # noqa: N802
            await asyncio.sleep(2)
            return "250 too late"

    async with running(Silent()) as silent:
        mailer = Mailer(MailService("127.0.0.1", silent.port, tls="none", timeout_seconds=0.2))
        assert isinstance(await mailer.send(LETTER), Unclear)
        await mailer.close()


async def test_a_letter_that_takes_too_long_before_its_end_is_busy_and_its_line_is_closed(
    sink: Sink,
) -> None:
    sink.slow[TO] = asyncio.Event()
    hasty = Mailer(MailService("127.0.0.1", sink.port, tls="none", timeout_seconds=0.2))
    assert isinstance(await hasty.send(LETTER), Busy)
    sink.slow.pop(TO).set()
    assert await hasty.send(LETTER) == Accepted("taken")
    assert sink.connections == 2
    await hasty.close()


async def test_a_letter_whose_time_is_over_is_not_begun(sink: Sink, mailer: Mailer) -> None:
    assert await mailer.send(LETTER, lambda: False) == NotYet()
    assert sink.taken == []


async def test_where_nobody_listens_the_dependency_is_down(sink: Sink) -> None:
    async with running(Sink()) as gone:
        port = gone.port
    mailer = Mailer(MailService("127.0.0.1", port, tls="none", timeout_seconds=1))
    with pytest.raises(DependencyDown):
        await mailer.send(LETTER)


async def test_a_server_that_comes_back_is_used_again(mailer: Mailer, sink: Sink) -> None:
    await mailer.send(LETTER)
    for line in mailer._idle:
        line.smtp.close()
    assert isinstance(await mailer.send(LETTER), Accepted)


def _certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = dt.datetime.now(dt.UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + cert.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    trusting = ssl.create_default_context(
        cadata=cert.public_bytes(serialization.Encoding.PEM).decode()
    )
    return server, trusting


async def test_tls_from_the_first_byte_with_a_certificate_that_is_checked(tmp_path: Path) -> None:
    server, trusting = _certificate(tmp_path)
    async with running(Sink(), tls=server) as sink:
        known = Mailer(MailService("127.0.0.1", sink.port, tls="tls", trusted=trusting))
        assert isinstance(await known.send(LETTER), Accepted)
        await known.close()
        unknown = Mailer(MailService("127.0.0.1", sink.port, tls="tls"))
        with pytest.raises(DependencyDown):
            await unknown.send(LETTER)


async def test_starttls_with_a_certificate_that_is_checked(tmp_path: Path) -> None:
    server, trusting = _certificate(tmp_path)
    async with running(Sink(), starttls=server) as sink:
        known = Mailer(MailService("127.0.0.1", sink.port, tls="starttls", trusted=trusting))
        assert isinstance(await known.send(LETTER), Accepted)
        await known.close()
        unknown = Mailer(MailService("127.0.0.1", sink.port, tls="starttls"))
        with pytest.raises(DependencyDown):
            await unknown.send(LETTER)


async def test_a_service_that_offers_no_tls_gets_no_letter_in_the_clear(sink: Sink) -> None:
    mailer = Mailer(MailService("127.0.0.1", sink.port, tls="starttls"))
    with pytest.raises(DependencyDown):
        await mailer.send(LETTER)
    assert sink.taken == []
