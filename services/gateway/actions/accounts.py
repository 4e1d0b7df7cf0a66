"""Accounts of the staff: create, change, close, and set passwords."""

from typing import Literal

from services.gateway.actions import Gate
from services.gateway.actions.sign_in import TRIED_TOO_OFTEN, TooManyTries
from services.gateway.domain.accounts import (
    Account,
    AccountDraft,
    Pass,
    check_password,
    pass_lasts,
)
from services.gateway.domain.sessions import TRIES_PER_LOGIN_AND_PLACE, digest_of
from shared import telemetry
from shared.errors import Forbidden, NotFound, Refused
from shared.identity import Viewer

PASS_BYTES = 24
IN_CHARGE = frozenset({"district", "operator"})


async def create_account(
    gate: Gate, draft: AccountDraft, by: Viewer | None, *, password: str | None = None
) -> tuple[Account, str]:
    """A new account, and the secret of its invitation, which is empty when a password is given.

    `by` is None at the set-up. A program can't make accounts that govern: that is for people.
    """
    draft.check()
    _check_may_give(draft.role, by)
    await _check_person(gate, draft)
    if password is not None:
        check_password(password, draft.login)
    account = Account(
        account_id=gate.mint(), created_at=gate.clock.now(), **draft.model_dump(mode="python")
    )
    hashed = await gate.passwords.hash(password) if password is not None else None
    await gate.accounts.add(account, hashed)
    telemetry.logger("gateway").info(
        "account created", account=account.account_id, by=by.account_id if by else "set-up"
    )
    secret = "" if hashed else await _give_pass(gate, account.account_id, "invitation")
    return account.model_copy(update={"has_password": hashed is not None}), secret


def _check_may_give(role: str, by: Viewer | None) -> None:
    if by is not None and by.role != "district" and role in IN_CHARGE:
        raise Forbidden(f"Only a district user, signed in, can give the role {role}.")


async def _check_person(gate: Gate, draft: AccountDraft) -> None:
    schools = {each.school_id for each in await gate.directory.schools_in_brief()}
    unknown = sorted(set(draft.school_ids) - schools)
    if unknown:
        raise Refused("One of the schools is not known (any more): choose from the list.")
    if draft.educator_id and await gate.directory.educator(draft.educator_id) is None:
        raise Refused("The roster does not know this person: choose from the list.")


async def find_account(gate: Gate, account_id: str) -> Account:
    """One account; `NotFound` when there is none."""
    account = await gate.accounts.by_id(account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return account


async def change_account(
    gate: Gate, account_id: str, draft: AccountDraft, version: int, by: Viewer
) -> Account:
    """Change an account; `Conflict` when it changed since `version` was read."""
    before = await find_account(gate, account_id)
    draft.check()
    _check_may_give(draft.role, by)
    await _check_person(gate, draft)
    after = before.model_copy(update={**draft.model_dump(mode="python"), "version": version})
    await _check_somebody_in_charge(gate, before, after)
    await gate.accounts.change(after)
    if (before.role, before.login) != (after.role, after.login):
        await gate.sessions.end_all_of(account_id)
    telemetry.logger("gateway").info("account changed", account=account_id, by=by.account_id)
    return after


async def close_account(gate: Gate, account_id: str, by: Viewer) -> Account:
    """Nobody signs in with it any more; its sessions end at once."""
    before = await find_account(gate, account_id)
    after = before.model_copy(update={"active": False})
    await _check_somebody_in_charge(gate, before, after)
    await gate.accounts.change(after)
    await gate.sessions.end_all_of(account_id)
    telemetry.logger("gateway").info("account closed", account=account_id, by=by.account_id)
    return after


async def reopen_account(gate: Gate, account_id: str, by: Viewer) -> Account:
    """It works again, with the password that it had."""
    after = (await find_account(gate, account_id)).model_copy(update={"active": True})
    await gate.accounts.change(after)
    telemetry.logger("gateway").info("account reopened", account=account_id, by=by.account_id)
    return after


async def _check_somebody_in_charge(gate: Gate, before: Account, after: Account) -> None:
    leaves = before.role == "district" and not (after.active and after.role == "district")
    if leaves and not await gate.accounts.others_in_charge(before.account_id):
        raise Refused("This is the last district account: make another one first.")


async def reset_password(gate: Gate, account_id: str, by: Viewer) -> str:
    """End the password and all sessions; gives the secret of a link to set a new one."""
    account = await find_account(gate, account_id)
    await gate.accounts.change(account, password_hash=None, has_password=False)
    await gate.sessions.end_all_of(account_id)
    telemetry.logger("gateway").info("password reset", account=account_id, by=by.account_id)
    return await _give_pass(gate, account_id, "reset")


async def _give_pass(gate: Gate, account_id: str, kind: Literal["invitation", "reset"]) -> str:
    secret = gate.random(PASS_BYTES)
    expires = gate.clock.now() + pass_lasts(kind)
    await gate.accounts.add_pass(
        Pass(digest=digest_of(secret), account_id=account_id, kind=kind, expires_at=expires)
    )
    return secret


async def account_of_pass(gate: Gate, secret: str) -> Account:
    """Whose password may be set with this link; `NotFound` when it was used or is too old."""
    found = await gate.accounts.pass_of(digest_of(secret))
    account = await gate.accounts.by_id(found.account_id) if found else None
    if found is None or account is None or not found.good_at(gate.clock.now()):
        raise NotFound("This link was used or is too old. Ask the district office for a new one.")
    return account


async def set_password(gate: Gate, secret: str, password: str) -> Account:
    """Set a password with a one-time link, which ends by it, and so do all sessions."""
    account = await account_of_pass(gate, secret)
    check_password(password, account.login)
    hashed = await gate.passwords.hash(password)
    if await gate.accounts.use_pass(digest_of(secret)) is None:
        raise NotFound("This link was used or is too old. Ask the district office for a new one.")
    await gate.accounts.set_password(account.account_id, hashed)
    await gate.sessions.end_all_of(account.account_id)
    return account


async def change_password(
    gate: Gate, viewer: Viewer, present: str, new: str, session_secret: str
) -> None:
    """Change one's own password; the other sessions end, the one that asks goes on."""
    account = await find_account(gate, viewer.account_id)
    tries = await gate.sessions.count(f"password {account.account_id}", gate.clock.now())
    if tries > TRIES_PER_LOGIN_AND_PLACE:
        raise TooManyTries(TRIED_TOO_OFTEN)
    hashed = await gate.accounts.hash_of(account.account_id)
    if not await gate.passwords.fits(present[:1000], hashed):
        raise Refused("The present password is not right.")
    check_password(new, account.login)
    await gate.accounts.set_password(account.account_id, await gate.passwords.hash(new))
    await gate.sessions.end_all_of(account.account_id, but=digest_of(session_secret))
