"""Signing in, and accounts of the staff, on a real database."""

import statistics
import time
from datetime import timedelta
from typing import Any

import pytest

from services.gateway.actions import Gate, accounts
from services.gateway.actions.receive import Sender
from services.gateway.actions.sign_in import (
    SignInRefused,
    TooManyTries,
    refresh,
    sign_in,
    sign_out,
)
from services.gateway.domain.accounts import Account, AccountDraft
from shared.clock import SetClock
from shared.directory import EDUCATORS
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.external import EXTERNAL
from shared.identity import KeyPair, TokenReader, Viewer
from tests.gateway.conftest import PASSWORD

HERE = "198.51.100.7"
PHONES = Sender("phones", frozenset(EXTERNAL), "http", "client-1")


def district_viewer(account: Account) -> Viewer:
    return Viewer(account_id=account.account_id, role="district")


# --- signing in -----------------------------------------------------------------------------------


async def test_the_right_password_gives_a_session_and_a_token(
    gate: Gate, educator: Account, keys: KeyPair, clock: SetClock
) -> None:
    signed_in = await sign_in(gate, " Ana@Maple.example ", PASSWORD, HERE)
    viewer = TokenReader([keys.public], clock).read(signed_in.token)
    assert viewer.account_id == educator.account_id
    assert viewer.educator_id == "ana"
    assert viewer.school_ids == {"maple"}  # as the roster says
    assert len(signed_in.secret) >= 22  # 128 bits


async def test_the_database_holds_no_secret_of_a_session(gate: Gate, educator: Account) -> None:
    signed_in = await sign_in(gate, educator.login, PASSWORD, HERE)
    rows = await gate.database["sessions"].find().to_list(None)
    assert signed_in.secret not in str(rows)
    assert PASSWORD not in str(await gate.database["accounts"].find().to_list(None))


async def test_unknown_name_wrong_password_and_closed_account_get_one_answer(
    gate: Gate, educator: Account, district: Account
) -> None:
    await accounts.close_account(gate, educator.account_id, district_viewer(district))
    said = set()
    for login, password in [
        ("nobody@maple.example", PASSWORD),
        (district.login, "three wrong rivers"),
        (educator.login, PASSWORD),
    ]:
        with pytest.raises(SignInRefused) as told:
            await sign_in(gate, login, password, HERE)
        said.add(str(told.value))
    assert len(said) == 1


async def test_unknown_names_take_as_long_as_known_ones(gate: Gate, educator: Account) -> None:
    took: dict[str, list[float]] = {educator.login: [], "nobody@maple.example": []}
    for turn in range(16):
        for login, times in took.items():
            began = time.perf_counter()
            with pytest.raises(SignInRefused):
                await sign_in(gate, login, "three wrong rivers", f"198.51.100.{turn}")
            times.append(time.perf_counter() - began)
    known, unknown = (statistics.median(times) for times in took.values())
    assert 0.5 < known / unknown < 2


async def test_after_ten_wrong_tries_even_the_right_password_waits(
    gate: Gate, educator: Account, clock: SetClock
) -> None:
    for _ in range(10):
        with pytest.raises(SignInRefused):
            await sign_in(gate, educator.login, "three wrong rivers", HERE)
    with pytest.raises(TooManyTries):
        await sign_in(gate, educator.login, PASSWORD, HERE)
    await sign_in(gate, educator.login, PASSWORD, "203.0.113.9")  # from elsewhere the way is free
    clock.move(timedelta(minutes=15))
    await sign_in(gate, educator.login, PASSWORD, HERE)


async def test_signing_in_well_is_no_try(gate: Gate, educator: Account) -> None:
    for _ in range(12):
        await sign_in(gate, educator.login, PASSWORD, HERE)


async def test_a_session_gives_tokens_until_it_ends(
    gate: Gate, educator: Account, clock: SetClock
) -> None:
    secret = (await sign_in(gate, educator.login, PASSWORD, HERE)).secret
    for _ in range(3):
        clock.move(timedelta(hours=7, minutes=59))
        assert await refresh(gate, secret)
    clock.move(timedelta(minutes=4))  # a day has passed
    assert await refresh(gate, secret) is None
    idle = (await sign_in(gate, educator.login, PASSWORD, HERE)).secret
    clock.move(timedelta(hours=8))
    assert await refresh(gate, idle) is None
    assert await refresh(gate, "made up") is None


async def test_signing_out_ends_the_session(gate: Gate, educator: Account) -> None:
    secret = (await sign_in(gate, educator.login, PASSWORD, HERE)).secret
    await sign_out(gate, secret)
    assert await refresh(gate, secret) is None


async def test_who_leaves_the_roster_is_out(gate: Gate, educator: Account) -> None:
    secret = (await sign_in(gate, educator.login, PASSWORD, HERE)).secret
    await gate.database[EDUCATORS].update_one({"_id": "ana"}, {"$set": {"active": False}})
    assert await refresh(gate, secret) is None
    with pytest.raises(SignInRefused):
        await sign_in(gate, educator.login, PASSWORD, HERE)


