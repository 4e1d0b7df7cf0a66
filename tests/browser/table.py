"""Every page there is: who looks at it, and how one gets there. A new page has to be added here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page

from tests.browser import campaigns, ideas, ways
from tests.browser import files_of_contacts as files
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


_FILE = "/contacts/contact-files/{file_id}"
PAGES = (
    # The gateway
    Row("/", ""),
    *(Row("/", role) for role in ("educator", "coordinator", "office", "principal")),
    Row("/", "district"),
    Row("/", "operator"),
    Row("/sign-in", ""),
    Row("/sign-in", "", status=401, arrive=ways.sign_in_wrong, name="a wrong password"),
    Row("/set-password/{secret}", ""),
    Row("/account", "educator"),
    Row("/settings", "district"),
    Row("/accounts", "district"),
    Row("/accounts", "district", query="?search=zzzz"),
    Row("/accounts/new", "district", query="?person=e"),
    Row("/accounts/{account_id}", "district"),
    Row("/clients", "district"),
    Row("/clients/new", "district"),
    Row("/clients/new", "district", status=422, arrive=ways.client_refused,
        name="a program refused"),
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
    Row("/contacts/families/{family_id}/log", "educator", status=422, arrive=ways.contact_refused,
        name="a contact refused"),
    Row("/contacts/next", "educator"),
    Row("/contacts/next", "coordinator", arrive=ways.put_off, name="who next, one put off"),
    Row("/contacts/next", "district"),
    Row("/contacts/goals", "educator"),
    Row("/contacts/goals", "principal"),
    Row("/contacts/goals/settings/{school_id}", "principal"),
    Row("/contacts/goals/settings/{school_id}", "district", arrive=ways.all_goals,
        name="goals of all schools"),
    Row("/contacts/resources", "educator"),
    Row("/contacts/resources", "coordinator", arrive=ways.share, name="resources, one shared"),
    Row("/contacts/resources/{resource_id}/edit", "coordinator", arrive=ways.edit_shared,
        name="a resource edited"),
    Row("/contacts/resources/elsewhere", "coordinator"),
    Row("/contacts/resources/new", "district"),
    Row("/contacts/resources/new", "coordinator", status=422, arrive=ways.share_nothing,
        name="a resource refused"),
    Row("/contacts/parents/{school_id}", ""),
    Row("/contacts/students/{student_id}/record", "principal"),
    Row("/contacts/students/{student_id}/record", "principal", arrive=ways.take_out,
        name="a student's record"),
    Row("/contacts/follow-ups", "educator", arrive=ways.follow_up, name="a follow-up of today"),
    Row("/contacts/follow-ups", "educator", query="?closed=true"),
    Row("/contacts/follow-ups", "coordinator", query="?of=school"),
    Row("/contacts/together", "educator", arrive=ways.class_form, name="for several families"),
    Row("/contacts/together", "educator", status=422, arrive=ways.nobody_chosen,
        name="for several families, nobody chosen"),
    Row("/contacts/families/{separated_id}/flags", "principal"),
    Row("/contacts/families/{family_id}/adults/{guardian_id}", "educator"),
    Row("/contacts/families/{family_id}/adults/{guardian_id}", "principal", status=422,
        arrive=ways.correct_wrong, name="a correction refused"),
    Row("/contacts/families/{family_id}/adults/{guardian_id}", "principal", arrive=ways.corrected,
        name="a correction kept"),
    Row("/contacts/entries/{contact_id}", "educator"),
    Row("/contacts/entries/{undone_id}", "educator"),
    Row("/contacts/entries/{noted_id}", "principal", name="a note of somebody else"),
    Row("/contacts/entries/{contact_id}/correct", "educator"),
    Row("/contacts/mine", "educator"),
    Row("/contacts/mine", "principal", query="?tone=good_news"),
    Row("/contacts/rosters", "district"),
    Row("/contacts/rosters", "district", status=422, arrive=ways.no_file,
        name="a roster without one"),
    Row("/contacts/rosters/{import_id}", "district"),
    Row("/contacts/rosters/matches", "district"),
    Row("/contacts/interpreters", "educator"),
    Row("/contacts/interpreters", "coordinator", query="?weekday=6"),
    Row("/contacts/interpreters/new", "district"),
    Row("/contacts/interpreters/new", "coordinator", status=422, arrive=ways.interpreter_refused,
        name="an interpreter refused"),
    Row("/contacts/interpreters/{interpreter_id}", "coordinator"),
    Row("/contacts/interpreters/import", "coordinator"),
    Row("/contacts/interpreters/import", "coordinator", status=422, arrive=ways.no_table,
        name="no table of interpreters"),
    Row("/contacts/interpreters/import", "coordinator", arrive=ways.table_of_interpreters,
        name="a table of interpreters"),
    Row("/contacts/interpreters/hour", "coordinator"),
    Row("/contacts/interpreters/hour", "coordinator",
        query="?language=ar&day=2026-12-01&from=14:00&to=16:00"),
    Row("/contacts/school", "coordinator"),
    Row("/contacts/school", "principal", query="?show=no_educator&language=ar"),
    Row("/contacts/families/{family_id}/caseload", "principal"),
    Row("/contacts/families/{family_id}/caseload", "principal", arrive=ways.give,
        name="a family given"),
    Row("/contacts/families/{separated_id}/caseload", "coordinator", status=422,
        arrive=ways.give_too_late, name="a family given until long ago"),
    Row("/contacts/school", "coordinator", query="?show=given"),
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
    Row("/contacts/contact-files", "coordinator"),
    Row("/contacts/contact-files", "district", arrive=files.cancelled, name="files of contacts"),
    Row(_FILE, "district", arrive=files.to_match, name="a file to match"),
    Row(_FILE, "district", arrive=files.previewed, name="a file previewed"),
    Row(f"{_FILE}/columns", "district", arrive=files.columns, name="columns of a file"),
    Row(f"{_FILE}/columns", "district", status=422, arrive=files.columns_refused, name="no date"),
    Row(f"{_FILE}/words", "district", arrive=files.words, name="words of a file"),
    Row(f"{_FILE}/words", "district", status=422, arrive=files.words_refused, name="no name"),
    Row("/contacts/schools", "district"),
    Row("/contacts/erasures", "district"),
    Row("/contacts/families/{family_id}/erasure", "district"),
    Row("/contacts/schools/{school_id}", "principal"),
    # Events
    Row("/events", "coordinator"),
    Row("/events", "educator", query="?show=past"),
    Row("/events", "district", query="?show=drafts"),
    Row("/events/new", "coordinator"),
    Row("/events/new", "district", name="for which school"),
    Row("/events/new", "coordinator", status=422, arrive=ways.event_refused,
        name="an event refused"),
    Row("/events/{event_id}", "coordinator"),
    Row("/events/{draft_id}", "coordinator"),
    Row("/events/{cancelled_id}", "principal"),
    Row("/events/{event_id}/edit", "coordinator"),
    Row("/events/{event_id}/cancel", "coordinator"),
    Row("/events/{event_id}/door", "office"),
    Row("/events/{event_id}/answers/{answering_id}", "office"),
    Row("/events/rsvp/{rsvp_token}", ""),
    Row("/events/rsvp/{rsvp_token}", "", status=422, arrive=ways.answer_refused,
        name="an answer refused"),
    Row("/events/rsvp/{rsvp_token}/thanks", ""),
    # Letters
    Row("/notifications", "educator"),
    Row("/notifications", "district", query="?state=accepted"),
    Row("/notifications/households/{household_id}", "coordinator"),
    Row("/notifications/contacts/{contact_id}", "educator"),
    Row("/notifications/families/{family_id}", "educator"),
    Row("/notifications/events/{event_id}", "coordinator"),
    Row("/notifications/senders/{educator_id}", "principal"),
    Row("/notifications/notices/{notice_id}", "district"),
    Row("/notifications/letters/{delivery_id}", "principal"),
    Row("/notifications/replies", "coordinator"),
    Row("/notifications/replies/{reply_id}", "educator"),
    Row("/notifications/replies/readers/{school_id}", "principal"),
    Row("/notifications/languages", "coordinator"),
    Row("/notifications/languages/{language}", "district"),
    Row("/notifications/backpack", "coordinator"),
    Row("/notifications/backpack/{pile_school_id}/{pile_key}", "coordinator"),
    Row("/notifications/offers", "office"),
    Row("/notifications/code", ""),
    Row("/notifications/code/{paper_code}", ""),
    Row("/notifications/settings", "district"),
    Row("/notifications/settings/addresses", "district"),
    Row("/notifications/settings/returns", "district"),
    Row("/notifications/settings/schools", "coordinator"),
    Row("/notifications/settings/schools/{school_id}", "principal"),
    Row("/notifications/outlook/{school_id}", "coordinator", query="?kind=invitation"),
    Row("/notifications/settings/sending", "district"),
    Row("/notifications/unsubscribe/{unsubscribe_token}", ""),
    Row("/notifications/choices/{unsubscribe_token}", ""),
    Row("/notifications/choices/{unsubscribe_token}", "",
        query="?was=digest.never.at_once.2026-12-01", name="choices, to be brought back"),
    Row("/notifications/choices/{unsubscribe_token}", "", status=422, arrive=ways.no_address,
        name="no address"),
    Row("/notifications/address/{address_token}", ""),
    Row("/notifications/address/{confirmed_token}", "", name="an address confirmed"),
    Row("/notifications/address-requests", "office"),
    Row("/notifications/address-requests", "office", status=422, arrive=ways.refuse_without_why,
        name="an address refused without why"),
    Row("/notifications/our-children/{ours_token}", ""),
    Row("/notifications/our-children/{ours_token}", "", status=422, arrive=ways.ask_refused,
        name="an ask refused"),
    Row("/notifications/our-children/{ours_token}/thanks", ""),
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
    Row("", "educator", arrive=ways.preview, name="how a letter reads"),
    Row("", "educator", arrive=ways.preview_of_several, name="how a letter to several reads"),
    Row("", "educator", status=422, arrive=ways.preview_of_nothing, name="how no letter reads"),
    Row("", "district", arrive=ways.secret_once, name="a secret, once"),
    Row("", "district", arrive=ways.link_once, name="a link, once"),
)
"""Pages that only come after a form."""

ERRORS = (
    Row("/nowhere", "", status=404, name="nothing there, to anyone"),
    Row("/nowhere", "educator", status=404, name="nothing there"),
    Row("/settings", "educator", status=403, name="not for this role"),
    Row("/contacts/families/none", "educator", status=404, name="no such family"),
    Row("/events/rsvp/broken", "", status=410, name="a broken invitation"),
    Row("/notifications/our-children/broken", "", status=410, name="a broken link to our children"),
    Row("/notifications/code/ZZZZZZZZ", "", status=410, name="a code that does not work"),
    Row("/notifications/unsubscribe/broken", "", status=410, name="a broken link to stop letters"),
    Row("/notifications/address/broken", "", status=410, name="a broken link to an address"),
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
    "/contacts/contact-files/{file_id}/refused.csv": "a file",
    "/contacts/contact-files/{file_id}/rows.csv": "a file",
    "/contacts/parents/{school_id}/files/{resource_id}": "a file",
    "/contacts/resources/{resource_id}/file": "a file",
    "/contacts/interpreters.csv": "a file",
    "/contacts/interpreters/hour.csv": "a file",
    "/contacts/school.csv": "a file",
    "/contacts/rosters/{import_id}/findings.csv": "a file",
    "/events/{event_id}/answers.csv": "a file",
    "/events/rsvp/{token}/calendar.ics": "a file",
    "/mailbox/{letter_id}/raw": "a file",
    "/mailbox/{letter_id}/html": "a letter in a frame; looked at as a letter",
    "/notifications/our-children/{token}/calendar.ics": "a file",
    "/notifications/letters/{delivery_id}/html": "a letter in a frame; looked at as a letter",
    "/notifications/settings/returns/{return_id}/raw": "a file",
    "/notifications/export.csv": "a file",
    "/reports/coverage.csv": "a file",
    "/reports/contacts.csv": "a file",
}
"""Routes that answer GET with something else than a page, and why."""
