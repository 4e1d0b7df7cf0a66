"""Every page there is: who looks at it, and how one gets there. A new page has to be added here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page

from tests.browser import campaigns, ideas
from tests.browser.world import World

Arrive = Callable[[Page, World], Awaitable[None]]


@dataclass(frozen=True)
class Row:
    """One page. `route` is its path in the app; `query` goes after it.

    `arrive` stands for the way of a page that comes after a form, or that has no route of its own.
    """

    route: str
    role: str
    query: str = ""
    status: int = 200
    arrive: Arrive | None = None
    name: str = ""

    @property
    def label(self) -> str:
        """The name of its test."""
        return self.name or f"{self.role or 'anyone'} {self.route}{self.query}"


async def _sign_in_wrong(page: Page, world: World) -> None:
    await page.goto("/sign-in")
    await page.fill("[name=login]", "nobody@staff.example")
    await page.fill("[name=password]", "not the password")
    await _press(page, "main form button")


async def _preview(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/families/{family_id}/log"))
    await page.fill("[name=words]", "A wonderful day in class!")
    await _press(page, "[formaction='/notifications/preview']")


async def _preview_of_nothing(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/families/{family_id}/log"))
    # Else the draft of the preview before is back.
    await page.fill("[name=words]", "")
    await _press(page, "[formaction='/notifications/preview']")


async def _contact_refused(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/families/{family_id}/log"))
    await page.locator("details:has([name=occurred_at]) summary").click()
    await page.fill("[name=occurred_at]", "2099-01-01T10:00")
    await _press(page, "main form button:not([formaction])")


async def _put_off(page: Page, world: World) -> None:
    await page.goto("/contacts/next")
    await _press(page, "section form[action$='/later'] button")


async def _share(page: Page, world: World) -> None:
    await page.goto("/contacts/resources/new")
    await page.fill("[name=title]", "Read together for ten minutes")
    await page.select_option("[name=topic]", "reading")
    await page.fill("[name=words]", "Any book, in any language.\nAsk what comes next.")
    await page.fill("[name=link]", "https://library.example/stories")
    await _press(page, "main form.panel button")


async def _edit_shared(page: Page, world: World) -> None:
    await _share(page, world)
    await _press(page, "a[href$='/edit']")


async def _share_nothing(page: Page, world: World) -> None:
    await page.goto("/contacts/resources/new")
    await page.fill("[name=title]", "No")
    await _press(page, "main form.panel button")


async def _take_out(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/students/{student_id}/record"))
    await page.check("[name=to][value=family]")
    await page.fill("[name=reason]", "The mother asked for it, to read it.")
    await _press(page, "main form.panel button")


async def _all_goals(page: Page, world: World) -> None:
    await page.goto("/contacts/goals")


async def _follow_up(page: Page, world: World) -> None:
    form = "form[action$='/follow-ups']"
    await page.goto(world.path("/contacts/families/{family_id}"))
    await page.locator(f"details:has({form}) > summary").click()
    await page.fill(f"{form} [name=what]", "Send the reading list")
    today = await page.get_attribute(f"{form} [name=due_on]", "min")
    await page.fill(f"{form} [name=due_on]", today or "")
    await _press(page, f"{form} button")
    await page.goto("/contacts/follow-ups")


async def _class_form(page: Page, world: World) -> None:
    await page.goto("/contacts/")
    await _press(page, "nav a[href^='?class=']")
    await _press(page, "a[href^='/contacts/together']")


async def _nobody_chosen(page: Page, world: World) -> None:
    await _class_form(page, world)
    await _press(page, "main form button:not([formaction])")


async def _preview_of_several(page: Page, world: World) -> None:
    await _class_form(page, world)
    for at in range(2):
        await page.locator("[name=family_ids]").nth(at).check()
    await page.fill("[name=words]", "You were all so kind today.")
    await _press(page, "[formaction='/notifications/preview']")


async def _event_refused(page: Page, world: World) -> None:
    await page.goto("/events/new")
    await _press(page, "main button[value=publish]")


async def _client_refused(page: Page, world: World) -> None:
    await page.goto("/clients/new")
    await page.fill("[name=name]", "Nothing in particular")
    await _press(page, "main form button")


async def _secret_once(page: Page, world: World) -> None:
    await page.goto("/clients/new")
    await page.fill("[name=name]", "Figures for the board")
    await page.check("[value='reports:read']")
    await _press(page, "main form button")


async def _link_once(page: Page, world: World) -> None:
    await page.goto(world.path("/accounts/{account_id}"))
    await _press(page, "form[action$='/reset'] button")


async def _no_file(page: Page, world: World) -> None:
    await page.goto("/contacts/rosters")
    await _press(page, "main form[enctype] button")


async def _answer_refused(page: Page, world: World) -> None:
    await page.goto(world.path("/events/rsvp/{rsvp_token}"))
    await page.check("[name=answer][value=yes]")
    await page.fill("[name=party_size]", "99")
    await _press(page, "main form button")


async def _press(page: Page, button: str) -> None:
    async with page.expect_navigation():
        await page.click(button)


PAGES = (
    # The gateway
    Row("/", ""),
    *(Row("/", role) for role in ("educator", "coordinator", "office", "principal")),
    Row("/", "district"),
    Row("/", "operator"),
    Row("/sign-in", ""),
    Row("/sign-in", "", status=401, arrive=_sign_in_wrong, name="a wrong password"),
    Row("/set-password/{secret}", ""),
    Row("/account", "educator"),
    Row("/settings", "district"),
    Row("/accounts", "district"),
    Row("/accounts", "district", query="?search=zzzz"),
    Row("/accounts/new", "district", query="?person=e"),
    Row("/accounts/{account_id}", "district"),
    Row("/clients", "district"),
    Row("/clients/new", "district"),
    Row("/clients/new", "district", status=422, arrive=_client_refused, name="a program refused"),
    Row("/clients/{client_id}", "district"),
    Row("/contracts", "district"),
    # Contacts
    Row("/contacts", "educator"),
    Row("/contacts/", "district"),
    Row("/contacts/", "educator", query="?q=medina"),
    Row("/contacts/", "office", query="?q=zzzz"),
    Row("/contacts/families/{family_id}", "educator"),
    Row("/contacts/families/{separated_id}", "principal"),
    Row("/contacts/families/{family_id}/log", "educator"),
    Row("/contacts/families/{family_id}/log", "educator", status=422, arrive=_contact_refused,
        name="a contact refused"),
    Row("/contacts/next", "educator"),
    Row("/contacts/next", "coordinator", arrive=_put_off, name="who next, one put off"),
    Row("/contacts/next", "district"),
    Row("/contacts/goals", "educator"),
    Row("/contacts/goals", "principal"),
    Row("/contacts/goals/settings/{school_id}", "principal"),
    Row("/contacts/goals/settings/{school_id}", "district", arrive=_all_goals,
        name="goals of all schools"),
    Row("/contacts/resources", "educator"),
    Row("/contacts/resources", "coordinator", arrive=_share, name="resources, one shared"),
    Row("/contacts/resources/{resource_id}/edit", "coordinator", arrive=_edit_shared,
        name="a resource edited"),
    Row("/contacts/resources/elsewhere", "coordinator"),
    Row("/contacts/resources/new", "district"),
    Row("/contacts/resources/new", "coordinator", status=422, arrive=_share_nothing,
        name="a resource refused"),
    Row("/contacts/ideas", "educator"),
    Row("/contacts/ideas/elsewhere", "coordinator"),
    Row("/contacts/ideas/new", "educator"),
    Row("/contacts/ideas/{idea_id}/edit", "coordinator", arrive=ideas.edit, name="an idea, edited"),
    Row("/contacts/campaigns", "educator"),
    Row("/contacts/campaigns/new", "coordinator"),
    Row("/contacts/campaigns/new", "coordinator", status=422, arrive=campaigns.plan_backwards,
        name="a campaign that ends before it begins"),
    Row("/contacts/campaigns/{campaign_id}", "coordinator", arrive=campaigns.plan,
        name="a campaign"),
    Row("/contacts/campaigns/{campaign_id}/edit", "coordinator", arrive=campaigns.edit,
        name="a campaign, edited"),
    Row("/contacts/parents/{school_id}", ""),
    Row("/contacts/students/{student_id}/record", "principal"),
    Row("/contacts/students/{student_id}/record", "principal", arrive=_take_out,
        name="a student's record"),
    Row("/contacts/follow-ups", "educator", arrive=_follow_up, name="a follow-up of today"),
    Row("/contacts/follow-ups", "educator", query="?closed=true"),
    Row("/contacts/follow-ups", "coordinator", query="?of=school"),
    Row("/contacts/together", "educator", arrive=_class_form, name="for several families"),
    Row("/contacts/together", "educator", status=422, arrive=_nobody_chosen,
        name="for several families, nobody chosen"),
    Row("/contacts/families/{separated_id}/flags", "principal"),
    Row("/contacts/entries/{contact_id}", "educator"),
    Row("/contacts/entries/{undone_id}", "educator"),
    Row("/contacts/entries/{contact_id}/correct", "educator"),
    Row("/contacts/mine", "educator"),
    Row("/contacts/mine", "principal", query="?tone=good_news"),
    Row("/contacts/rosters", "district"),
    Row("/contacts/rosters", "district", status=422, arrive=_no_file, name="a roster without one"),
    Row("/contacts/rosters/{import_id}", "district"),
    Row("/contacts/rosters/matches", "district"),
    Row("/contacts/schools", "district"),
    Row("/contacts/schools/{school_id}", "principal"),
    # Events
    Row("/events", "coordinator"),
    Row("/events", "educator", query="?show=past"),
    Row("/events", "district", query="?show=drafts"),
    Row("/events/new", "coordinator"),
    Row("/events/new", "district", name="for which school"),
    Row("/events/new", "coordinator", status=422, arrive=_event_refused, name="an event refused"),
    Row("/events/{event_id}", "coordinator"),
    Row("/events/{draft_id}", "coordinator"),
    Row("/events/{cancelled_id}", "principal"),
    Row("/events/{event_id}/edit", "coordinator"),
    Row("/events/{event_id}/cancel", "coordinator"),
    Row("/events/{event_id}/door", "office"),
    Row("/events/{event_id}/answers/{answering_id}", "office"),
    Row("/events/rsvp/{rsvp_token}", ""),
    Row("/events/rsvp/{rsvp_token}", "", status=422, arrive=_answer_refused,
        name="an answer refused"),
    Row("/events/rsvp/{rsvp_token}/thanks", ""),
    # Letters
    Row("/notifications", "educator"),
    Row("/notifications", "district", query="?state=accepted"),
    Row("/notifications/households/{household_id}", "coordinator"),
    Row("/notifications/contacts/{contact_id}", "educator"),
    Row("/notifications/letters/{delivery_id}", "principal"),
    Row("/notifications/languages", "coordinator"),
    Row("/notifications/languages/{language}", "district"),
    Row("/notifications/settings", "district"),
    Row("/notifications/settings/addresses", "district"),
    Row("/notifications/settings/returns", "district"),
    Row("/notifications/unsubscribe/{unsubscribe_token}", ""),
    # Reports
    Row("/reports", "district"),
    Row("/reports/", "educator"),
    Row("/reports", "coordinator"),
    # The mailbox of the demo
    Row("/mailbox/", ""),
    Row("/mailbox/{letter_id}", ""),
)  # fmt: skip
"""Pages with an address of their own."""

COME_BY = (
    Row("", "educator", arrive=_preview, name="how a letter reads"),
    Row("", "educator", arrive=_preview_of_several, name="how a letter to several reads"),
    Row("", "educator", status=422, arrive=_preview_of_nothing, name="how no letter reads"),
    Row("", "district", arrive=_secret_once, name="a secret, once"),
    Row("", "district", arrive=_link_once, name="a link, once"),
)
"""Pages that only come after a form."""

ERRORS = (
    Row("/nowhere", "", status=404, name="nothing there, to anyone"),
    Row("/nowhere", "educator", status=404, name="nothing there"),
    Row("/settings", "educator", status=403, name="not for this role"),
    Row("/contacts/families/none", "educator", status=404, name="no such family"),
    Row("/events/rsvp/broken", "", status=410, name="a broken invitation"),
    Row("/notifications/unsubscribe/broken", "", status=410, name="a broken link to stop letters"),
    Row("/set-password/broken", "", status=404, name="a link that was used"),
    Row("/contacts", "", status=200, name="signed out, sent to sign in"),
)
"""What people see when something is not there, not theirs, or over."""

NO_PAGES = {
    "/healthz": "for supervisors",
    "/readyz": "for supervisors",
    "/metrics": "for Prometheus",
    "/static/{path}": "styles and scripts",
    "/contracts/{name:path}": "documents for programs",
    "/contacts/mine.csv": "a file",
    "/contacts/parents/{school_id}/files/{resource_id}": "a file",
    "/contacts/resources/{resource_id}/file": "a file",
    "/contacts/rosters/{import_id}/findings.csv": "a file",
    "/events/{event_id}/answers.csv": "a file",
    "/events/rsvp/{token}/calendar.ics": "a file",
    "/mailbox/{letter_id}/raw": "a file",
    "/mailbox/{letter_id}/html": "a letter in a frame; looked at as a letter",
    "/notifications/letters/{delivery_id}/html": "a letter in a frame; looked at as a letter",
    "/notifications/settings/returns/{return_id}/raw": "a file",
    "/reports/coverage.csv": "a file",
    "/reports/contacts.csv": "a file",
}
"""Routes that answer GET with something else than a page, and why."""
