"""Finds the Debian packages that this machine lacks; installs them as root, else says the command.

    python3 tools/system_packages.py demo|test

Runs before anything is installed, so it uses the standard library alone. Exit code 0: all is there.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLICY = Path("/usr/sbin/policy-rc.d")


def has_library(name: str) -> bool:
    """Whether the loader finds a shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def is_here(*paths: str) -> bool:
    """Whether one of these files or folders exists."""
    return any(Path(path).exists() for path in paths)


def missing(purpose: str) -> list[str]:
    """The packages that are needed for `demo` or `test` and are not here."""
    # What mongod loads (embedded/mongod.py).
    present = {
        "libcurl4": has_library("libcurl.so.4"),
        "libssl3": has_library("libssl.so.3"),
        "liblzma5": has_library("liblzma.so.5"),
    }
    if purpose == "test":
        present |= {
            "rabbitmq-server": is_here(
                "/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/rabbitmq/sbin/rabbitmq-server"
            ),
            "chromium": is_here("/usr/bin/chromium"),
            # Fires the alerts; the tests start one of their own.
            "prometheus": is_here("/usr/bin/prometheus", "/usr/local/bin/prometheus"),
            # Letters as PDF, and letters in families' own scripts on screenshots.
            "libpango-1.0-0": has_library("libpango-1.0.so.0"),
            "libpangoft2-1.0-0": has_library("libpangoft2-1.0.so.0"),
            "libharfbuzz-subset0": has_library("libharfbuzz-subset.so.0"),
            "fonts-noto-core": is_here("/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf"),
            "fonts-noto-cjk": is_here("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
        }
    return [package for package, here in present.items() if not here]


def install(packages: list[str]) -> None:
    """Install by apt-get; needs root. Servers among them are not started."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    with services_at_rest():
        subprocess.run(command, check=True, env=quiet, stdout=subprocess.DEVNULL)


@contextmanager
def services_at_rest() -> Iterator[None]:
    """Packages ask this file of Debian's whether they may start their service: they may not."""
    if POLICY.exists():  # a container image has one already
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def main() -> int:
    """Make the machine ready for the purpose given, or say what a person has to do."""
    purpose = sys.argv[1] if len(sys.argv) > 1 else "test"
    packages = missing(purpose)
    if not packages:
        return 0
    listed = " ".join(packages)
    if shutil.which("apt-get") is None:
        print(f"`make {purpose}` needs what Debian calls: {listed}\nInstall these, then try again.")
        return 1
    if os.geteuid() != 0:
        print(f"`make {purpose}` needs packages that are not installed. Run, then try again:")
        print(f"    sudo apt-get install --no-install-recommends {listed}")
        return 1
    print(f"system: installing {listed}")
    install(packages)
    if still := missing(purpose):
        print(f"system: apt-get ended well, but these are still missing: {' '.join(still)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
