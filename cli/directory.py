"""`partners directory resend`: tell every service again who is who."""

import typer

from cli.door import open_door
from cli.plainly import Plainly
from cli.roster import watch_job
from cli.show import say

app = typer.Typer(cls=Plainly, no_args_is_help=True, help="Who is who, as all services know it.")


@app.callback()
def directory() -> None:
    """Who is who, as all services know it."""


@app.command("resend")
def resend() -> None:
    """Send all schools, staff, families and households again; what is newer stays."""
    with open_door() as door:
        job = watch_job(door, door.post("/contacts/api/v1/directory/resend"))
    say(f"Told again: {job['done']:,} of {job['total']:,} ({job['state']}).")
    raise typer.Exit(0 if job["state"] == "done" else 1)
