"""`python -m tests.browser.screenshots FOLDER`: pictures of the main pages, on the sample.

Pictures of phones have two points for each, as phones do. The people are the same each time; the
days follow today.
"""

import argparse
import asyncio
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from playwright.async_api import Browser, Page, ViewportSize

from cli.door import Door, Profile
from embedded.run import embedded
from shared import telemetry
from shared.external import InvitationAnswered
from tests.browser.chromium import chromium
from tests.browser.conftest import Windows
from tests.browser.mails import take_mails
from tests.browser.png import smaller
from tests.browser.world import GOOD_NEWS, SYSTEM, World, make_world, until

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1200, "height": 1000}
LARGEST = 200_000
"""Bytes of a picture, so that the repository stays light."""
ANSWERS = (("yes", 6), ("maybe", 1), ("no", 2))
SHARE_ANSWERED = 0.6
PARTIES = (1, 2, 2, 3, 3, 4, 5)
CALM_SECONDS = 1.5


_TO_THE_TONE = """() => {
  const tone = document.getElementById("tone").getBoundingClientRect();
  window.scrollTo(0, window.scrollY + tone.top - 8);
}"""


@dataclass(frozen=True)
class Picture:
    """One picture: its name, who looks, on what, and how one gets there."""

    name: str
    role: str
    arrive: Callable[[Page, World], Awaitable[None]]
    language: str = "en"
    size: ViewportSize | None = None
    points: int = 1
    whole: bool = False
    """Down to the end of the page, not what the screen shows at once."""


async def _families(page: Page, world: World) -> None:
    await page.goto("/contacts")


async def _next(page: Page, world: World) -> None:
    await page.goto("/contacts/next")


async def _log(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/families/{family_id}/log"))
    child = world.district.student[world.district.picks.good_news.student_ids[0]].given_name
    await page.fill("[name=words]", GOOD_NEWS.format(child=child))
    await page.locator("[name=words]").evaluate("e => { e.rows = 4; e.blur(); }")
    await page.evaluate(_TO_THE_TONE)


async def _preview(page: Page, world: World) -> None:
    await _log(page, world)
    await page.click("[formaction='/notifications/preview']")
    await page.wait_for_url("**/notifications/preview")


async def _rsvp(page: Page, world: World) -> None:
    await page.goto(world.path("/events/rsvp/{unanswered_token}"))
    await page.check("[name=answer][value=yes]")
    await page.locator("[name=answer][value=yes]").blur()


async def _letter(page: Page, world: World) -> None:
    await page.goto(world.path("/mailbox/{letter_id}"))


async def _event(page: Page, world: World) -> None:
    await page.goto(world.path("/events/{event_id}"))


async def _reports(page: Page, world: World) -> None:
    await page.goto("/reports")


PICTURES = (
    Picture("families", "educator", _families, size=PHONE, points=2),
    Picture("next", "educator", _next, size=PHONE, points=2),
    Picture("log", "educator", _log, size=PHONE, points=2),
    Picture("preview", "educator", _preview, size=PHONE, points=2),
    Picture("rsvp", "", _rsvp, language="ar", size=PHONE, points=2, whole=True),
    Picture("letter", "", _letter, size={"width": 800, "height": 900}),
    Picture("event", "coordinator", _event, size={"width": 1200, "height": 1280}),
    Picture("reports", "district", _reports, size=DESK),
)


async def take(browser: Browser, world: World, picture: Picture, folder: Path) -> Path:
    """Take one picture; refuses one that is too large to be kept."""
    context, window = await Windows(browser, world).another(
        picture.role,
        picture.language,
        viewport=picture.size,
        device_scale_factor=picture.points,
    )
    await picture.arrive(window.page, world)
    await window.page.wait_for_load_state("networkidle")
    path = folder / f"{picture.name}.png"
    taken = await window.page.screenshot(
        animations="disabled", caret="hide", full_page=picture.whole
    )
    path.write_bytes(await asyncio.to_thread(smaller, taken))
    await context.close()
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path} has {path.stat().st_size} bytes, more than {LARGEST}.")
    return path


def answer_some(world: World) -> None:
    """Many families answer by phone, as the phone system tells; one that reads Arabic has not yet.

    By their links they would be too many from one address for a minute.
    """
    rng = Random("answers")  # noqa: S311 - the same pictures each time
    wanted = [answer for answer, weight in ANSWERS for _ in range(weight)]
    events = []
    for mailbox, html in _invitations(world):
        if '<html lang="ar"' in html and "unanswered_token" not in world.ids:
            link = re.search(r"/events/rsvp/([\w.-]+)", html)
            world.ids["unanswered_token"] = link[1] if link else ""
        elif rng.random() < SHARE_ANSWERED:
            events.append(_answer(world, mailbox, rng.choice(wanted), rng.choice(PARTIES)))
    with Door(Profile(world.url, world.ids["client_id"], world.secret)) as door:
        kind = {"Content-Type": "application/cloudevents-batch+json"}
        door.post("/api/v1/messages", json=events, headers=kind)


def _answer(world: World, mailbox: str, answer: str, party: int) -> dict[str, object]:
    said = InvitationAnswered.model_validate(
        {
            "event_id": world.ids["event_id"],
            "guardian_email": mailbox,
            "answer": answer,
            "party_size": 0 if answer == "no" else party,
            "answered_at": datetime.now(UTC),
        }
    )
    return {
        "specversion": "1.0",
        "id": f"answer-{mailbox}",
        "source": f"/ext/{SYSTEM}",
        "type": said.TYPE,
        "time": said.answered_at.isoformat(),
        "datacontenttype": "application/json",
        "data": said.model_dump(mode="json", exclude_none=True),
    }


def _invitations(world: World) -> list[tuple[str, str]]:
    """Mailbox and letter of those that still have to answer."""
    answered = {
        world.district.guardian[each].email for each in world.district.picks.arabic.guardian_ids
    }
    found = [
        (letter["to"][0], letter["html"])
        for letter in world.letters()
        if "Family Math Night" in letter["subject"] and "/events/rsvp/" in letter["html"]
    ]
    return [(mailbox, html) for mailbox, html in sorted(found) if mailbox not in answered]


def settle(world: World) -> None:
    """Wait until nothing moves: every letter has left, and everything that was said is counted."""
    seen: tuple[str, ...] = ()

    def look() -> bool | None:
        nonlocal seen
        pages = ("/reports", "/mailbox/", world.path("/events/{event_id}"))
        before, seen = seen, tuple(visitor.open(page).text for page in pages)
        time.sleep(CALM_SECONDS)
        return True if before == seen else None

    with world.visit("district") as visitor:
        until(look, "pages that stand still")


async def take_all(folder: Path) -> None:
    """Start a platform with the sample district, fill it, and take every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        async with embedded(Path(data)) as running, chromium() as browser:
            world = await asyncio.to_thread(make_world, running, students=1200, schools=3)
            await asyncio.to_thread(settle, world)
            await asyncio.to_thread(answer_some, world)
            await asyncio.to_thread(settle, world)
            for picture in PICTURES:
                print(await take(browser, world, picture, folder))  # noqa: T201
            print(*await take_mails(browser, folder), sep="\n")  # noqa: T201


def main(words: Sequence[str] | None = None) -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description="Take pictures of the main pages.")
    parser.add_argument("folder", type=Path, help="where to put them, as PNG")
    telemetry.setup(service="screenshots", level="ERROR")
    asyncio.run(take_all(parser.parse_args(words).folder))


if __name__ == "__main__":
    main()
