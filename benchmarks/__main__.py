"""`python -m benchmarks [--quick] [name …]`: measure, print, keep; `page`: only write the page."""

import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import uvloop

from benchmarks import (
    folding,
    footprint,
    growth,
    importing,
    letters,
    looking,
    mailing,
    overload,
    publishing,
    relaying,
    workers,
)
from benchmarks.page import write_page
from benchmarks.results import Kept, keep
from benchmarks.stage import Measurement, Result, Stage
from shared import telemetry
from tests.servers import choose

MEASUREMENTS: tuple[Measurement, ...] = (
    folding.MEASUREMENT,
    workers.MEASUREMENT,
    publishing.MEASUREMENT,
    mailing.MEASUREMENT,
    importing.MEASUREMENT,
    relaying.MEASUREMENT,
    growth.MEASUREMENT,
    footprint.MEASUREMENT,
)
"""Everything that is measured, in the order of the page; a run without names measures all of it."""
ALONE = (looking.MEASUREMENT, letters.MEASUREMENT)
"""What takes so long that it is measured only where it is named."""
SHOWN = (*MEASUREMENTS, *ALONE, overload.MEASUREMENT)
"""What the page shows: with `make overload`, which alone takes ten minutes."""


async def main(words: Sequence[str]) -> None:
    """Start the servers, measure, keep the results (not those of `--quick`)."""
    quick = "--quick" in words
    names = [word for word in words if word != "--quick"]
    named = [each for each in (*MEASUREMENTS, *ALONE) if each.name in names]
    wanted = named if names else MEASUREMENTS
    choice = choose(os.environ.get("SERVERS", ""))
    servers = choice.servers()
    kept: list[Kept] = []
    try:
        stage = Stage(await servers.mongo_uri(), await servers.broker(), quick=quick)
        for each in wanted:
            await _measure(each, stage, kept)
    finally:
        # What was measured before something failed is kept: it took minutes.
        if kept and not quick:
            keep(kept, choice.where, datetime.now(UTC))
            write_page(SHOWN)
        await servers.close()


async def _measure(measurement: Measurement, stage: Stage, kept: list[Kept]) -> None:
    print(f"{measurement.name} …", flush=True)
    began = time.perf_counter()
    results = await measurement.run(stage)
    for result in results:
        print(f"  {_line(result)}", flush=True)
    kept.append(Kept(measurement.name, results, time.perf_counter() - began))


def _line(result: Result) -> str:
    against = f"  {result.ratio:.2f} × {result.baseline}" if result.ratio is not None else ""
    return f"{result.name}: {result.value:,.1f} {result.unit}{against}"


def _check(words: Sequence[str]) -> None:
    known = {each.name for each in (*MEASUREMENTS, *ALONE)} | {"--quick"}
    if unknown := [word for word in words if word not in known]:
        sys.exit(f"no measurement is called {', '.join(unknown)}; there are {', '.join(known)}")


if __name__ == "__main__":
    if sys.argv[1:] == ["page"]:
        write_page(SHOWN)
    else:
        _check(sys.argv[1:])
        telemetry.setup(service="benchmarks", level="ERROR")
        uvloop.run(main(sys.argv[1:]))
