"""Roster imports from upload to done, and the worker that carries them on, also after a crash."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from services.contacts.actions.applying import Applying
from services.contacts.actions.flags import Register
from services.contacts.actions.planning import Planning
from services.contacts.actions.reading import CONTACTS_FILE, Reading
from services.contacts.actions.resending import Resending
from services.contacts.domain.importing import Import
from services.contacts.domain.roster import Mode
from services.contacts.oneroster import Limits
from services.contacts.store import Store
from services.contacts.store.imports import PIECE
from shared.errors import Conflict, DependencyDown, PartnersError, Refused
from shared.lease import Lease
from shared.outbox import Units

RENEW_SECONDS = 4.0
Upload = AsyncIterator[bytes]


async def receive_roster(
    store: Store,
    units: Units,
    roster: Mapping[str, Upload],
    contacts: Mapping[str, Upload],
    by: str,
    *,
    key: str = "",
) -> Import:
    """Keep the uploaded files (by name) and queue an import. `Refused` when there is no file."""
    if len(contacts) > 1:
        raise Refused("Send one contacts file, not several.")
    if not roster and not contacts:
        raise Refused("Choose a roster: a ZIP file, or its CSV files.")
    import_id = units.mint()
    files: dict[str, str] = {}
    try:
        for number, (name, upload) in enumerate(roster.items()):
            files[f"roster-{number}"] = safe_name(name, "roster.zip")
            await keep_upload(store, units, import_id, f"roster-{number}", upload)
        for name, upload in contacts.items():
            files[CONTACTS_FILE] = safe_name(name, "contacts.csv")
            await keep_upload(store, units, import_id, CONTACTS_FILE, upload)
    except BaseException:
        await store.imports.forget_upload(import_id)
        raise
    now = units.clock.now()
    job = Import(import_id=import_id, files=files, by=by, key=key, created_at=now)
    await store.imports.add(job)
    return job


async def keep_upload(store: Store, units: Units, import_id: str, key: str, upload: Upload) -> None:
    """Keep a file in pieces until it has been read."""
    number, waiting, at = 0, bytearray(), units.clock.now()
    async for piece in upload:
        waiting += piece
        while len(waiting) >= PIECE:
            await store.imports.keep_piece(import_id, key, number, bytes(waiting[:PIECE]), at)
            del waiting[:PIECE]
            number += 1
    await store.imports.keep_piece(import_id, key, number, bytes(waiting), at)


def safe_name(name: str, otherwise: str) -> str:
    """A file's name as it may be shown and used in a folder of ours."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c for c in bare if c.isalnum() or c in "._- ")[-100:].strip(". ")
    return kept or otherwise


async def confirm_import(store: Store, units: Units, import_id: str) -> Import:
    """Let an import go on that would remove many people. `Conflict` when it does not wait."""
    job = await store.imports.one(import_id)
    if job.state == "waiting" and await store.imports.last_to_change() != job.read_upon:
        await _end(
            store, units, job, "refused", "A newer roster was imported since. Send it again."
        )
        raise Conflict("A newer roster was imported since this one was read. Send it again.")
    return await store.imports.change(import_id, ["waiting"], state="judged", confirmed=True)


async def cancel_import(store: Store, units: Units, import_id: str) -> Import:
    """Decide against an import that waits to be confirmed."""
    job = await store.imports.change(
        import_id, ["waiting"], state="cancelled", ended_at=units.clock.now()
    )
    await tidy_up(store, import_id)
    return job


async def tidy_up(store: Store, import_id: str) -> None:
    """Leave nothing of an ended import but its report."""
    await store.roster.clear(import_id)
    await store.imports.clear_plan(import_id)
    await store.imports.forget_upload(import_id)
    await store.imports.tidy(import_id)


async def resend_directory(store: Store, units: Units, by: str) -> Import:
    """Queue telling every service the whole directory again."""
    job = Import(import_id=units.mint(), kind="resend", by=by, created_at=units.clock.now())
    job = job.model_copy(update={"state": "applying", "total": await store.writing.count()})
    await store.imports.add(job)
    return job


async def _end(store: Store, units: Units, job: Import, state: str, reason: str) -> None:
    with suppress(Conflict):
        await store.imports.change(
            job.import_id,
            [job.state],
            state=state,
            reasons=(reason,),
            ended_at=units.clock.now(),
        )
    await tidy_up(store, job.import_id)


@dataclass
class Importer:
    """Carries imports on, one at a time in the whole district, under a lease."""

    store: Store
    units: Units
    register: Register
    holder: str
    limits: Limits = field(default_factory=Limits)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Do everything that is to be done now; another process may be at it already."""
        lease = Lease(self.store.database, "imports", self.holder, self.units.clock)
        waiting = await self.store.imports.under_way() or await self.store.imports.untidied()
        if not waiting or not await lease.held():
            return
        async with kept_up(lease):
            for left in await self.store.imports.untidied():
                await self._tidy(left)
            while job := await self.store.imports.under_way():
                await self._carry_on(job)
        await lease.give_back()

    async def _carry_on(self, job: Import) -> None:
        try:
            while not job.ended and job.state != "waiting":
                job = await self._step(job)
        except DependencyDown:
            raise
        except Conflict:
            raise  # another process carried it on: it is theirs
        except PartnersError as error:
            await _end(self.store, self.units, job, "failed", str(error))
            raise
        except Exception as error:
            reason = f"Something went wrong here ({type(error).__name__}); it has been noted."
            await _end(self.store, self.units, job, "failed", reason)
            raise
        if job.ended:
            await self._tidy(job)

    async def _step(self, job: Import) -> Import:
        """One step; each may be done again after a crash."""
        if job.kind == "resend":
            return await Resending(self.store, self.units).chunk(job)
        if job.state in {"received", "reading"}:
            reading = Reading(self.store, self.units.clock, job, self.limits)
            return await reading.run()
        if job.state == "judged":
            return await self.store.imports.change(job.import_id, ["judged"], state="merging")
        if job.state == "merging":
            return await self._merge(job)
        if job.state == "planning":
            planning = Planning(self.store, self.units.clock, self.units.mint, job)
            return await planning.run()
        return await Applying(self.store, self.units).chunk(job)

    async def _merge(self, job: Import) -> Import:
        await self.store.roster.merge(job.import_id)
        sorts = {"people": "person", "schools": "org", "terms": "term", "classes": "class"}
        for table, sort in sorts.items():
            if job.modes.get(table) == Mode.BULK.value:
                await self.store.roster.drop_unseen(job.import_id, sort)  # type: ignore[arg-type]
        return await self.store.imports.change(job.import_id, ["merging"], state="planning")

    async def _tidy(self, job: Import) -> None:
        if job.kind != "resend" and job.state == "done":
            await self.register.mend()
        await tidy_up(self.store, job.import_id)
        if job.kind == "corrections" and job.state == "done":
            await self.store.imports.forget(job.import_id)


@asynccontextmanager
async def kept_up(lease: Lease) -> AsyncIterator[None]:
    """Renew the lease while the work takes longer than it lasts."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(DependencyDown):
                await lease.held()

    renewing = asyncio.create_task(renew(), name="import lease")
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
