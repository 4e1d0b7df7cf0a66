"""API clients: create, rotate, revoke, and the tokens that they ask for."""

from dataclasses import dataclass
from typing import Literal

from services.gateway.actions import Gate
from services.gateway.actions.sign_in import TRIED_TOO_OFTEN, TooManyTries
from services.gateway.domain.clients import SECRET_PREFIX, Client, ClientDraft, new_secret
from services.gateway.domain.sessions import digest_of
from shared import telemetry
from shared.errors import NotFound, PartnersError
from shared.identity import LIVES, Viewer

SECRET_BYTES = 32
TRIES = 60
"""Per client, place and 15 minutes; 256 random bits are not guessed, so this only spares work."""


class TokenNotGiven(PartnersError):
    """No token; `code` is the error of RFC 6749, section 5.2."""

    def __init__(self, code: Literal["invalid_client", "invalid_scope"], reason: str) -> None:
        """`reason` is the description for the developer of the program."""
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True)
class Access:
    """A token for a program."""

    token: str
    seconds: int
    scopes: tuple[str, ...]


async def create_client(
    gate: Gate,
    draft: ClientDraft,
    by: Viewer | None,
    *,
    client_id: str | None = None,
    secret: str | None = None,
) -> tuple[Client, str]:
    """A new API client and its first secret, which is shown once and never kept.

    `by` is None at the set-up, which also brings its own id and secret. A program can grant only
    scopes that it holds itself.
    """
    draft.check()
    draft.check_granted_by(None if by is None or by.role == "district" else by.scopes)
    now = gate.clock.now()
    text = secret or SECRET_PREFIX + gate.random(SECRET_BYTES)
    client = Client(
        client_id=client_id or gate.mint(),
        created_at=now,
        secrets=(new_secret(text, now),),
        **draft.model_dump(),
    )
    await gate.clients.add(client)
    _log("client created", client, by)
    return client, text


async def find_client(gate: Gate, client_id: str) -> Client:
    """One client; `NotFound` when there is none."""
    client = await gate.clients.by_id(client_id)
    if client is None:
        raise NotFound("There is no such API client.")
    return client


async def rotate_secret(gate: Gate, client_id: str, by: Viewer) -> tuple[Client, str]:
    """A second secret beside the first, so that the program can change over without a gap."""
    before = await find_client(gate, client_id)
    text = SECRET_PREFIX + gate.random(SECRET_BYTES)
    now = gate.clock.now()
    after = before.with_secret(new_secret(text, now), now)
    await gate.clients.change(before, after)
    _log("secret added", after, by)
    return after, text


async def end_secret(gate: Gate, client_id: str, prefix: str, by: Viewer) -> Client:
    """End one secret at once."""
    before = await find_client(gate, client_id)
    after = before.without_secret(prefix)
    await gate.clients.change(before, after)
    _log("secret ended", after, by)
    return after


async def revoke_client(gate: Gate, client_id: str, by: Viewer) -> Client:
    """End a client and all its secrets at once; tokens that it holds end within ten minutes."""
    before = await find_client(gate, client_id)
    after = before.revoked()
    await gate.clients.change(before, after)
    _log("client revoked", after, by)
    return after


async def give_token(
    gate: Gate, client_id: str, secret: str, scope: str | None, place: str
) -> Access:
    """A token by client credentials (RFC 6749, section 4.4), for all scopes or for those asked."""
    now = gate.clock.now()
    counter = f"token {digest_of(client_id)[:24]} {digest_of(place)[:24]}"
    if await gate.sessions.count(counter, now) > TRIES:
        raise TooManyTries(TRIED_TOO_OFTEN)
    client = await gate.clients.by_id(client_id[:100])
    if client is None or not client.admits(secret, now):
        raise TokenNotGiven("invalid_client", "This client_id and client_secret do not fit.")
    await gate.sessions.take_back(counter, now)
    scopes = _granted(client, scope)
    viewer = Viewer(
        account_id=client.client_id,
        role="system" if client.system else "operator",
        name=client.name,
        scopes=frozenset(scopes),
        system=client.system,
    )
    await gate.clients.note_use(client.client_id, now)
    return Access(gate.issuer.issue(viewer), int(LIVES.total_seconds()), scopes)


def _granted(client: Client, scope: str | None) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(scope.split())) if scope else client.scopes
    beyond = sorted(set(asked) - set(client.scopes))
    if beyond:
        raise TokenNotGiven("invalid_scope", f"This client does not hold {beyond[0][:60]}.")
    return asked


def _log(what: str, client: Client, by: Viewer | None) -> None:
    who = by.account_id if by else "set-up"
    telemetry.logger("gateway").info(what, client=client.client_id, by=who)
