"""Bugs put into a service from outside, to prove that the checker finds each of them.

`python -m tests.faults.bugs NAME serve notifications` patches the real classes and then runs the
`partners` command; product code has no switch for any of it. Each bug is a mistake that people
make in real systems; its docstring says which.
"""

import asyncio
import os
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared import crashpoints

VARIABLE = "TESTS_BUG"
"""Which bug a forked process is to have (`from_environment`); empty: none."""
TOLD = "bug.told"
"""Crash points of the bugs themselves, at the telling place of each."""
STORED = "bug.stored"
ACKNOWLEDGED = "bug.acknowledged"
BUFFER_SECONDS = 0.2
"""Shorter than the quiet for which a scene waits: what lies in a buffer is seen by nobody."""


@dataclass(frozen=True)
class Bug:
    """One mistake: the service that makes it, and the invariants of which one has to break."""

    service: str
    breaks: frozenset[str]
    put_in: Callable[[], None]


BUGS: dict[str, Bug] = {}


def bug(service: str, *breaks: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a bug under the name of its function."""

    def register(put_in: Callable[[], None]) -> Callable[[], None]:
        BUGS[put_in.__name__] = Bug(service, frozenset(breaks), put_in)
        return put_in

    return register


def from_environment() -> None:
    """Put in the bug that the environment names; for processes forked from the warm one."""
    if name := os.environ.get(VARIABLE, ""):
        BUGS[name].put_in()


def _replace(owner: Any, name: str, new: object) -> None:
    """Patch what is there; a name that the product no longer has would make a bug harmless."""
    assert hasattr(owner, name), f"{owner} has no {name} any more"
    setattr(owner, name, new)


# --- messages -------------------------------------------------------------------------------------


@bug("contacts", "I1", "I2", "I3")
def inbox_ignored() -> None:
    """A handler that trusts the broker to deliver once. "At least once" is all that it promises."""
    from shared.inbox import INBOX, Inbox

    async def once(self: Inbox, envelope: Any, effect: Any) -> bool:
        async def body(work: Any) -> None:
            row = {"_id": f"{self.units.service}|{envelope.key}", "at": work.now}
            rows = self.units.database[INBOX.name]
            await rows.replace_one({"_id": row["_id"]}, row, upsert=True, session=work.session)
            await effect(work)

        await self.units.run(body, cause=envelope)
        return True

    _replace(Inbox, "once", once)


@bug("reports", "I1", "I3")
def early_ack() -> None:
    """Acknowledging when a message is taken, as auto-ack does: a kill while handling loses it."""
    from shared.bus.batch import BatchConsumer
    from shared.envelope import Envelope

    async def settle(self: BatchConsumer, batch: Any) -> None:
        await batch[-1].ack(multiple=True)
        await asyncio.sleep(BUFFER_SECONDS)  # the broker has heard it
        crashpoints.reach(ACKNOWLEDGED)
        await self._fold([(each, Envelope.parse(each.body)) for each in batch])

    _replace(BatchConsumer, "_settle", settle)


@bug("contacts", "I1", "I3")
def no_confirm() -> None:
    """Marking as sent what was only put into a buffer: no publisher confirms."""
    from shared.bus.rabbit import RabbitPublisher
    from shared.outbox import Relay

    publish, tell_all, under_way = RabbitPublisher.publish, Relay._tell_all, set()

    async def later(self: RabbitPublisher, envelope: Any) -> None:
        await asyncio.sleep(BUFFER_SECONDS)
        await publish(self, envelope)

    async def fire(self: RabbitPublisher, envelope: Any) -> None:
        task = asyncio.create_task(later(self, envelope))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    async def marked(self: Relay, rows: Any) -> Any:
        told = await tell_all(self, rows)
        crashpoints.reach(TOLD, [row["envelope"]["type"] for row in rows])
        return told

    _replace(RabbitPublisher, "publish", fire)
    _replace(Relay, "_tell_all", marked)


@bug("contacts", "I1", "I3")
def outbox_beside() -> None:
    """The dual write: the change is committed, and its message is stored afterwards."""
    from shared.outbox import OUTBOX, Units, Work, _row

    async def run(self: Units, body: Any, *, cause: Any = None) -> Any:
        works: list[Work] = []

        async def within(session: Any) -> Any:
            source = f"/partners/{self.service}"
            works[:] = [Work(session, self.clock.now(), source, self.mint, cause=cause)]
            return await body(works[0])

        result = await self.database.transaction(within)
        if rows := [_row(each) for each in works[0].emitted]:
            crashpoints.reach(STORED, [each.type for each in works[0].emitted])
            await self.database[OUTBOX.name].insert_many(rows)
            self.told.set()
        return result

    _replace(Units, "run", run)


@bug("contacts", "I5", "I1")
def errors_swallowed() -> None:
    """`except Exception: log` around a handler: what fails is acknowledged and gone."""
    from shared.bus import settle

    def forgiven(tries: int, error: BaseException) -> Any:
        del tries, error
        return settle.DONE

    _replace(settle, "after_failure", forgiven)


@bug("gateway", "I5")
def dead_dropped() -> None:
    """A dead-letter queue without a consumer that keeps them, or with one that only logs."""
    from shared.deadletters import DeadLetters

    async def bury(self: DeadLetters, body: bytes, headers: Any, queue: str) -> None:
        del self, body, headers, queue

    _replace(DeadLetters, "bury", bury)


@bug("notifications", "I3")
def version_ignored() -> None:
    """The last message to arrive wins, whichever version it has."""
    from shared.directory import _KIND, Directory

    async def apply(self: Directory, message: Any, work: Any) -> bool:
        version = work.cause.version if work.cause else 0
        row = {**message.model_dump(mode="json"), "version": version}
        kinds: Any = _KIND
        await self.database[kinds[type(message)]].replace_one(
            {"_id": message.subject}, row, upsert=True, session=work.session
        )
        return True

    _replace(Directory, "apply", apply)


# --- letters --------------------------------------------------------------------------------------


@bug("notifications", "I2")
def no_unique_delivery() -> None:
    """No unique index on what is promised to whom: rows are told apart by ids of their own, and a
    handler that is asked again, under another id, promises again.
    """
    from services.notifications.actions import notes
    from services.notifications.domain.delivery import Delivery

    def fresh(contact_id: str) -> str:
        return f"{contact_id}|{uuid.uuid4().hex}"

    _replace(Delivery, "key", property(lambda self: self.delivery_id))
    _replace(notes, "_id", fresh)


@bug("notifications", "I2")
def unknown_resent() -> None:
    """ "Retry whatever has no answer": a letter cut off after its end is sent once more."""
    from services.notifications.actions import handing
    from services.notifications.domain import reasons
    from services.notifications.store import deliveries

    started = datetime.now(UTC)

    async def left(self: Any, now: datetime, limit: int = 500) -> Any:
        del now
        query = {"state": "handing", "changed_at": {"$lt": started}}
        found = self.database[deliveries.NAME].find(query).limit(limit)
        return [deliveries.read(row) async for row in found]

    def again(delivery: Any, now: datetime) -> Any:
        return delivery.moved("pending", reasons.TAKEN_UP_AGAIN, now, due_at=now)

    _replace(deliveries.Deliveries, "lapsed", left)
    _replace(handing, "lapsed", again)


@bug("notifications", "I2")
def flags_read_once() -> None:
    """Asking for permission when a letter is promised, and not again when it leaves."""
    from services.notifications.actions import flagging, handing, surroundings

    for module in (flagging, handing, surroundings):
        _replace(module, "is_barred", lambda *_: False)


@bug("notifications", "privacy")
def addresses_logged() -> None:
    """A helpful line in the log: which letter goes to whom."""
    from services.notifications.mailer import Mailer
    from shared import telemetry

    send = Mailer.send

    async def told(self: Mailer, letter: Any, *rest: Any) -> Any:
        telemetry.logger("sender").info("sending", to=letter.recipient)
        return await send(self, letter, *rest)

    _replace(Mailer, "send", told)


# --- answers and figures --------------------------------------------------------------------------


@bug("events", "I1", "I3")
def first_answer_stays() -> None:
    """Insert if absent, where the last answer of a household has to win."""
    from services.events.store.rsvps import Rsvps

    keep = Rsvps.keep

    async def once(self: Rsvps, rsvp: Any, work: Any) -> None:
        if await self.one(rsvp.event_id, rsvp.household_id, work) is None:
            await keep(self, rsvp, work)

    _replace(Rsvps, "keep", once)


@bug("reports", "I3", "I1")
def ledger_not_unique() -> None:
    """No unique index on the ledger, and a counter that adds whatever comes."""
    from services.reports.store.ledger import Ledger

    append = Ledger.append

    async def known(self: Ledger, facts: Any, session: Any) -> Any:
        del self, facts, session
        return set(), {}

    async def minted(self: Ledger, news: Any, *rest: Any, **named: Any) -> None:
        fresh = [(e, fact._replace(key=f"{fact.key}|{uuid.uuid4().hex}")) for e, fact in news]
        await append(self, fresh, *rest, **named)

    _replace(Ledger, "known", known)
    _replace(Ledger, "append", minted)


@bug("reports", "I3")
def undoing_not_counted() -> None:
    """Counters that are only ever raised: a contact that was taken back stays counted."""
    from services.reports.domain import facts
    from shared.messages import ContactRetracted

    kind: Any = ContactRetracted
    _replace(facts, "_ABOUT", facts._ABOUT | {kind: ("undoing", 2)})


@bug("reports", "I3")
def days_in_utc() -> None:
    """Days cut where the server is, not where the school is."""
    from services.reports.domain import fold

    def day_in(moment: datetime, zone: str) -> str:
        del zone
        return moment.astimezone(UTC).date().isoformat()

    _replace(fold, "day_in", day_in)


def main() -> None:
    """Put a bug in, then be the `partners` command."""
    if len(sys.argv) < 2 or sys.argv[1] not in BUGS:
        sys.exit(f"usage: python -m tests.faults.bugs NAME serve SERVICE; NAME: {', '.join(BUGS)}")
    from cli.main import app

    BUGS[sys.argv[1]].put_in()
    sys.argv = ["partners", *sys.argv[2:]]
    app()


if __name__ == "__main__":
    main()
