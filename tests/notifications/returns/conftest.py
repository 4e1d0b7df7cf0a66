"""A mail room whose letters come back to addresses that name them."""

from dataclasses import replace

import pytest

from services.notifications.actions.returning import take_in
from services.notifications.domain.delivery import Delivery
from services.notifications.returns.address import ReturnAddress
from services.notifications.store.choices import Suppression
from services.notifications.store.returns import Done, ReturnedMail
from tests.notifications.conftest import Bench
from tests.notifications.making import contact

KEY = "a-key-for-return-addresses-of-tests"
HOME = ReturnAddress("bounces@mail.schools.example", [KEY])
GOMEZ = "gomez@family.example"


class Returning:
    """The bench of the mail room, and what is done with returned mail at it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    async def write(self, about: str = "contact-1") -> Delivery:
        """Good news to the Gomez family, handed over."""
        await self.bench.tell(contact("gomez", about))
        await self.bench.settle()
        (row,) = await self.bench.rows(about=about, household_id="household-gomez")
        return row

    async def comes_back(self, raw: bytes, row: Delivery | None = None) -> Done | None:
        """Mail comes in; to the return address of a letter where one is given."""
        to = HOME.to(row.delivery_id) if row else ""
        return await take_in(self.bench.room, raw, "smtp", to)

    async def row(self, row: Delivery) -> Delivery:
        """A letter as it is now."""
        found = await self.bench.room.store.deliveries.get(row.delivery_id)
        assert found is not None
        return found

    async def kept(self) -> list[ReturnedMail]:
        """All that came back, the newest first."""
        return await self.bench.room.store.returns.newest(limit=100)

    async def shut(self) -> list[Suppression]:
        """The addresses to which nothing goes now."""
        now = self.bench.clock.now()
        return await self.bench.room.store.choices.suppressions(now, limit=100)


@pytest.fixture
def returning(bench: Bench) -> Returning:
    """Returned mail is understood by its marks."""
    place = replace(bench.room.place, returns=HOME)
    bench.room = replace(bench.room, place=place)
    bench.sender.room = bench.room
    return Returning(bench)
