"""The lab's small disks can be filled, and have room again."""

import errno
import os
from pathlib import Path

import pytest

from tests.faults.lab import small_disk


def test_a_full_disk_takes_nothing_until_it_has_room_again(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        if os.geteuid() != 0:
            # Nobody else may mount one; the run says aloud that it leaves these faults out.
            assert disk is None
            return
        assert disk is not None
        file = disk.folder / "written"
        file.write_bytes(b"before")
        disk.fill()
        with pytest.raises(OSError, match="No space left") as full:
            file.write_bytes(b"x" * 1_000_000)
        assert full.value.errno == errno.ENOSPC
        disk.relieve()
        file.write_bytes(b"x" * 1_000_000)


def test_a_disk_may_be_left_nearly_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        if disk is None:
            assert os.geteuid() != 0
            return
        disk.fill(leave=2_000_000)
        free = os.statvfs(disk.folder)
        assert 0 < free.f_bavail * free.f_frsize <= 2_000_000
        (disk.folder / "written").write_bytes(b"x" * 1_000_000)
