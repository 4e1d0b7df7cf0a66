"""`partners reports rebuild`: compute every figure again from what was recorded."""

import time
from typing import Any

import typer

from cli.door import Door, open_door
from cli.plainly import Plainly
from cli.show import AsJson, as_json, progress, say

app = typer.Typer(cls=Plainly, no_args_is_help=True, help="Figures.")

REBUILD = "/reports/api/v1/rebuild"
POLL_SECONDS = 0.5
STATES = {"folding": "counting", "comparing": "comparing with the figures before"}


@app.callback()
def reports() -> None:
    """Figures."""


@app.command("rebuild")
def rebuild(json: AsJson = False) -> None:
    """Compute all figures again from the ledger; pages show the old ones until it is done."""
    with open_door() as door:
        job = _watch(door, door.post(REBUILD))
    if json:
        as_json(job)
        return
    say(f"Computed again from {job['done']:,} messages.")
    if job["equal"] is False:
        say("They differ from the figures before: the rules of counting have changed since.")
    elif job["equal"]:
        say("They are equal to the figures before, byte by byte.")


def _watch(door: Door, job: dict[str, Any]) -> dict[str, Any]:
    with progress() as shown:
        bar = shown.add_task("waiting", total=job["total"] or None)
        while job["state"] != "done":
            words = STATES.get(job["state"], job["state"])
            shown.update(bar, description=words, completed=job["done"], total=job["total"] or None)
            time.sleep(POLL_SECONDS)
            job = door.get(REBUILD)
        shown.update(bar, completed=job["done"], total=job["total"] or None)
    return job
