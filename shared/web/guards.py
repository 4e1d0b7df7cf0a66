"""Who may call a route: roles for people, scopes for programs."""

from typing import Annotated, Any

from fastapi import Depends, Request

from shared.errors import Forbidden, PartnersError
from shared.i18n import N_
from shared.identity import Role, Viewer
from shared.web.visit import visit_of

STAFF: tuple[Role, ...] = ("educator", "coordinator", "office", "principal", "district")
"""Who works at a school or the district. Helpers see one event's door list, where it says so."""


class SignInNeeded(PartnersError):
    """Nobody is signed in. Browsers go to the sign-in page, programs get HTTP 401."""


class Guard:
    """A dependency that gives the viewer, or refuses."""

    def __init__(self, roles: tuple[Role, ...], scope: str | None = None) -> None:
        """A viewer with one of the roles may pass, and a program with the scope."""
        self.roles = frozenset(roles)
        self.scope = scope

    async def __call__(self, request: Request) -> Viewer:
        """Raises `SignInNeeded`, `Forbidden`, `TokenRefused`."""
        viewer = await visit_of(request).viewer()
        if viewer is None:
            raise SignInNeeded(N_("Sign in first."))
        if not self.admits(viewer):
            raise Forbidden(N_("Your role does not open this page."))
        return viewer

    def admits(self, viewer: Viewer) -> bool:
        """Whether this viewer may pass."""
        return viewer.role in self.roles or (self.scope is not None and viewer.may(self.scope))


SignedIn = Annotated[Viewer, Depends(Guard(STAFF))]
"""Any staff of any school."""


def needs(*roles: Role, scope: str | None = None) -> Any:
    """`viewer: Annotated[Viewer, web.needs("district")]`; `scope` lets programs with it in too."""
    return Depends(Guard(roles, scope))


def scope(name: str) -> Any:
    """`viewer: Annotated[Viewer, web.scope("messages:write")]`: programs only."""
    return Depends(Guard((), name))


async def _anyone(request: Request) -> Viewer | None:
    return await visit_of(request).viewer()


Anyone = Annotated[Viewer | None, Depends(_anyone)]
"""Who it is, when known; guards nothing: the route must stand in the PUBLIC table."""
