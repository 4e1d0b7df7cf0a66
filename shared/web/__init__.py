"""Pages and APIs for all services: one door, one look, one way to tell what went wrong."""

from shared.web.access import (
    PUBLIC,
    PublicRoute,
    RouteAccess,
    every_route,
)
from shared.web.app import create_app
from shared.web.cookies import Cookies
from shared.web.csrf import FIELD as CSRF_FIELD
from shared.web.forms import Form, form
from shared.web.front import Front
from shared.web.guards import STAFF, Anyone, Guard, SignedIn, SignInNeeded, needs, scope
from shared.web.health import Check, health_routes
from shared.web.idempotency import IDEMPOTENCY, idempotent
from shared.web.language import PUBLIC_LANGUAGE
from shared.web.language import router as language_router
from shared.web.letters import letter
from shared.web.page import Page, PageContext, language_of, local_path
from shared.web.paging import Cursor, CursorIn, Slice, paginate
from shared.web.problems import Problem, wants_page
from shared.web.rates import TooMany, address_key
from shared.web.refresh import from_gateway
from shared.web.site import Refresh, Site, WebSettings, site_of
from shared.web.static import PUBLIC_STATIC, static_route
from shared.web.visit import Visit, visit_of

__all__ = [
    "CSRF_FIELD",
    "IDEMPOTENCY",
    "PUBLIC",
    "PUBLIC_LANGUAGE",
    "PUBLIC_STATIC",
    "STAFF",
    "Anyone",
    "Check",
    "Cookies",
    "Cursor",
    "CursorIn",
    "Form",
    "Front",
    "Guard",
    "Page",
    "PageContext",
    "Problem",
    "PublicRoute",
    "Refresh",
    "RouteAccess",
    "SignInNeeded",
    "SignedIn",
    "Site",
    "Slice",
    "TooMany",
    "Visit",
    "WebSettings",
    "address_key",
    "create_app",
    "every_route",
    "form",
    "from_gateway",
    "health_routes",
    "idempotent",
    "language_of",
    "language_router",
    "letter",
    "local_path",
    "needs",
    "paginate",
    "scope",
    "site_of",
    "static_route",
    "visit_of",
    "wants_page",
]
