"""Tokens: for programs by client credentials, and for the session of a signed-in browser."""

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, Response

from services.gateway.actions.clients import TokenNotGiven, give_token
from services.gateway.actions.sign_in import TooManyTries, refresh
from services.gateway.domain.sessions import WINDOW
from services.gateway.web.gate import Place, TheGate
from shared import web

router = APIRouter(tags=["tokens"])
PUBLIC = (
    web.PublicRoute(
        "POST", "/oauth/token", "the secret is the proof", "a token", "600/minute", proof="none"
    ),
    web.PublicRoute(
        "POST",
        "/session/token",
        "services refresh the token of a session; its cookie is the proof",
        "a token",
        "6000/minute",
        proof="none",
    ),
)


@router.post("/oauth/token", summary="A token for a program (RFC 6749, client credentials)")
async def post_oauth_token(
    request: Request,
    gate: TheGate,
    place: Place,
    grant_type: Annotated[str, Form(max_length=100)] = "",
    client_id: Annotated[str, Form(max_length=200)] = "",
    client_secret: Annotated[str, Form(max_length=500)] = "",
    scope: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Credentials in the body or by HTTP Basic; errors as RFC 6749, section 5.2."""
    basic = request.headers.get("authorization", "")
    if grant_type != "client_credentials":
        known = "invalid_request" if not grant_type else "unsupported_grant_type"
        return _error(known, "Send grant_type=client_credentials.")
    if basic:
        if client_id or client_secret:
            return _error("invalid_request", "Send the secret in one way only.")
        client_id, client_secret = _basic(basic)
    if not (client_id and client_secret):
        return _error("invalid_client", "Send client_id and client_secret.", basic=bool(basic))
    try:
        access = await give_token(gate, client_id, client_secret, scope or None, place)
    except TokenNotGiven as why:
        return _error(why.code, str(why), basic=bool(basic))
    except TooManyTries as why:
        raise web.TooMany(int(WINDOW.total_seconds())) from why
    body = {
        "access_token": access.token,
        "token_type": "Bearer",
        "expires_in": access.seconds,
        "scope": " ".join(access.scopes),
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def _basic(header: str) -> tuple[str, str]:
    kind, _, encoded = header.partition(" ")
    try:
        text = base64.b64decode(encoded, validate=True).decode() if kind.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _error(code: str, words: str, *, basic: bool = False) -> Response:
    status = 401 if code == "invalid_client" else 400
    headers = {"Cache-Control": "no-store"}
    if basic and status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="partners"'
    return JSONResponse({"error": code, "error_description": words}, status, headers)


@router.post("/session/token", include_in_schema=False)
async def post_session_token(request: Request, gate: TheGate) -> Response:
    """A new token for the session in the cookie; 401 when it has ended."""
    secret = web.visit_of(request).session
    token = await refresh(gate, secret) if secret else None
    if token is None:
        return JSONResponse({"error": "session_ended"}, 401)
    return JSONResponse({"token": token})
