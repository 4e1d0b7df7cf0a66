"""What people look at in a large district: a family's page, search, who is next.

With the indexes and without. It takes some fifteen minutes, so that it runs only when it is named:
`python -m benchmarks looking`.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.importer import import_roster
from benchmarks.stage import Aim, Measurement, Result, Stage
from benchmarks.storage import CACHE, give_room, on_disk
from embedded.mongod import dies_with_parent
from embedded.ports import free_port
from embedded.sample import make_district, write_package
from shared.clock import SystemClock, new_id
from shared.identity import TokenIssuer, Viewer, new_key_pair
from shared.mongo import Database

STUDENTS, YEARS = 100_000, 3
STUDENTS_A_SCHOOL = 500
CONTACTS_A_YEAR = 5
"""With each family: twenty a month of each educator's come to about so many."""
USERS, PER_SECOND = 10, 10.0
SECONDS, SECONDS_BARE = 60.0, 5.0
WARM_SECONDS = 2.0
BATCH = 5_000
READY_SECONDS = 180.0
"""Its first start sums up the contacts of each family."""
MILLISECONDS = 1000.0
AIM_MS = 100
KINDS = ("family page", "search", "search, misspelled", "who next")
CHANNELS, TONES = (
    ("call", "text", "in_person"),
    ("good_news", "good_news", "information", "concern"),
)
Row = dict[str, Any]


@dataclass(frozen=True)
class User:
    """Somebody of a school, with what they look at."""

    token: str
    families: Sequence[str]
    names: Sequence[str]


async def looking(stage: Stage) -> list[Result]:
    """Each page by itself at the same rate; then the same once more without indexes."""
    students = 1_000 if stage.quick else STUDENTS
    async with stage.database("looking") as database:
        await _import(stage, database, students)
        await _told_long_ago(database)
        await give_room(database)
        count = await _talked(database)
        await on_disk(database)
        keys, users = new_key_pair(), await _users(database)
        issuer = TokenIssuer(keys.private, SystemClock())
        people = [await _user(database, issuer, each) for each in users]
        async with _served(stage, database, keys.public) as client:
            seconds = 5.0 if stage.quick else SECONDS
            for kind in KINDS:  # what a page needs once (its template, its words) is there then
                await _looked(client, people, kind, WARM_SECONDS)
            fast = {kind: await _looked(client, people, kind, seconds) for kind in KINDS}
            for name in ("dir_families", "dir_households", "contacts", "letters", "replies"):
                await database[name].drop_indexes()
            seconds = 5.0 if stage.quick else SECONDS_BARE
            bare = {kind: await _looked(client, people, kind, seconds) for kind in KINDS}
    return [
        Result("students", students, "students"),
        Result("contacts stored", count, "contacts"),
        *(result for kind in KINDS for result in _results(kind, fast[kind], bare[kind])),
    ]


def _results(kind: str, fast: Sequence[float], bare: Sequence[float]) -> list[Result]:
    slow = _percentile(bare, 0.99)
    without = f"{kind}, p99 without indexes"
    return [
        Result(f"{kind}, p50", _percentile(fast, 0.50), "ms"),
        Result(f"{kind}, p99", (p99 := _percentile(fast, 0.99)), "ms", without, p99 / slow),
        Result(without, slow, "ms"),
    ]


def _percentile(seconds: Sequence[float], share: float) -> float:
    held = sorted(seconds)
    return held[min(len(held) - 1, int(len(held) * share))] * MILLISECONDS


# --- a district, and what was said in it ----------------------------------------------------------


