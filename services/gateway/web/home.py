"""The first page: for visitors what this is, for each role what to do now."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from shared import web
from shared.i18n import N_
from shared.identity import Role

router = APIRouter()
PUBLIC = (
    web.PublicRoute("GET", "/", "visitors learn what this is", "the district's name", "600/minute"),
)
_SCHOOL: frozenset[Role] = frozenset({"educator", "coordinator", "principal"})
_ALL: frozenset[Role] = _SCHOOL | {"office", "district"}


@dataclass(frozen=True)
class Task:
    """Something to do now, for some roles; `icon` is a macro of `icons.html`."""

    path: str
    title: str
    words: str
    icon: str
    roles: frozenset[Role]


TASKS: tuple[Task, ...] = (
    Task("/contacts", N_("Log a contact"),
         N_("A call, a talk at the door, a note home: half a minute, good news first."),
         "phone", _SCHOOL),
    Task("/contacts/mine", N_("My contacts"), N_("Whom you have talked with, and how it went."),
         "heart", _SCHOOL),
    Task("/contacts", N_("Families"), N_("Find a family: who belongs to it, and what was said."),
         "families", frozenset({"office", "district"})),
    Task("/events", N_("Events"), N_("Invite families and see who comes."), "events", _ALL),
    Task("/notifications", N_("Letters"),
         N_("What families were sent, and whether it arrived."), "letters", _ALL),
    Task("/reports", N_("Reports"), N_("Families told good news and families reached."),
         "reports", _ALL),
    Task("/contacts/rosters", N_("Import the roster"),
         N_("Bring in students, families and classes from your school system."),
         "upload", frozenset({"district"})),
    Task("/accounts", N_("Accounts"), N_("Who may sign in, and as what."),
         "person", frozenset({"district"})),
    Task("/settings", N_("Settings"), N_("Sending hours, other systems, and more."),
         "settings", frozenset({"district"})),
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """One entry of the page of settings."""

    path: str
    title: str
    words: str


SETTINGS: tuple[Setting, ...] = (
    Setting("/notifications/settings", N_("Letters to families"),
            N_("When letters may go out, and which schools are live.")),
    Setting("/accounts", N_("Accounts"), N_("Who may sign in, and as what.")),
    Setting("/clients", N_("Other systems"),
            N_("Programs that send messages here or read figures.")),
    Setting("/contacts/rosters", N_("Roster"),
            N_("Bring in students, families and classes from your school system.")),
    Setting("/contacts/schools", N_("Schools"),
            N_("Time zones, phone numbers and days without school.")),
    Setting("/contracts", N_("Documents for programmers"),
            N_("How other systems talk with this one.")),
)  # fmt: skip


def tasks_of(role: Role) -> tuple[Task, ...]:
    """What this role can do now."""
    return tuple(task for task in TASKS if role in task.roles)


@router.get("/", include_in_schema=False)
async def get_home(page: web.Page) -> Response:
    """The first page."""
    if page.viewer is None:
        return page.render("gateway/landing.html")
    return page.render("gateway/home.html", tasks=tasks_of(page.viewer.role))


@router.get("/settings", include_in_schema=False, dependencies=[web.needs("district")])
async def get_settings(page: web.Page) -> Response:
    """Where each setting is found."""
    return page.render("gateway/settings.html", settings=SETTINGS)
