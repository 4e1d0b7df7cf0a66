"""A fresh token for a session: every service but the gateway asks the gateway."""

from http import HTTPStatus

import httpx2

from shared.errors import DependencyDown
from shared.web.site import Refresh

PATH = "/session/token"


def from_gateway(gateway_url: str, session_cookie: str) -> Refresh:
    """Asks `POST {gateway_url}/session/token` with the session cookie; 200 `{"token"}` or 401."""
    url = gateway_url.rstrip("/") + PATH

    async def refresh(session: str) -> str | None:
        try:
            # Once in ten minutes for each person, so a kept connection would not pay.
            async with httpx2.AsyncClient(timeout=3, verify=url.startswith("https")) as client:
                answer = await client.post(url, headers={"Cookie": f"{session_cookie}={session}"})
        except httpx2.HTTPError as error:
            raise DependencyDown("sign-in", error) from error
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            return None
        if answer.status_code != HTTPStatus.OK:
            raise DependencyDown("sign-in")
        return str(answer.json()["token"])

    return refresh
