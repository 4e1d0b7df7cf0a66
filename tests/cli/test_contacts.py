"""`partners contacts import`, against a real front door."""

import json
from pathlib import Path

import pytest

from services.contacts.store import Store
from shared.outbox import Units, Work
from tests.cli.conftest import Front, Partners, flat
from tests.contacts.call_logs import phones


@pytest.fixture
def nightly(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    header = "Call ID,Student ID,Staff Email,Start Time,Disposition,Reason,Comments"
    path.write_text(f"{header}\nC1,nobody,,11/23/2026 9:05 AM,Answered,Praise,\n")
    return path


async def _save_matching(front: Front) -> None:
    gateway = front.gate.database
    database = gateway.beside(gateway.name.replace("_gateway", "_contacts"))

    async def body(work: Work) -> None:
        await Store(database).mappings.save(phones(), "", "account-district", work)

    await Units(database, "contacts", front.gate.clock, front.gate.mint).run(body)


async def test_a_nightly_file_is_sent_watched_and_reported(
    front: Front, partners: Partners, nightly: Path
) -> None:
    await _save_matching(front)
    done = await partners("contacts", "import", str(nightly), "--mapping", "phones")
    assert done.exit_code == 1, done.output  # its only row is refused: somebody has to look
    assert "Nothing is stored until somebody looks at it" in flat(done.stdout)
    assert "refused line 2: The roster has no student with the id “nobody”" in flat(done.stdout)
    told = await partners("contacts", "import", str(nightly), "--mapping", "phones", "--json")
    assert json.loads(told.stdout)["file"]["counts"] == {"refused": 1}


async def test_an_unknown_matching_and_a_missing_file_are_named(
    partners: Partners, nightly: Path
) -> None:
    done = await partners("contacts", "import", str(nightly), "--mapping", "none")
    assert done.exit_code == 1
    assert "There is no saved matching called none" in flat(done.stderr)
    done = await partners("contacts", "import", "/nowhere/x.csv", "--mapping", "phones")
    assert done.exit_code == 2
    assert "can't be read" in flat(done.stderr)
