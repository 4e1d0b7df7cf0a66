"""What breaks on the way: processes die, messages come twice, the broker is away for a while.

Whatever was shown as saved is told once, and a letter is handed over at most once.
"""

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from embedded.visitor import Unexpected
from shared.crashpoints import EXIT
from tests.journeys.bus import Tap
from tests.journeys.cast import Cast, Home
from tests.journeys.outside import PhoneSystem, contacted
from tests.journeys.process import Process
from tests.journeys.waiting import eventually
from tests.journeys.words import good_news

pytestmark = pytest.mark.faults
LOGGED = "org.partners.contact.logged.v1"
AFTER = {
    "contacts": "outbox.published",
    "notifications": "message.handled",
    "reports": "message.handled",
}
"""Where each dies: sent but not marked as sent; handled but not acknowledged."""
OUTAGE_SECONDS = 10


@pytest.fixture
def mended(cast: Cast) -> Iterator[None]:
    """Whatever a journey did to the processes, the next one finds them all at work."""
    yield
    for process in cast.house.services.values():
        if process.ends() is not None:
            process.restart()


async def test_a_contact_saved_when_the_service_died_is_told_once_after_its_return(
    cast: Cast, mended: None
) -> None:
    home, words = cast.some(), good_news()
    before = cast.figures()["total"]
    contacts = cast.house.services["contacts"]
    contacts.restart(PARTNERS_CRASH_AT=f"work.committed:{LOGGED}")

    # It dies between the commit and the first word to the broker: she gets no answer.
    with pytest.raises(Unexpected, match="502"):
        cast.log(home, words)
    assert contacts.wait_until_it_ends() == EXIT
    contacts.restart()

    await _told_once(cast, home, words)
    cast.reports_say(contacts=before + 1)


async def test_a_message_over_which_all_died_has_one_effect_after_their_return(
    cast: Cast, mended: None
) -> None:
    home, words = cast.some(), good_news()
    before = cast.figures()["total"]
    dying = [cast.house.services[name] for name in AFTER]
    for process in dying:
        process.kill()
        process.start(PARTNERS_CRASH_AT=f"{AFTER[process.name]}:{LOGGED}")
    for process in dying:
        process.wait_until_ready()

    # Each dies with its work done and nobody told: the message comes again to all of them.
    # It is saved, but contacts may be dead before it can show the page of what was saved.
    with suppress(Unexpected):
        cast.log(home, words)
    assert [process.wait_until_it_ends() for process in dying] == [EXIT] * len(dying)
    for process in dying:
        process.start()
    for process in dying:
        process.wait_until_ready()

    await _told_once(cast, home, words)
    cast.reports_say(contacts=before + 1)


async def test_a_letter_in_doubt_is_not_sent_again(cast: Cast, mended: None) -> None:
    home, words = cast.some(), good_news()
    notifications = cast.house.services["notifications"]
    notifications.restart(PARTNERS_CRASH_AT="letter.answered:good_news")

    # The mail service has said 250, and the process dies before it can write that down.
    contact_id = cast.log(home, words)
    assert notifications.wait_until_it_ends() == EXIT
    notifications.restart()

    # The sender works again, for the next letter to the same address arrives.
    later = good_news("helped a classmate")
    cast.log(home, later)
    cast.letter(home.mailboxes[0], later)
    await cast.house.quiet()
    for mailbox in home.mailboxes:
        assert len(cast.letters(mailbox, words)) == 1
    assert {state for state, _ in cast.fates(about=contact_id)} <= {"handing", "unknown"}


async def test_every_message_delivered_twice_to_everybody_changes_nothing(
    cast: Cast, phones: PhoneSystem
) -> None:
    by_page, from_outside = cast.some(), cast.home(cast.district.picks.arabic)
    first, second = good_news(), good_news()
    before = cast.figures()["total"]
    async with Tap(cast.house) as tap:
        cast.log(by_page, first)
        phones.post(contacted(cast, from_outside, second))
        await _told_once(cast, by_page, first)
        await _told_once(cast, from_outside, second)
        heard = await tap.heard()
    kinds = {each.routing_key for each in heard}
    assert {LOGGED, "org.partners.external.received.v1", "org.partners.notice.accepted.v1"} <= kinds
    figures = cast.figures()

    async with Tap(cast.house) as tap:
        for message in heard:
            await tap.repeat(message)
        await cast.house.quiet()

    await _told_once(cast, by_page, first)
    await _told_once(cast, from_outside, second)
    assert cast.figures() == figures
    assert figures["total"] == before + 2


async def test_while_the_broker_is_away_contacts_are_saved_and_told_once_when_it_is_back(
    cast: Cast,
) -> None:
    home = cast.some()
    said = [good_news() for _ in range(5)]
    before = cast.figures()["total"]

    async with cast.house.broker.down():
        gone_since = time.monotonic()
        ids = [cast.log(home, words) for words in said]
        for contact_id in ids:
            assert cast.educator.open(f"/contacts/entries/{contact_id}").status == 200
        eventually(lambda: time.monotonic() - gone_since >= OUTAGE_SECONDS)

    for words in said:
        await _told_once(cast, home, words)
    cast.reports_say(contacts=before + len(said))
    assert _all_ready(cast)


def _all_ready(cast: Cast) -> bool:
    running: list[Process] = list(cast.house.services.values())
    for process in running:
        process.wait_until_ready()
    return all(process.ends() is None for process in running)


async def _told_once(cast: Cast, home: Home, words: str) -> None:
    for mailbox in home.mailboxes:
        cast.letter(mailbox, words)
    eventually(lambda: cast.months(home)["reached"])
    await cast.house.quiet()
    for mailbox in home.mailboxes:
        assert len(cast.letters(mailbox, words)) == 1
