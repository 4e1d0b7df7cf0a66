"""What notifications keeps, as the rest of the service asks for it."""

from dataclasses import dataclass, field

from services.notifications.store import (
    address_requests,
    choices,
    counts,
    deliveries,
    household_items,
    languages,
    notices,
    paper,
    replies,
    requests,
    returns,
    rewordings,
    school_events,
    translations,
)
from services.notifications.store.address_requests import AddressRequests
from services.notifications.store.backlog import Backlog
from services.notifications.store.choices import Choices
from services.notifications.store.counts import Counts
from services.notifications.store.deliveries import Deliveries
from services.notifications.store.flags import Flags
from services.notifications.store.forgetting import Forgetting
from services.notifications.store.household_items import HouseholdItems
from services.notifications.store.languages import Languages
from services.notifications.store.notices import Notices
from services.notifications.store.paper import Paper
from services.notifications.store.people import People
from services.notifications.store.proofs import Proofs
from services.notifications.store.replies import Replies
from services.notifications.store.requests import Requests
from services.notifications.store.returns import Returns
from services.notifications.store.rewordings import Rewordings
from services.notifications.store.school_events import SchoolEvents
from services.notifications.store.translations import Translations
from shared.directory import KEPT as DIRECTORY
from shared.directory import Directory
from shared.mongo import Database

KEPT = (
    *deliveries.KEPT,
    *notices.KEPT,
    *choices.KEPT,
    *address_requests.KEPT,
    *counts.KEPT,
    *languages.KEPT,
    *school_events.KEPT,
    *returns.KEPT,
    *household_items.KEPT,
    *replies.KEPT,
    *translations.KEPT,
    *requests.KEPT,
    *paper.KEPT,
    *rewordings.KEPT,
    *DIRECTORY,
)


@dataclass(frozen=True)
class Store:
    """All shelves of one database."""

    database: Database
    deliveries: Deliveries = field(init=False)
    backlog: Backlog = field(init=False)
    notices: Notices = field(init=False)
    choices: Choices = field(init=False)
    addresses: AddressRequests = field(init=False)
    counts: Counts = field(init=False)
    languages: Languages = field(init=False)
    events: SchoolEvents = field(init=False)
    returns: Returns = field(init=False)
    replies: Replies = field(init=False)
    proofs: Proofs = field(init=False)
    requests: Requests = field(init=False)
    rewordings: Rewordings = field(init=False)
    translations: Translations = field(init=False)
    paper: Paper = field(init=False)
    flags: Flags = field(init=False)
    people: People = field(init=False)
    forgetting: Forgetting = field(init=False)
    household: HouseholdItems = field(init=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "deliveries", Deliveries(self.database))
        put(self, "backlog", Backlog(self.database))
        put(self, "notices", Notices(self.database))
        put(self, "choices", Choices(self.database))
        put(self, "addresses", AddressRequests(self.database))
        put(self, "counts", Counts(self.database))
        put(self, "languages", Languages(self.database))
        put(self, "events", SchoolEvents(self.database))
        put(self, "returns", Returns(self.database))
        put(self, "replies", Replies(self.database))
        put(self, "requests", Requests(self.database))
        put(self, "rewordings", Rewordings(self.database))
        put(self, "proofs", Proofs(self.database))
        put(self, "translations", Translations(self.database))
        put(self, "paper", Paper(self.database))
        put(self, "flags", Flags(self.database, Directory(self.database)))
        put(self, "people", People(self.database))
        put(self, "forgetting", Forgetting(self.database))
        put(self, "household", HouseholdItems(self.database))
