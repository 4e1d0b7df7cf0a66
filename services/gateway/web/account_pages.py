"""Pages for district users: who may sign in, and as what."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.gateway.actions import Gate, accounts
from services.gateway.domain.accounts import LANGUAGES, ROLES, Account, AccountDraft
from services.gateway.web.gate import TheGate
from shared import web
from shared.errors import Conflict, Refused
from shared.i18n import N_, NAMES
from shared.identity import Viewer
from shared.messages import EducatorChanged

router = APIRouter(
    prefix="/accounts", include_in_schema=False, dependencies=[web.needs("district")]
)
District = Annotated[Viewer, web.needs("district")]

ROLE_WORDS: dict[str, str] = {
    "educator": N_("Educator: own students' families"),
    "coordinator": N_("Coordinator: one school, all families"),
    "office": N_("Office: one school, answers by phone and addresses, no notes"),
    "principal": N_("Principal: one school"),
    "district": N_("District: all schools and settings"),
    "operator": N_("Operator: sees to the machinery, sees no families"),
}


class AccountForm(BaseModel):
    """An account as it is filled in."""

    name: Annotated[str, Field(min_length=1, max_length=120, title=N_("Name"))]
    login: Annotated[str, Field(max_length=254, title=N_("Email address"))]
    role: Annotated[str, Field(title=N_("Role"))]
    school_ids: tuple[str, ...] = Field(default=(), title=N_("Schools"))
    educator_id: str | None = None
    language: Annotated[str, Field(title=N_("Language of the pages"))] = "en"
    version: int = 1


AForm = Annotated[web.Form[AccountForm], web.form(AccountForm)]


@router.get("")
async def get_accounts(
    page: web.Page,
    gate: TheGate,
    cursor: web.Cursor,
    search: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """All accounts by name."""
    rows = await gate.accounts.page(search.strip(), cursor.after, cursor.fetch)
    found = web.paginate(rows, cursor, lambda each: (each.name, each.account_id))
    return page.render("gateway/accounts.html", found=found, search=search, roles=ROLE_WORDS)


@router.get("/new")
async def get_new(
    page: web.Page,
    gate: TheGate,
    person: Annotated[str, Query(max_length=100)] = "",
    educator_id: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Look the person up in the roster, or begin with an empty form."""
    known = await gate.directory.educator(educator_id) if educator_id else None
    form = web.Form.blank(AccountForm, role="educator")
    if known:
        form = web.Form.blank(
            AccountForm,
            name=f"{known.given_name} {known.family_name}",
            login=known.email,
            role="educator",
            educator_id=known.educator_id,
        )
    return await _edit(page, gate, form, person=person)


@router.post("/new")
async def post_new(page: web.Page, viewer: District, gate: TheGate, form: AForm) -> Response:
    """Create the account and show its invitation once."""
    draft = _draft(page, form)
    if draft is not None:
        try:
            account, secret = await accounts.create_account(gate, draft, viewer)
        except (Refused, Conflict) as wrong:
            form.fail("", page._(str(wrong)))
        else:
            return _show_link(page, account, secret, "invitation")
    return await _edit(page, gate, form, status=422)


@router.get("/{account_id}")
async def get_one(
    account_id: str,
    page: web.Page,
    gate: TheGate,
    person: Annotated[str, Query(max_length=100)] = "",
    educator_id: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """One account, to change it."""
    account = await accounts.find_account(gate, account_id)
    values = account.model_dump(include=set(AccountForm.model_fields))
    if educator_id is not None:
        values["educator_id"] = educator_id or None
    form = web.Form.blank(AccountForm, **values)
    return await _edit(page, gate, form, account=account, person=person)


@router.post("/{account_id}")
async def post_one(
    account_id: str, page: web.Page, viewer: District, gate: TheGate, form: AForm
) -> Response:
    """Keep the change."""
    account = await accounts.find_account(gate, account_id)
    draft = _draft(page, form)
    if draft is not None:
        try:
            await accounts.change_account(gate, account_id, draft, form.data.version, viewer)
        except (Refused, Conflict) as wrong:
            form.fail("", page._(str(wrong)))
        else:
            return page.redirect("/accounts", said=page._(N_("The account is changed.")))
    return await _edit(page, gate, form, account=account, status=422)


@router.post("/{account_id}/close")
async def post_close(account_id: str, page: web.Page, viewer: District, gate: TheGate) -> Response:
    """Nobody signs in with it any more."""
    await accounts.close_account(gate, account_id, viewer)
    return page.redirect(f"/accounts/{account_id}", said=page._(N_("The account is closed.")))


@router.post("/{account_id}/reopen")
async def post_reopen(account_id: str, page: web.Page, viewer: District, gate: TheGate) -> Response:
    """It works again."""
    await accounts.reopen_account(gate, account_id, viewer)
    return page.redirect(f"/accounts/{account_id}", said=page._(N_("The account is open again.")))


@router.post("/{account_id}/reset")
async def post_reset(account_id: str, page: web.Page, viewer: District, gate: TheGate) -> Response:
    """End the password and show a link to set a new one, once."""
    account = await accounts.find_account(gate, account_id)
    secret = await accounts.reset_password(gate, account_id, viewer)
    return _show_link(page, account, secret, "reset")


def _draft(page: web.PageContext, form: web.Form[AccountForm]) -> AccountDraft | None:
    if not form.ok:
        return None
    checked = web.Form.blank(AccountDraft)
    values = form.data.model_dump(exclude={"version"})
    try:
        return AccountDraft.model_validate(values)
    except ValueError:
        checked.fail("login", page._(N_("Please check the email address and the role.")))
    form.errors.update(checked.errors)
    return None


def _show_link(page: web.PageContext, account: Account, secret: str, kind: str) -> Response:
    base = page.site.settings.public_url.rstrip("/")
    link = f"{base}/set-password/{secret}"
    return page.render("gateway/link_once.html", account=account, link=link, kind=kind)


async def _edit(
    page: web.PageContext,
    gate: Gate,
    form: web.Form[AccountForm],
    *,
    account: Account | None = None,
    person: str = "",
    status: int = 200,
) -> Response:
    linked = form.value("educator_id")
    return page.render(
        "gateway/account.html",
        status=status,
        form=form,
        account=account,
        person=person,
        matches=await _matches(gate, person),
        linked=await gate.directory.educator(linked) if linked else None,
        schools=[(each.school_id, each.name) for each in await gate.directory.schools_in_brief()],
        roles=[(role, page._(ROLE_WORDS[role])) for role in ROLES],
        languages_of_pages=[(code, NAMES[code]) for code in LANGUAGES],
    )


async def _matches(gate: Gate, person: str) -> Sequence[EducatorChanged]:
    return await gate.staff_named(person) if person.strip() else ()
