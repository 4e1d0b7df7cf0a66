"""Rosters that others made, imported one after the other as a district would."""

import shutil
from pathlib import Path

import pytest

from services.contacts.oneroster import find_packages
from tests.contacts.conftest import Office
from tests.contacts.rosters import DATA

SETS = sorted(
    path for root in ("oneroster", "sds") for path in find_packages(DATA / root)
) if DATA.exists() else []  # fmt: skip


def zipped(package: Path, folder: Path) -> Path:
    if package.is_file():
        return package
    return Path(shutil.make_archive(str(folder / package.name), "zip", package))


@pytest.mark.parametrize("package", SETS, ids=lambda path: str(path.relative_to(DATA)))
async def test_each_set_is_imported_or_refused_with_a_reason(
    office: Office, package: Path, tmp_path: Path
) -> None:
    job = await office.bring(zipped(package, tmp_path))
    assert job.state in {"done", "refused"}, (job.state, job.reasons)
    if job.state == "refused":
        assert all(len(reason) > 20 for reason in job.reasons)
        assert await office.told() == []
        return
    for each in await office.told():
        each.open()
    await office.forget_told()
    again = await office.bring(zipped(package, tmp_path))
    assert again.state in {"done", "waiting"}
    assert await office.told() == []
