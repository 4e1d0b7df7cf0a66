"""The first district account and the operator's credentials, made by the set-up."""

from services.gateway.actions import Gate
from services.gateway.actions.accounts import create_account
from services.gateway.actions.clients import create_client
from services.gateway.domain.accounts import AccountDraft, login_of
from services.gateway.domain.clients import SCOPES, ClientDraft, new_secret

OPERATOR = "operator"
"""The client_id of the operator's credentials."""
OPERATOR_SCOPES = tuple(sorted(set(SCOPES) - {"messages:write", "notices:request"}))


async def first_steps(
    gate: Gate, *, login: str, name: str, password: str, operator_secret: str
) -> list[str]:
    """Make what is missing; gives a sentence for each. Changes no password of anybody."""
    said = []
    if await gate.accounts.by_login(login_of(login)) is None:
        draft = AccountDraft(login=login, name=name, role="district")
        account, _ = await create_account(gate, draft, None, password=password)
        said.append(f"The first district user is {account.login}.")
    said += await _operator(gate, operator_secret)
    return said or ["The first accounts are there already."]


async def _operator(gate: Gate, secret: str) -> list[str]:
    known = await gate.clients.by_id(OPERATOR)
    if known is None:
        draft = ClientDraft(name="Operator (the partners command)", scopes=OPERATOR_SCOPES)
        await create_client(gate, draft, None, client_id=OPERATOR, secret=secret)
        return ["The partners command has its credentials (client_id operator)."]
    now = gate.clock.now()
    if known.admits(secret, now):
        return []
    # The secret was changed on the server's disk: that is how an operator rotates it.
    change = {"secrets": (new_secret(secret, now),), "active": True, "version": known.version + 1}
    await gate.clients.change(known, known.model_copy(update=change))
    return ["The operator's secret was changed."]