async def _import(stage: Stage, database: Database, students: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        schools = max(1, students // STUDENTS_A_SCHOOL)
        today = datetime.now(UTC).date()
        district = make_district(students=students, schools=schools, today=today)
        write_package(district, Path(place))
        await import_roster(stage.mongo_uri, database.name, Path(place))


async def _told_long_ago(database: Database) -> None:
    """The directory was told to the others when it came, not while people look at pages."""
    sent = {"$set": {"sent_at": datetime.now(UTC)}}
    await database["outbox"].update_many({"sent_at": None}, sent)


async def _talked(database: Database) -> int:
    """Contacts of the last years with every family; gives how many."""
    chance, now, count = random.Random(1116), datetime.now(UTC), 0  # noqa: S311 - a sample
    rows: list[Row] = []
    heard: list[Row] = []
    async for family in database["dir_families"].find({}, {"students": 1}):
        said = [_contact(family, chance, now) for _ in range(YEARS * CONTACTS_A_YEAR)]
        rows += said
        newest = max(each["occurred_at"] for each in said)
        heard.append({"_id": family["_id"], "contact_at": newest, "good_news_at": newest})
        if len(rows) >= BATCH:
            count += await _kept(database, rows, heard)
    return count + await _kept(database, rows, heard)


async def _kept(database: Database, rows: list[Row], heard: list[Row]) -> int:
    count = len(rows)
    if rows:
        await database["contacts"].insert_many(rows, ordered=False)
        await database["heard"].insert_many(heard, ordered=False)
    rows.clear()
    heard.clear()
    return count


def _contact(family: Row, chance: random.Random, now: datetime) -> Row:
    student = chance.choice(family["students"])
    at = now - timedelta(minutes=chance.randint(60, 60 * 24 * 365 * YEARS))
    number = new_id()
    return {
        "_id": number, "contact_id": number, "version": 1, "family_id": family["_id"],
        "student_ids": [student["student_id"]], "guardian_id": None, "educator_id": None,
        "account_id": f"account-{chance.randint(0, 5_000)}", "author": "Ms. Rivera",
        "school_id": student["school_id"], "class_ids": [], "channel": chance.choice(CHANNELS),
        "direction": "to_family", "tone": chance.choice(TONES), "outcome": "reached",
        "language": None, "occurred_at": at, "letter": None, "note": "",
        "origin": "/partners/contacts", "logged_at": at, "changed_at": at, "retraction": None,
    }  # fmt: skip


async def _users(database: Database) -> list[Viewer]:
    """Educators with classes, and every third a coordinator, of as many schools as there are."""
    query = {"active": True, "assignments.0": {"$exists": True}}
    educators = await database["dir_educators"].find(query).limit(400).to_list(400)
    chosen = random.Random(1116).sample(educators, USERS)  # noqa: S311 - a sample
    return [
        Viewer(
            account_id=f"account-{each['educator_id']}",
            role="coordinator" if number % 3 == 0 else "educator",
            educator_id=None if number % 3 == 0 else each["educator_id"],
            school_ids=frozenset(each["school_ids"]),
        )
        for number, each in enumerate(chosen)
    ]


async def _user(database: Database, issuer: TokenIssuer, viewer: Viewer) -> User:
    query: Row = {"active": True, "students.school_id": {"$in": sorted(viewer.school_ids)}}
    if viewer.educator_id:
        educator = await database["dir_educators"].find_one({"_id": viewer.educator_id}) or {}
        classes = [each["class_id"] for each in educator["assignments"]]
        query = {"active": True, "students.enrollments.class_id": {"$in": classes}}
    rows = await database["dir_families"].find(query, {"students": 1}).limit(200).to_list(200)
    token = issuer.issue(viewer, lives=timedelta(hours=2))
    return User(token, [row["_id"] for row in rows], [_name(row) for row in rows])


def _name(row: Row) -> str:
    student = row["students"][0]
    return f"{student['family_name']} {student['given_name']}"


# --- looking at it --------------------------------------------------------------------------------


@asynccontextmanager
async def _served(
    stage: Stage, database: Database, public_keys: str
) -> AsyncIterator[httpx2.AsyncClient]:
    port = free_port()
    words = [sys.executable, "-m", "benchmarks.contacts_alone", stage.mongo_uri, database.name]
    process = await asyncio.create_subprocess_exec(
        *dies_with_parent("KILL"), *words, str(port), stdin=asyncio.subprocess.PIPE
    )
    assert process.stdin
    process.stdin.write(public_keys.encode())
    process.stdin.close()
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            await _ready(client)
            yield client
    finally:
        process.kill()
        await process.wait()


async def _ready(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while True:
            with suppress(httpx2.TransportError):
                if (await client.get("/healthz")).is_success:
                    return
            await asyncio.sleep(0.1)


async def _looked(
    client: httpx2.AsyncClient, users: Sequence[User], kind: str, seconds: float
) -> list[float]:
    """Seconds of each look; the users take turns, at a rate that does not wait for answers."""
    chance, took = random.Random(kind), list[float]()  # noqa: S311 - a sample
    ends, number = time.perf_counter() + seconds, 0
    async with asyncio.TaskGroup() as group:
        while time.perf_counter() < ends:
            user = users[number % len(users)]
            group.create_task(_look(client, user, _path(user, kind, chance), took))
            number += 1
            await asyncio.sleep(1 / PER_SECOND)
    return took


async def _look(client: httpx2.AsyncClient, user: User, path: str, took: list[float]) -> None:
    began = time.perf_counter()
    headers = {"Cookie": f"partners_session=s; partners_token={user.token}", "Accept": "text/html"}
    answer = await client.get(path, headers=headers)
    assert answer.is_success, f"{path.partition('?')[0]}: {answer.status_code}"
    took.append(time.perf_counter() - began)


def _path(user: User, kind: str, chance: random.Random) -> str:
    if kind == "who next":
        return "/contacts/next"
    if kind == "family page":
        return f"/contacts/families/{chance.choice(user.families)}"
    name = chance.choice(user.names)
    if kind == "search, misspelled":
        name = name[:2] + name[3:]
    return f"/contacts/?{httpx2.QueryParams({'q': name})}"


HOW = f"""
A generated district of {STUDENTS:,} students in schools of {STUDENTS_A_SCHOOL}, imported as a
district would import it, and {CONTACTS_A_YEAR} contacts a year with each family over {YEARS} years.
{USERS} people (educators and coordinators) open pages at {PER_SECOND:.0f} a second in all, whether
or not those before have been answered, for {SECONDS:.0f} seconds each kind. Then all indexes of
these collections but that on `_id` are dropped, and the same is done for {SECONDS_BARE:.0f}
seconds. Only the contacts service runs; MongoDB has {CACHE} of memory for what it keeps, and what
was imported has been written to disk before anybody looks.
"""

MEASUREMENT = Measurement(
    "looking",
    "Pages of a large district",
    looking,
    HOW,
    aims=tuple(Aim(f"{kind}, p99", at_most=AIM_MS) for kind in KINDS),
)
