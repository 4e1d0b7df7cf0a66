"""What every request of one service shares: its settings, words, templates, keys and limits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from starlette.requests import HTTPConnection

from shared.clock import Clock
from shared.i18n import Catalogs
from shared.identity import TokenReader
from shared.web.admission import Admission
from shared.web.cookies import Cookies
from shared.web.rates import Limiter
from shared.web.templates import Templates

if TYPE_CHECKING:
    from shared.web.access import AccessTable

Refresh = Callable[[str], Awaitable[str | None]]
"""From the secret of a session to a fresh token; None when the session has ended.

Raises `DependencyDown` when the gateway does not answer."""


class WebSettings(Protocol):
    """The settings that pages need; `shared.settings.Settings` has them."""

    @property
    def environment(self) -> str:
        """`production`, `demo` or `test`."""

    @property
    def public_url(self) -> str:
        """The front door, as browsers see it."""

    @property
    def gateway_url(self) -> str:
        """The gateway, as this service reaches it."""

    @property
    def district_name(self) -> str:
        """Stands in the header of every page."""

    @property
    def identity_public_keys(self) -> str:
        """PEM blocks, one after the other."""


@dataclass
class Site:
    """One service's web side."""

    service: str
    settings: WebSettings
    clock: Clock
    catalogs: Catalogs
    templates: Templates
    cookies: Cookies
    reader: TokenReader
    refresh: Refresh
    limiter: Limiter
    admission: Admission
    access: "AccessTable" = field(init=False)

    @property
    def testing(self) -> bool:
        """In tests an unexpected error also reaches the test."""
        return self.settings.environment == "test"


def site_of(request: HTTPConnection) -> Site:
    """The site that serves this request."""
    return cast("Site", request.app.state.site)
