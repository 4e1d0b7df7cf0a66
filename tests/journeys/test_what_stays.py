"""After everything else: the same roster again changes nothing, and figures can be recomputed.

The name of this file makes it the last, so that the ledger holds what all journeys did.
"""

import json
from pathlib import Path

from embedded.sample import write_package
from shared.messages import FamilyChanged, HouseholdChanged
from tests.journeys.bus import Tap
from tests.journeys.cast import Cast


async def test_importing_the_same_roster_again_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    package = write_package(cast.district, tmp_path)
    contacts = str(package.with_name("contacts.csv"))
    await cast.house.quiet()
    figures = cast.figures()

    async with Tap(cast.house) as tap:
        words = ("roster", "import", str(package), "--contacts", contacts, "--json")
        job = json.loads(cast.house.partners(*words))["import"]
        await cast.house.quiet()
        told = {str(each.routing_key) for each in await tap.heard()}

    assert job["state"] == "done"
    assert not any(job["changes"].values()), job["changes"]
    assert told.isdisjoint({FamilyChanged.TYPE, HouseholdChanged.TYPE})
    assert cast.figures() == figures


async def test_figures_recomputed_from_the_ledger_are_equal_byte_by_byte(cast: Cast) -> None:
    await cast.house.quiet()
    before, figures = _exports(cast), cast.figures()

    job = json.loads(cast.house.partners("reports", "rebuild", "--json"))

    assert job["state"] == "done"
    assert job["equal"] is True
    assert job["digest_after"] == job["digest_before"] != ""
    assert _exports(cast) == before
    assert cast.figures() == figures


def _exports(cast: Cast) -> list[bytes]:
    files = ("/reports/coverage.csv", "/reports/contacts.csv")
    return [cast.office.client.get(cast.house.url + file).content for file in files]
