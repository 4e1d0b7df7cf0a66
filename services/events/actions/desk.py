"""What every action of this service works with."""

from dataclasses import dataclass
from datetime import datetime

from services.events.store import Audience, Rsvps, SchoolEvents
from shared.directory import Directory
from shared.outbox import Units


@dataclass(frozen=True)
class Desk:
    """The stores, the replica of who is who, and the way to change things in one transaction."""

    events: SchoolEvents
    rsvps: Rsvps
    audience: Audience
    directory: Directory
    units: Units

    @classmethod
    def over(cls, units: Units, directory: Directory) -> "Desk":
        """Over one database."""
        database = units.database
        return cls(
            SchoolEvents(database, directory),
            Rsvps(database, directory),
            Audience(directory),
            directory,
            units,
        )

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.units.clock.now()
