"""Dead letters: kept until a person replays or drops them, also if they die again at once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from shared.clock import SetClock, new_id
from shared.deadletters import DEAD_LETTERS, DeadLetter, DeadLetters
from shared.mongo import Database, close, connect


@pytest.fixture
async def dead(mongo_uri: str, database_name: str) -> AsyncIterator[DeadLetters]:
    database: Database = connect(mongo_uri, database_name)
    await database.ensure(DEAD_LETTERS)
    yield DeadLetters(database, "gateway", SetClock(datetime(2026, 11, 24, tzinfo=UTC)), new_id)
    close(database)


async def test_a_message_that_is_buried_twice_is_kept_once(dead: DeadLetters) -> None:
    for _ in range(2):
        await dead.bury(b"body", {"x-error": "Permanent: no"}, "gateway")
    assert await dead.count() == 1


async def test_a_letter_that_dies_again_before_its_replay_is_written_down_is_kept(
    dead: DeadLetters,
) -> None:
    await dead.bury(b"body", {"x-error": "Permanent: no"}, "gateway")

    async def dies_at_once(letter: DeadLetter) -> None:
        await dead.bury(letter.body, {"x-error": "Permanent: still no"}, "gateway")

    dead.again = dies_at_once
    await dead.replay((await dead.newest())[0].letter_id)
    assert [letter.reason for letter in await dead.newest()] == ["Permanent: still no"]
