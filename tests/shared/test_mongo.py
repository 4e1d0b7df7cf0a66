"""What is the database's trouble, and so nobody's fault who asked."""

import asyncio

import pytest
from pymongo import IndexModel
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    WriteError,
    WTimeoutError,
)

from shared.errors import DependencyDown
from shared.mongo import Kept, Session, answering, close, connect, is_undone

WRONG = (DuplicateKeyError("twice", 11000), OperationFailure("not as the schema says", 121))


def labelled(label: str) -> OperationFailure:
    return OperationFailure("", 112, {"errorLabels": [label]})


@pytest.mark.parametrize(
    "error",
    [
        AutoReconnect("gone"),
        WTimeoutError("late"),
        ConfigurationError("Sessions are not supported by this MongoDB deployment"),
        OperationFailure("not writable primary", 10107),
        OperationFailure("shutting down", 91),
        OperationFailure("no other node in reach", 6),
        OperationFailure("ended by somebody else", 11601),
        OperationFailure("disk full", 14031),
    ],
)
async def test_what_the_server_could_not_do_is_tried_again(error: PyMongoError) -> None:
    with pytest.raises(DependencyDown):
        async with answering():
            raise error


@pytest.mark.parametrize(
    "error",
    [
        OperationFailure("no such transaction, and no majority that says so", 251),
        labelled("TransientTransactionError"),
        labelled("UnknownTransactionCommitResult"),
    ],
)
async def test_a_transaction_of_which_nobody_knows_is_the_databases_trouble(
    error: OperationFailure,
) -> None:
    assert is_undone(error)
    # Within one, the driver has to see it, to begin anew.
    with pytest.raises(OperationFailure):
        async with answering():
            raise error


@pytest.mark.parametrize("error", WRONG)
async def test_what_was_asked_wrongly_stays_an_error_of_its_own(error: OperationFailure) -> None:
    assert not is_undone(error)
    with pytest.raises(type(error)):
        async with answering():
            raise error


async def test_a_transaction_whose_commit_nobody_remembers_says_that_the_database_is_down(
    mongo_uri: str, database_name: str
) -> None:
    database, runs = connect(mongo_uri, database_name), 0
    try:

        async def body(session: Session) -> None:
            nonlocal runs
            runs += 1
            await database["kept"].insert_one({"_id": runs}, session=session)
            # As after a change of the primary: the next word to the server is not understood.
            raise OperationFailure("no such transaction", 251)

        with pytest.raises(DependencyDown):
            await database.transaction(body)
        assert runs == 1
        assert await database["kept"].count_documents({}) == 0
    finally:
        close(database)


async def test_a_service_that_starts_again_waits_for_no_open_transaction(
    mongo_uri: str, database_name: str
) -> None:
    database = connect(mongo_uri, database_name)
    kept = Kept("kept", (IndexModel("said", name="said"),), {"required": ["said"]})
    try:
        await database.ensure(kept)

        async def body(session: Session) -> None:
            await database["kept"].insert_one({"said": "not yet"}, session=session)
            async with asyncio.timeout(10):
                await database.ensure(kept)

        await database.transaction(body)
        assert await database["kept"].count_documents({}) == 1
    finally:
        close(database)


async def test_a_validator_that_changed_is_put_in_place(mongo_uri: str, database_name: str) -> None:
    database = connect(mongo_uri, database_name)
    try:
        await database.ensure(Kept("kept", schema={"required": ["said"]}))
        await database.ensure(Kept("kept", schema={"required": ["told"]}))
        with pytest.raises(WriteError):
            await database["kept"].insert_one({"said": "something"})
        await database.ensure(Kept("kept"))
        await database["kept"].insert_one({"said": "something"})
    finally:
        close(database)


async def test_a_transaction_that_conflicts_waits_ever_longer_instead_of_spinning(
    mongo_uri: str, database_name: str
) -> None:
    database, runs, over = connect(mongo_uri, database_name), 0, asyncio.Event()
    try:
        await database.ensure(Kept("kept"))

        async def body(session: Session) -> None:
            nonlocal runs
            runs += 1
            await database["kept"].insert_one({"_id": "the same"}, session=session)

        async def holder(session: Session) -> None:
            await database["kept"].insert_one({"_id": "the same"}, session=session)
            other = asyncio.create_task(database.transaction(body))
            # For as long as a killed process leaves its transaction open.
            await asyncio.sleep(2)
            over.set()
            assert runs < 40
            other.cancel()
            await asyncio.gather(other, return_exceptions=True)

        await database.transaction(holder)
        assert over.is_set()
        assert runs > 3
    finally:
        close(database)


async def test_a_transaction_that_somebody_cancels_comes_to_its_end_first(
    mongo_uri: str, database_name: str
) -> None:
    """Else a thread of the driver goes on in a session that is ended under it."""
    database = connect(mongo_uri, database_name)
    await database.ensure(Kept("things"))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def body(session: Session) -> None:
        await database["things"].insert_one({"_id": "a"}, session=session)
        begun.set()
        await go_on.wait()
        await database["things"].insert_one({"_id": "b"}, session=session)

    asking = asyncio.create_task(database.transaction(body))
    await begun.wait()
    asking.cancel()
    asking.cancel()
    done, _ = await asyncio.wait([asking], timeout=0.1)
    assert not done
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await database["things"].count_documents({}) == 2
    await database.drop()
    close(database)
