"""`partners roster check|import`: look at a roster without a server, or bring it in."""

import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from cli.door import Door, open_door
from cli.plainly import Plainly
from cli.show import AsJson, as_json, progress, say
from cli.trouble import REFUSED, UNREADABLE, Trouble

app = typer.Typer(cls=Plainly, no_args_is_help=True, help="Rosters of the school system.")

IMPORTS = "/contacts/api/v1/rosters"
POLL_SECONDS = 0.5
UPLOAD_SECONDS = 600
SHOWN_FINDINGS = 200
SHOWN = 3
"""So many different reasons of one kind in one file."""
ENDED = frozenset({"done", "refused", "failed", "cancelled"})
STATES = {
    "received": "waiting for its turn",
    "reading": "reading",
    "judged": "read",
    "waiting": "waits to be confirmed",
    "merging": "becoming the roster",
    "planning": "working out families",
    "applying": "telling the other services",
}
Roster = Annotated[Path, typer.Argument(help="A ZIP, a CSV file, or a folder of CSV files.")]


@app.command("check")
def check_roster(
    path: Annotated[Path, typer.Argument(help="A ZIP or folder; sub-folders are searched too.")],
    json: AsJson = False,
) -> None:
    """Read a roster and say what an import would make of it. Needs no server, changes nothing.

    Exit code: 0 it would be imported, 1 it is refused with reasons, 2 it can't be read.
    """
    # No server is involved, so the reader of the contacts service works right here.
    from services.contacts.oneroster import check_all, exit_code

    summaries = check_all(path)
    if json:
        as_json([each.as_dict() for each in summaries])
    else:
        for each in summaries:
            _show_summary(each.as_dict())
    raise typer.Exit(exit_code(summaries))


def _show_summary(summary: Mapping[str, Any]) -> None:
    words = {0: "would be imported", 1: "would be refused", 2: "can't be read"}
    say(f"{summary['path']}: {words[summary['exit_code']]}")
    for reason in summary["reasons"]:
        say(f"  {reason}")
    if summary["format"]:
        say(f"  {summary['format']}: {_counted(summary['counts'])}")
    for each in summary["findings"]:
        for reason in each["reasons"][:SHOWN]:
            say(f"  {each['severity']} {each['file']}{_where(each)}: {reason}")
    say("")


def _where(finding: Mapping[str, Any]) -> str:
    lines, count = finding["lines"], int(finding["count"])
    words = f", line {', '.join(map(str, lines))}" if lines else ""
    return f"{words} ({count} in all)" if count > max(1, len(lines)) else words


def _counted(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in counts.items() if n)


@app.command("import")
def import_roster(
    path: Roster,
    contacts: Annotated[Path | None, typer.Option(help="The contacts file (CSV).")] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Also when it removes more than 20 % of people.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Send a roster to the server, watch it come in, and print the report.

    Exit code: 0 imported, 1 refused or waiting to be confirmed, 2 can't be read, 3 no answer.
    """
    with open_door() as door:
        job = _upload(door, path, contacts)
        job = watch_job(door, job, confirm=confirm)
        remarks = door.get(f"{IMPORTS}/{job['import_id']}/findings", size=SHOWN_FINDINGS)["items"]
    if json:
        as_json({"import": job, "remarks": remarks})
    else:
        _report(job, remarks)
    raise typer.Exit({"done": 0, "failed": UNREADABLE}.get(str(job["state"]), REFUSED))


def _upload(door: Door, path: Path, contacts: Path | None) -> dict[str, Any]:
    with ExitStack() as files:
        sent = [("roster", (name, files.enter_context(_opened(source))))
                for name, source in _sources(path)]  # fmt: skip
        if contacts:
            sent.append(("contacts", (contacts.name, files.enter_context(_opened(contacts)))))
        job: dict[str, Any] = door.post(IMPORTS, files=sent, timeout=UPLOAD_SECONDS)
        return job


def _sources(path: Path) -> Sequence[tuple[str, Path]]:
    if path.is_file():
        return [(path.name, path)]
    if not path.is_dir():
        raise Trouble(f"There is no file or folder {path}.", UNREADABLE)
    if not any(each.suffix.lower() == ".csv" for each in path.iterdir()):
        raise Trouble(f"No CSV file lies in {path}; name the folder or ZIP itself.", UNREADABLE)
    return [(f"{path.resolve().name}.zip", path)]


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        if path.is_file():
            with path.open("rb") as source:
                yield source
            return
        with tempfile.TemporaryFile() as packed:
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for each in sorted(path.iterdir()):
                    if each.suffix.lower() == ".csv":
                        archive.write(each, each.name)
            packed.seek(0)
            yield packed
    except OSError as error:
        raise Trouble(f"{path} can't be read: {error.strerror}", UNREADABLE) from error


def watch_job(door: Door, job: dict[str, Any], *, confirm: bool = False) -> dict[str, Any]:
    """Show a bar until an import ends, or waits for somebody's word; gives its last state."""
    where = f"{IMPORTS}/{job['import_id']}"
    with progress() as shown:
        bar = shown.add_task("sent", total=None)
        while job["state"] not in ENDED:
            if job["state"] == "waiting":
                if not confirm:
                    break
                job = door.post(f"{where}/confirm")
            words = STATES.get(job["state"], job["state"])
            shown.update(bar, description=words, completed=job["done"], total=job["total"] or None)
            time.sleep(POLL_SECONDS)
            job = door.get(where)
        shown.update(bar, description=job["state"])
    return job


def _report(job: Mapping[str, Any], remarks: Sequence[Mapping[str, Any]]) -> None:
    words = {
        "done": "The roster is imported.",
        "waiting": (
            "Nothing was changed: it would remove more than 20 % of people "
            f"({_counted(job['removed'])}). If that is right, run it again with --confirm."
        ),
        "refused": "The roster was refused; nothing was changed.",
        "failed": "The import failed; nothing more will be changed.",
        "cancelled": "Somebody cancelled the import.",
    }
    say(words.get(str(job["state"]), str(job["state"])))
    for reason in job["reasons"]:
        say(f"  {reason}")
    if job["counts"]:
        say(f"  read: {_counted(job['counts'])}")
    if job["changes"]:
        say(f"  changed: {_counted(job['changes'])}")
    for each in remarks:
        line = f", line {each['line']}" if each["line"] else ""
        say(f"  {each['severity']} {each['file']}{line}: {each['reason']}")
