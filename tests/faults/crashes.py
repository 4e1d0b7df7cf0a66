"""Crash points: where a process is let end, what brings it there, and that nothing comes of it.

A cell is a point and one thing that a service does; its act makes the service come by there.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared import messages as m
from shared.bus.topology import DEAD
from shared.crashpoints import EXIT
from tests.faults.scene import Scene
from tests.faults.take import Take

Act = Callable[[Scene, Take], Awaitable[None]]
ENDS_WITHIN = 60.0


@dataclass(frozen=True)
class Cell:
    """`service` ends at `point`, with `detail` as in shared/crashpoints.py, while `act` goes on."""

    point: str
    service: str
    detail: str
    act: Act

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.service} at {self.point}" + (f" ({self.detail})" if self.detail else "")

    async def play(self, scene: Scene, take: Take) -> None:
        """Let it end there, start it again, and let the leases of the dead run out."""
        await scene.quiet()  # else it would end over what came before
        process = scene.restart(self.service, crash_at=f"{self.point}:{self.detail}")
        await self.act(scene, take)
        assert process.wait_until_it_ends(ENDS_WITHIN) == EXIT, f"{self.name}: not reached"
        scene.let_leases_run_out()
        scene.restart(self.service).wait_until_ready()


# --- what brings services to their points ---------------------------------------------------------


async def contact(scene: Scene, take: Take) -> None:
    """Good news with a letter, by an educator."""
    del scene
    take.contact()


async def call(scene: Scene, take: Take) -> None:
    """A call, told by another system over the bus."""
    del scene
    await take.call()


async def poison(scene: Scene, take: Take) -> None:
    """Something that no service can keep."""
    del scene
    await take.poison()


async def school(scene: Scene, take: Take) -> None:
    """The office corrects the school's number, which every service hears."""
    path, office = f"/contacts/schools/{take.people.school_id}", take.people.cast.office
    del scene
    office.submit(office.open(path), path, {"phone": "555 0101"})


async def answer(scene: Scene, take: Take) -> None:
    """A family answers an invitation."""
    del scene
    take.answer("yes", 2)


async def nothing(scene: Scene, take: Take) -> None:
    """It comes there by itself."""
    del scene, take


# --- the matrix -----------------------------------------------------------------------------------

LOGGED, SCHOOL = m.ContactLogged.TYPE, m.SchoolChanged.TYPE
RECEIVED, ANSWERED = m.ExternalFactReceived.TYPE, m.EventRSVPd.TYPE
HANDLER = ("message.received", "work.uncommitted", "work.committed", "message.handled")
RELAY = ("outbox.read", "outbox.published", "outbox.marked")
LETTER = ("letter.claimed", "letter.handing", "letter.data", "letter.dot", "letter.answered",
          "letter.kept")  # fmt: skip


def cells(points: tuple[str, ...], service: str, detail: str, act: Act) -> list[Cell]:
    """One handler at several points."""
    return [Cell(point, service, detail, act) for point in points]


REPLICA = cells(HANDLER, "events", SCHOOL, school)
AGGREGATE = [
    *cells(HANDLER, "contacts", RECEIVED, call),
    *cells(("work.uncommitted", "work.committed", *RELAY), "contacts", LOGGED, contact),
    Cell("intake.kept", "gateway", "", call),
    Cell("message.aside", "contacts", DEAD, poison),
    Cell("dead.kept", "contacts", "", poison),
    Cell("lease.held", "contacts", "relay", nothing),
]
LETTERS = [
    *cells(HANDLER, "notifications", LOGGED, contact),
    *(Cell(point, "notifications", "", contact) for point in LETTER),
]
FOLD = [
    *cells(("message.received", "message.handled", "message.acknowledged"), "reports", LOGGED,
           contact),
    # Its transaction is one for many messages, and names none of them.
    *cells(("work.uncommitted", "work.committed"), "reports", "", contact),
]  # fmt: skip
ONE_OF_EACH_KIND: dict[str, list[Cell]] = {
    "replica": REPLICA,
    "aggregate": AGGREGATE,
    "letter": LETTERS,
    "fold": FOLD,
}
