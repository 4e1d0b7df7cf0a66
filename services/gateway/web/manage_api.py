"""JSON for accounts and API clients: what the pages do, for programs with the scope."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from services.gateway.actions import accounts, clients
from services.gateway.domain.accounts import Account, AccountDraft
from services.gateway.domain.clients import Client, ClientDraft
from services.gateway.web.gate import TheGate
from shared import web
from shared.identity import Viewer

router = APIRouter(prefix="/api/v1", tags=["accounts and clients"])
OF_ACCOUNTS = web.needs("district", scope="accounts:write")
OF_CLIENTS = web.needs("district", scope="clients:write")
OfAccounts = Annotated[Viewer, OF_ACCOUNTS]
OfClients = Annotated[Viewer, OF_CLIENTS]


class NewAccount(AccountDraft):
    """An account; without a password the answer has a link to set one."""

    password: Annotated[str | None, Field(max_length=200)] = None


class AccountMade(BaseModel):
    """The account, and the link that is told this once."""

    account: Account
    set_password_link: str | None = None


class AccountList(BaseModel):
    """A page of accounts."""

    items: list[Account]
    next: str | None = None


class EducatorShown(BaseModel):
    """A person of the roster whom an account may belong to."""

    educator_id: str
    sourced_ids: tuple[str, ...]
    given_name: str
    family_name: str
    email: str | None
    school_ids: tuple[str, ...]


class SecretShown(BaseModel):
    """One secret, without what makes it secret."""

    prefix: str
    created_at: datetime
    expires_at: datetime


class ClientShown(BaseModel):
    """An API client as it may be shown."""

    client_id: str
    name: str
    scopes: tuple[str, ...]
    system: str | None
    types: tuple[str, ...]
    people_per_day: int
    active: bool
    secrets: tuple[SecretShown, ...]
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, client: Client) -> "ClientShown":
        """Without digests."""
        return cls.model_validate(client.model_dump(exclude={"version"}))


class ClientMade(BaseModel):
    """The client, and the secret that is told this once."""

    client: ClientShown
    client_secret: str


@router.get("/accounts", summary="Accounts by name", dependencies=[OF_ACCOUNTS])
async def get_accounts(
    gate: TheGate,
    cursor: web.Cursor,
    search: Annotated[str, Query(max_length=100)] = "",
) -> AccountList:
    """A page of accounts."""
    rows = await gate.accounts.page(search.strip(), cursor.after, cursor.fetch)
    found = web.paginate(rows, cursor, lambda each: (each.name, each.account_id))
    return AccountList(items=list(found.items), next=found.next)


@router.post("/accounts", status_code=201, summary="Create an account")
async def post_account(
    new: NewAccount, request: Request, viewer: OfAccounts, gate: TheGate
) -> AccountMade:
    """409 when the address has an account; so a second try makes no second account."""
    draft = AccountDraft.model_validate(new.model_dump(exclude={"password"}))
    account, secret = await accounts.create_account(gate, draft, viewer, password=new.password)
    base = web.site_of(request).settings.public_url.rstrip("/")
    link = f"{base}/set-password/{secret}" if secret else None
    return AccountMade(account=account, set_password_link=link)


@router.get("/educators", summary="People of the roster", dependencies=[OF_ACCOUNTS])
async def get_educators(
    gate: TheGate,
    search: Annotated[str, Query(max_length=100)] = "",
    sourced_id: Annotated[str, Query(max_length=255)] = "",
) -> list[EducatorShown]:
    """The active staff whom the roster calls so, or whose names and address have these words."""
    if sourced_id:
        person = await gate.directory.educator_by_sourced(sourced_id)
        found = [person] if person and person.active else []
    else:
        found = await gate.staff_named(search)
    return [EducatorShown.model_validate(each.model_dump()) for each in found]


@router.get("/clients", summary="API clients by name", dependencies=[OF_CLIENTS])
async def get_clients(gate: TheGate) -> list[ClientShown]:
    """All of them; a district has tens."""
    return [ClientShown.of(each) for each in await gate.clients.all()]


@router.post("/clients", status_code=201, summary="Create an API client")
async def post_client(draft: ClientDraft, viewer: OfClients, gate: TheGate) -> ClientMade:
    """The secret is told this once; whoever calls can grant only what they hold."""
    client, secret = await clients.create_client(gate, draft, viewer)
    return ClientMade(client=ClientShown.of(client), client_secret=secret)


@router.post("/clients/{client_id}/secrets", status_code=201, summary="Add a second secret")
async def post_secret(client_id: str, viewer: OfClients, gate: TheGate) -> ClientMade:
    """422 while two are live."""
    client, secret = await clients.rotate_secret(gate, client_id, viewer)
    return ClientMade(client=ClientShown.of(client), client_secret=secret)


@router.delete("/clients/{client_id}/secrets/{prefix}", summary="End one secret")
async def delete_secret(
    client_id: str, prefix: str, viewer: OfClients, gate: TheGate
) -> ClientShown:
    """Ends at once."""
    return ClientShown.of(await clients.end_secret(gate, client_id, prefix, viewer))


@router.delete("/clients/{client_id}", summary="Shut a client out")
async def delete_client(client_id: str, viewer: OfClients, gate: TheGate) -> ClientShown:
    """All its secrets end at once."""
    return ClientShown.of(await clients.revoke_client(gate, client_id, viewer))
