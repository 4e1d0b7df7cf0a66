"""What every route of the gateway asks for: its gate, and where the request comes from."""

from typing import Annotated, cast

from fastapi import Depends, Request

from services.gateway.actions import Gate
from shared import web


async def _gate(request: Request) -> Gate:
    return cast("Gate", request.app.state.gate)


async def _place(request: Request) -> str:
    return web.address_key(request.client.host if request.client else None)


TheGate = Annotated[Gate, Depends(_gate)]
Place = Annotated[str, Depends(_place)]
"""The address to count tries by."""
