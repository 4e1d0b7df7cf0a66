"""Nothing of a machine, an index or a secret is in the files that git holds."""

import re
from pathlib import Path

from tests.rules.code import ROOT, tracked

# A letter stands in brackets, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a package index": re.compile(
        r"\b(?:py[p]i|python[h]osted)\.org|registry\.npm[j]s|deb\.deb[i]an\.org"
    ),
    "a path of one machine": re.compile(
        r"(?:^|[^A-Za-z0-9_.:/])/(?:wor[k]|roo[t]|far[m]|hom[e]/\w+)/", re.MULTILINE
    ),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{20}"),
    "an access token": re.compile(
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|AKIA[0-9A-Z]{16}|xox[abp]-\d{5})"
    ),
}
# Kept unchanged from their packages.
VENDORED = (Path("shared/static/vendor"), Path("tests/vendor"))
BINARY = {".png", ".jpg", ".ico", ".mo", ".zip", ".woff2", ".pdf", ".gz"}


def texts() -> list[tuple[Path, str]]:
    return [
        (path, (ROOT / path).read_text(encoding="utf-8", errors="replace"))
        for path in tracked()
        if path.suffix not in BINARY and not any(path.is_relative_to(v) for v in VENDORED)
    ]


def test_no_file_names_an_index_a_machine_or_a_secret() -> None:
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1} holds {what}: {match[0].strip()[:40]}"
        for path, text in texts()
        for what, pattern in FORBIDDEN.items()
        if (match := pattern.search(text))
    ]
    assert found == []


def test_the_locks_name_no_place() -> None:
    locks = [*ROOT.glob("requirements/*.txt"), ROOT / "package-lock.json"]
    assert locks
    assert [lock.name for lock in locks if "://" in lock.read_text(encoding="utf-8")] == []


def test_every_locked_package_has_a_digest() -> None:
    for lock in ROOT.glob("requirements/*.txt"):
        blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
        assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_no_secret_or_environment_file_is_tracked() -> None:
    names = [str(path) for path in tracked()]
    pattern = re.compile(r"(^|/)(\.env|secrets/.+|.*\.(pem|key|p12))$")
    assert [name for name in names if pattern.search(name)] == []
