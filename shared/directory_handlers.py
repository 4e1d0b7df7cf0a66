"""How a service's replica of the directory follows contacts: the same handlers in each service."""

from collections.abc import Awaitable, Callable

from shared import messages as m
from shared.bus.handlers import Handlers
from shared.directory import Directory
from shared.outbox import Work


def keep_directory(
    handlers: Handlers,
    directory: Directory,
    moved: Callable[[m.HouseholdChanged, Work], Awaitable[None]] | None = None,
) -> None:
    """Register the handlers of the four directory messages.

    `moved`: what a service does besides when a household is another than it was known.
    """

    @handlers.on(m.SchoolChanged)
    async def keep_school(school: m.SchoolChanged, work: Work) -> None:
        await directory.apply(school, work)

    @handlers.on(m.EducatorChanged)
    async def keep_educator(educator: m.EducatorChanged, work: Work) -> None:
        await directory.apply(educator, work)

    @handlers.on(m.FamilyChanged)
    async def keep_family(family: m.FamilyChanged, work: Work) -> None:
        await directory.apply(family, work)

    @handlers.on(m.HouseholdChanged)
    async def keep_household(household: m.HouseholdChanged, work: Work) -> None:
        if await directory.apply(household, work) and moved is not None:
            await moved(household, work)


def keep_flags(handlers: Handlers, directory: Directory) -> None:
    """Register the handlers of the flags, which answer contacts with `FlagsApplied`."""

    async def applied(work: Work) -> None:
        number = await directory.contiguous(work)
        said = m.FlagsApplied(service=handlers.service, number=number)
        work.emit(said, sequence=number + 1)

    @handlers.on(m.FlagsChanged)
    async def keep_flag(flag: m.FlagsChanged, work: Work) -> None:
        await directory.apply_flag(flag, work)
        await applied(work)

    @handlers.on(m.FlagsAsOf)
    async def keep_as_of(as_of: m.FlagsAsOf, work: Work) -> None:
        await directory.note_as_of(as_of, work)
