"""The proof of what was sent, by family, event, sender and notice; and that nobody is tracked."""

import re
from urllib.parse import quote

import pytest

from services.notifications.domain import reasons
from services.notifications.domain.arranged import PolicyWords, SurveyWords
from services.notifications.domain.notice import Content
from services.notifications.domain.proof import Alike, Spoken, prove
from services.notifications.letters.layout import as_html, as_text
from services.notifications.letters.writing import write
from services.notifications.store.returns import ReturnedMail
from shared.identity import Viewer
from shared.messages import EventPublished
from shared.outbox import Work
from tests.notifications.conftest import Bench
from tests.notifications.making import FACTS, LETTERS, NOW, contact, occasion
from tests.notifications.site import Site
from tests.notifications.test_web import DISTRICT, ELSEWHERE, OFFICE, TEACHER

OWN = ("https://partners.schools.example/",)


def alike(state: str, reason: str = "", language: str = "en", **over: object) -> Alike:
    told = {"channel": "mail", "translated": False, "number": 1, **over}
    return Alike(state=state, reason=reason, language=language, **told)  # type: ignore[arg-type]


def test_figures_tell_sent_not_sent_and_why_by_language_and_channel() -> None:
    proof = prove(
        [
            alike("accepted", number=3),
            alike("accepted", language="es", translated=True, number=2),
            alike("unknown", language="es", channel="paper"),
            alike("suppressed", reasons.NO_ADDRESS, number=2),
            alike("suppressed", reasons.UNSUBSCRIBED, number=4),
            alike("dead", reasons.CAME_BACK),
            alike("dead", reasons.GAVE_UP, number=2),
            alike("held"),
            alike("merged"),
        ],
        households=15,
        replied=1,
    )
    assert (proof.letters, proof.sent, proof.unclear, proof.waiting) == (17, 6, 1, 1)
    assert proof.not_sent == ((reasons.UNSUBSCRIBED, 4), (reasons.NO_ADDRESS, 2))
    assert (proof.came_back, dict(proof.not_arrived)[reasons.GAVE_UP]) == (1, 2)
    assert proof.languages == (Spoken("en", 3, 0), Spoken("es", 3, 2))
    assert proof.channels == (("mail", 5), ("paper", 1))


async def tell_stories(bench: Bench) -> None:
    """Two notes and an event; one family wrote back."""
    await bench.tell(
        contact("gomez"),
        contact("li", "contact-2"),
        EventPublished(event_id="event-1", facts=FACTS.model_copy(update={"title": "=1+1"})),
    )
    await bench.settle()
    reply = ReturnedMail(
        return_id="r",
        kind="reply",
        done="noted",
        came_by="imap",
        at=NOW,
        delivery_id=(await bench.row("gomez", about="contact-1")).delivery_id,
    )

    async def body(work: Work) -> None:
        await bench.room.store.returns.keep(reply, work)

    await bench.room.units.run(body)


async def test_each_looks_at_what_is_theirs(bench: Bench, site: Site) -> None:
    await tell_stories(bench)
    notice = f"/notifications/notices/{quote('contact|contact-1|')}"
    pages = (
        "/notifications/families/family-gomez",
        "/notifications/events/event-1",
        "/notifications/senders/educator-1",
        notice,
    )

    async def answers(viewer: Viewer) -> list[int]:
        async with site.browser(viewer) as browser:
            return [(await browser.get(page)).status_code for page in pages]

    assert await answers(TEACHER) == await answers(OFFICE) == await answers(DISTRICT) == [200] * 4
    assert await answers(ELSEWHERE) == [404] * 4
    async with site.browser(TEACHER) as browser:
        shown = (await browser.get(notice)).text
        event = (await browser.get("/notifications/events/event-1")).text
        assert (await browser.get("/notifications/families/family-li")).status_code == 404
    assert "wrote back" in shown
    assert "Every household that is invited" not in shown
    assert re.search(r'stat-figure">1</p><p class="stat-words">sent', shown)
    assert re.search(r'stat-figure">1</p><p class="stat-words">wrote back', shown)
    assert "We do not track who opens a letter" in shown
    # Of the four households invited an educator sees the three of own pupils.
    assert "3 households that you may see are meant." in event


async def test_the_table_is_safe_for_spreadsheets_narrowed_and_without_addresses(
    bench: Bench, site: Site
) -> None:
    await tell_stories(bench)
    async with site.browser(OFFICE) as browser:
        whole = await browser.get("/notifications/export.csv?from=2026-11-24&to=2026-11-24")
        none = await browser.get("/notifications/export.csv?to=2026-11-23")
        family = await browser.get("/notifications/export.csv?family=family-gomez&state=accepted")
    async with site.browser(ELSEWHERE) as browser:
        other = (await browser.get("/notifications/export.csv")).text.splitlines()
    lines = whole.text.splitlines()
    # Two notes, four invitations, and as many reminders to answer that are not due yet.
    assert len(lines) == 1 + 10
    assert sum("'=1+1" in line for line in lines) == 8
    assert "@family.example" not in whole.text
    assert len(none.text.splitlines()) == len(other) == 1
    assert [line.rpartition(",")[2] for line in family.text.splitlines()[1:]] == ["", "yes"]
    assert "Ana Test · Luis Test" in family.text


@pytest.mark.parametrize(("kind", "content"), LETTERS)
def test_no_letter_has_a_picture_or_a_link_by_which_anybody_is_tracked(
    kind: str, content: Content
) -> None:
    for language in ("en", "ar"):
        letter = write(occasion(content, kind, language))
        html = as_html(letter)
        assert not re.search(r"<(img|picture|iframe|link|script|video|audio|object)\b", html)
        assert not re.search(r"url\(|@import|background=", html)
        links = [each.replace("&amp;", "&") for each in re.findall(r'href="([^"]+)"', html)]
        assert links
        assert all(link.startswith(OWN) or link == _given(content) for link in links)
        assert all(link in as_text(letter) for link in links)


def _given(content: Content) -> str | None:
    """The link of a survey or a policy, which goes out just as whoever published it gave it."""
    return content.now.link if isinstance(content, PolicyWords | SurveyWords) else None
