"""One request's person: the cookies that came, who it is, and the cookies that go back."""

import hashlib
import hmac
import secrets
from typing import cast

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.types import Scope

from shared.errors import DependencyDown
from shared.identity import LIVES, TokenRefused, Viewer
from shared.web.site import Site

_SAID_SECONDS = 120
_LANGUAGE_SECONDS = 365 * 86_400


class Visit:
    """Made for each request by `shared.web.door`; lazy, so that public pages ask nothing."""

    def __init__(self, scope: Scope, site: Site) -> None:
        """Nothing is verified yet."""
        headers = Headers(scope=scope)
        self._site = site
        self._cookies = cookie_parser(headers.get("cookie", ""))
        self._authorization = headers.get("authorization", "")
        self._known = False
        self._viewer: Viewer | None = None
        self.language_choice = self._cookies.get(site.cookies.language, "")
        self.languages_accepted = headers.get("accept-language", "")
        self.outgoing: list[tuple[bytes, bytes]] = []

    @property
    def bearer(self) -> str:
        """The token in the Authorization header; when there is one, cookies count for nothing."""
        kind, _, token = self._authorization.partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    async def viewer(self) -> Viewer | None:
        """Who it is, or None. Raises `TokenRefused` for a bad bearer token, `DependencyDown`."""
        if not self._known:
            self._viewer = await self._find_viewer()
            self._known = True
        return self._viewer

    async def viewer_if_known(self) -> Viewer | None:
        """As `viewer`, but never an error; for pages that tell of an error."""
        try:
            return await self.viewer()
        except (TokenRefused, DependencyDown):
            return None

    async def _find_viewer(self) -> Viewer | None:
        if self.bearer:
            return self._site.reader.read(self.bearer)
        token = self._cookies.get(self._site.cookies.token, "")
        try:
            return self._site.reader.read(token) if token else await self._refreshed()
        except TokenRefused:
            return await self._refreshed()

    async def _refreshed(self) -> Viewer | None:
        session = self._cookies.get(self._site.cookies.session, "")
        token = await self._site.refresh(session) if session else None
        if not token:
            self._forget(self._site.cookies.session)
            self._forget(self._site.cookies.token)
            return None
        viewer = self._site.reader.read(token)
        self._set(self._site.cookies.token, token, int(LIVES.total_seconds()))
        return viewer

    # --- signing in and out: the gateway calls these -------------------------------------------

    @property
    def session(self) -> str:
        """The secret of the session cookie that came; empty when none did."""
        return self._cookies.get(self._site.cookies.session, "")

    def sign_in(self, session: str, token: str) -> None:
        """Give the browser a new session (its secret) and its first token."""
        self._set(self._site.cookies.session, session)
        self._set(self._site.cookies.token, token, int(LIVES.total_seconds()))
        self._cookies[self._site.cookies.session] = session
        self._forget(self._site.cookies.visit)

    def sign_out(self) -> None:
        """Forget who it was."""
        self._forget(self._site.cookies.session)
        self._forget(self._site.cookies.token)
        self._known, self._viewer = True, None

    def choose_language(self, language: str) -> None:
        """Remember the reader's choice for a year."""
        self.language_choice = language
        self._set(self._site.cookies.language, language, _LANGUAGE_SECONDS)

    # --- what is bound to this browser -----------------------------------------------------------

    @property
    def csrf_token(self) -> str:
        """Bound to the session, or to the visit of somebody not signed in (made when needed)."""
        secret = self._secret() or self._new_visit()
        return _derived(secret, "csrf")

    def csrf_matches(self, presented: str) -> bool:
        """Whether a form was made for this browser and session."""
        secret = self._secret()
        return bool(secret) and hmac.compare_digest(_derived(secret, "csrf"), presented)

    def say(self, kind: str, sentence: str) -> None:
        """Show a sentence on the next page that this browser opens."""
        secret = self._secret() or self._new_visit()
        signed = URLSafeTimedSerializer(_derived(secret, "said")).dumps([kind, sentence[:600]])
        self._set(self._site.cookies.said, str(signed), _SAID_SECONDS)

    def said(self) -> tuple[str, str] | None:
        """The kind and sentence left by the page before; they are shown once."""
        signed, secret = self._cookies.get(self._site.cookies.said, ""), self._secret()
        if not signed:
            return None
        self._forget(self._site.cookies.said)
        try:
            serializer = URLSafeTimedSerializer(_derived(secret, "said"))
            kind, sentence = serializer.loads(signed, max_age=_SAID_SECONDS)
        except (BadData, ValueError):
            return None
        return str(kind), str(sentence)

    def _secret(self) -> str:
        names = self._site.cookies
        return self._cookies.get(names.session, "") or self._cookies.get(names.visit, "")

    def _new_visit(self) -> str:
        secret = secrets.token_urlsafe(24)
        self._cookies[self._site.cookies.visit] = secret
        self._set(self._site.cookies.visit, secret)
        return secret

    def _set(self, name: str, value: str, seconds: int | None = None) -> None:
        self.outgoing.append(self._site.cookies.header(name, value, seconds))

    def _forget(self, name: str) -> None:
        if self._cookies.pop(name, None) is not None:
            self._set(name, "", 0)


def visit_of(request: HTTPConnection) -> Visit:
    """The visit of this request."""
    return cast("Visit", request.scope["partners.visit"])


def _derived(secret: str, purpose: str) -> str:
    # The cookie is secret and unguessable, so no key of our own is needed, nor shared by services;
    # what is derived from it tells nothing about it.
    return hmac.new(secret.encode(), f"partners.{purpose}".encode(), hashlib.sha256).hexdigest()
