"""Rosters, the directory and figures by command, against real services."""

import json
import shutil
from pathlib import Path

from tests.cli.conftest import Front, Partners, flat
from tests.contacts.rosters import DATA

ROSTER = DATA / "oneroster" / "lepo-roster-hub" / "en"


async def test_a_folder_is_imported_and_reported(front: Front, partners: Partners) -> None:
    done = await partners("roster", "import", str(ROSTER))
    assert done.exit_code == 0, done.output
    assert "The roster is imported." in done.stdout
    assert "20 people" in done.stdout
    assert "enrollments.csv, line 2" in done.stdout


async def test_a_zip_is_imported_and_told_as_json(partners: Partners) -> None:
    done = await partners("roster", "import", str(ROSTER / "oneroster.zip"), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["import"]["state"] == "done"
    assert told["remarks"]


async def test_a_roster_that_would_remove_many_waits_for_confirm(
    partners: Partners, tmp_path: Path
) -> None:
    assert (await partners("roster", "import", str(ROSTER))).exit_code == 0
    few = tmp_path / "few"
    shutil.copytree(ROSTER, few)
    lines = (few / "users.csv").read_text("utf-8-sig").splitlines(keepends=True)
    (few / "users.csv").write_text("".join(lines[:6]))
    waits = await partners("roster", "import", str(few))
    assert waits.exit_code == 1
    assert "run it again with --confirm" in flat(waits.stdout)
    done = await partners("roster", "import", str(few), "--confirm")
    assert done.exit_code == 0, done.output


async def test_a_refused_roster_says_why(partners: Partners, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("name,mail\nAna,ana@maple.example\n")
    done = await partners("roster", "import", str(tmp_path))
    assert done.exit_code == 1
    assert "refused" in done.stdout


async def test_what_is_not_there_is_told_before_anything_is_sent(
    partners: Partners, tmp_path: Path
) -> None:
    assert "There is no file or folder" in (await partners("roster", "import", "/nowhere")).stderr
    empty = await partners("roster", "import", str(tmp_path))
    assert empty.exit_code == 2
    assert "No CSV file lies in" in flat(empty.stderr)


async def test_the_directory_is_told_again(front: Front, partners: Partners) -> None:
    await partners("roster", "import", str(ROSTER))
    done = await partners("directory", "resend")
    assert done.exit_code == 0, done.output
    assert "Told again" in done.stdout


async def test_figures_are_computed_again(front: Front, partners: Partners) -> None:
    await partners("roster", "import", str(ROSTER))
    done = await partners("reports", "rebuild")
    assert done.exit_code == 0, done.output
    assert "Computed again from" in done.stdout
    assert "equal to the figures before" in done.stdout
    told = json.loads((await partners("reports", "rebuild", "--json")).stdout)
    assert told["equal"] is True
