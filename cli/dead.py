"""`partners dead`: messages that no retry could save, for people to look at, repeat or drop."""

from typing import Annotated, Any

import typer

from cli.door import SERVICES, Door, open_door
from cli.plainly import Plainly
from cli.show import AsJson, as_json, fields, say, table
from cli.trouble import Trouble

app = typer.Typer(cls=Plainly, no_args_is_help=True, help="Messages that could not be handled.")

Service = Annotated[str, typer.Option(help="Only this service: " + ", ".join(SERVICES))]
Id = Annotated[str, typer.Argument(help="The letter's id, from `partners dead list`.")]


@app.command("list")
def list_dead(
    service: Service = "",
    type: Annotated[str, typer.Option(help="Only this message type.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="So many of each service.")] = 50,
    json: AsJson = False,
) -> None:
    """The newest dead letters of all services."""
    with open_door() as door:
        pages = {name: _page(door, name, type, limit) for name in _chosen(service)}
    letters = [letter for page in pages.values() for letter in page["letters"]]
    letters.sort(key=lambda letter: str(letter["died_at"]), reverse=True)
    if json:
        as_json(letters)
        return
    if not letters:
        say("There are no dead letters.")
        return
    rows = [
        [each[name] for name in ("id", "service", "type", "died_at", "reason")] for each in letters
    ]
    table(("id", "service", "type", "died at", "reason"), rows)
    waiting = sum(int(page["waiting"]) for page in pages.values())
    if waiting > len(letters):
        say(f"{waiting} are waiting in all; --limit shows more.")


def _page(door: Door, service: str, kind: str, limit: int) -> Any:
    return door.get(f"/{service}/api/v1/dead", type=kind or None, limit=limit)


@app.command("show")
def show_dead(letter_id: Id, service: Service = "", json: AsJson = False) -> None:
    """One dead letter with its body, which may hold personal data."""
    with open_door() as door:
        letter = door.get(f"/{_home(door, letter_id, service)}/api/v1/dead/{letter_id}")
    if json:
        as_json(letter)
        return
    body = letter.pop("body", "")
    fields(letter)
    say("")
    say(body)


@app.command("replay")
def replay_dead(
    letter_ids: Annotated[list[str] | None, typer.Argument(help="Ids of letters.")] = None,
    service: Service = "",
    type: Annotated[str, typer.Option(help="With --all: only this message type.")] = "",
    all: Annotated[
        bool, typer.Option("--all", help="All that wait (of --service, --type).")
    ] = False,
) -> None:
    """Put dead letters back into the work queue, with a fresh count of tries."""
    _each("POST", "/replay", "put back", letter_ids or [], service, type, every=all)


@app.command("drop")
def drop_dead(
    letter_ids: Annotated[list[str] | None, typer.Argument(help="Ids of letters.")] = None,
    service: Service = "",
    type: Annotated[str, typer.Option(help="With --all: only this message type.")] = "",
    all: Annotated[
        bool, typer.Option("--all", help="All that wait (of --service, --type).")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete dead letters for good."""
    if not yes:
        typer.confirm("Deleted letters never come back. Delete?", abort=True)
    _each("DELETE", "", "deleted", letter_ids or [], service, type, every=all)


def _each(
    method: str, act: str, done: str, ids: list[str], service: str, kind: str, *, every: bool
) -> None:
    if bool(ids) == every:
        raise Trouble("Give ids, or --all.")
    with open_door() as door:
        homes = _all(door, service, kind) if every else [(_home(door, i, service), i) for i in ids]
        for home, letter_id in homes:
            door.ask(method, f"/{home}/api/v1/dead/{letter_id}{act}")
            say(f"{letter_id} {done} ({home})")
    if not homes:
        say("There are no dead letters.")


def _all(door: Door, service: str, kind: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in _chosen(service):
        before: str | None = None
        while True:
            page = door.get(f"/{name}/api/v1/dead", type=kind or None, limit=500, before=before)
            found += [(name, each["id"]) for each in page["letters"]]
            before = page["before"]
            if before is None:
                break
    return found


def _home(door: Door, letter_id: str, service: str) -> str:
    """The service that has the letter: the one given, or whichever knows it."""
    for name in _chosen(service):
        try:
            door.get(f"/{name}/api/v1/dead/{letter_id}")
        except Trouble:
            continue
        return name
    raise Trouble(f"There is no dead letter {letter_id}.")


def _chosen(service: str) -> tuple[str, ...]:
    if service and service not in SERVICES:
        raise Trouble(f"There is no service {service}; there are {', '.join(SERVICES)}.")
    return (service,) if service else SERVICES
