"""What contacts keeps: MongoDB in, domain objects out."""

from dataclasses import dataclass, field
from datetime import date

from services.contacts.domain.views import FamilyCard
from services.contacts.store.campaigns import CAMPAIGNS_KEPT, CampaignRows
from services.contacts.store.contacts import CONTACTS_KEPT, ContactRows
from services.contacts.store.directory import DIRECTORY_KEPT, DirectoryRows
from services.contacts.store.disclosures import DISCLOSURES_KEPT, DisclosureRows
from services.contacts.store.families import FAMILIES_KEPT, FamilyRows
from services.contacts.store.flags import FLAGS_KEPT, FlagRows
from services.contacts.store.follow_ups import FOLLOW_UPS_KEPT, FollowUpRows
from services.contacts.store.goals import GOALS_KEPT, GoalRows
from services.contacts.store.ideas import IDEAS_KEPT, IdeaRows
from services.contacts.store.imports import IMPORTS_KEPT, ImportRows
from services.contacts.store.mail import MAIL_KEPT, MailRows
from services.contacts.store.previous import PREVIOUS_KEPT, PreviousRows
from services.contacts.store.resources import RESOURCES_KEPT, ResourceRows
from services.contacts.store.roster import ROSTER_KEPT, RosterRows
from services.contacts.store.strengths import STRENGTHS_KEPT, StrengthRows
from services.contacts.store.suggestions import SUGGESTIONS_KEPT, SuggestionRows
from services.contacts.store.turns import TURNS_KEPT, TurnRows
from shared.directory import Directory
from shared.identity import Viewer
from shared.mongo import Database

KEPT = (
    *FAMILIES_KEPT,
    *DIRECTORY_KEPT,
    *CONTACTS_KEPT,
    *MAIL_KEPT,
    *FLAGS_KEPT,
    *IMPORTS_KEPT,
    *ROSTER_KEPT,
    *PREVIOUS_KEPT,
    *TURNS_KEPT,
    *STRENGTHS_KEPT,
    *GOALS_KEPT,
    *RESOURCES_KEPT,
    *DISCLOSURES_KEPT,
    *FOLLOW_UPS_KEPT,
    *SUGGESTIONS_KEPT,
    *CAMPAIGNS_KEPT,
    *IDEAS_KEPT,
)


@dataclass
class Store:
    """All rooms of the store over one database."""

    database: Database
    directory: Directory = field(init=False)
    """Contacts owns the directory and keeps it in the shape of everybody's replica."""
    families: FamilyRows = field(init=False)
    contacts: ContactRows = field(init=False)
    mail: MailRows = field(init=False)
    flags: FlagRows = field(init=False)
    imports: ImportRows = field(init=False)
    roster: RosterRows = field(init=False)
    previous: PreviousRows = field(init=False)
    writing: DirectoryRows = field(init=False)
    turns: TurnRows = field(init=False)
    strengths: StrengthRows = field(init=False)
    goals: GoalRows = field(init=False)
    resources: ResourceRows = field(init=False)
    disclosures: DisclosureRows = field(init=False)
    follow_ups: FollowUpRows = field(init=False)
    suggestions: SuggestionRows = field(init=False)
    campaigns: CampaignRows = field(init=False)
    ideas: IdeaRows = field(init=False)

    def __post_init__(self) -> None:
        self.directory = Directory(self.database)
        self.mail = MailRows(self.database)
        self.families = FamilyRows(self.database, self.directory)
        self.contacts = ContactRows(self.database, self.families)
        self.flags = FlagRows(self.database)
        self.imports = ImportRows(self.database)
        self.roster = RosterRows(self.database)
        self.previous = PreviousRows(self.database)
        self.writing = DirectoryRows(self.database)
        self.turns = TurnRows(self.database)
        self.strengths = StrengthRows(self.database)
        self.goals = GoalRows(self.database, self.directory)
        self.resources = ResourceRows(self.database)
        self.disclosures = DisclosureRows(self.database)
        self.follow_ups = FollowUpRows(self.database)
        self.suggestions = SuggestionRows(self.database)
        self.campaigns = CampaignRows(self.database)
        self.ideas = IdeaRows(self.database)

    async def card(self, family_id: str, *, seen_by: Viewer, on: date) -> FamilyCard:
        """Everything on a family's page; `NotFound` where the viewer may not know of it."""
        family = await self.families.one(family_id, seen_by=seen_by, on=on)
        return FamilyCard(
            family=family,
            households=await self.families.households(family_id, seen_by=seen_by, on=on),
            reach=await self.families.reach(family_id, seen_by=seen_by, on=on),
            contacts=tuple(await self.contacts.of_family(family_id, seen_by=seen_by, on=on)),
            letters=await self.mail.letters_to(family_id),
            replies=await self.mail.replies_of(family_id),
        )
