"""Mail that came back is fetched by IMAP, and moved away only after it is kept."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import httpx2
import pytest

from services.notifications.actions.returning import take_in
from services.notifications.intake.fetching import Fetcher, Mailbox
from services.notifications.intake.tokens import Tokens
from shared.clock import SetClock
from shared.errors import DependencyDown
from tests.notifications.making import NOW
from tests.notifications.returns.conftest import GOMEZ, HOME, Returning
from tests.notifications.returns.imap_server import Imap, running
from tests.notifications.returns.mailing import bounce, person


@pytest.fixture
async def imap() -> AsyncIterator[Imap]:
    """A mailbox with two mails."""
    made = Imap()
    made.put(bounce(message_id="first@relay.example"))
    made.put(person("Thank you", message_id="second@relay.example"))
    async with running(made):
        yield made


def mailbox(imap: Imap, tokens: Tokens | None = None) -> Mailbox:
    return Mailbox("127.0.0.1", imap.port, imap.username, imap.password, tls="none", tokens=tokens)


class Kept:
    """Takes mails into a list, until told otherwise."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.trouble_at = 0

    async def __call__(self, raw: bytes) -> None:
        if len(self.mails) + 1 == self.trouble_at:
            raise DependencyDown("the database")
        self.mails.append(raw)


@pytest.mark.parametrize("can", [("MOVE", "UIDPLUS"), ("UIDPLUS",), ()])
async def test_all_that_lies_there_is_kept_and_moved(imap: Imap, can: tuple[str, ...]) -> None:
    imap.can = can
    kept = Kept()
    fetcher = Fetcher(mailbox(imap), kept)
    assert await fetcher.fetch() == 2
    assert [b"first@" in kept.mails[0], b"second@" in kept.mails[1]] == [True, True]
    assert (imap.mails(), len(imap.mails("Partners"))) == ([], 2)
    assert await fetcher.fetch() == 0
    imap.put(bounce(message_id="three"))
    assert await fetcher.fetch() == 1
    assert len(kept.mails) == 3


async def test_what_could_not_be_kept_stays_where_it_is(imap: Imap) -> None:
    kept = Kept()
    kept.trouble_at = 2
    with pytest.raises(DependencyDown, match="database"):
        await Fetcher(mailbox(imap), kept).fetch()
    assert (len(imap.mails()), len(imap.mails("Partners"))) == (1, 1)
    kept.trouble_at = 0
    await Fetcher(mailbox(imap), kept).fetch()
    assert (imap.mails(), len(kept.mails)) == ([], 2)


async def test_a_mail_that_nobody_can_keep_holds_up_no_other(imap: Imap) -> None:
    kept = Kept()

    async def take(raw: bytes) -> None:
        if b"first@" in raw:
            raise ValueError("a mistake of ours")
        await kept(raw)

    assert await Fetcher(mailbox(imap), take).fetch() == 2
    assert (len(kept.mails), len(imap.mails())) == (1, 1)


async def test_a_line_cut_before_the_move_brings_the_mail_again(imap: Imap) -> None:
    kept = Kept()
    imap.cut_at = "MOVE"
    with pytest.raises(DependencyDown):
        await Fetcher(mailbox(imap), kept).fetch()
    assert len(imap.mails()) == 2
    imap.cut_at = ""
    await Fetcher(mailbox(imap), kept).fetch()
    assert [b"first@" in raw for raw in kept.mails] == [True, True, False]


async def test_a_very_large_mail_is_read_at_its_beginning(imap: Imap) -> None:
    imap.folders["INBOX"].clear()
    imap.put(bounce() + b"x" * 3_000_000)
    kept = Kept()
    await Fetcher(mailbox(imap), kept).fetch()
    assert len(kept.mails[0]) == 2_000_000
    assert imap.mails() == []


