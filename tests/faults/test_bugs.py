"""Each bug that is put into the platform is found by the checker; without one it is content.

The same short history is played for each: contacts with and without letters, one undone, answers,
poison; then, where a bug needs its moment, that moment: a message told again, a process that ends
at the telling place, a flag set while a letter waits.
"""

import json
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from embedded.load import SETTINGS, change_settings
from shared.crashpoints import EXIT
from tests.faults.bugs import ACKNOWLEDGED, BUGS, STORED, TOLD
from tests.faults.checker.judging import judge
from tests.faults.checker.verdict import Verdict
from tests.faults.scene import Scene
from tests.faults.take import Take
from tests.journeys.bus import Tap
from tests.journeys.process import ROOT
from tests.journeys.waiting import eventually

pytestmark = pytest.mark.faults
OF = "org.partners."
LOGGED = f"{OF}contact.logged.v1"
Moment = Callable[[Scene, Take], Awaitable[None]]


# --- the moments that some bugs need --------------------------------------------------------------


async def _nothing_more(scene: Scene, take: Take) -> None:
    del scene, take


async def _all_is_told_again(scene: Scene, take: Take) -> None:
    async with Tap(scene.house) as tap:
        take.phone()
        await scene.quiet()
        for message in await tap.heard():
            await tap.repeat(message)


async def _a_contact_is_told_under_another_id(scene: Scene, take: Take) -> None:
    async with Tap(scene.house) as tap:
        take.contact()
        await scene.quiet()
        for message in await tap.heard():
            if message.routing_key == LOGGED:
                again = json.loads(message.body) | {"id": uuid.uuid4().hex}
                await tap.tell(json.dumps(again).encode(), LOGGED, again["id"])


async def _an_old_word_on_a_school_comes_late(scene: Scene, take: Take) -> None:
    school = take.people.school_id
    path, office = f"/contacts/schools/{school}", take.people.cast.office
    old = scene.rows("contacts", "outbox").find_one({"envelope.subject": school})
    assert old is not None
    office.submit(office.open(path), path, {"phone": "555 0100"})
    await scene.quiet()
    late = old["envelope"] | {"id": uuid.uuid4().hex}
    async with Tap(scene.house) as tap:
        await tap.tell(json.dumps(late).encode(), late["type"], late["id"])


async def _a_flag_is_set_while_a_letter_waits(scene: Scene, take: Take) -> None:
    with scene.house.open_door() as door:
        change_settings(door, {"all_schools_live": False})
        take.contact()
        deliveries = scene.rows("notifications", "deliveries")
        eventually(lambda: deliveries.count_documents({"state": "held"}))
        _flag(scene, take)
        door.ask("PUT", SETTINGS, json=door.get(SETTINGS) | {"all_schools_live": True})


def _flag(scene: Scene, take: Take) -> None:
    path, office = f"{take.people.home.path}/flags", take.people.cast.office
    office.submit(office.open(path), path, {"custody": "true", "reason": "an order"})
    flags = scene.rows("contacts", "dir_flags")
    eventually(lambda: flags.find_one({"applied.notifications": {"$exists": True}}))


def _it_dies(service: str, crash_at: str, *, letter: bool = True) -> Moment:
    async def moment(scene: Scene, take: Take) -> None:
        await scene.quiet()
        process = scene.restart(service, crash_at=crash_at)
        take.contact(letter=letter)
        assert process.wait_until_it_ends() == EXIT
        scene.restart(service)

    return moment


MOMENTS: dict[str, Moment] = {
    "inbox_ignored": _all_is_told_again,
    "ledger_not_unique": _all_is_told_again,
    "no_unique_delivery": _a_contact_is_told_under_another_id,
    "version_ignored": _an_old_word_on_a_school_comes_late,
    "flags_read_once": _a_flag_is_set_while_a_letter_waits,
    "early_ack": _it_dies("reports", ACKNOWLEDGED),
    "no_confirm": _it_dies("contacts", f"{TOLD}:{LOGGED}", letter=False),
    "outbox_beside": _it_dies("contacts", f"{STORED}:{LOGGED}", letter=False),
    "unknown_resent": _it_dies("notifications", "letter.answered:good_news"),
}
BY_SERVICE = sorted(BUGS, key=lambda name: (BUGS[name].service, name))


def _broken(verdict: Verdict) -> set[str]:
    return {name for name, found in verdict.found.items() if not found.ok}


HONEST: tuple[Moment, ...] = (
    _all_is_told_again,
    _a_contact_is_told_under_another_id,
    _an_old_word_on_a_school_comes_late,
    _it_dies("reports", "message.handled"),
    _it_dies("contacts", f"work.committed:{LOGGED}"),
    _it_dies("contacts", f"outbox.published:{LOGGED}"),
    _it_dies("notifications", f"message.handled:{LOGGED}"),
    # Last: afterwards the family gets no letters any more.
    _a_flag_is_set_while_a_letter_waits,
)
"""All of them, but the one over which a letter is in doubt for five minutes."""


async def test_without_a_bug_the_checker_is_content(scene: Scene, tmp_path: Path) -> None:
    take = await scene.begin(tmp_path)
    await take.history()
    for moment in HONEST:
        await moment(scene, take)
    verdict = await scene.judged(take, lambda verdict: verdict.ok)
    assert verdict.ok, verdict.as_text()
    assert verdict.figures["lost"] == verdict.figures["doubled"] == 0
    assert all(found.checked for found in verdict.found.values())
    scene.ask_the_broker(take)
    assert judge(take.folder).ok


@pytest.mark.parametrize("name", BY_SERVICE)
async def test_each_bug_is_found(scene: Scene, name: str, tmp_path: Path) -> None:
    bug = BUGS[name]
    take = await scene.begin(tmp_path, bug.service, name)
    await take.history()
    await MOMENTS.get(name, _nothing_more)(scene, take)
    verdict = await scene.judged(take, lambda verdict: _broken(verdict) == bug.breaks)
    assert _broken(verdict) == bug.breaks, verdict.as_text()


def test_the_launcher_puts_a_bug_in_and_is_the_partners_command() -> None:
    def launch(*words: str) -> str:
        command = [sys.executable, "-m", "tests.faults.bugs", *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        return done.stderr

    assert "There is no service kitchen" in launch("days_in_utc", "serve", "kitchen")
    assert "days_in_utc" in launch("no_such_bug", "serve", "reports")
