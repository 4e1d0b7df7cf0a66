"""What every use case works with: the store, units of work, and who carries long work on."""

from dataclasses import dataclass, field

from services.contacts.actions.contact_file_worker import FileWorker
from services.contacts.actions.flags import Register
from services.contacts.actions.importing import Importer
from services.contacts.actions.monday import MondayMail
from services.contacts.store import Store
from shared.mongo import Database
from shared.outbox import Units


@dataclass
class Desk:
    """One per process."""

    units: Units
    store: Store = field(init=False)
    register: Register = field(init=False)
    importer: Importer = field(init=False)
    monday_mail: MondayMail = field(init=False)
    file_worker: FileWorker = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store(self.units.database)
        self.register = Register(self.store, self.units)
        self.importer = Importer(self.store, self.units, self.register, holder=self.units.mint())
        self.monday_mail = MondayMail(self.store, self.units, holder=self.units.mint())
        self.file_worker = FileWorker(self.store, self.units, holder=self.units.mint())

    @property
    def database(self) -> Database:
        """The service's own database."""
        return self.units.database
