"""Everything that can go wrong, each as a block: the fault holds inside and is mended after it.

Each block gives the alerts that have to call somebody.
"""

import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import httpx2

from embedded.visitor import Unexpected
from shared.bus.topology import RUNGS
from shared.web.admission import MOST_OF_PROGRAMS
from tests.alerts import faults
from tests.alerts.conftest import WATCHED, WiredHouse
from tests.alerts.faults import Databases
from tests.alerts.monitor import Alert
from tests.journeys.cast import Cast
from tests.journeys.waiting import eventually
from tests.journeys.words import good_news

END_OF_LETTER = b".\r\n"
VISITORS = 3
PROGRAMS = MOST_OF_PROGRAMS + 12


@asynccontextmanager
async def mail_that_does_not_leave(cast: Cast, house: WiredHouse) -> AsyncIterator[set[Alert]]:
    """The line breaks when a letter was handed over, and then the mail service is away."""
    house.to_mail.drop_reply(END_OF_LETTER)
    contact_id = cast.log(cast.some(), good_news())
    in_doubt = eventually(lambda: _in_doubt(cast, contact_id))
    house.to_mail.refuse()
    house.to_mail.cut()
    cast.log(cast.some(), good_news())
    names = ("MailServiceDown", "LettersOverdue", "LettersUnknown")
    yield {(name, "notifications") for name in names}
    house.to_mail.heal()
    for letter_id in in_doubt:
        page = cast.office.open(f"/notifications/letters/{letter_id}")
        cast.office.submit(page, "/settle", {"finding": "lost"})


@asynccontextmanager
async def messages_that_fail(house: WiredHouse) -> AsyncIterator[set[Alert]]:
    """Requests that can't be fulfilled yet, and something that is no message at all."""
    await faults.ask_for_letters_to_nobody(house, 25)
    await faults.flood_ingress(house, 1)
    yield {("ManyRetries", "notifications"), ("DeadLetters", "gateway")}
    for rung in RUNGS:
        await house.broker.rabbitmqctl("purge_queue", "-p", house.vhost, f"notifications.{rung}")
    drop_dead_letters(house)


@asynccontextmanager
async def replicas_that_lack_something(
    house: WiredHouse, databases: Databases
) -> AsyncIterator[set[Alert]]:
    """One service lacks a family, another one a flag."""
    await databases.lose_a_family("reports")
    await databases.miss_flags("events", 1)
    yield {("DirectoryBehind", "reports"), ("FlagsMissing", "events")}
    await databases.miss_flags("events", -1)
    house.partners("directory", "resend")


@asynccontextmanager
async def a_slow_database(cast: Cast, house: WiredHouse, page: str) -> AsyncIterator[set[Alert]]:
    """Each answer of the database takes its time, while people open pages and programs ask."""
    house.to_database.delay(0.15)
    with visits(cast, page), programs(house):
        yield {("PagesSlow", "contacts"), ("Overloaded", "contacts")}
    house.to_database.delay(0)


@asynccontextmanager
async def no_database(cast: Cast, house: WiredHouse, page: str) -> AsyncIterator[set[Alert]]:
    """Contacts has no database, while people open pages."""
    house.to_database.refuse()
    house.to_database.cut()
    with visits(cast, page):
        yield {("DatabaseDown", "contacts"), ("RequestsFail", "contacts")}
    house.to_database.heal()


@asynccontextmanager
async def services_that_stand_still(house: WiredHouse) -> AsyncIterator[set[Alert]]:
    """One is gone, two hang with much to do."""
    hanging = [house.services["gateway"], house.services["events"]]
    house.services["contacts"].kill()
    for process in hanging:
        process.pause()
    await faults.flood_events(house, 1100)
    await faults.flood_ingress(house, 700)
    yield {
        *(("ServiceDown", name) for name in ("gateway", "events", "contacts")),
        *(("NobodyConsumes", queue) for queue in ("contacts", "contacts.dead")),
        ("QueueLong", "events"),
        ("IngressLong", "gateway.ingress"),
    }
    for process in hanging:
        process.resume()
    house.services["contacts"].restart()


@asynccontextmanager
async def a_broker_in_need(house: WiredHouse, databases: Databases) -> AsyncIterator[set[Alert]]:
    """It has no disk and no memory left, so that nothing is told, not even of flags."""
    await house.broker.rabbitmqctl("set_disk_free_limit", "900000GB")
    await house.broker.rabbitmqctl("set_vm_memory_high_watermark", "0.00001")
    await databases.fill_outbox(1100)
    await databases.age_flags("notifications", timedelta(minutes=10))
    own = ("OutboxLong", "OutboxLate", "FlagsOld")
    yield {
        ("BrokerBlocked", ""),
        ("BrokerDiskFull", ""),
        *((name, "notifications") for name in own),
    }
    await house.broker.rabbitmqctl("set_disk_free_limit", "50MB")
    await house.broker.rabbitmqctl("set_vm_memory_high_watermark", "0.4")


@asynccontextmanager
async def no_broker(house: WiredHouse) -> AsyncIterator[set[Alert]]:
    """It is shut down."""
    async with house.broker.down():
        yield {("BrokerDown", name) for name in ("", *WATCHED)}


@contextmanager
def programs(house: WiredHouse) -> Iterator[None]:
    """More programs than contacts serves at once ask it for something, all the time."""
    token = _token(house)
    url = f"{house.services['contacts'].url}/contacts/api/v1/rosters"
    over = threading.Event()

    def ask() -> None:
        with httpx2.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
            while not over.is_set():
                if client.get(url).status_code == httpx2.codes.SERVICE_UNAVAILABLE:
                    over.wait(0.5)

    with ThreadPoolExecutor(PROGRAMS) as beside:
        asking = [beside.submit(ask) for _ in range(PROGRAMS)]
        try:
            yield
        finally:
            over.set()
        for each in asking:
            each.result(timeout=60)


def _token(house: WiredHouse) -> str:
    operator = house.operator
    answer = httpx2.post(
        f"{house.url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(operator.client_id, operator.client_secret),
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


@contextmanager
def visits(cast: Cast, page: str) -> Iterator[None]:
    """People open a page again and again meanwhile."""
    over = threading.Event()

    def visit() -> None:
        while not over.is_set():
            try:
                cast.educator.open(page)
            except Unexpected:
                continue  # that is what we are here for

    with ThreadPoolExecutor(VISITORS) as beside:
        visiting = [beside.submit(visit) for _ in range(VISITORS)]
        try:
            yield
        finally:
            over.set()
        for each in visiting:
            each.result(timeout=60)


def drop_dead_letters(house: WiredHouse) -> None:
    """As an operator does."""
    house.partners("dead", "drop", "--all", "--yes")


def _in_doubt(cast: Cast, contact_id: str) -> list[str]:
    rows = cast.deliveries(about=contact_id)
    return [row["delivery_id"] for row in rows if row["state"] == "unknown"]
