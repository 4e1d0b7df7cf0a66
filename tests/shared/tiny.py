"""A small service with one route of each kind, to test the web side that all services use."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import httpx2
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, EmailStr, Field, field_validator
from starlette.responses import JSONResponse

from shared import web
from shared.clock import SetClock
from shared.errors import Conflict, DependencyDown, NotFound, Refused
from shared.identity import Role, TokenIssuer, Viewer, new_key_pair
from shared.links import LinkRefused

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
URL = "http://partners.test"
KEYS = new_key_pair()
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class TinySettings:
    """What pages need of the settings."""

    environment: str = "production"
    public_url: str = URL
    gateway_url: str = "http://127.0.0.1:9"
    district_name: str = "Lakeside Schools"
    identity_public_keys: str = KEYS.public


class NoteForm(BaseModel):
    """A form with a field of each kind."""

    title: str = Field(title="Title", min_length=3, max_length=20)
    kind: str = Field(title="Kind", pattern="^(call|visit)$")
    children: int = Field(1, title="Children", ge=1, le=9)
    day: date | None = None
    email: EmailStr | None = None
    rooms: tuple[str, ...] = ()
    agreed: bool

    @field_validator("title")
    @classmethod
    def _polite(cls, value: str) -> str:
        if value.isupper():
            raise ValueError("Please do not shout.")
        return value


class Item(BaseModel):
    """What the API takes."""

    name: str = Field(max_length=5)


PUBLIC = (
    web.PublicRoute("GET", "/tiny/open", "a test", "nothing", limit="3/minute"),
    web.PublicRoute("POST", "/tiny/open", "a test", "nothing"),
    web.PublicRoute("POST", "/tiny/link/{token}", "a test", "nothing", proof="link"),
    web.PublicRoute("POST", "/tiny/one-click/{token}", "a test", "nothing", proof="none"),
    web.PublicRoute("GET", "/tiny/wrong/{how}", "a test", "nothing"),
    web.PublicRoute("GET", "/tiny/api/v1/wrong/{how}", "a test", "nothing"),
    web.PublicRoute("GET", "/tiny/family", "a test", "nothing"),
    web.PublicRoute("GET", "/tiny/rows", "a test", "nothing"),
    web.PUBLIC_LANGUAGE,
    web.PUBLIC_STATIC,
)
WRONG: dict[str, Callable[[], Exception]] = {
    "refused": lambda: Refused("The date is in the past. Choose a later one."),
    "missing": lambda: NotFound("No such family."),
    "conflict": lambda: Conflict("Somebody else changed it."),
    "down": lambda: DependencyDown("the database"),
    "link": lambda: LinkRefused("ended"),
    "bug": lambda: RuntimeError("secret of Maria Lopez"),
}


@dataclass
class Tiny:
    """The service, its clock, and the sessions that its gateway would know."""

    app: FastAPI
    clock: SetClock
    sessions: dict[str, str | DependencyDown] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)

    def token(self, role: Role = "educator", **more: object) -> str:
        """A fresh token for somebody of that role."""
        viewer = Viewer.model_validate({"account_id": f"{role}-1", "role": role, **more})
        return TokenIssuer(KEYS.private, self.clock).issue(viewer)

    def client(self, **more: object) -> httpx2.AsyncClient:
        """A program, or a browser with `headers=BROWSER`."""
        transport = httpx2.ASGITransport(app=self.app)
        return httpx2.AsyncClient(transport=transport, base_url=URL, **more)  # type: ignore[arg-type]

    def browser(self, role: Role | None = None) -> httpx2.AsyncClient:
        """A browser, signed in when a role is given."""
        client = self.client(headers=BROWSER)
        if role:
            token = self.token(role, name="Ana Ruiz")
            client.cookies.set("partners_session", f"session-of-{role}", domain="partners.test")
            client.cookies.set("partners_token", token, domain="partners.test")
        return client


def tiny(
    settings: TinySettings | None = None,
    ready: tuple[Callable[[], Awaitable[object]], ...] = (),
) -> Tiny:
    """A fresh service; its gateway knows `sessions`."""
    clock = SetClock(NOW)
    folder = Path(__file__).parent / "site"

    async def refresh(session: str) -> str | None:
        service.asked.append(session)
        answer = service.sessions.get(session)
        if isinstance(answer, DependencyDown):
            raise answer
        return answer

    app = web.create_app(
        service="tiny",
        settings=settings or TinySettings(),
        clock=clock,
        ready=ready,
        templates=folder,
        public=PUBLIC,
        refresh=refresh,
    )
    service = Tiny(app, clock)
    app.include_router(web.language_router)
    app.router.routes.append(web.static_route())
    _add_pages(app)
    _add_guarded(app)
    _add_links(app)
    _add_api(app, service)
    return service


def _add_pages(app: FastAPI) -> None:
    @app.get("/tiny/open")
    async def open_(page: web.Page) -> Response:
        return page.render("tiny/note.html", form=web.Form.blank(NoteForm, kind="call"))

    @app.post("/tiny/open")
    async def post_open(
        page: web.Page, form: Annotated[web.Form[NoteForm], web.form(NoteForm)]
    ) -> Response:
        if form.ok and form.data.title == "taken":
            form.fail("title", page._("That title is taken."))
        if not form.ok:
            return page.render("tiny/note.html", status=422, form=form)
        return page.redirect("/tiny/open", said=page._("Saved %(title)s.", title=form.data.title))


def _add_guarded(app: FastAPI) -> None:
    @app.get("/tiny/staff")
    async def staff(viewer: web.SignedIn) -> str:
        return viewer.account_id

    @app.post("/tiny/staff")
    async def post_staff(viewer: web.SignedIn) -> str:
        return viewer.account_id

    @app.get("/tiny/district")
    async def district(
        viewer: Annotated[Viewer, web.needs("district", scope="operator")],
    ) -> str:
        return viewer.account_id

    @app.get("/tiny/forgotten")
    async def forgotten() -> str:
        return "nobody decided who may see this"


def _add_links(app: FastAPI) -> None:
    @app.post("/tiny/link/{token}")
    async def link(token: str) -> str:
        return token

    @app.post("/tiny/one-click/{token}")
    async def one_click(token: str, request: Request) -> str:
        return str((await request.form())["List-Unsubscribe"])

    @app.get("/tiny/family")
    async def family(page: web.Page) -> Response:
        page.prefer("ar")
        return page.render("tiny/family.html")

    @app.get("/tiny/wrong/{how}")
    async def wrong(how: str) -> str:
        failure = WRONG[how]()
        raise failure


def _add_api(app: FastAPI, service: Tiny) -> None:
    @app.get("/tiny/api/v1/wrong/{how}")
    async def wrong_api(how: str) -> str:
        failure = WRONG[how]()
        raise failure

    @app.post("/tiny/api/v1/items")
    async def items(
        item: Item, viewer: Annotated[Viewer, web.needs("district", scope="items:write")]
    ) -> Response:
        service.made.append(item.name)
        return JSONResponse({"by": viewer.account_id}, 201)

    @app.get("/tiny/rows")
    async def rows(cursor: web.Cursor) -> dict[str, object]:
        start = 0 if cursor.after is None else int(str(cursor.after[0])) + 1
        found = list(range(60))[start : start + cursor.fetch]
        slice_ = web.paginate(found, cursor, key=lambda row: (row,))
        return {"items": slice_.items, "next": slice_.next}
