"""What contacts keeps: MongoDB in, domain objects out."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from services.contacts.domain.views import FamilyCard, Reach
from services.contacts.store.campaigns import CAMPAIGNS_KEPT, CampaignRows
from services.contacts.store.caseloads import CASELOADS_KEPT, CaseloadRows
from services.contacts.store.contact_files import CONTACT_FILES_KEPT, ContactFileRows
from services.contacts.store.contact_mappings import CONTACT_MAPPINGS_KEPT, ContactMappingRows
from services.contacts.store.contacts import CONTACTS_KEPT, ContactRows
from services.contacts.store.corrections import CORRECTIONS_KEPT, CorrectionRows
from services.contacts.store.directory import DIRECTORY_KEPT, DirectoryRows
from services.contacts.store.disclosures import DISCLOSURES_KEPT, DisclosureRows
from services.contacts.store.erasing import ERASING_KEPT, ErasingRows
from services.contacts.store.families import FAMILIES_KEPT, FamilyRows
from services.contacts.store.flags import FLAGS_KEPT, FlagRows
from services.contacts.store.follow_ups import FOLLOW_UPS_KEPT, FollowUpRows
from services.contacts.store.goals import GOALS_KEPT, GoalRows
from services.contacts.store.ideas import IDEAS_KEPT, IdeaRows
from services.contacts.store.imports import IMPORTS_KEPT, ImportRows
from services.contacts.store.interpreters import INTERPRETERS_KEPT, InterpreterRows
from services.contacts.store.invitations import InvitationRows
from services.contacts.store.mail import MAIL_KEPT, MailRows
from services.contacts.store.monday import MONDAY_KEPT, MondayRows
from services.contacts.store.named import NamedRows
from services.contacts.store.overview import OverviewRows
from services.contacts.store.previous import PREVIOUS_KEPT, PreviousRows
from services.contacts.store.readings import READINGS_KEPT, ReadingRows
from services.contacts.store.resources import RESOURCES_KEPT, ResourceRows
from services.contacts.store.roster import ROSTER_KEPT, RosterRows
from services.contacts.store.school_events import SCHOOL_EVENTS_KEPT, SchoolEventRows
from services.contacts.store.strengths import STRENGTHS_KEPT, StrengthRows
from services.contacts.store.suggestions import SUGGESTIONS_KEPT, SuggestionRows
from services.contacts.store.turns import TURNS_KEPT, TurnRows
from shared.directory import Directory
from shared.identity import Viewer
from shared.messages import HouseholdChanged
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
    *CORRECTIONS_KEPT,
    *READINGS_KEPT,
    *SCHOOL_EVENTS_KEPT,
    *ERASING_KEPT,
    *INTERPRETERS_KEPT,
    *CASELOADS_KEPT,
    *MONDAY_KEPT,
    *CONTACT_FILES_KEPT,
    *CONTACT_MAPPINGS_KEPT,
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
    corrections: CorrectionRows = field(init=False)
    readings: ReadingRows = field(init=False)
    erasing: ErasingRows = field(init=False)
    interpreters: InterpreterRows = field(init=False)
    caseloads: CaseloadRows = field(init=False)
    overview: OverviewRows = field(init=False)
    invitations: InvitationRows = field(init=False)
    school_events: SchoolEventRows = field(init=False)
    monday: MondayRows = field(init=False)
    contact_files: ContactFileRows = field(init=False)
    named: NamedRows = field(init=False)
    mappings: ContactMappingRows = field(init=False)
    campaigns: CampaignRows = field(init=False)
    ideas: IdeaRows = field(init=False)

    def __post_init__(self) -> None:
        self.directory = Directory(self.database)
        self.mail = MailRows(self.database)
        self.corrections = CorrectionRows(self.database)
        self.families = FamilyRows(self.database, self.directory, self.corrections)
        self.readings = ReadingRows(self.database)
        self.contacts = ContactRows(self.database, self.families, self.readings)
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
        self.erasing = ErasingRows(self.database)
        self.interpreters = InterpreterRows(self.database)
        self.caseloads = CaseloadRows(self.database)
        self.overview = OverviewRows(self.database, self.directory, self.corrections)
        self.invitations = InvitationRows(self.database)
        self.school_events = SchoolEventRows(self.database)
        self.monday = MondayRows(self.database)
        self.named = NamedRows(self.database)
        self.contact_files = ContactFileRows(self.database)
        self.mappings = ContactMappingRows(self.database)
        self.campaigns = CampaignRows(self.database)
        self.ideas = IdeaRows(self.database)

    async def card(self, family_id: str, *, seen_by: Viewer, on: date) -> FamilyCard:
        """Everything on a family's page; `NotFound` where the viewer may not know of it."""
        family = await self.families.one(family_id, seen_by=seen_by, on=on)
        reach, homes, contacts, letters, replies, mail_replies = await asyncio.gather(
            self.families.reach(family_id, seen_by=seen_by, on=on),
            self.families.households(family_id, seen_by=seen_by, on=on),
            self.contacts.of_family(family_id, seen_by=seen_by, on=on),
            self.mail.letters_to(family_id),
            self.mail.replies_of(family_id),
            self.mail.mail_replies_of(family_id),
        )
        return FamilyCard(
            family=family,
            households=tuple(_without_address(each, reach) for each in homes),
            reach=reach,
            contacts=tuple(contacts),
            letters=letters,
            replies=replies,
            mail_replies=mail_replies,
        )


def _without_address(home: HouseholdChanged, reach: Mapping[str, Reach]) -> HouseholdChanged:
    """The household without the address that the viewer may not see."""
    withheld = any(reach[each].withheld for each in home.guardian_ids if each in reach)
    return home.model_copy(update={"mailbox": None}) if withheld else home
