"""The service with a busy autumn in it, and the people who may ask for its figures."""

from dataclasses import dataclass
from typing import Any

import httpx2

from services.reports.actions import Desk
from shared.clock import SetClock
from shared.identity import KeyPair, TokenIssuer, Viewer
from shared.service import Service
from tests.reports.making import (
    MAPLE,
    OAK,
)

PAGE = {"Accept": "text/html"}
API = "/reports/api/v1"


def viewer(role: str, *school_ids: str, **more: Any) -> Viewer:
    return Viewer.model_validate(
        {"account_id": role, "role": role, "school_ids": school_ids, "name": "Ana Ruiz", **more}
    )


DISTRICT = viewer("district")
PRINCIPAL = viewer("principal", MAPLE)
COORDINATOR = viewer("coordinator", OAK)
OFFICE = viewer("office", MAPLE)
TEACHER = viewer("educator", MAPLE, educator_id="rivera")
CLI = viewer("operator", scopes=("reports:rebuild",))


@dataclass
class House:
    """The service with its desk, and what signs people in."""

    service: Service
    desk: Desk
    keys: KeyPair
    clock: SetClock

    async def get(
        self, path: str, who: Viewer | None, method: str = "GET", **headers: str
    ) -> httpx2.Response:
        """One request of a signed-in person."""
        if who:
            token = TokenIssuer(self.keys.private, self.clock).issue(who)
            headers["Authorization"] = f"Bearer {token}"
        transport = httpx2.ASGITransport(app=self.service.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://door.example") as one:
            return await one.request(method, path, headers=headers)

    async def json(self, path: str, who: Viewer) -> Any:
        """The body of an API's answer."""
        found = await self.get(f"{API}{path}", who)
        assert found.status_code == 200, found.text
        return found.json()

    async def page(self, path: str, who: Viewer, language: str = "en") -> str:
        """The text of a page."""
        found = await self.get(path, who, **PAGE, **{"Accept-Language": language})
        assert found.status_code == 200, found.text
        return found.text
