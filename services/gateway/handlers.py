"""Messages come in here: the schools and the staff of the roster, to link accounts with them."""

from shared.bus.handlers import Handlers
from shared.directory import Directory
from shared.messages import EducatorChanged, SchoolChanged
from shared.outbox import Work


def handlers(directory: Directory) -> Handlers:
    """The gateway's handlers."""
    handle = Handlers("gateway")

    @handle.on(SchoolChanged)
    async def keep_school(school: SchoolChanged, work: Work) -> None:
        await directory.apply(school, work)

    @handle.on(EducatorChanged)
    async def keep_educator(educator: EducatorChanged, work: Work) -> None:
        await directory.apply(educator, work)

    return handle