# --- accounts -------------------------------------------------------------------------------------


async def test_an_invitation_lets_one_password_be_set_once(gate: Gate, district: Account) -> None:
    draft = AccountDraft(login="ofi@maple.example", name="O", role="office", school_ids=("maple",))
    account, secret = await accounts.create_account(gate, draft, district_viewer(district))
    assert not account.has_password
    await accounts.set_password(gate, secret, "green apples and pears")
    assert (await sign_in(gate, account.login, "green apples and pears", HERE)).viewer.name == "O"
    with pytest.raises(NotFound, match="used or is too old"):
        await accounts.set_password(gate, secret, "other apples and pears")


async def test_a_link_to_set_a_password_gets_too_old(
    gate: Gate, district: Account, clock: SetClock
) -> None:
    secret = await accounts.reset_password(gate, district.account_id, district_viewer(district))
    clock.move(timedelta(hours=24))
    with pytest.raises(NotFound):
        await accounts.set_password(gate, secret, "green apples and pears")


async def test_a_reset_ends_the_old_password_and_the_sessions(
    gate: Gate, educator: Account, district: Account
) -> None:
    session = (await sign_in(gate, educator.login, PASSWORD, HERE)).secret
    first = await accounts.reset_password(gate, educator.account_id, district_viewer(district))
    second = await accounts.reset_password(gate, educator.account_id, district_viewer(district))
    assert await refresh(gate, session) is None
    with pytest.raises(SignInRefused):
        await sign_in(gate, educator.login, PASSWORD, HERE)
    with pytest.raises(NotFound):  # a newer link ends the older one
        await accounts.set_password(gate, first, "green apples and pears")
    await accounts.set_password(gate, second, "green apples and pears")


async def test_a_login_belongs_to_one_account(gate: Gate, educator: Account) -> None:
    draft = AccountDraft(login="ANA@maple.example", name="Other", role="district")
    with pytest.raises(Conflict, match="already"):
        await accounts.create_account(gate, draft, None)


@pytest.mark.parametrize(
    "changes", [{"school_ids": ("elm",)}, {"educator_id": "nobody"}, {"role": "principal"}]
)
async def test_schools_and_people_must_be_known(gate: Gate, changes: dict[str, Any]) -> None:
    given = {"login": "x@maple.example", "name": "X", "role": "educator", "school_ids": ()}
    with pytest.raises(Refused):
        await accounts.create_account(gate, AccountDraft.model_validate(given | changes), None)


async def test_a_program_can_not_make_accounts_that_govern(gate: Gate) -> None:
    program = Viewer(account_id="cli", role="operator", scopes=frozenset({"accounts:write"}))
    draft = AccountDraft(login="x@maple.example", name="X", role="district")
    with pytest.raises(Forbidden, match="Only a district user"):
        await accounts.create_account(gate, draft, program)


async def test_the_last_district_account_stays(gate: Gate, district: Account) -> None:
    by = district_viewer(district)
    with pytest.raises(Refused, match="last district account"):
        await accounts.close_account(gate, district.account_id, by)
    draft = AccountDraft(login=district.login, name="D", role="office", school_ids=("maple",))
    with pytest.raises(Refused, match="last district account"):
        await accounts.change_account(gate, district.account_id, draft, 1, by)


async def test_two_changes_at_once_do_not_overwrite_each_other(
    gate: Gate, educator: Account, district: Account
) -> None:
    by = district_viewer(district)
    draft = AccountDraft(login=educator.login, name="Ana R.", role="educator", educator_id="ana")
    await accounts.change_account(gate, educator.account_id, draft, 1, by)
    with pytest.raises(Conflict, match="Somebody else"):
        await accounts.change_account(gate, educator.account_id, draft, 1, by)


async def test_a_new_role_ends_the_sessions_of_the_old(
    gate: Gate, educator: Account, district: Account
) -> None:
    session = (await sign_in(gate, educator.login, PASSWORD, HERE)).secret
    draft = AccountDraft(login=educator.login, name="Ana", role="coordinator", school_ids=("oak",))
    await accounts.change_account(gate, educator.account_id, draft, 1, district_viewer(district))
    assert await refresh(gate, session) is None


async def test_changing_ones_password_ends_the_other_sessions(
    gate: Gate, educator: Account
) -> None:
    mine = await sign_in(gate, educator.login, PASSWORD, HERE)
    other = await sign_in(gate, educator.login, PASSWORD, HERE)
    with pytest.raises(Refused, match="present password"):
        await accounts.change_password(gate, mine.viewer, "wrong", "new green apples", mine.secret)
    await accounts.change_password(gate, mine.viewer, PASSWORD, "new green apples", mine.secret)
    assert await refresh(gate, mine.secret)
    assert await refresh(gate, other.secret) is None
    await sign_in(gate, educator.login, "new green apples", HERE)
