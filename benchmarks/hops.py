"""Where the time of a letter goes: its steps, read from MongoDB's own log after the run.

The log (oplog) notes when each change was committed; so the platform needs no clocks of its own for
this, and reading it afterwards costs the run nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bson import Timestamp
from pymongo import AsyncMongoClient

Entry = Mapping[str, Any]
STATES = ("claimed", "handing", "accepted")


@dataclass
class Steps:
    """One letter: when each step was done, in Unix seconds."""

    contact_id: str
    at: dict[str, float] = field(default_factory=dict)


async def now_of_log(uri: str) -> Timestamp:
    """The newest moment of the log; `steps_since` reads what comes after."""
    async with AsyncMongoClient[dict[str, Any]](uri) as client:
        row = await client.local["oplog.rs"].find_one(sort=[("$natural", -1)])
    assert row is not None
    moment = row["ts"]
    assert isinstance(moment, Timestamp)
    return moment


async def steps_since(uri: str, began: Timestamp, databases: str) -> dict[str, Steps]:
    """The steps of each letter by its delivery; `databases`: how the names of ours begin."""
    stored: dict[str, float] = {}
    letters: dict[str, Steps] = {}
    async with AsyncMongoClient[dict[str, Any]](uri, tz_aware=True) as client:
        async for entry in client.local["oplog.rs"].find({"ts": {"$gt": began}}):
            at = entry["wall"].timestamp()
            for change in _changes(entry):
                _note(change, at, databases, stored, letters)
    for steps in letters.values():
        if steps.contact_id in stored:
            steps.at["stored"] = stored[steps.contact_id]
    return letters


def _changes(entry: Entry) -> Iterator[Entry]:
    within = entry["o"].get("applyOps")
    if within is None:
        yield entry
        return
    for change in within:
        yield from _changes(change)


def _note(
    change: Entry, at: float, databases: str, stored: dict[str, float], letters: dict[str, Steps]
) -> None:
    what = change["o"]
    match change["op"], change["ns"].removeprefix(databases):
        case "i", "contacts.contacts":
            stored[what["_id"]] = at
        case "i", "notifications.deliveries":
            begun = {"taken_up": what["created_at"].timestamp(), "due": at}
            letters[what["_id"]] = Steps(what["about"], begun)
        case "u", "notifications.deliveries":
            steps, state = letters.get(change["o2"]["_id"]), _state(what)
            if steps and state in STATES:
                steps.at[state] = at


def _state(change: Entry) -> object:
    # Either what became different, or the whole document.
    return change.get("diff", {}).get("u", {}).get("state") or change.get("state")
