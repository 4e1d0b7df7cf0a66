"""The steps of the tour, in order; each does what a person or a system would, and looks."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from cli.door import Door, Profile
from embedded.load import DEMO_SETTINGS, SETTINGS, change_settings, import_roster, make_account
from embedded.sample import Family
from embedded.visitor import Unexpected
from tests.tour.outside import emit_by_amqp
from tests.tour.stage import Differs, Stage, eventually, expect, header

Step = Callable[[Stage], str]
FACT = "org.partners.family.contacted.v1"


def settings_are_the_demos(stage: Stage) -> str:
    """The district's mail settings are those of the demo: no take-back time, no quiet hours."""
    before = change_settings(stage.door, DEMO_SETTINGS)
    stage.notes["settings"] = before
    now = stage.door.get(SETTINGS)
    expect(all(now[name] == value for name, value in DEMO_SETTINGS.items()), f"settings: {now}")
    return ", ".join(f"{name} {value}" for name, value in DEMO_SETTINGS.items())


def a_roster_is_imported(stage: Stage) -> str:
    """The district imports its roster and the contacts file beside it."""
    job = import_roster(stage.door, stage.district)
    wanted = len(stage.district.students)
    expect(job["counts"].get("student") == wanted, f"{wanted} students wanted: {job['counts']}")
    again = import_roster(stage.door, stage.district)
    expect(not any(again["changes"].values()), f"the second import changed {again['changes']}")
    told = ", ".join(f"{number} {kind}" for kind, number in job["changes"].items()) or "nothing"
    return f"{wanted} students; changed {told}; the same roster again changes nothing"


def people_sign_in(stage: Stage) -> str:
    """An educator, a coordinator and a district user sign in."""
    for person in (stage.district.picks.educator, stage.district.picks.coordinator):
        make_account(stage.door, person, stage.password)
    stage.educator.sign_in(stage.district.picks.educator.email, stage.password)
    stage.coordinator.sign_in(stage.district.picks.coordinator.email, stage.password)
    stage.office.sign_in(stage.district_login, stage.password)
    closed = stage.mail.open("/contacts/")
    expect("/sign-in" in closed.url, f"without sign-in /contacts/ shows {closed.url}")
    return "three people in, and nobody without sign-in"


def _log(stage: Stage, family: Family, words: str, *, goes_out: bool = True, **values: str) -> str:
    """Log a contact as the educator does, by the form; gives the page of the entry.

    `goes_out` is False for a family that wants no such letters: the preview shows none.
    """
    path = stage.family_page(stage.educator, family)
    page = stage.educator.open(f"{path}/log")
    fields: dict[str, str | list[str]] = {"words": words, **values}
    if words:
        form = page.form(f"{path}/log")

        def previewed() -> bool:
            shown = stage.educator.send(form, fields, page, to="/notifications/preview")
            return (words in shown.text) is goes_out

        # Just after a large import the families may still be on their way to notifications.
        eventually("the preview with the words", previewed)
    saved = stage.educator.submit(page, f"{path}/log", fields)
    expect("/contacts/entries/" in saved.url, f"not saved: {saved.text[:300]}")
    return saved.url


def good_news_is_logged_and_written(stage: Stage) -> str:
    """An educator finds a family by a child's name, logs a call, and writes to them too."""
    family = stage.district.picks.good_news
    words = (
        f"{stage.child(family).split()[0]} read a whole book aloud today. ({uuid.uuid4().hex[:6]})"
    )
    stage.notes["entry"] = _log(stage, family, words)
    letter = stage.letter_to(family, words)
    stage.notes["letter"] = letter
    raw = stage.raw(letter)
    expect(f'lang="{family.language}"' in letter["html"], f"not in {family.language}")
    expect(header(raw, "List-Unsubscribe").startswith("<http"), "no List-Unsubscribe")
    one_click = header(raw, "List-Unsubscribe-Post")
    expect(one_click == "List-Unsubscribe=One-Click", f"List-Unsubscribe-Post: {one_click}")
    return f"previewed, saved, and the letter in {family.language} arrived"


