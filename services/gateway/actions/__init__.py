"""What can be done at the front door; `Gate` is what every action stands on."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from services.gateway.domain.accounts import Account
from services.gateway.passwords import Passwords
from services.gateway.store.accounts import AccountStore
from services.gateway.store.clients import ClientStore
from services.gateway.store.receipts import ReceiptStore
from services.gateway.store.sessions import SessionStore
from services.gateway.store.shares import ShareStore
from shared.clock import Clock, Mint
from shared.directory import Directory
from shared.identity import TokenIssuer, Viewer
from shared.messages import EducatorChanged
from shared.mongo import Database
from shared.outbox import Units

MATCHES = 20
OPERATOR_SCOPES = frozenset(
    {"contacts:write", "dead:read", "dead:write", "operator", "roster:write", "reports:rebuild"}
)
"""What a person with the role operator may do: see to the machinery."""


@dataclass
class Gate:
    """The stores, the clock and the key that signs."""

    database: Database
    units: Units
    issuer: TokenIssuer
    clock: Clock
    mint: Mint
    passwords: Passwords
    random: Callable[[int], str] = secrets.token_urlsafe
    """Gives that many random bytes as text that fits into an address."""
    link_hosts: frozenset[str] = frozenset()
    """To which links in notices of other systems may lead."""
    accounts: AccountStore = field(init=False)
    sessions: SessionStore = field(init=False)
    clients: ClientStore = field(init=False)
    receipts: ReceiptStore = field(init=False)
    shares: ShareStore = field(init=False)
    directory: Directory = field(init=False)

    def __post_init__(self) -> None:
        self.accounts = AccountStore(self.database)
        self.sessions = SessionStore(self.database)
        self.clients = ClientStore(self.database)
        self.receipts = ReceiptStore(self.database)
        self.shares = ShareStore(self.database)
        self.directory = Directory(self.database)

    async def viewer(self, account: Account) -> Viewer | None:
        """Who this is now; None when the account is closed or the person left the roster."""
        if not account.active:
            return None
        schools = frozenset(account.school_ids)
        if account.educator_id:
            person = await self.directory.educator(account.educator_id)
            if person and not person.active:
                return None
            schools |= frozenset(person.school_ids if person else ())
        return Viewer(
            account_id=account.account_id,
            role=account.role,
            educator_id=account.educator_id,
            school_ids=schools,
            language=account.language,
            name=account.name,
            scopes=OPERATOR_SCOPES if account.role == "operator" else frozenset(),
        )

    async def staff_named(self, words: str) -> list[EducatorChanged]:
        """The first of the active staff in whose name or address all these words stand."""
        wanted = words.casefold().split()
        found = [
            each
            for each in await self.directory.educators()
            if all(
                word in f"{each.given_name} {each.family_name} {each.email or ''}".casefold()
                for word in wanted
            )
        ]
        return found[:MATCHES]
