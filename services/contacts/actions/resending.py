"""Telling the whole directory again, so that a service that lost its replica has it back."""

from dataclasses import dataclass

from services.contacts.actions.applying import MESSAGE_OF
from services.contacts.domain.flags import FlagEntry
from services.contacts.domain.importing import CHUNK, Import
from services.contacts.store import Store
from shared.outbox import Units, Work


@dataclass
class Resending:
    """In chunks, like an import; each aggregate gets a new version, so that replicas take it."""

    store: Store
    units: Units

    async def chunk(self, job: Import) -> Import:
        """Tell some more; `reached` says how far it is in each collection."""
        kind = next((each for each in MESSAGE_OF if job.reached.get(each) != _END), None)
        if kind is None:
            return await self._tell_flags(job)
        after = job.reached.get(kind, "")

        async def body(work: Work) -> Import:
            rows = await self.store.writing.page(kind, after, CHUNK, work)
            for row in rows:
                row["version"] = int(row["version"]) + 1
                work.emit(MESSAGE_OF[kind].model_validate(row), sequence=row["version"])
            await self.store.writing.put(kind, rows, work)
            reached = {**job.reached, kind: rows[-1]["_id"] if rows else _END}
            done = job.applied + len(rows)
            await self.store.imports.applied(job, done, work, reached=reached)
            return job.model_copy(update={"applied": done, "done": done, "reached": reached})

        return await self.units.run(body)

    async def _tell_resources(self) -> None:
        """What families are shown; the version stays, and an equal one is taken again."""
        shown = await self.store.resources.all_shown()

        async def body(work: Work) -> None:
            for each in shown:
                work.emit(each.told(), sequence=each.version)

        await self.units.run(body)

    async def _tell_flags(self, job: Import) -> Import:
        """The register as it is: the numbers stay, because replicas count them."""
        number = 0
        while entries := await self.store.flags.entries(number, CHUNK):

            async def body(work: Work, entries: list[FlagEntry] = entries) -> None:
                for entry in entries:
                    work.emit(entry.told(), sequence=entry.number)

            await self.units.run(body)
            number = entries[-1].number
        await self._tell_resources()
        now = self.units.clock.now()
        return await self.store.imports.change(
            job.import_id, ["applying"], state="done", done=job.total, ended_at=now
        )


_END = "|"
"""Stands where a collection was told to its end; no id is this."""
