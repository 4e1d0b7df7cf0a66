"""What no service says yet (ADR 33), told over the bus in the place of the service that will.

The facts are the golden samples with the ids of the run, at days that lie as far ahead as theirs.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared import messages as m
from shared.envelope import Envelope
from tests.faults.crashes import Act
from tests.faults.scene import Scene
from tests.faults.take import Take
from tests.journeys.bus import Tap

SAID_BY_NOBODY: tuple[type[m.Message], ...] = (
    m.WaitlistChanged, m.LunchChanged, m.VisitChanged, m.ShiftChanged, m.PolicyChanged,
    m.SurveyChanged,
)  # fmt: skip
SAMPLES = Path(__file__).parents[1] / "shared" / "samples"
_MOMENTS = ("starts_at", "ends_at", "answer_by", "comments_by")


def arrange(kind: type[m.Message]) -> Act:
    """A new fact of that type about the household, of which notifications writes it a letter."""

    async def act(scene: Scene, take: Take) -> None:
        key = take.mean_fact(kind.OWNER, kind.TYPE)
        sample = json.loads((SAMPLES / f"{kind.TYPE}.json").read_text())
        now = datetime.now(UTC)
        facts = _moved(sample["data"], now - datetime.fromisoformat(sample["time"]))
        fact = kind.model_validate({**facts, **_ids(scene, take, kind), kind.ABOUT: key})
        source = f"/partners/{kind.OWNER}"
        envelope = Envelope.seal(fact, id=key, source=source, time=now, sequence=1)
        async with Tap(scene.house) as tap:
            await tap.tell(envelope.to_json(), kind.TYPE, key)
        take.told(key)

    return act


def _ids(scene: Scene, take: Take, kind: type[m.Message]) -> dict[str, Any]:
    who = take.people
    household = scene.rows("notifications", "dir_households").find_one({"_id": who.household_id})
    assert household is not None
    known: dict[str, Any] = {
        "school_id": who.school_id,
        "school_ids": (who.school_id,),
        "household_id": who.household_id,
        "guardian_id": household["guardian_ids"][0],
        "event_id": who.event_id,
        "organizer_id": who.educator_id,
    }
    return {name: value for name, value in known.items() if name in kind.model_fields}


def _moved(facts: dict[str, Any], by: timedelta) -> dict[str, Any]:
    """The same with every moment in it moved, whole days further than `by`."""
    days = timedelta(days=by.days + 1)
    moved = dict(facts)
    for name, value in facts.items():
        if isinstance(value, dict):
            moved[name] = _moved(value, by)
        elif name in _MOMENTS and value is not None:
            moved[name] = (datetime.fromisoformat(value) + days).isoformat()
    return moved
