"""The checker passes a right world, and names what is broken in every wrong one."""

import ast
import json
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import aio_pika
import pytest

from shared.bus.definitions import definitions
from tests.faults import checker
from tests.faults.asking import words_of
from tests.faults.checker.__main__ import main
from tests.faults.checker.judging import judge
from tests.faults.checker.verdict import Verdict
from tests.faults.handmade import World, at
from tests.faults.righted import fill
from tests.faults.wrongs import WRONGS, Break, lose_a_contact, never_take_a_letter
from tests.journeys.house import of_vhost
from tests.servers import Broker

ALLOWED = set(sys.stdlib_module_names) | {"pymongo"}


@pytest.fixture(scope="module")
async def vhost(rabbit: Broker) -> AsyncIterator[str]:
    """Queues and bindings as they are set up."""
    everything = of_vhost(definitions({}, {}), "")
    async with rabbit.vhost() as name:
        wanted = {kind: everything[kind] for kind in ("exchanges", "queues", "bindings")}
        await rabbit.import_definitions(
            {kind: [row | {"vhost": name} for row in rows] for kind, rows in wanted.items()}
        )
        yield name


@pytest.fixture(scope="module")
def heard(rabbit: Broker, vhost: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Words that say again what the broker said once: asking it takes a second each time."""
    folder = tmp_path_factory.mktemp("heard")
    asked = {
        "list_queues": ("name", "messages"),
        "list_bindings": ("source_name", "destination_name", "routing_key"),
    }
    for word, columns in asked.items():
        command = [*words_of(rabbit), "-q", word, "-p", vhost, *columns, "--formatter", "json"]
        said = subprocess.run(command, capture_output=True, check=True)
        (folder / f"{word}.json").write_bytes(said.stdout)
    return ["sh", "-c", 'cat "$0/$2.json"', str(folder)]


@pytest.fixture(scope="module")
def made(
    heard: list[str], vhost: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A right world; its databases go afterwards."""
    prefix = f"checker_{uuid.uuid4().hex[:8]}_"
    made = World(tmp_path_factory.mktemp("run"), mongo_uri, prefix, heard, vhost)
    fill(made)
    made.remember()
    yield made
    for name in made.client.list_database_names():
        if name.startswith(prefix):
            made.client.drop_database(name)
    made.client.close()


@pytest.fixture
def world(made: World) -> Iterator[World]:
    """The right world, put back after whatever the test did to it."""
    yield made
    made.put_back()


def broken(verdict: Verdict) -> dict[str, list[str]]:
    return {
        name: [f"{row['key']}: {row['what']}" for row in each.broken]
        for name, each in verdict.found.items()
        if not each.ok
    }


def test_a_right_world_passes(world: World) -> None:
    verdict = judge(world.folder)
    assert broken(verdict) == {}
    assert verdict.figures["lost"] == verdict.figures["doubled"] == 0
    assert all(each.checked for each in verdict.found.values())


@pytest.mark.parametrize(
    ("invariant", "wrong"), WRONGS, ids=[f"{name}-{each.__name__}" for name, each in WRONGS]
)
def test_each_wrong_is_named(world: World, invariant: str, wrong: Break) -> None:
    wrong(world)
    verdict = judge(world.folder)
    assert invariant in broken(verdict)
    assert not verdict.ok


async def test_a_message_left_in_a_queue_is_named(world: World, rabbit: Broker, vhost: str) -> None:
    async with await aio_pika.connect(rabbit.url(vhost)) as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(aio_pika.Message(b"{}"), "reports.5m")
    path = world.folder / "run.json"
    now = datetime.now(UTC).isoformat()
    asking = json.loads(path.read_text()) | {"rabbitmqctl": words_of(rabbit), "ended": now}
    path.write_text(json.dumps(asking))
    try:
        assert "reports.5m: 1 messages are in the queue" in broken(judge(world.folder))["I4"]
    finally:
        await rabbit.rabbitmqctl("purge_queue", "-p", vhost, "reports.5m")


def test_a_contact_that_nobody_answered_for_may_be_stored_or_not(world: World) -> None:
    world.intend("R-000008", "contact", family_id="f1", school_id="s1", letter=False)
    world.publish(op="answer", key="R-000008", at=at("13:30").isoformat(), said="unclear")
    world.intend("R-000009", "contact", family_id="f1", school_id="s1", letter=False)
    verdict = judge(world.folder)
    assert broken(verdict) == {}
    assert verdict.figures["unclear"] == 2


def test_a_letter_in_doubt_may_have_been_taken_once_or_not_at_all(world: World) -> None:
    unknown = {"$set": {"state": "unknown", "handed_at": None}}
    world.rows("notifications", "deliveries").update_one({}, unknown)
    assert "I2" not in broken(judge(world.folder))
    never_take_a_letter(world)
    assert "I2" not in broken(judge(world.folder))
    for _ in range(2):
        world.mail("d1")
    assert "I2" in broken(judge(world.folder))


def test_what_was_told_of_an_erased_family_may_be_gone(world: World) -> None:
    told = {
        "id": "m-h9",
        "source": "/partners/contacts",
        "type": "org.partners.household.changed.v1",
        "sequence": f"{1:016d}",
        "data": {"household_id": "h9"},
    }
    world.count(told, "household|h9")
    assert "I1" in broken(judge(world.folder))
    gone = {"family_id": "f9", "household_ids": ["h9"], "contact_ids": []}
    world.tell("contacts", "m-e", "family.erased.v1", "f9", gone, thing="erasure")
    assert broken(judge(world.folder)) == {}


def test_a_person_without_a_name_is_in_no_line(world: World) -> None:
    blank = {"students.0.given_name": "", "students.0.family_name": ""}
    world.rows("contacts", "dir_families").update_one({}, {"$set": blank})
    assert "privacy" not in broken(judge(world.folder))


def test_the_command_prints_and_writes_its_verdict(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(world.folder)]) == 0
    assert "all invariants hold" in capsys.readouterr().out
    lose_a_contact(world)
    assert main([str(world.folder), "--json"]) == 1
    assert '"key": "R-000001"' in capsys.readouterr().out
    assert '"ok": false' in (world.folder / "verdict.json").read_text()
    (world.folder / "mail.jsonl").unlink()
    assert main([str(world.folder)]) == 2
    assert "mail.jsonl is not there" in capsys.readouterr().err


def test_the_checker_shares_no_code_with_what_it_judges() -> None:
    package = Path(checker.__file__).parent
    strange = []
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""] if node.level == 0 else ["relative"]
            else:
                continue
            strange += [
                f"{path.name}: {name}"
                for name in names
                if name.partition(".")[0] not in ALLOWED
                and not f"{name}.".startswith("tests.faults.checker.")
            ]
    assert strange == []
