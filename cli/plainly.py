"""A group of commands that tells trouble in a sentence."""

from typing import Any

import httpx2
from typer.core import TyperGroup

from cli.trouble import UNREACHABLE, end, told_plainly


class Plainly(TyperGroup):
    """Tells trouble in a sentence."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            with told_plainly():
                return super().invoke(ctx)
        except httpx2.TransportError as error:
            end(_unreachable(error), UNREACHABLE)


def _unreachable(error: httpx2.TransportError) -> str:
    try:
        where = f"{error.request.url.scheme}://{error.request.url.netloc.decode()}"
    except RuntimeError:
        where = "the address"
    return (
        f"{where} does not answer ({type(error).__name__}). Check PARTNERS_URL, or start Partners."
    )
