"""Making the contacts of a file, and taking them back: in chunks, each a transaction, each once."""

from collections import Counter
from dataclasses import dataclass

from services.contacts.domain.contact import Contact
from services.contacts.domain.contact_files.file import CHUNK, ContactFile, RowState
from services.contacts.store import Store
from shared.mongo import Document
from shared.outbox import Units, Work

UNDO_CHUNK = 100
"""Each contact that is taken back looks anew when its family last heard."""
KNOWN = {
    "state": "known",
    "code": "known",
    "reason": "It came in before, with another file, since this one was looked at.",
    "contact_id": "",
}


@dataclass
class Applying:
    """One file while its contacts are made, or taken back."""

    store: Store
    units: Units

    async def chunk(self, job: ContactFile) -> ContactFile:
        """Make the next contacts and tell the others; done when there are none left."""

        async def body(work: Work) -> ContactFile | None:
            files = self.store.contact_files
            rows = await files.next_rows(job.file_id, "new", CHUNK, work)
            if not rows:
                return None
            came_in = await files.came_in([row["key"] for row in rows], work)
            fresh = [row for row in rows if row["key"] not in came_in]
            known = [row for row in rows if row["key"] in came_in]
            await self._make(job, fresh, work)
            await files.settle(job.file_id, _numbers(fresh), {"state": "stored"}, work)
            await files.settle(job.file_id, _numbers(known), KNOWN, work)
            return await self._advance(
                job, "new", {"stored": len(fresh), "known": len(known)}, work
            )

        return await self.units.run(body) or await self._finish(job, "done")

    async def _make(self, job: ContactFile, rows: list[Document], work: Work) -> None:
        at = {"logged_at": work.now, "changed_at": work.now}
        contacts = [Contact.model_validate(row["contact"]).model_copy(update=at) for row in rows]
        await self.store.contacts.add_many(contacts, work)
        await self.store.contact_files.note_in(job.file_id, [row["key"] for row in rows], work)
        for contact in contacts:
            work.emit(contact.told(), sequence=contact.version)

    async def undo_chunk(self, job: ContactFile) -> ContactFile:
        """Take back the next contacts; undone when there are none left."""

        async def body(work: Work) -> ContactFile | None:
            files = self.store.contact_files
            rows = await files.next_rows(job.file_id, "stored", UNDO_CHUNK, work)
            if not rows:
                return None
            for row in rows:
                await self._take_back(job, row["contact_id"], work)
            # They may come in again, rightly matched.
            await files.forget_in(job.file_id, [row["key"] for row in rows], work)
            await files.settle(job.file_id, _numbers(rows), {"state": "undone"}, work)
            return await self._advance(job, "stored", {"undone": len(rows)}, work)

        return await self.units.run(body) or await self._finish(job, "undone")

    async def _take_back(self, job: ContactFile, contact_id: str, work: Work) -> None:
        known = await self.store.contacts.known(contact_id, work)
        if known is None or known.retraction:
            return  # somebody took it back before
        gone = known.retracted(f"The file {job.name} was taken back.", job.undone_by, work.now)
        await self.store.contacts.replace(known, gone, work)
        work.emit(gone.withdrawal(), sequence=gone.version)

    async def _advance(
        self, job: ContactFile, left: RowState, became: dict[RowState, int], work: Work
    ) -> ContactFile:
        moved = sum(became.values())
        counts = Counter(job.counts)
        counts.update(became)
        counts[left] -= moved
        held = {state: count for state, count in counts.items() if count}
        done = job.done + moved
        await self.store.contact_files.advance(job, done, held, work)
        return job.model_copy(update={"done": done, "counts": held})

    async def _finish(self, job: ContactFile, state: str) -> ContactFile:
        now = self.units.clock.now()
        return await self.store.contact_files.change(
            job.file_id, [job.state], state=state, ended_at=now
        )


def _numbers(rows: list[Document]) -> list[int]:
    return [row["number"] for row in rows]
