"""Tokens to sign in to a mailbox with (OAuth 2, RFC 6749): fetched when needed, kept while good."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2

from shared.clock import Clock
from shared.errors import DependencyDown

NAME = "the token service of the return mailbox"
TIMEOUT_SECONDS = 20.0
EARLY = timedelta(seconds=60)
"""A token is fetched anew so long before it ends."""
_USUAL_SECONDS = 300.0
_LONGEST_SECONDS = 86_400.0


@dataclass
class Tokens:
    """Access tokens of one client, for a person (refresh token) or in its own name."""

    url: str
    client_id: str
    clock: Clock
    client_secret: str = ""
    refresh_token: str = ""
    scope: str = ""
    transport: httpx2.AsyncBaseTransport | None = None
    _token: str = field(default="", repr=False)
    _ends: datetime | None = None

    async def token(self) -> str:
        """One that is good for a while. `DependencyDown` when none is given."""
        if self._ends is not None and self.clock.now() < self._ends - EARLY:
            return self._token
        asked = {"client_id": self.client_id, "grant_type": "client_credentials"}
        if self.refresh_token:
            asked |= {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        if self.client_secret:
            asked["client_secret"] = self.client_secret
        if self.scope:
            asked["scope"] = self.scope
        self._keep(await self._ask(asked))
        return self._token

    def forget(self) -> None:
        """The mailbox did not like it: fetch another the next time."""
        self._ends = None

    async def _ask(self, asked: dict[str, str]) -> dict[str, object]:
        try:
            async with httpx2.AsyncClient(
                timeout=TIMEOUT_SECONDS, transport=self.transport
            ) as client:
                answer = await client.post(self.url, data=asked)
            answer.raise_for_status()
            said = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise DependencyDown(NAME, error) from error
        if not isinstance(said, dict) or not isinstance(said.get("access_token"), str):
            raise DependencyDown(NAME)
        return said

    def _keep(self, said: dict[str, object]) -> None:
        self._token = str(said["access_token"])
        # A service may give a new one for the next time, and end the old one (RFC 6749, 6).
        if isinstance(said.get("refresh_token"), str):
            self.refresh_token = str(said["refresh_token"])
        try:
            seconds = float(str(said.get("expires_in", _USUAL_SECONDS)))
        except ValueError:
            seconds = _USUAL_SECONDS
        lives = seconds if 0 < seconds < _LONGEST_SECONDS else _USUAL_SECONDS
        self._ends = self.clock.now() + timedelta(seconds=lives)
