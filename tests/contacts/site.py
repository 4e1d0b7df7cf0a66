"""The contacts service behind its front door: browsers and programs of people with a role."""

import re
from dataclasses import dataclass
from datetime import timedelta

import httpx2

from services.contacts.actions.desk import Desk
from shared.clock import SetClock
from shared.identity import KeyPair, TokenIssuer, Viewer
from shared.service import Service

URL = "http://partners.test"


@dataclass
class ContactsSite:
    """The built service, and what its visitors carry."""

    service: Service
    desk: Desk
    clock: SetClock
    keys: KeyPair

    def browser(self, viewer: Viewer | None = None) -> httpx2.AsyncClient:
        """A browser, in which somebody may be signed in."""
        client = self._client({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
        if viewer:
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


async def text_of(site: ContactsSite, path: str, viewer: Viewer | None = None) -> str:
    """What somebody reads on a page that is there."""
    answer = await site.browser(viewer).get(path)
    assert answer.status_code == 200
    return answer.text


async def fill_in(
    client: httpx2.AsyncClient, path: str, form_at: str = "", **fields: object
) -> httpx2.Response:
    """Send a form as a browser does, with the token of the page on which it stands."""
    return await client.post(path, data={**await _token(client, form_at or path), **fields})


async def upload(
    client: httpx2.AsyncClient, path: str, file: tuple[str, bytes, str], **fields: object
) -> httpx2.Response:
    """The same with a file: its name, content and kind."""
    sent = {**await _token(client, path), **fields}
    return await client.post(path, data=sent, files={"file": file})


async def _token(client: httpx2.AsyncClient, path: str) -> dict[str, str]:
    shown = await client.get(path)
    found = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)
    return {"csrf_token": found.group(1)} if found else {}