@pytest.mark.parametrize("at", ["LOGIN", "SELECT", "SEARCH", "FETCH"])
async def test_a_mailbox_that_hangs_up_is_down_and_keeps_its_mail(imap: Imap, at: str) -> None:
    imap.cut_at = at
    with pytest.raises(DependencyDown, match="return mailbox"):
        await Fetcher(mailbox(imap), Kept()).fetch()
    assert len(imap.mails()) == 2


async def test_a_wrong_password_and_nobody_there_are_said(imap: Imap) -> None:
    with pytest.raises(DependencyDown):
        await Fetcher(replace(mailbox(imap), password="other"), Kept()).fetch()
    with pytest.raises(DependencyDown):
        await Fetcher(replace(mailbox(imap), port=1), Kept()).fetch()


async def test_twice_the_same_mail_is_one(returning: Returning, imap: Imap) -> None:
    row = await returning.write()
    imap.folders["INBOX"].clear()
    to = f"Delivered-To: {HOME.to(row.delivery_id)}\n".encode()
    imap.put(to + bounce(GOMEZ))
    room = returning.bench.room
    fetcher = Fetcher(mailbox(imap), lambda raw: take_in(room, raw, "imap"))
    imap.cut_at = "MOVE"
    with pytest.raises(DependencyDown):
        await fetcher.fetch()
    assert (await returning.row(row)).state == "dead"
    imap.cut_at = ""
    await fetcher.fetch()
    (kept,) = await returning.kept()
    assert (kept.came_by, kept.done) == ("imap", "stopped_writing")
    assert (await returning.bench.told_types()).count("notice.bounced") == 1


# --- by token -------------------------------------------------------------------------------------


class Giver:
    """A token service: counts its tokens, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.status = 200
        self.given: dict[str, object] = {}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(dict(parse_qsl(request.content.decode())))
        token = {"access_token": f"token-{len(self.asked)}", "expires_in": 3600, **self.given}
        return httpx2.Response(self.status, json=token)

    def tokens(self, clock: SetClock, secret: str = "", refresh: str = "") -> Tokens:
        return Tokens(
            "https://tokens.example/oauth",
            "partners",
            clock,
            client_secret=secret,
            refresh_token=refresh,
            scope="mail",
            transport=httpx2.MockTransport(self),
        )


async def test_a_token_signs_in_and_is_used_until_it_ends(imap: Imap) -> None:
    giver, clock = Giver(), SetClock(NOW)
    tokens = giver.tokens(clock, secret="s")
    imap.token = "token-1"
    fetcher = Fetcher(mailbox(imap, tokens), Kept())
    assert await fetcher.fetch() == 2
    await fetcher.fetch()
    assert giver.asked == [
        {
            "client_id": "partners",
            "grant_type": "client_credentials",
            "client_secret": "s",
            "scope": "mail",
        }
    ]
    clock.move(timedelta(minutes=59, seconds=1))
    imap.token = "token-2"
    await fetcher.fetch()
    assert len(giver.asked) == 2


async def test_a_token_that_is_refused_is_fetched_anew_the_next_time(imap: Imap) -> None:
    giver = Giver()
    fetcher = Fetcher(mailbox(imap, giver.tokens(SetClock(NOW))), Kept())
    imap.token = "token-2"
    with pytest.raises(DependencyDown):
        await fetcher.fetch()
    assert await fetcher.fetch() == 2


async def test_a_new_refresh_token_takes_the_place_of_the_old_one(imap: Imap) -> None:
    giver, clock = Giver(), SetClock(NOW)
    giver.given = {"refresh_token": "second", "expires_in": "soon"}
    tokens = giver.tokens(clock, refresh="first")
    await tokens.token()
    clock.move(timedelta(hours=1))
    await tokens.token()
    assert [each["refresh_token"] for each in giver.asked] == ["first", "second"]


@pytest.mark.parametrize(("status", "given"), [(401, {}), (200, {"access_token": None})])
async def test_no_token_is_said(status: int, given: dict[str, object]) -> None:
    giver = Giver()
    giver.status, giver.given = status, given
    with pytest.raises(DependencyDown, match="token service"):
        await giver.tokens(SetClock(NOW)).token()
