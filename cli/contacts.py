"""`partners contacts import`: bring in a CSV of contacts by a saved matching, each night."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.door import Door, open_door
from cli.plainly import Plainly
from cli.show import AsJson, as_json, progress, say
from cli.trouble import REFUSED, UNREADABLE, Trouble

app = typer.Typer(cls=Plainly, no_args_is_help=True, help="Contacts that come in as files.")

FILES = "/contacts/api/v1/contact-files"
POLL_SECONDS = 0.5
UPLOAD_SECONDS = 600
SHOWN_ROWS = 200
RESTS = frozenset({"done", "preview", "refused", "failed", "cancelled"})
"""States after which nothing happens by itself."""
STATES = {
    "received": "waiting for its turn",
    "reading": "judging its rows",
    "applying": "storing contacts",
}


@app.callback()
def contacts() -> None:
    """Keep `import` a word of its own, though it is the only one."""


@app.command("import")
def import_contacts(
    path: Annotated[Path, typer.Argument(help="The CSV file.")],
    mapping: Annotated[str, typer.Option(help="The name of a saved matching.")],
    school: Annotated[str, typer.Option(help="Only families of this school (its id).")] = "",
    hold: Annotated[
        bool, typer.Option("--hold", help="Store nothing; somebody looks at it on the page.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Send a file of contacts, watch it come in, and print what became of its rows.

    Exit code: 0 stored (refused rows are listed), 1 refused or waiting for somebody to look,
    2 can't be read, 3 no answer.
    """
    with open_door() as door:
        job = _watch(door, _upload(door, path, mapping, school, hold=hold))
        refused = door.get(f"{FILES}/{job['file_id']}/rows", state="refused", size=SHOWN_ROWS)
    if json:
        as_json({"file": job, "refused": refused["items"]})
    else:
        _report(job, refused["items"])
    raise typer.Exit({"done": 0, "failed": UNREADABLE}.get(str(job["state"]), REFUSED))


def _upload(door: Door, path: Path, mapping: str, school: str, *, hold: bool) -> dict[str, Any]:
    query = {
        "mapping": mapping,
        "hold": str(hold).lower(),
        **({"school": school} if school else {}),
    }
    try:
        with path.open("rb") as source:
            sent = [("file", (path.name, source))]
            job: dict[str, Any] = door.post(FILES, params=query, files=sent, timeout=UPLOAD_SECONDS)
    except OSError as error:
        raise Trouble(f"{path} can't be read: {error.strerror}", UNREADABLE) from error
    return job


def _watch(door: Door, job: dict[str, Any]) -> dict[str, Any]:
    """Show a bar until nothing more happens by itself; gives the last state."""
    with progress() as shown:
        bar = shown.add_task("sent", total=None)
        while job["state"] not in RESTS:
            words = STATES.get(job["state"], job["state"])
            shown.update(bar, description=words, completed=job["done"], total=job["total"] or None)
            time.sleep(POLL_SECONDS)
            job = door.get(f"{FILES}/{job['file_id']}")
        shown.update(bar, description=job["state"])
    return job


def _report(job: Mapping[str, Any], refused: Sequence[Mapping[str, Any]]) -> None:
    words = {
        "done": "The file is imported.",
        "preview": "Nothing is stored until somebody looks at it on the page and imports it.",
        "refused": "The file was refused; nothing was stored.",
        "failed": "The import failed.",
        "cancelled": "Somebody cancelled it.",
    }
    say(words.get(str(job["state"]), str(job["state"])))
    for reason in job["reasons"]:
        say(f"  {reason}")
    if job["counts"]:
        say("  rows: " + ", ".join(f"{count:,} {state}" for state, count in job["counts"].items()))
    for each in refused:
        say(f"  refused line {each['line']}: {each['reason']}")
