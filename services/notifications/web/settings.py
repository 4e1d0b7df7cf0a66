"""The district's mail settings: when letters leave, how many, and which schools are live."""

from datetime import time
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, model_validator
from starlette.responses import Response

from services.notifications.actions.choosing import save_settings
from services.notifications.actions.resolving import trust_again
from services.notifications.domain.settings import MailSettings, QuietHours, Weekday
from services.notifications.web.at import AtRoom, place_of
from shared import web
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import Record

router = APIRouter(prefix="/notifications/settings", include_in_schema=False)
District = Annotated[Viewer, web.needs("district")]
MINUTES = 60
DAYS: dict[Weekday, str] = {
    "monday": N_("Monday"),
    "tuesday": N_("Tuesday"),
    "wednesday": N_("Wednesday"),
    "thursday": N_("Thursday"),
    "friday": N_("Friday"),
}
PAPER = {
    "without_mail": N_("Homes that mail does not reach"),
    "always": N_("All homes, and no mail"),
    "off": N_("Nobody"),
}


class SettingsForm(Record):
    """The settings as people say them."""

    take_back_minutes: Annotated[
        int, Field(ge=0, le=1440, title=N_("Minutes in which a letter can be taken back"))
    ]
    quiet: Annotated[bool, Field(title=N_("Keep quiet hours"))] = False
    quiet_begins: Annotated[time, Field(title=N_("Quiet from"))] = time(20)
    quiet_ends: Annotated[time, Field(title=N_("until"))] = time(7)
    school_days_only: Annotated[bool, Field(title=N_("Send on school days only"))] = False
    routine_letters_a_week: Annotated[
        int | None, Field(ge=1, le=50, title=N_("Most routine letters to one address in a week"))
    ] = None
    digest_day: Annotated[
        Weekday, Field(title=N_("Day of the letter that brings several in one"))
    ] = "friday"
    digest_at: Annotated[time, Field(title=N_("From what time on"))] = time(15)
    held_days: Annotated[
        int, Field(ge=1, le=30, title=N_("Days after which a held letter expires"))
    ]
    phone: Annotated[
        str,
        Field(
            max_length=40,
            pattern=r"^[0-9A-Za-z+(). /-]*$",
            title=N_("Telephone number for families of schools that have none listed"),
        ),
    ] = ""
    paper: Annotated[
        Literal["off", "without_mail", "always"], Field(title=N_("Who gets letters on paper"))
    ] = "without_mail"
    all_schools_live: Annotated[bool, Field(title=N_("All schools send mail to families"))] = False
    live_school_ids: Annotated[
        tuple[str, ...], Field(title=N_("Schools that send mail to families"))
    ] = ()

    @model_validator(mode="after")
    def _some_of_the_day_is_open(self) -> "SettingsForm":
        if self.quiet and self.quiet_begins == self.quiet_ends:
            raise ValueError(N_("Quiet hours must end at another time than they begin."))
        return self

    def settings(self) -> MailSettings:
        """As they are kept."""
        return MailSettings(
            take_back_seconds=self.take_back_minutes * MINUTES,
            quiet_hours=QuietHours(begins=self.quiet_begins, ends=self.quiet_ends)
            if self.quiet
            else None,
            school_days_only=self.school_days_only,
            routine_letters_a_week=self.routine_letters_a_week,
            digest_day=self.digest_day,
            digest_at=self.digest_at,
            held_days=self.held_days,
            phone=self.phone,
            paper=self.paper,
            all_schools_live=self.all_schools_live,
            live_school_ids=self.live_school_ids,
        )


Sent = Annotated[web.Form[SettingsForm], web.form(SettingsForm)]


class AddressForm(Record):
    """An address to write to again."""

    mailbox: Annotated[str, Field(min_length=3, max_length=254)]


@router.get("")
async def show_settings(page: web.Page, viewer: District, room: AtRoom) -> Response:
    """The form, as it is now."""
    del viewer
    return await _page(page, room, _filled(await room.settings()))


@router.post("")
async def change_settings(page: web.Page, viewer: District, room: AtRoom, form: Sent) -> Response:
    """Keep them; letters that wait are judged again at once."""
    if not form.ok:
        return await _page(page, room, form, status=422)
    await save_settings(room, form.data.settings(), viewer)
    return page.redirect("/notifications/settings", said=page._(N_("The settings are kept.")))


@router.get("/addresses")
async def show_addresses(
    page: web.Page, viewer: District, room: AtRoom, cursor: web.Cursor
) -> Response:
    """The addresses to which we no longer write, and why."""
    del viewer
    rows = await room.store.choices.suppressions(
        room.now, limit=cursor.fetch, after=place_of(cursor.after)
    )
    slice_ = web.paginate(rows, cursor, lambda row: (row.at, row.mailbox))
    return page.render("notifications/addresses.html", slice=slice_)


@router.post("/addresses")
async def trust_address(
    page: web.Page,
    viewer: District,
    room: AtRoom,
    form: Annotated[web.Form[AddressForm], web.form(AddressForm)],
) -> Response:
    """Write to one of them again."""
    del viewer
    if form.ok:
        await trust_again(room, form.data.mailbox)
    said = page._(N_("Letters go to this address again."))
    return page.redirect("/notifications/settings/addresses", said=said)


async def _page(
    page: web.PageContext, room: AtRoom, form: web.Form[SettingsForm], status: int = 200
) -> Response:
    schools = await room.directory.schools_in_brief()
    return page.render(
        "notifications/settings.html",
        status=status,
        form=form,
        schools=schools,
        days=[(day, page._(words)) for day, words in DAYS.items()],
        paper=PAPER,
    )


def _filled(now: MailSettings) -> web.Form[SettingsForm]:
    quiet = now.quiet_hours or QuietHours()
    return web.Form.blank(
        SettingsForm,
        take_back_minutes=-(-now.take_back_seconds // MINUTES),
        quiet="true" if now.quiet_hours else None,
        quiet_begins=f"{quiet.begins:%H:%M}",
        quiet_ends=f"{quiet.ends:%H:%M}",
        school_days_only="true" if now.school_days_only else None,
        routine_letters_a_week=now.routine_letters_a_week,
        digest_day=now.digest_day,
        digest_at=f"{now.digest_at:%H:%M}",
        held_days=now.held_days,
        phone=now.phone,
        paper=now.paper,
        all_schools_live="true" if now.all_schools_live else None,
        live_school_ids=now.live_school_ids,
    )
