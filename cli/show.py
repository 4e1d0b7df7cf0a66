"""How the command shows things: tables for people, JSON for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def console() -> Console:
    """Standard output, made when needed, so that tests see it."""
    return Console(soft_wrap=True, highlight=False)


def say(sentence: str) -> None:
    """Text, without markup and without what plays with the terminal."""
    console().print("\n".join(_plain(line) for line in sentence.splitlines()), markup=False)


def as_json(value: Any) -> None:
    """The value as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table."""
    shown = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*(Text(_plain(cell)) for cell in row))
    Console(highlight=False).print(shown)


def fields(values: Mapping[str, object]) -> None:
    """Names and values, one each line."""
    width = max(map(len, values), default=0)
    for name, value in values.items():
        say(f"{name:<{width}}  {_plain(value)}")


def progress() -> Progress:
    """A bar on standard error, so that standard output stays clean."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=False,
    )


def _plain(value: object) -> str:
    if value is None:
        return "–"
    # What other systems sent may hold control characters, which would play with the terminal.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))
