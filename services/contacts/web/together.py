"""Logging the same contact for several families of a class, in one form."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.contacts.actions.logging_contacts import resources_for
from services.contacts.actions.together import (
    MOST_FAMILIES,
    Home,
    Together,
    homes_of_class,
    log_for_class,
)
from services.contacts.domain.contact import MOST_NOTE, MOST_WORDS, ContactDraft
from services.contacts.domain.ideas import MOST_OF_STARTER
from services.contacts.domain.resources import Readers
from services.contacts.web.at import (
    CHANNELS,
    OUTCOMES,
    TONES,
    AtDesk,
    choices,
    day_of,
    sentence,
    zone_at,
)
from services.contacts.web.families import classes_of, family_title
from services.contacts.web.starters import beginnings_for, praises_for, words_of
from services.contacts.web.taking_along import chosen_id, offers_for
from shared import web
from shared.errors import NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Channel, Outcome, SchoolClass
from shared.starters import AT_HOME

router = APIRouter(tags=["contacts"])
GLAD_TONES = {tone: words for tone, words in TONES.items() if tone != "concern"}
"""A concern is for one family alone."""


class TogetherForm(BaseModel):
    """The form: who, and the same facts for each of them."""

    family_ids: tuple[str, ...] = Field(
        title=N_("Families"), min_length=1, max_length=MOST_FAMILIES
    )
    channel: Channel = Field("in_person", title=N_("How"))
    outcome: Outcome = Field("reached", title=N_("What happened"))
    tone: Literal["good_news", "hello", "information"] = Field(
        "good_news", title=N_("What it was about")
    )
    words: str = Field("", title=N_("Also write to the family"), max_length=MOST_WORDS)
    praise: str = Field("", title=N_("Begin with a sentence"), max_length=40)
    beginning: str = Field("", title=N_("From our school"), max_length=MOST_OF_STARTER)
    at_home: str = Field("", title=N_("Something to do at home"), max_length=40)
    resource: str = Field("", title=N_("Something from the resources"), max_length=3000)
    occurred_at: datetime | None = Field(None, title=N_("When, if not just now"))
    note: str = Field("", title=N_("Note for staff"), max_length=MOST_NOTE)
    class_id: str = Field(max_length=300)
    form_id: str = Field(min_length=8, max_length=64)

    def draft(self, zone: ZoneInfo, words_language: str) -> ContactDraft:
        """What the rules read, for the first family. A time without a zone is the school's."""
        at = self.occurred_at
        return ContactDraft(
            family_id=self.family_ids[0],
            channel=self.channel,
            tone=self.tone,
            outcome=self.outcome,
            occurred_at=at.replace(tzinfo=zone) if at and at.tzinfo is None else at,
            words=words_of(self.beginning, self.words),
            words_language=words_language,
            praise=self.praise,
            at_home=self.at_home,
            resource_id=chosen_id(self.resource),
            note=self.note,
        )


Sent = Annotated[web.Form[TogetherForm], web.form(TogetherForm)]
ClassIn = Annotated[str, Query(alias="class", max_length=300)]


@router.get("/contacts/together", include_in_schema=False)
async def open_form(
    page: web.Page,
    viewer: web.SignedIn,
    desk: AtDesk,
    class_id: ClassIn = "",
    everybody: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """The families of a class, none of them chosen, or all."""
    on = await day_of(desk, viewer)
    homes = await homes_of_class(desk.store, class_id, viewer, on)
    chosen = [each.family.family_id for each in homes] if everybody else []
    form = web.Form.blank(
        TogetherForm, family_ids=chosen, class_id=class_id, form_id=desk.units.mint()
    )
    return await _form_page(page, desk, viewer, homes, form)


@router.post("/contacts/together", include_in_schema=False)
async def post_contacts(page: web.Page, viewer: web.SignedIn, desk: AtDesk, form: Sent) -> Response:
    """Log one contact for each family; those that could not be stay chosen, with the reason."""
    on = await day_of(desk, viewer)
    homes = await homes_of_class(desk.store, form.value("class_id"), viewer, on)
    if form.ok:
        sent = form.data
        try:
            draft = sent.draft(await zone_at(desk, viewer), page.language)
        except Refused as wrong:
            form.fail("beginning", sentence(page, wrong))
            return await _form_page(page, desk, viewer, homes, form)
        done = await log_for_class(
            desk.store, desk.units, draft, homes, sent.family_ids, viewer, form_id=sent.form_id
        )
        if not done.refused:
            return page.redirect("/contacts/mine", _saved(page, done))
        form.typed["family_ids"] = list(done.refused)
        form.fail("family_ids", _partly_saved(page, done, homes))
    return await _form_page(page, desk, viewer, homes, form)


def _saved(page: web.PageContext, done: Together) -> str:
    return page.ngettext(
        "Saved for %(num)s family. You can correct or undo it here.",
        "Saved for %(num)s families. You can correct or undo each of them here.",
        len(done.logged),
    )


def _partly_saved(page: web.PageContext, done: Together, homes: Sequence[Home]) -> str:
    names = {each.family.family_id: family_title(each.pupils, page) for each in homes}
    reasons = [
        f"{names[family_id]}: {page._(why)}" if family_id in names else page._(why)
        for family_id, why in done.refused.items()
    ]
    saved = page.ngettext(
        "Saved for %(num)s family, not for these:",
        "Saved for %(num)s families, not for these:",
        len(done.logged),
    )
    return " ".join([saved, *reasons])


async def _form_page(
    page: web.PageContext,
    desk: AtDesk,
    viewer: Viewer,
    homes: Sequence[Home],
    form: web.Form[TogetherForm],
) -> Response:
    class_id = form.value("class_id")
    known = [each for each in await classes_of(desk, viewer) if each.class_id == class_id]
    readers = Readers.among(
        [pupil for each in homes for pupil in each.pupils],
        [adult for each in homes for adult in each.family.guardians],
        viewer,
    )
    return page.render(
        "contacts/together.html",
        status=422 if form.errors else 200,
        form=form,
        chosen_class=_class_or_none(known, homes),
        here=urlencode({"class": class_id}),
        families=[(each.family.family_id, family_title(each.pupils, page)) for each in homes],
        channels=choices(page, CHANNELS),
        outcomes=choices(page, OUTCOMES),
        tones=choices(page, GLAD_TONES),
        praises=praises_for(page, []),
        at_home=choices(page, AT_HOME),
        beginnings=await beginnings_for(page, desk, viewer),
        offers=offers_for(
            page, readers, await resources_for(desk.store, readers), form.value("resource")
        ),
    )


def _class_or_none(known: Sequence[SchoolClass], homes: Sequence[Home]) -> SchoolClass | None:
    if not known and not homes:
        raise NotFound("There is no such class, or it is not one of yours.")
    return known[0] if known else None
