"""What others made and we ship is unchanged, listed, and comes with its licence."""

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "shared/static/vendor", ROOT / "tests/vendor")
NOTICES = (ROOT / "THIRD_PARTY_NOTICES").read_text(encoding="utf-8")
LISTED = {
    path: digest
    for digest, path in re.findall(r"^ {4}([0-9a-f]{64}) {2}(\S+)$", NOTICES, re.MULTILINE)
}


def test_every_listed_file_has_the_digest_of_its_package() -> None:
    actual = {path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest() for path in LISTED}
    assert actual == LISTED


def test_every_vendored_file_is_listed() -> None:
    present = {
        file.relative_to(ROOT).as_posix()
        for folder in FOLDERS
        for file in folder.rglob("*")
        if file.is_file()
    }
    assert present == set(LISTED)


def test_every_vendored_package_comes_with_its_licence() -> None:
    packages = [package for folder in FOLDERS for package in folder.iterdir()]
    assert packages
    assert [package.name for package in packages if not (package / "LICENSE").exists()] == []


def test_the_checker_of_the_browser_tests_is_the_locked_version() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    version = locked["packages"]["node_modules/axe-core"]["version"]
    assert f"axe-core@{version} " in NOTICES
    code = (ROOT / "tests/vendor/axe-core/axe.min.js").read_text(encoding="utf-8")
    assert f"axe v{version}" in code[:200]
