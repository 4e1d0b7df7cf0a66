"""Pages for district users: programs and operators that may ask for tokens."""

from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.gateway.actions import clients
from services.gateway.domain.clients import (
    MOST_PER_DAY,
    PEOPLE_PER_DAY,
    SCOPES,
    Client,
    ClientDraft,
)
from services.gateway.web.gate import TheGate
from shared import web
from shared.errors import Refused
from shared.external import EXTERNAL
from shared.i18n import N_
from shared.identity import Viewer

router = APIRouter(prefix="/clients", include_in_schema=False, dependencies=[web.needs("district")])
District = Annotated[Viewer, web.needs("district")]


TYPE_WORDS = {
    "org.partners.family.contacted.v1": N_("Calls and other contacts with families"),
    "org.partners.student.achieved.v1": N_("What students achieved, as suggestions for staff"),
    "org.partners.invitation.answered.v1": N_("Families' answers to invitations"),
    "org.partners.notice.asked.v1": N_("Requests to have families told something"),
}
"""The types of messages of other systems, in words."""


class ClientForm(BaseModel):
    """An API client as it is filled in."""

    name: Annotated[str, Field(min_length=1, max_length=120, title=N_("Name"))]
    system: Annotated[str | None, Field(max_length=40, title=N_("Name of the system"))] = None
    scopes: Annotated[tuple[str, ...], Field(min_length=1, title=N_("It may"))]
    types: Annotated[tuple[str, ...], Field(title=N_("It may send"))] = ()
    people_per_day: Annotated[
        int,
        Field(ge=0, le=MOST_PER_DAY, title=N_("People whose households it may have told a day")),
    ] = PEOPLE_PER_DAY


@router.get("")
async def get_clients(page: web.Page, gate: TheGate) -> Response:
    """All API clients by name."""
    return page.render("gateway/clients.html", clients=await gate.clients.all(), scopes=SCOPES)


@router.get("/new")
async def get_new(page: web.Page) -> Response:
    """The form."""
    return _edit(page, web.Form.blank(ClientForm))


@router.post("/new")
async def post_new(
    page: web.Page,
    viewer: District,
    gate: TheGate,
    form: Annotated[web.Form[ClientForm], web.form(ClientForm)],
) -> Response:
    """Create the client and show its secret once."""
    if form.ok:
        try:
            draft = ClientDraft.model_validate(form.data.model_dump())
            client, secret = await clients.create_client(gate, draft, viewer)
            return _show_secret(page, client, secret)
        except Refused as refused:
            form.fail("", page._(str(refused)))
    return _edit(page, form, status=422)


@router.get("/{client_id}")
async def get_one(client_id: str, page: web.Page, gate: TheGate) -> Response:
    """One client with its secrets' first letters."""
    client = await clients.find_client(gate, client_id)
    live = client.live(gate.clock.now())
    return page.render("gateway/client.html", client=client, live=live, scopes=SCOPES)


@router.post("/{client_id}/secrets")
async def post_secret(client_id: str, page: web.Page, viewer: District, gate: TheGate) -> Response:
    """A second secret, shown once."""
    client, secret = await clients.rotate_secret(gate, client_id, viewer)
    return _show_secret(page, client, secret)


@router.post("/{client_id}/secrets/end")
async def post_end_secret(
    client_id: str,
    page: web.Page,
    viewer: District,
    gate: TheGate,
    prefix: Annotated[str, Form(max_length=40)],
) -> Response:
    """End one secret at once."""
    await clients.end_secret(gate, client_id, prefix, viewer)
    return page.redirect(f"/clients/{client_id}", said=page._(N_("The secret is ended.")))


@router.post("/{client_id}/revoke")
async def post_revoke(client_id: str, page: web.Page, viewer: District, gate: TheGate) -> Response:
    """End the client and all its secrets."""
    await clients.revoke_client(gate, client_id, viewer)
    return page.redirect(f"/clients/{client_id}", said=page._(N_("The program is shut out.")))


def _show_secret(page: web.PageContext, client: Client, secret: str) -> Response:
    return page.render("gateway/secret_once.html", client=client, secret=secret)


def _edit(page: web.PageContext, form: web.Form[ClientForm], *, status: int = 200) -> Response:
    return page.render(
        "gateway/client_new.html",
        status=status,
        form=form,
        scopes=[(name, page._(words)) for name, words in SCOPES.items()],
        types=[(kind, page._(TYPE_WORDS.get(kind, kind))) for kind in EXTERNAL],
    )
