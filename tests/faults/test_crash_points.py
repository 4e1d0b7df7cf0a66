"""A process that ends at any of its points loses nothing, doubles nothing, and leaves nothing."""

import re
from pathlib import Path

import pytest

from shared.crashpoints import POINTS
from tests.faults.crashes import ONE_OF_EACH_KIND
from tests.faults.scene import Scene
from tests.journeys.process import ROOT

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("kind", ONE_OF_EACH_KIND)
async def test_a_process_may_end_anywhere(scene: Scene, kind: str, tmp_path: Path) -> None:
    take = await scene.begin(tmp_path)
    take.contact()
    for cell in ONE_OF_EACH_KIND[kind]:
        await cell.play(scene, take)
    verdict = await scene.judged(take, lambda verdict: verdict.ok)
    assert verdict.ok, verdict.as_text()
    assert verdict.figures["lost"] == verdict.figures["doubled"] == 0


def test_every_point_is_played() -> None:
    played = {cell.point for cells in ONE_OF_EACH_KIND.values() for cell in cells}
    assert played == POINTS.keys()


def test_every_point_that_code_names_is_in_the_table_and_the_other_way_round() -> None:
    named = set()
    for folder in ("shared", "services", "embedded", "cli"):
        for file in (ROOT / folder).rglob("*.py"):
            found = re.findall(r'crashpoints\.reach(?:_soon)?\(\s*"([^"]+)"', file.read_text())
            named |= set(found)
    assert named == POINTS.keys()
