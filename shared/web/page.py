"""What a route needs to answer a person: their words, the page, or the way to the next one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shared import i18n
from shared.identity import Viewer
from shared.web.csrf import FIELD
from shared.web.nav import ROLE_NAMES, menu
from shared.web.site import Site, site_of
from shared.web.visit import Visit, visit_of

Kind = Literal["success", "info", "warning", "danger"]


@dataclass
class PageContext:
    """One request, on its way to a page. Ask for it as `page: web.Page`."""

    request: Request
    site: Site
    visit: Visit
    viewer: Viewer | None
    language: str
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Which way the language runs."""
        return i18n.direction(self.language)

    def _(self, text: str, **values: object) -> str:
        """Translated; `%(name)s` in the text is filled in from `values`."""
        return i18n.Words(self.site.catalogs.of(self.language)).gettext(text, **values)

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """As `_`, by number; `%(num)s` is the number."""
        words = i18n.Words(self.site.catalogs.of(self.language))
        return words.ngettext(one, many, count, **values)

    def prefer(self, language: str) -> None:
        """Use the household's language, unless the reader chose one on this device."""
        available = self.site.catalogs.languages
        if self.visit.language_choice not in available:
            self.language = i18n.choose([language], available)

    def render(self, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
        """The template as a page; it also gets `page`, `viewer`, `csrf_field()` and the globals."""
        html = self.site.templates.render(template, self.language, self._context(context))
        return HTMLResponse(html, status, headers={"Content-Language": self.language})

    def redirect(self, path: str, said: str = "", kind: Kind = "success") -> Response:
        """Go on to a page of ours (303), which then shows the sentence `said`."""
        if said:
            self.visit.say(kind, said)
        return RedirectResponse(local_path(path), status_code=303)

    def _context(self, given: Mapping[str, object]) -> dict[str, object]:
        path = self.request.url.path
        return {
            "page": self,
            "viewer": self.viewer,
            "menu": menu(self.viewer),
            "path": path,
            "next_path": _with_query(self.request),
            "district_name": self.site.settings.district_name,
            "demo": self.site.settings.environment == "demo",
            "csrf_field": cache(self._csrf_field),  # lists have it in each row
            "csrf_token": lambda: self.visit.csrf_token,
            "said": self.visit.said,
            "role_names": ROLE_NAMES,
            "request_id": self.request.scope["partners.request_id"],
            **given,
        }

    def _csrf_field(self) -> Markup:
        hidden = Markup('<input type="hidden" name="{}" value="{}">')
        return hidden.format(FIELD, self.visit.csrf_token)


def language_of(request: Request) -> str:
    """The language chosen on this device, else what the browser asks for, else English."""
    visit, available = visit_of(request), site_of(request).catalogs.languages
    wanted = [visit.language_choice, *i18n.accepted(visit.languages_accepted)]
    return i18n.choose([each for each in wanted if each], available)


def local_path(path: str, default: str = "/") -> str:
    """The path if it stays on this site, so that no link of ours leads elsewhere."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if safe and path.isprintable() and "\\" not in path else default


def _with_query(request: Request) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


async def page_of(request: Request) -> PageContext:
    """The page of a request. Raises `TokenRefused`, `DependencyDown` when the viewer is unclear."""
    visit = visit_of(request)
    viewer = await visit.viewer()
    return PageContext(request, site_of(request), visit, viewer, language_of(request))


async def page_of_error(request: Request) -> PageContext:
    """As `page_of`, but never fails."""
    visit = visit_of(request)
    viewer = await visit.viewer_if_known()
    return PageContext(request, site_of(request), visit, viewer, language_of(request))


Page = Annotated[PageContext, Depends(page_of)]
