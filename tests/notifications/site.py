"""Notifications behind its front door: browsers and programs of people with a role."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx2

from shared.bus.local import LocalBus
from shared.clock import SetClock
from shared.identity import KeyPair, TokenIssuer, Viewer
from shared.service import Service

URL = "http://partners.test"
CAME_FROM_US = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@dataclass
class Site:
    """The built service, and what its visitors carry."""

    service: Service
    bus: LocalBus
    clock: SetClock
    keys: KeyPair

    def family(self) -> httpx2.AsyncClient:
        """A family's browser: no account, no cookies."""
        return self._client({"Accept": "text/html"})

    def browser(self, viewer: Viewer) -> httpx2.AsyncClient:
        """A browser in which somebody is signed in."""
        client = self._client(CAME_FROM_US)
        client.cookies.set("partners_session", "session", domain="partners.test")
        client.cookies.set("partners_token", self._token(viewer), domain="partners.test")
        return client

    def program(self, viewer: Viewer | None = None) -> httpx2.AsyncClient:
        """A program that calls the API."""
        token = {"Authorization": f"Bearer {self._token(viewer)}"} if viewer else {}
        return self._client({"Accept": "application/json", **token})

    def _token(self, viewer: Viewer) -> str:
        return TokenIssuer(self.keys.private, self.clock).issue(viewer, lives=timedelta(days=30))

    def _client(self, headers: dict[str, str]) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.service.app)
        return httpx2.AsyncClient(transport=transport, base_url=URL, headers=headers)


async def fill_in(
    client: httpx2.AsyncClient, path: str, form_at: str, fields: Mapping[str, object]
) -> httpx2.Response:
    """Send a form as a browser does, with the token of the page on which it stands."""
    shown = await client.get(form_at)
    found = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)
    token = {"csrf_token": found.group(1)} if found else {}
    return await client.post(path, data={**token, **fields})
