"""Takes in messages of other systems: each once, and told to the service that owns such facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.gateway.actions import Gate
from services.gateway.domain.cloudevents import Raw, Unreadable, over_amqp
from services.gateway.domain.incoming import (
    ExternalMessage,
    NotTaken,
    Receipt,
    Result,
    judge,
    sort_out,
    system_of,
    within_share,
)
from shared.bus.base import Incoming
from shared.errors import Conflict, DependencyDown, Permanent
from shared.external import EXTERNAL, NoticeAsked
from shared.messages import ExternalFactReceived
from shared.outbox import Work

TRIES = 5


@dataclass(frozen=True)
class Sender:
    """Who sends, authenticated, and what they may send."""

    system: str
    types: frozenset[str]
    way: Literal["http", "amqp"]
    client_id: str | None = None
    people_per_day: int = 0
    """Of how many people it may have the households told in one day (UTC)."""


async def receive(gate: Gate, raws: Sequence[Raw], sender: Sender) -> list[Result]:
    """Take in messages, all in one transaction; each result says what became of one."""
    now = gate.clock.now()
    judged: list[ExternalMessage | NotTaken] = []
    for raw in raws:
        try:
            judged.append(
                judge(
                    raw,
                    system=sender.system,
                    types=sender.types,
                    now=now,
                    link_hosts=gate.link_hosts,
                )
            )
        except NotTaken as reason:
            judged.append(reason)
    ids = [raw.id for raw in raws]
    if all(isinstance(each, NotTaken) for each in judged):
        return sort_out(judged, ids, {})[0]

    async def body(work: Work) -> list[Result]:
        keys = [each.key for each in judged if isinstance(each, ExternalMessage)]
        results, fresh = sort_out(judged, ids, await gate.receipts.known(keys, work))
        results, fresh = await _share(gate, results, fresh, sender, work)
        await _keep(gate, fresh, sender, work)
        return results

    for _ in range(TRIES):
        try:
            return await gate.units.run(body)
        except Conflict:
            # The same message came by another way at this moment; now its receipt can be read.
            continue
    raise DependencyDown("the database")


async def _share(
    gate: Gate,
    results: list[Result],
    fresh: list[ExternalMessage],
    sender: Sender,
    work: Work,
) -> tuple[list[Result], list[ExternalMessage]]:
    """Only as many people as the sender may have told in a day, counted in this transaction."""
    if not any(each.people for each in fresh):
        return results, fresh
    day, who = work.now.date(), sender.client_id or sender.system
    left = sender.people_per_day - await gate.shares.used(who, day, work)
    results, fresh = within_share(results, fresh, max(0, left))
    await gate.shares.use(who, day, sum(each.people for each in fresh), work)
    return results, fresh


async def _keep(gate: Gate, fresh: Sequence[ExternalMessage], sender: Sender, work: Work) -> None:
    receipts = [
        Receipt(
            key=each.key,
            receipt_id=gate.mint(),
            digest=each.digest,
            system=sender.system,
            type=each.type,
            client_id=sender.client_id,
            way=sender.way,
            at=work.now,
        )
        for each in fresh
    ]
    if receipts:
        await gate.receipts.add(receipts, work)
    for receipt, each in zip(receipts, fresh, strict=True):
        fact = ExternalFactReceived(
            receipt_id=receipt.receipt_id,
            system=sender.system,
            fact=each.type,
            source_id=each.id,
            occurred_at=each.time,
            data=each.data,
        )
        work.emit(fact, sequence=1)


async def take_in(gate: Gate, incoming: Incoming) -> None:
    """Take in one AMQP message; `Permanent` says why it is refused, and so it is dead at once.

    The broker let its routing key pass, and by that we know the system.
    """
    try:
        system, kind = system_of(incoming.routing_key)
        raw = over_amqp(incoming.content_type, incoming.headers, incoming.body)
    except (NotTaken, Unreadable) as reason:
        raise Permanent(str(reason)) from reason
    if raw.attributes.get("type") not in {kind, None}:
        raise Permanent(f"type: the routing key says {kind[:200]}")
    # A notice needs a scope and a share of the day, which only a program by HTTP has.
    sender = Sender(system, frozenset(EXTERNAL) - {NoticeAsked.TYPE}, "amqp")
    told = (await receive(gate, [raw], sender))[0]
    if told.result == "refused":
        raise Permanent(told.reason or "refused")
