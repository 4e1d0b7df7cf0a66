"""Rebuilding the figures from the ledger beside the current ones, comparing, and changing over.

Messages go on arriving meanwhile: they are folded into the current figures, and into the new ones
as rows of the ledger. Comparison and change-over happen between two batches, when both have the
same messages.
"""

from services.reports.actions.desk import Desk
from services.reports.actions.taking_in import fold_into
from services.reports.domain.zones import Known
from services.reports.store import Generation, Head
from services.reports.store.jobs import Rebuild
from shared import telemetry
from shared.clock import Mint
from shared.lease import Lease
from shared.outbox import Work

AT_ONCE = 1000


async def ask_for_rebuild(desk: Desk, reason: str = "asked for") -> Rebuild:
    """Begin a rebuild in the background, or tell of the one under way."""
    job = await desk.jobs.ask(desk.units.mint(), reason, desk.now)
    desk.rebuild_wanted.set()
    return job


async def progress_of_rebuild(desk: Desk) -> Rebuild | None:
    """The newest rebuild."""
    return await desk.jobs.last()


class Rebuilder:
    """Works on the rebuild that is asked for; after a crash it goes on where it was."""

    def __init__(self, desk: Desk, mint: Mint) -> None:
        """One per process; a lease lets one of several work."""
        self._desk = desk
        self._lease = Lease(desk.database, "rebuild", mint(), desk.units.clock)

    async def turn(self) -> None:
        """Finish the open rebuild, if there is one and nobody else works on it."""
        job = await self._desk.jobs.open()
        if job is None or not await self._lease.held():
            return
        if job.state == "waiting":
            job = await self._begin(job)
        figures = Generation(self._desk.database, job.generation)
        ended = False
        while not ended:
            job = await self._catch_up(job, figures)
            # Without more arriving, at least not here, the rest is folded in a moment.
            async with self._desk.folding:
                job = await self._catch_up(job, figures)
                ended = await self._change_over(job, figures)
        await self._lease.give_back()

    async def _begin(self, job: Rebuild) -> Rebuild:
        desk = self._desk
        head = await desk.ledger.head()
        for number in (head.generation - 1, head.generation + 1):
            await Generation(desk.database, number).drop()
        figures = Generation(desk.database, head.generation + 1)
        await figures.ensure()
        await figures.seed_zones(await desk.ledger.newest_zones())
        return await desk.jobs.note(
            job, state="folding", generation=figures.number, total=head.place
        )

    async def _catch_up(self, job: Rebuild, figures: Generation) -> Rebuild:
        head = await self._desk.ledger.head()
        while job.done < head.place and head.generation != figures.number:
            job = await self._fold_some(job, figures)
            await self._lease.held()
        return job

    async def _fold_some(self, job: Rebuild, figures: Generation) -> Rebuild:
        desk = self._desk
        facts, last = await desk.ledger.after(job.done, limit=AT_ONCE)
        things = {fact.about for fact in facts if not fact.alone}
        before = await desk.ledger.about(things, up_to=job.done)

        async def body(work: Work) -> tuple[Rebuild, Known]:
            changes = await fold_into(desk, figures, facts, dict(before), up_to=job.done, work=work)
            await figures.write(changes, work.session)
            total = max(job.total, last)
            return await desk.jobs.advance(job, last, total, work.session), changes.known

        job, learned = await desk.units.run(body)
        figures.remember(learned)
        return job

    async def _change_over(self, job: Rebuild, figures: Generation) -> bool:
        """Compare and turn to the new figures, if they have every message; False if not."""
        desk = self._desk
        head = await desk.ledger.head()
        if head.generation != figures.number:
            if head.place != job.done:
                return False
            job = await self._compare(job, head, figures)
            # Another replica may have taken in a batch: then two moments were compared.
            if not await desk.ledger.turn_to(figures.number, head):
                return False
        job = await desk.jobs.open() or job  # after a crash, what was compared before it
        await desk.jobs.note(job, state="done", finished_at=desk.now)
        log = telemetry.logger("reports")
        log.info("figures rebuilt", job=job.job_id, messages=job.done, equal=job.equal)
        return True

    async def _compare(self, job: Rebuild, head: Head, figures: Generation) -> Rebuild:
        await self._desk.jobs.note(job, state="comparing")
        before = await Generation(self._desk.database, head.generation).digest()
        after = await figures.digest()
        same = before == after
        return await self._desk.jobs.note(job, digest_before=before, digest_after=after, equal=same)
