"""Deciding whether two records are one adult, where the machine would not."""

from services.contacts.store import Store
from shared.errors import NotFound
from shared.identity import Viewer
from shared.outbox import Units, Work


async def decide_match(store: Store, units: Units, pair: str, decision: str, by: Viewer) -> None:
    """Keep a decision about two records; the next import acts on it. `NotFound`."""

    async def body(work: Work) -> None:
        match = await store.previous.match(pair, work)
        if match is None:
            raise NotFound("These two records are not on the list any more.")
        kept = {"one": match["one"], "other": match["other"], "decision": decision}
        await store.previous.decide(pair, {**kept, "by": by.account_id, "at": work.now}, work)

    await units.run(body)
