"""Signing in and out, and the short-lived token that goes with a session."""

from dataclasses import dataclass

from services.gateway.actions import Gate
from services.gateway.domain.accounts import Account, login_of
from services.gateway.domain.sessions import Session, digest_of, sign_in_limits
from shared import telemetry
from shared.errors import PartnersError
from shared.i18n import N_
from shared.identity import Viewer

SESSION_BYTES = 16
"""128 bits."""
TRIED_TOO_OFTEN = N_("There were too many tries. Wait 15 minutes, then try again.")


class SignInRefused(PartnersError):
    """The name and the password do not belong together; never says which is wrong. HTTP 401."""


class TooManyTries(PartnersError):
    """Somebody tries too often; the way is free again after some minutes. HTTP 429."""


@dataclass(frozen=True)
class SignedIn:
    """A session that just began: its secret for the cookie, and its first token."""

    secret: str
    token: str
    viewer: Viewer


async def sign_in(gate: Gate, login: str, password: str, place: str) -> SignedIn:
    """Begin a session. `place` is the address of the browser, for the limits.

    Raises `SignInRefused`, the same for an unknown name, a wrong password and a closed account, and
    `TooManyTries`.
    """
    login = login_of(login)[:254]
    await _count_try(gate, login, place)
    found = await gate.accounts.by_login(login)
    account, hashed = found or (None, None)
    fits = await gate.passwords.fits(password[:1000], hashed)
    viewer = await gate.viewer(account) if account and fits else None
    if account is None or viewer is None:
        telemetry.logger("gateway").info("sign-in refused")
        raise SignInRefused(N_("This name and password do not belong together."))
    for key, _ in sign_in_limits(login, place):
        await gate.sessions.take_back(key, gate.clock.now())
    return await _begin(gate, account, viewer)


async def _count_try(gate: Gate, login: str, place: str) -> None:
    now = gate.clock.now()
    for key, limit in sign_in_limits(login, place):
        if await gate.sessions.count(key, now) > limit:
            raise TooManyTries(TRIED_TOO_OFTEN)


async def _begin(gate: Gate, account: Account, viewer: Viewer) -> SignedIn:
    now = gate.clock.now()
    secret = gate.random(SESSION_BYTES)
    session = Session(
        digest=digest_of(secret), account_id=account.account_id, began_at=now, seen_at=now
    )
    await gate.sessions.add(session)
    await gate.accounts.note_sign_in(account.account_id, now)
    telemetry.logger("gateway").info("signed in", account=account.account_id)
    return SignedIn(secret, gate.issuer.issue(viewer, _named(session)), viewer)


async def refresh(gate: Gate, secret: str) -> str | None:
    """A new token for a session; None when it ended, was left too long, or the person may not."""
    session = await gate.sessions.by_digest(digest_of(secret))
    now = gate.clock.now()
    if session is None or not session.good_at(now):
        return None
    account = await gate.accounts.by_id(session.account_id)
    viewer = await gate.viewer(account) if account else None
    if viewer is None:
        await gate.sessions.end(session.digest)
        return None
    await gate.sessions.seen(session.model_copy(update={"seen_at": now}))
    return gate.issuer.issue(viewer, _named(session))


async def sign_out(gate: Gate, secret: str) -> None:
    """End a session; it gets no token any more, and its last one ends within ten minutes."""
    await gate.sessions.end(digest_of(secret))


def _named(session: Session) -> str:
    # A token names its session by a part of the digest, from which nobody gets the secret.
    return session.digest[:16]