def separated_parents_hear_apart(stage: Stage) -> str:
    """Each of two separated parents gets the letter, and sees nothing of the other."""
    family = stage.district.picks.separated
    words = f"{stage.child(family).split()[0]} helped a classmate. ({uuid.uuid4().hex[:6]})"
    _log(stage, family, words, outcome="voicemail")
    guardians = [stage.district.guardian[each] for each in family.guardian_ids]
    for own in guardians:
        letter = stage.letter(own.email.lower(), words)
        whole = stage.raw(letter) + letter["text"] + letter["html"]
        for other in guardians:
            if other.id == own.id:
                continue
            expect(other.email.lower() not in whole.lower(), "a letter names the other address")
            expect(other.given_name not in letter["text"], "a letter names the other parent")
    return f"{len(guardians)} letters, each to one parent alone"


def an_event_is_published(stage: Stage) -> str:
    """A coordinator plans a school event for a class and publishes it; families are invited."""
    title = f"Family Literacy and Math Night {uuid.uuid4().hex[:4]}"
    page = stage.coordinator.open("/events/new")
    day = (datetime.now(UTC) + timedelta(days=21)).date()
    saved = stage.coordinator.submit(
        page,
        "/events/new",
        {
            "title": title,
            "audience": "school",
            "day": day.isoformat(),
            "starts": "18:00",
            "ends": "20:00",
            "place": "Cafeteria",
            "description": "Dinner, workshops to choose from, open gym for the children.",
            "language": "en",
            "act": "publish",
        },
    )
    expect(title in saved.text, f"not published: {saved.text[:300]}")
    stage.notes |= {"event": saved.url, "title": title}
    letter = stage.letter_to(stage.district.picks.arabic, title)
    expect('dir="rtl"' in letter["html"], "the Arabic letter does not run from right to left")
    stage.notes |= {"invitation": letter, "guest": letter["to"][0]}
    return f"“{title}” for the school; the invitation in Arabic arrived"


def a_guardian_answers_by_link(stage: Stage) -> str:
    """A guardian opens the link of the invitation, without an account, and says yes for three."""
    letter = stage.notes["invitation"]
    link = next(part for part in letter["text"].split() if "/events/rsvp/" in part).strip("<>.")
    first = stage.mail.open(link)
    again = stage.mail.open(link)
    expect(first.status == again.status, "reading the link changed something")
    thanks = stage.mail.submit(again, "/events/rsvp/", {"answer": "yes", "party_size": "3"})
    expect("/thanks" in thanks.url, f"not answered: {thanks.text[:300]}")

    def confirmation() -> dict[str, Any] | None:
        others = (
            x for x in stage.letters(stage.notes["guest"]) if stage.notes["title"] in x["text"]
        )
        return next((x for x in others if x["letter_id"] != letter["letter_id"]), None)

    mail = eventually("the confirmation", confirmation)
    expect("text/calendar" in mail["attachments"], f"no calendar file: {mail['attachments']}")
    event_id = stage.notes["event"].rstrip("/").rpartition("/")[2]
    stage.notes["event_id"] = event_id
    event: Any = stage.coordinator.json(f"/events/api/v1/events/{event_id}")
    counts = event["counts"]
    expect(counts["yes"] == {"households": 1, "people": 3}, f"the organizer's figures: {counts}")
    return "one household, three people; the organizer sees it; a confirmation with .ics arrived"


def an_outside_system_emits_by_http(stage: Stage) -> str:
    """A phone system tells by HTTP of a call that it knows of; twice, and it counts once."""
    client = _outside_client(stage)
    family = stage.district.picks.arabic
    words = f"A call from the office. ({uuid.uuid4().hex[:6]})"
    message = _message(stage, family, words)
    with Door(Profile(stage.url, client["client_id"], client["client_secret"])) as phones:
        sent = {
            "json": message,
            "headers": {"Content-Type": "application/cloudevents+json"},
        }
        results = [
            phones.post("/api/v1/messages", **sent)["results"][0]["result"] for _ in range(2)
        ]
    expect(results == ["accepted", "duplicate"], f"answers: {results}")
    letter = stage.letter_to(family, words)
    same = [x for x in stage.letters(letter["to"][0]) if words in x["text"]]
    expect(len(same) == 1, f"{len(same)} letters for one call")
    return "accepted, then duplicate; one letter"


def _outside_client(stage: Stage) -> dict[str, str]:
    if "client" not in stage.notes:
        page = stage.office.open("/clients/new")
        draft: dict[str, str | list[str]] = {
            "name": "Phone system (tour)",
            "system": "phones",
            "scopes": ["messages:write"],
            "types": [FACT],
        }
        form = next(each for each in page.forms if "name" in each.fields)
        made = stage.office.send(form, draft, page)
        stage.notes["client"] = _shown_once(made.html)
    client: dict[str, str] = stage.notes["client"]
    return client


