"""The front door, as the command uses it: an operator's credentials, a token, clear answers."""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from cli.trouble import REFUSED, UNREACHABLE, UNREADABLE, Trouble

SERVICES = ("gateway", "contacts", "events", "notifications", "reports")
PROFILE = Path("~/.config/partners/profile.toml")
_NEEDED = ("url", "client_id", "client_secret")


@dataclass(frozen=True)
class Profile:
    """Where the front door is, and who asks."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)


def read_profile(environment: Mapping[str, str] = os.environ) -> Profile:
    """From PARTNERS_URL, PARTNERS_CLIENT_ID, PARTNERS_CLIENT_SECRET, or a file with these names.

    The file is `PARTNERS_PROFILE`, else ~/.config/partners/profile.toml; variables come first.
    """
    path = Path(environment.get("PARTNERS_PROFILE") or PROFILE).expanduser()
    found = _file(path) if path.exists() else {}
    found |= {
        name: environment[f"PARTNERS_{name.upper()}"]
        for name in _NEEDED
        if environment.get(f"PARTNERS_{name.upper()}")
    }
    missing = [f"PARTNERS_{name.upper()}" for name in _NEEDED if not found.get(name)]
    if missing:
        raise Trouble(
            f"Set {', '.join(missing)}, or write url, client_id and client_secret to {path}.",
            UNREADABLE,
        )
    return Profile(found["url"].rstrip("/"), found["client_id"], found["client_secret"])


def _file(path: Path) -> dict[str, str]:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Trouble(f"Others can read {path}, which holds a secret: chmod 600 {path}", UNREADABLE)
    try:
        read = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Trouble(f"{path} can't be read: {error}", UNREADABLE) from error
    return {name: str(read[name]) for name in _NEEDED if name in read}


class Door:
    """The open front door; use it with `with`."""

    def __init__(self, profile: Profile, transport: httpx2.BaseTransport | None = None) -> None:
        """`transport` is for tests."""
        self._profile = profile
        self._client = httpx2.Client(base_url=profile.url, timeout=30, transport=transport)
        self._token = ""

    def __enter__(self) -> Self:
        """Nothing is sent yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, **query: Any) -> Any:
        """JSON of a page of the API; `None` values of the query are left out."""
        wanted = {name: value for name, value in query.items() if value is not None}
        return self.ask("GET", path, params=wanted).json()

    def post(self, path: str, **sent: Any) -> Any:
        """JSON of the answer."""
        return self.ask("POST", path, **sent).json()

    def delete(self, path: str) -> Any:
        """JSON of the answer."""
        return self.ask("DELETE", path).json()

    def ask(self, method: str, path: str, **sent: Any) -> httpx2.Response:
        """Any request; `Trouble` when the answer is a problem. A token that ended is asked anew."""
        if not self._token:
            self._token = self._fetch_token()
        answer = self._send(method, path, sent)
        if answer.status_code == httpx2.codes.UNAUTHORIZED:
            self._token = self._fetch_token()
            answer = self._send(method, path, sent)
        if answer.is_error:
            raise _told(answer)
        return answer

    def _send(self, method: str, path: str, sent: Mapping[str, Any]) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        headers |= sent.get("headers", {})
        return self._client.request(method, path, **{**sent, "headers": headers})

    def _fetch_token(self) -> str:
        answer = self._client.post(
            "/oauth/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self._profile.client_id,
                "client_secret": self._profile.client_secret,
            },
        )
        if answer.is_error:
            words = _json(answer).get("error_description") or f"HTTP {answer.status_code}"
            raise Trouble(f"{self._profile.url} gave no token: {words}", REFUSED)
        return str(_json(answer).get("access_token", ""))


def open_door() -> Door:
    """The front door of the profile."""
    return Door(read_profile())


def _told(answer: httpx2.Response) -> Trouble:
    problem = _json(answer)
    words = str(problem.get("detail") or problem.get("title") or f"HTTP {answer.status_code}")
    reasons = [each["reason"] for each in problem.get("results", []) if each.get("reason")]
    words = " ".join([words, *reasons[:3]])
    code = UNREACHABLE if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR else REFUSED
    return Trouble(words, code)


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
