"""Writes the page that shows the newest figures: ratios first, each beside what was aimed at."""

from collections.abc import Sequence
from typing import Any

from benchmarks.plot import Bar, plot
from benchmarks.results import HERE, Run, newest
from benchmarks.stage import Aim, Measurement

PAGE = HERE / "README.md"
PLOT = HERE / "results.svg"
Row = dict[str, Any]
INTRODUCTION = """# What Partners costs

Written by `make bench` (`python -m benchmarks`), which measures everything again in less than half
an hour; `python -m benchmarks folding` measures one thing, `--quick` only tries that it works, and
`python -m benchmarks page` writes this page anew. All runs, with the raw figures that each was
taken from, are in [results.json](results.json). Each measurement runs beside its baselines in one
go, on the same servers, started for the run. Ratios travel better than figures.
"""
MENDED = """
## What was found with a profiler, and mended

Processor time is what the machine lacks first; `py-spy record --gil` said where it went.

- *Folding in reports*: Python looked for reference cycles at every 700th new object and found none,
  which took a third of the time. Now it looks rarely (`shared/interpreter.py`).
- *Logging in contacts*: two questions for each family (it, and whether it may be seen, which
  was an aggregation), a thread for each dependency of a route, a token verified with each of its
  requests, a new object for each collection. Now one question, no thread, verified once, kept: 7.0
  instead of 8.5 ms of processor time for each contact.
- *Letters about events*: the calendar part was written for each household, two thirds of the time
  in which words become a letter; now once for all of a batch.
- *All services*: the threads in which Motor asks the database waited up to 5 ms, twice in each
  question, until the loop's thread gave way. Now half a millisecond, and a tenth more contacts a
  second.
"""


def write_page(measurements: Sequence[Measurement]) -> None:
    """Write `README.md` from the newest run of each measurement."""
    shown = [(each, newest(each.name)) for each in measurements]
    PAGE.write_text(page(shown), "utf-8")
    PLOT.write_text(plot(bars(shown)), "utf-8")


def bars(shown: Sequence[tuple[Measurement, Run | None]]) -> list[Bar]:
    """Each aim, and by how much it was met."""
    return [
        Bar(row["name"], _share(aim, row), _ratio(row) if aim.against else value(row))
        for measurement, run in shown
        if run
        for aim, row in _aims(measurement, run)
    ]


def _share(aim: Aim, row: Row) -> float:
    figure = _figure(aim, row)
    if aim.at_least:
        return figure / aim.at_least
    # Nothing where at most something was wanted is as good as it gets.
    return (aim.at_most or 0.0) / figure if figure else 1.0


def page(shown: Sequence[tuple[Measurement, Run | None]]) -> str:
    """The page, in Markdown. What was never measured is left out."""
    known = [(measurement, run) for measurement, run in shown if run]
    lines = [INTRODUCTION, *_machines([run for _, run in known]), "", "## Ratios and aims", ""]
    lines += ["![Each figure beside what was aimed at](results.svg)", ""]
    lines += ["| measured | value | against | ratio | aim | |", "|---|---:|---|---:|---:|---|"]
    for measurement, run in known:
        lines += [_compared(row, _aim(measurement, row)) for row in _judged(measurement, run)]
    for measurement, run in known:
        missed = [_missed(aim, row) for aim, row in _aims(measurement, run) if not met(aim, row)]
        lines += ["", *missed] if missed else []
    for measurement, run in known:
        lines += ["", *_section(measurement, run)]
    lines += ["", MENDED.strip()]
    return "\n".join(lines) + "\n"


def _machines(runs: Sequence[Run]) -> list[str]:
    said = {(run.at, run.machine, run.load, run.servers): None for run in runs}
    return [
        f"- {at[:16].replace('T', ' ')} UTC: {machine}; the servers ({servers}) run on the same"
        f" machine; load average over five minutes at the end: {load}"
        for at, machine, load, servers in said
    ]


def _section(measurement: Measurement, run: Run) -> list[str]:
    lines = [f"## {measurement.title}", "", measurement.how.strip(), ""]
    lines += ["| | value | against | ratio |", "|---|---:|---|---:|"]
    lines += [
        f"| {row['name']} | {value(row)} | {row['baseline']} | {_ratio(row)} |" for row in run.rows
    ]
    took = f", which took {run.seconds:.0f} seconds" if run.seconds else ""
    return [*lines, "", f"Measured {run.at[:16].replace('T', ' ')} UTC{took}."]


def _judged(measurement: Measurement, run: Run) -> list[Row]:
    return [row for row in run.rows if row["ratio"] is not None or _aim(measurement, row)]


def _aims(measurement: Measurement, run: Run) -> list[tuple[Aim, Row]]:
    found = ((_aim(measurement, row), row) for row in run.rows)
    return [(aim, row) for aim, row in found if aim]


def _aim(measurement: Measurement, row: Row) -> Aim | None:
    for aim in measurement.aims:
        if row["name"] == aim.result and row["baseline"].startswith(aim.against):
            return aim
    return None


def met(aim: Aim, row: Row) -> bool:
    """Whether a figure is what was aimed at."""
    figure = _figure(aim, row)
    enough = aim.at_least is None or figure >= aim.at_least
    return enough and (aim.at_most is None or figure <= aim.at_most)


def _figure(aim: Aim, row: Row) -> float:
    return float(row["ratio"] if aim.against else row["value"])


def _compared(row: Row, aim: Aim | None) -> str:
    verdict = "" if aim is None else ("met" if met(aim, row) else "**missed**")
    wanted = _wanted(aim, row) if aim else ""
    return (
        f"| {row['name']} | {value(row)} | {row['baseline']} | {_ratio(row)} | {wanted} |"
        f" {verdict} |"
    )


def _wanted(aim: Aim, row: Row) -> str:
    unit = "×" if aim.against else row["unit"]
    sign, limit = ("≥", aim.at_least) if aim.at_least is not None else ("≤", aim.at_most)
    return f"{sign} {limit:g} {unit}"


def _missed(aim: Aim, row: Row) -> str:
    wanted = aim.at_least if aim.at_least is not None else aim.at_most
    # Of nothing there is no share.
    short = f"{abs(_figure(aim, row) / wanted - 1):.0%}" if wanted else value(row)
    against = f" against {row['baseline']}" if aim.against else ""
    because = f", because {aim.because}" if aim.because else ""
    return f"- {row['name']}{against}: aim missed by {short}{because}."


def _ratio(row: Row) -> str:
    ratio = row["ratio"]
    if ratio is None:
        return ""
    return f"{ratio:.2f} ×" if ratio < 10 else f"{ratio:.1f} ×"


def value(row: Row) -> str:
    """A figure with its unit, in as many digits as it is worth."""
    number = row["value"]
    return f"{number:,.0f} {row['unit']}" if number >= 100 else f"{number:,.1f} {row['unit']}"
