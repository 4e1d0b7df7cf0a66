"""`make tour`: walks the main job, on a platform of its own or on a running one (`--url`)."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from cli.door import Door, Profile
from embedded.load import sample, wait_until_open
from embedded.run import embedded
from shared import telemetry
from tests.tour.stage import Stage, secret
from tests.tour.steps import STEPS, restore


def walk(stage: Stage) -> bool:
    """Do every step and say what happened; False after the first difference."""
    began = time.monotonic()
    try:
        for number, step in enumerate(STEPS, start=1):
            started = time.monotonic()
            print(f"\n{number:2}. {(step.__doc__ or '').strip()}", flush=True)
            try:
                happened = step(stage)
            except Exception as error:
                print(f"    DIFFERS: {type(error).__name__}: {error}", flush=True)
                if os.environ.get("TOUR_TRACEBACK"):
                    raise
                return False
            print(f"    {happened} ({time.monotonic() - started:.2f} s)", flush=True)
        print(f"\nAll {len(STEPS)} steps as they should be, in {time.monotonic() - began:.1f} s.")
        return True
    finally:
        restore(stage)
        stage.close()


def through(url: str, secrets: Path, amqp_url: str) -> bool:
    """Walk through a running platform, with the secrets of its folder."""
    wait_until_open(url)
    with Door(Profile(url, "operator", secret(secrets, "operator_secret"))) as door:
        login = os.environ.get("PARTNERS_FIRST_DISTRICT_LOGIN", "district@district.example")
        password = secret(secrets, "first_district_password")
        return walk(Stage(url, door, sample(date.today()), login, password, amqp_url))  # noqa: DTZ011


async def own() -> bool:
    """Start a platform in this process on free ports, walk through it, and remove it."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        async with embedded(Path(folder)) as running:
            print(f"A platform of our own at {running.url} ({time.monotonic() - started:.1f} s).")
            with Door(running.operator) as door:
                stage = Stage(
                    running.url, door, sample(date.today()), running.district_login,  # noqa: DTZ011
                    running.password,
                )  # fmt: skip
                return await asyncio.to_thread(walk, stage)


def main() -> int:
    """Exit code 0 when all is as it should be."""
    parser = argparse.ArgumentParser(description="Walk the main job.")
    parser.add_argument("--url", default="", help="a running platform; else one of our own")
    parser.add_argument("--secrets", type=Path, default=Path("secrets"), help="its secrets")
    parser.add_argument("--amqp-url", default="", help="its broker, as the system `phones`")
    given = parser.parse_args()
    if given.url:
        ok = through(given.url.rstrip("/"), given.secrets, given.amqp_url)
    else:
        telemetry.setup(service="tour", level="ERROR")
        ok = asyncio.run(own())
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
