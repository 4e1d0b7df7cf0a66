"""What becomes of one delivered message: done, another try later, or dead with its reason.

Both buses ask here, so that a message has the same fate on either.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from shared import crashpoints, telemetry
from shared.bus.handlers import Consumer
from shared.bus.topology import LADDER
from shared.envelope import Envelope
from shared.errors import DependencyDown, PartnersError, Permanent
from shared.outbox import Work

PROBE_SECONDS = 1.0


@dataclass(frozen=True)
class Fate:
    """`again` rests on the named rung first; `dead` has a reason in words without personal data."""

    kind: Literal["done", "again", "dead"]
    rung: str = ""
    reason: str = ""


DONE = Fate("done")


def after_failure(tries: int, error: BaseException) -> Fate:
    """Which fate follows the failure number `tries` + 1."""
    reason = words(error)
    if isinstance(error, Permanent):
        return Fate("dead", reason=reason)
    if tries >= len(LADDER):
        return Fate("dead", reason=f"gave up after {tries + 1} tries: {reason}")
    return Fate("again", rung=LADDER[tries], reason=reason)


def words(error: BaseException) -> str:
    """An error in words that hold no personal data."""
    # Only our own errors are written without personal data; of others the class must do.
    if isinstance(error, PartnersError):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__


async def settle(consumer: Consumer, body: bytes, tries: int) -> Fate:
    """Handle one message once and say its fate; wait here while a dependency is down."""
    try:
        envelope = Envelope.parse(body)
        effect = _effect(consumer, envelope)
        crashpoints.reach("message.received", [envelope.type])
        if effect is None:
            return DONE
        with telemetry.handling(consumer.service, envelope):
            await patiently(consumer, lambda: consumer.inbox.once(envelope, effect))
        crashpoints.reach("message.handled", [envelope.type])
    except Exception as error:  # noqa: BLE001 - every failure becomes a fate, none is lost
        telemetry.failed(consumer.service, error)
        return after_failure(tries, error)
    return DONE


def _effect(consumer: Consumer, envelope: Envelope) -> Callable[[Work], Awaitable[None]] | None:
    """What is to be done in one transaction; None when there is nothing to do here."""
    assert consumer.handlers is not None
    handler = consumer.handlers.by_type.get(envelope.type)
    if handler is None:
        raise Permanent(f"{consumer.service} does not handle {envelope.type}")
    message = envelope.open()
    if consumer.handlers.means_nothing(message):
        return None

    async def effect(work: Work) -> None:
        await handler(message, work)

    return effect


async def patiently(consumer: Consumer, act: Callable[[], Awaitable[object]]) -> None:
    """Act; while a dependency is down, probe every second and act again. No try is counted."""
    while True:
        try:
            await act()
        except DependencyDown as down:
            telemetry.logger("bus").warning("waiting", service=consumer.service, reason=str(down))
            await _until_up(consumer)
        else:
            return


async def _until_up(consumer: Consumer) -> None:
    while True:
        await asyncio.sleep(PROBE_SECONDS)
        try:
            for probe in consumer.probes:
                await probe()
        except DependencyDown:
            continue
        return
