"""The sender: takes due letters, hands them over, and keeps what became of each.

While one batch is with the mail service, the next is looked at and written. What was interrupted
after `handing` was stored is `unknown` and stays so until somebody knows better.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.notifications.actions.handing import (
    begin_handing,
    give_back,
    keep_outcomes,
    take_up_lapsed,
)
from services.notifications.actions.limiting import Places, uncount, within_limits
from services.notifications.actions.preparing import Ready, prepare
from services.notifications.actions.room import MailRoom
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.limits import domain_of
from services.notifications.domain.post import Accepted, Addressed, Busy, NotYet, Outcome, Unclear
from services.notifications.domain.resting import Rest
from services.notifications.mailer import EXCHANGE_LASTS, Mailer, MailRests
from shared import crashpoints, telemetry
from shared.errors import DependencyDown

BATCH = 20
"""Letters written and handed over together; one that a person waits for waits for so many."""
HANDS = 2
"""While one batch is with the mail service the next is written; both are in doubt after a kill."""
IDLE_SECONDS = 0.25
DOWN_SECONDS = 1.0
GATHER_SECONDS = 0.1
"""So long an outcome waits for those of the same batch, to be kept with them in one transaction."""
LAPSED_EVERY = timedelta(seconds=1)
MAKES_WAY = timedelta(seconds=30)
"""So long a letter waits that found no place with its domain, while others go."""


@dataclass
class Sender:
    """Sends what is due, in the background; any number may run side by side."""

    room: MailRoom
    mailer: Mailer
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _down: bool = False
    _rest: Rest = field(default_factory=Rest)
    _places: Places = field(init=False)
    _task: asyncio.Task[None] | None = None
    _hands: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HANDS))
    _leaving: set[asyncio.Task[None]] = field(default_factory=set)
    _looked_at: datetime | None = None

    def __post_init__(self) -> None:
        self._places = Places(self.room.limits)

    def start(self) -> None:
        """Begin."""
        self._stopping.clear()
        self._task = asyncio.create_task(self._run(), name="sender")

    async def stop(self) -> None:
        """Finish the letters that are being handed over, and stop."""
        self._stopping.set()
        self.room.due.set()
        if self._task:
            await self._task
        await self.mailer.close()

    @property
    def mail_answers(self) -> bool:
        """Whether the mail service answered when it was needed last, and asked for no rest."""
        return not self._down and not self._rest.left(self.room.now)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            self.room.due.clear()
            woken, seconds = self.room.due, IDLE_SECONDS
            try:
                if await self.take_up() == BATCH:
                    continue
            except DependencyDown as down:
                telemetry.logger("sender").warning("waiting", reason=str(down))
                left = self._rest.left(self.room.now).total_seconds()
                woken, seconds = self._stopping, max(DOWN_SECONDS, left)
            except Exception as error:  # noqa: BLE001 - the next turn comes all the same
                telemetry.failed("notifications", error)
                woken, seconds = self._stopping, DOWN_SECONDS
            with suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it can lose a cancellation, and stop would hang.
                async with asyncio.timeout(seconds):
                    await woken.wait()
        await self._all_left()

    async def tick(self) -> int:
        """One round to its end: gives how many letters were taken up; `DependencyDown` as below."""
        taken = await self.take_up()
        await self._all_left()
        if self._down:
            raise DependencyDown("the mail service")
        return taken

    async def take_up(self) -> int:
        """Write what is due and begin to hand it over; gives how many letters were taken up.

        `DependencyDown` when it has to wait; what was taken up then is given back.
        """
        if self._rest.left(self.room.now):
            raise MailRests(self._rest.said)
        if self._down:
            await self._ping()
        await self._look_for_lapsed()
        await self._hands.acquire()
        try:
            batch = await self._claimed()
            letters, going = await self._written(batch)
        except BaseException:
            self._hands.release()
            raise
        hand = asyncio.create_task(self._hand_over(letters, going))
        self._leaving.add(hand)
        hand.add_done_callback(self._leaving.discard)
        return len(batch)

    async def _ping(self) -> None:
        try:
            await self.mailer.ping()
        except MailRests as rests:
            self._rest.begin(self.room.now, rests.said)
            raise
        self._down = False

    async def _look_for_lapsed(self) -> None:
        now = self.room.now
        # Also when the clock was set back.
        if self._looked_at is None or not timedelta(0) <= now - self._looked_at < LAPSED_EVERY:
            await take_up_lapsed(self.room)
            self._looked_at = now

    async def _claimed(self) -> list[Delivery]:
        if self._stopping.is_set():
            return []
        token = self.room.units.mint()
        batch = await self.room.store.deliveries.claim(token, self.room.now, BATCH)
        if batch:
            crashpoints.reach("letter.claimed", (row.kind for row in batch))
        return batch

    async def _written(
        self, batch: Sequence[Delivery]
    ) -> tuple[Sequence[Ready], dict[str, Delivery]]:
        if not batch:
            return [], {}
        try:
            letters = await within_limits(self.room, await prepare(self.room, batch))
            going = await begin_handing(self.room, letters)
        except DependencyDown:
            await give_back(self.room, batch, reasons.TAKEN_UP_AGAIN)
            raise
        if going:
            crashpoints.reach("letter.handing", (row.kind for row in going.values()))
        await uncount(self.room, (x for x in letters if x.delivery.delivery_id not in going))
        return letters, going

    async def _all_left(self) -> None:
        while self._leaving:
            await asyncio.gather(*self._leaving)

    async def _hand_over(self, letters: Sequence[Ready], going: dict[str, Delivery]) -> None:
        saying = {
            asyncio.create_task(self._say(each.letter, going[each.delivery.delivery_id]))
            for each in letters
            if each.delivery.delivery_id in going
        }
        try:
            while saying:
                # A letter that takes long holds up the outcomes of the others only for a moment.
                said, saying = await asyncio.wait(saying, timeout=GATHER_SECONDS)
                outcomes = dict(each.result() for each in said)
                if outcomes:
                    crashpoints.reach("letter.answered", (going[each].kind for each in outcomes))
                    await self._patiently_keep(going, outcomes)
                    unsaid = {each for each, said in outcomes.items() if isinstance(said, NotYet)}
                    await uncount(
                        self.room, (x for x in letters if x.delivery.delivery_id in unsaid)
                    )
        finally:
            self._hands.release()

    async def _say(self, letter: Addressed, row: Delivery) -> tuple[str, Outcome]:
        def in_time() -> bool:
            # Else somebody could find it lapsed, and settle it, while it is being said.
            return row.lease_until is not None and self.room.now < row.lease_until - EXCHANGE_LASTS

        async with self._places.one(domain_of(row)) as free:
            if not free:
                return row.delivery_id, NotYet(reason=reasons.DOMAIN_LIMIT, wait=MAKES_WAY)
            return row.delivery_id, await self._said(letter, in_time)

    async def _said(self, letter: Addressed, in_time: Callable[[], bool]) -> Outcome:
        try:
            outcome = await self.mailer.send(letter, in_time)
        except MailRests as rests:
            self._down = True
            self._rest.begin(self.room.now, rests.said)
            left = self._rest.left(self.room.now)
            return NotYet(rests.said, reasons.MAIL_SERVICE_BUSY, left)
        except DependencyDown:
            self._down = True
            return NotYet()
        except Exception as error:  # noqa: BLE001 - one letter costs no other
            telemetry.failed("notifications", error)
            return Unclear(f"not known how it ended ({type(error).__name__})")
        if isinstance(outcome, Busy) and outcome.rests:
            self._rest.begin(self.room.now, outcome.said)
        elif isinstance(outcome, Accepted):
            self._rest.took(self.room.now)
        return outcome

    async def _patiently_keep(
        self, rows: dict[str, Delivery], outcomes: dict[str, Outcome]
    ) -> None:
        # What the mail service said must not be lost while the database is away for a moment.
        while True:
            try:
                await keep_outcomes(self.room, rows, outcomes)
                crashpoints.reach("letter.kept", (rows[each].kind for each in outcomes))
            except DependencyDown as down:
                telemetry.logger("sender").warning("outcomes wait", reason=str(down))
                await asyncio.sleep(DOWN_SECONDS)
            except Exception as error:  # noqa: BLE001 - they become unknown, which is no lie
                telemetry.failed("notifications", error)
                return
            else:
                return
