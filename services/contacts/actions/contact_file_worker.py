"""Carries contact files on, one at a time in the whole district, also after a crash."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from services.contacts.actions.contact_file_applying import Applying
from services.contacts.actions.contact_file_reading import GONE, Reading
from services.contacts.actions.contact_files import tidy_file
from services.contacts.actions.importing import kept_up
from services.contacts.domain.contact_files.file import WAITING, WAITS_FOR, ContactFile
from services.contacts.store import Store
from shared.errors import Conflict, DependencyDown, PartnersError
from shared.lease import Lease
from shared.outbox import Units

OUR_FAULT = (
    "Something went wrong here ({name}); it has been noted. Send the same file again: what is "
    "stored already is known then, and nothing comes in twice."
)


@dataclass
class FileWorker:
    """Under a lease, so that several processes of the service may run."""

    store: Store
    units: Units
    holder: str
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Do everything that is to be done now; another process may be at it already."""
        files = self.store.contact_files
        old = await files.left_lying(self.units.clock.now() - WAITS_FOR)
        if not (old or await files.under_way() or await files.untidied()):
            return
        lease = Lease(self.store.database, "contact files", self.holder, self.units.clock)
        if not await lease.held():
            return
        async with kept_up(lease):
            for job in old:
                await self._end(job, "cancelled", GONE)
            for job in await files.untidied():
                await tidy_file(self.store, job)
            while job_now := await files.under_way():
                await self._carry_on(job_now)
        await lease.give_back()

    async def _carry_on(self, job: ContactFile) -> None:
        try:
            while not job.ended and job.state not in WAITING:
                job = await self._step(job)
        except (DependencyDown, Conflict):
            raise  # it goes on by itself, or another process carried it on
        except PartnersError as error:
            await self._end(job, "failed", str(error))
            raise
        except Exception as error:
            await self._end(job, "failed", OUR_FAULT.format(name=type(error).__name__))
            raise
        if job.ended:
            await tidy_file(self.store, job)

    async def _step(self, job: ContactFile) -> ContactFile:
        """One step; each may be done again after a crash."""
        if job.state in {"received", "looking", "reading"}:
            return await Reading(self.store, self.units.clock, job).run()
        applying = Applying(self.store, self.units)
        return await (applying.chunk(job) if job.state == "applying" else applying.undo_chunk(job))

    async def _end(self, job: ContactFile, state: str, reason: str) -> None:
        now = self.units.clock.now()
        with suppress(Conflict):
            await self.store.contact_files.change(
                job.file_id, [job.state], state=state, reasons=(reason,), ended_at=now
            )
        await tidy_file(self.store, job)
