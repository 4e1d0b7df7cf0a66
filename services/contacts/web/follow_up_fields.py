"""What comes of a contact: the fields of the form to log that make a follow-up."""

from datetime import date

from pydantic import BaseModel, Field

from services.contacts.actions.follow_ups import drafted
from services.contacts.domain.follow_ups import LEAST_WHAT, MOST_WHAT, FollowUp, FollowUpDraft
from services.contacts.web.at import AtDesk
from shared.errors import Refused
from shared.i18n import N_
from shared.identity import Viewer


class FollowUpFields(BaseModel):
    """Both or neither are filled in; the one who logs does it."""

    follow_up_what: str = Field("", title=N_("What there is to do"), max_length=MOST_WHAT)
    follow_up_on: date | None = Field(None, title=N_("Follow up by"))

    async def follow_up(self, desk: AtDesk, viewer: Viewer, family_id: str) -> FollowUp | None:
        """What is to be done, judged and not yet kept; `Refused` when only half of it is said."""
        what = self.follow_up_what.strip()
        if not what and self.follow_up_on is None:
            return None
        if len(what) < LEAST_WHAT:
            raise Refused(N_("Write what there is to do."))
        if self.follow_up_on is None:
            raise Refused(N_("Say by which day you follow it up."))
        draft = FollowUpDraft(family_id=family_id, what=what, due_on=self.follow_up_on)
        return await drafted(desk.store, desk.units, draft, viewer)
