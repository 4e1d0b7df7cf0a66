"""Every point of a handler × every handler of every service; for `make faults`.

Takes eight to twenty minutes, so that `make test` plays one handler of each kind instead
(test_crash_points.py) and does not collect this file by itself.
"""

import json
import sys
import uuid
from pathlib import Path

import pytest

from cli.door import SERVICES
from shared import messages as m
from shared.bus.topology import CONSUMES
from tests.faults.arranging import SAID_BY_NOBODY, arrange
from tests.faults.crashes import HANDLER, Act, Cell, call, contact
from tests.faults.happenings import seldom
from tests.faults.scene import Scene
from tests.faults.take import Take
from tests.faults.voices import answer_elsewhere, ask, notice, put_off, reply
from tests.journeys.bus import Tap

OF_OTHERS: dict[str, Act] = {"contacts": call, "events": answer_elsewhere, "notifications": notice}
"""What other systems say for each service; it has its effect once, under whatever id we tell it."""
ANEW: dict[type[m.Message], Act] = {
    # A contact without a letter means nothing to whoever writes letters.
    m.ContactLogged: contact,
    m.FamilyAsked: ask,
    m.HouseholdItemChanged: put_off,
    m.GuardianReplied: reply,
    **{kind: arrange(kind) for kind in SAID_BY_NOBODY},
}
"""What can be brought about as often as a service ends over it; all else is said again."""
FOLDS = {"reports"}


def said_again(kind: str) -> Act:
    """The newest message of a type, under another id: its handler has it for the first time."""

    async def act(scene: Scene, take: Take) -> None:
        del take
        for service in SERVICES:
            query = {"envelope.type": kind}
            row = scene.rows(service, "outbox").find_one(query, sort=[("_id", -1)])
            if row is not None:
                again = row["envelope"] | {"id": uuid.uuid4().hex}
                async with Tap(scene.house) as tap:
                    await tap.tell(json.dumps(again).encode(), kind, again["id"])
                return
        raise AssertionError(f"nobody ever said {kind}")

    return act


def cells_of(service: str) -> list[Cell]:
    """All that this service can be ended over."""
    found = []
    for kind in CONSUMES[service]:
        for point in HANDLER:
            # The transaction of a fold is one for many messages, and names none of them.
            unnamed = service in FOLDS and point.startswith("work.")
            act = ANEW.get(kind) or said_again(kind.TYPE)
            if kind is m.ExternalFactReceived:
                act = OF_OTHERS[service]
            found.append(Cell(point, service, "" if unnamed else kind.TYPE, act))
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_may_end_over_each_of_its_messages(
    scene: Scene, service: str, tmp_path: Path
) -> None:
    take = await scene.begin(tmp_path)
    await take.history()
    await seldom(scene, take)
    for cell in cells_of(service):
        sys.stdout.write(f"  {cell.name}\n")
        await cell.play(scene, take)
    verdict = await scene.judged(take, lambda verdict: verdict.ok)
    assert verdict.ok, verdict.as_text()
    assert verdict.figures["lost"] == verdict.figures["doubled"] == 0
