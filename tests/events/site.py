"""The events service behind its front door: browsers and programs of people with a role."""

import re
from dataclasses import dataclass
from datetime import timedelta

import httpx2

from services.events.actions import Desk
from shared.bus.local import LocalBus
from shared.clock import SetClock
from shared.identity import KeyPair, TokenIssuer, Viewer
from shared.links import Links
from shared.service import Service

URL = "http://partners.test"
RSVP_KEY = "an-rsvp-key-for-tests-only"


@dataclass
class EventsSite:
    """The built service, and what its visitors carry; nothing runs unless a test starts it."""

    service: Service
    bus: LocalBus
    desk: Desk
    clock: SetClock
    keys: KeyPair

    def family(self, **headers: str) -> httpx2.AsyncClient:
        """A family's browser: no account, no cookies."""
        return self._client({"Accept": "text/html", **headers})

    def browser(self, viewer: Viewer) -> httpx2.AsyncClient:
        """A browser in which somebody is signed in."""
        client = self._client({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
        client.cookies.set("partners_session", "session", domain="partners.test")
        client.cookies.set("partners_token", self._token(viewer), domain="partners.test")
        return client

    def program(self, viewer: Viewer | None = None) -> httpx2.AsyncClient:
        """A program that calls the API."""
        token = {"Authorization": f"Bearer {self._token(viewer)}"} if viewer else {}
        return self._client({"Accept": "application/json", **token})

    def path(
        self,
        event_id: str,
        household: str = "household-okafor",
        version: int = 1,
        days: float = 30,
    ) -> str:
        """The path of a household's link, as a letter would hold it."""
        links = Links("rsvp", (RSVP_KEY,), URL, self.clock)
        until = self.clock.now() + timedelta(days=days)
        url = links.make("/events/rsvp", household, event_id, until, version)
        return url.removeprefix(URL)

    def _token(self, viewer: Viewer) -> str:
        return TokenIssuer(self.keys.private, self.clock).issue(viewer, lives=timedelta(days=30))

    def _client(self, headers: dict[str, str]) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.service.app)
        return httpx2.AsyncClient(transport=transport, base_url=URL, headers=headers)


async def fill_in(
    client: httpx2.AsyncClient, path: str, form_at: str = "", **fields: object
) -> httpx2.Response:
    """Send a form as a browser does, with the token of the page on which it stands."""
    shown = await client.get(form_at or path)
    found = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)
    token = {"csrf_token": found.group(1)} if found else {}
    return await client.post(path, data={**token, **fields})
