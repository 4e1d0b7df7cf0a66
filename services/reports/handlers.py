"""Messages come in here, hundreds at a time."""

from collections.abc import Sequence

from services.reports.actions import Desk, take_in
from shared.bus.handlers import Fold
from shared.envelope import Envelope


def fold_batches(desk: Desk) -> Fold:
    """The consumer of every message that reports is bound to."""

    async def count_and_keep(envelopes: Sequence[Envelope]) -> None:
        await take_in(desk, envelopes)

    return count_and_keep