def _shown_once(html: str) -> dict[str, str]:
    # What the page shows this once, as its fields or as text.
    secret = re.search(r"ps_[A-Za-z0-9_-]{20,}", html)
    client_id = re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", html)
    if not secret or not client_id:
        raise Differs("the page of the new API client shows no secret")
    return {"client_id": client_id[0], "client_secret": secret[0]}


def _message(stage: Stage, family: Family, words: str) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {
        "specversion": "1.0",
        "id": f"tour-{uuid.uuid4().hex}",
        "source": "/ext/phones",
        "type": FACT,
        "time": now,
        "datacontenttype": "application/json",
        "data": {
            "student_sourced_id": family.student_ids[0],
            "educator_sourced_id": stage.district.picks.educator.id,
            "channel": "call",
            "tone": "good_news",
            "outcome": "reached",
            "occurred_at": now,
            "words": words,
        },
    }


def an_outside_system_emits_by_amqp(stage: Stage) -> str:
    """The same by RabbitMQ, where there is one."""
    if not stage.amqp_url:
        return "this platform has no broker; the Compose tour does this step"
    family = stage.district.picks.arabic
    words = f"A text from the office. ({uuid.uuid4().hex[:6]})"
    emit_by_amqp(stage.amqp_url, "phones", _message(stage, family, words))
    stage.letter_to(family, words)
    return "published to partners.ingress; the letter arrived"


def a_guardian_stops_good_news(stage: Stage) -> str:
    """One click in the mail program stops good-news letters; the next one is not sent, and why."""
    family = stage.district.picks.good_news
    letter = stage.notes["letter"]
    mailbox = letter["to"][0]
    link = header(stage.raw(letter), "List-Unsubscribe").strip("<>")
    answer = httpx2.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=30)
    expect(answer.is_success, f"one click: HTTP {answer.status_code}")
    words = f"Another good day. ({uuid.uuid4().hex[:6]})"
    entry = _log(stage, family, words, goes_out=False)
    contact_id = entry.rstrip("/").rpartition("/")[2]

    def stopped() -> bool:
        status = stage.educator.open(f"/notifications/contacts/{contact_id}")
        return "not sent" in status.text.lower()

    eventually("the reason on the page", stopped)
    expect(not any(words in x["text"] for x in stage.letters(mailbox)), "it was sent all the same")
    return "the next letter was not sent, and the page says why"


def reports_show_told_and_reached(stage: Stage) -> str:
    """The family counts as told good news and as reached; the dashboard opens for each role."""
    path = stage.family_page(stage.educator, stage.district.picks.good_news)
    family_id = path.rstrip("/").rpartition("/")[2]

    def counted() -> bool:
        try:
            text = str(stage.office.json(f"/reports/api/v1/families/{family_id}"))
        except Unexpected:
            return False
        return "True" in text

    eventually("the family in the reports", counted)
    for who in (stage.educator, stage.coordinator, stage.office):
        page = who.open("/reports/")
        expect("<svg" in page.html and "<table" in page.html, "no chart, or no table beside it")
    return f"family {family_id[:8]}…: {stage.office.json(f'/reports/api/v1/families/{family_id}')}"


def figures_rebuild_equal(stage: Stage) -> str:
    """All figures are computed again from the ledger, and are byte for byte the same."""
    job = stage.door.post("/reports/api/v1/rebuild")

    def done() -> dict[str, Any] | None:
        state: dict[str, Any] = stage.door.get("/reports/api/v1/rebuild")
        return state if state["state"] == "done" else None

    state = eventually(f"the rebuild {job}", done)
    expect(state["equal"], f"the figures differ: {state}")
    return f"{state['total']} messages folded again; digest {str(state['digest_after'])[:12]}…"


STEPS: tuple[Step, ...] = (
    settings_are_the_demos,
    a_roster_is_imported,
    people_sign_in,
    good_news_is_logged_and_written,
    separated_parents_hear_apart,
    an_event_is_published,
    a_guardian_answers_by_link,
    an_outside_system_emits_by_http,
    an_outside_system_emits_by_amqp,
    a_guardian_stops_good_news,
    reports_show_told_and_reached,
    figures_rebuild_equal,
)


def restore(stage: Stage) -> None:
    """Put the district's settings back as they were."""
    if before := stage.notes.get("settings"):
        change_settings(stage.door, before)
