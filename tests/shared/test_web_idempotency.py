"""A program that is not sure may send again: one effect, the same answer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
from fastapi import Request, Response
from starlette.responses import JSONResponse

from shared import web
from shared.errors import Refused
from shared.mongo import Database, close, connect
from tests.shared.tiny import Tiny, tiny


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    opened = connect(mongo_uri, database_name)
    await opened.ensure(web.IDEMPOTENCY)
    yield opened
    close(opened)


@pytest.fixture
async def service(database: Database) -> Tiny:
    made = tiny()

    @made.app.post("/tiny/api/v1/notes")
    async def notes(request: Request, viewer: web.SignedIn) -> Response:
        async def create(made_id: str | None) -> Response:
            made.made.append(viewer.account_id)
            if len(made.made) == 1 and request.headers.get("fail-first"):
                raise Refused("Not yet.")
            body = {"number": len(made.made), "id": made_id}
            return JSONResponse(body, 201, {"Location": f"/tiny/{len(made.made)}"})

        return await web.idempotent(request, database, made.clock, create)

    return made


def program(service: Tiny, who: str = "a1") -> httpx2.AsyncClient:
    token = service.token("educator", account_id=who)
    return service.client(headers={"Authorization": f"Bearer {token}"})


async def post(client: httpx2.AsyncClient, key: str, **more: str) -> httpx2.Response:
    headers = {"Idempotency-Key": key, **more}
    return await client.post("/tiny/api/v1/notes", json={"say": "hello"}, headers=headers)


async def test_the_same_key_has_one_effect_and_the_same_answer(service: Tiny) -> None:
    async with program(service) as client:
        first, again = await post(client, "k1"), await post(client, "k1")
    assert service.made == ["a1"]
    assert first.json() == again.json()
    assert first.json()["number"] == 1
    assert again.status_code == 201
    assert again.headers["location"] == "/tiny/1"
    assert again.headers["idempotency-replayed"] == "true"


async def test_many_at_once_have_one_effect(service: Tiny) -> None:
    async with program(service) as client:
        answers = await asyncio.gather(*(post(client, "k1") for _ in range(20)))
    assert service.made == ["a1"]
    assert {answer.status_code for answer in answers} <= {201, 409}


async def test_another_body_under_a_used_key_is_refused(service: Tiny) -> None:
    async with program(service) as client:
        await post(client, "k1")
        answer = await client.post(
            "/tiny/api/v1/notes", json={"say": "bye"}, headers={"Idempotency-Key": "k1"}
        )
    assert answer.status_code == 422
    assert "Take a new key" in answer.json()["detail"]


async def test_two_people_may_choose_the_same_key(service: Tiny) -> None:
    async with program(service, "a1") as one, program(service, "a2") as two:
        await post(one, "k1")
        await post(two, "k1")
    assert service.made == ["a1", "a2"]


async def test_without_a_key_each_request_counts(service: Tiny) -> None:
    async with program(service) as client:
        for _ in range(2):
            await client.post("/tiny/api/v1/notes", json={})
    assert len(service.made) == 2


async def test_a_failure_is_not_kept(service: Tiny) -> None:
    async with program(service) as client:
        first = await post(client, "k1", **{"fail-first": "yes"})
        second = await post(client, "k1", **{"fail-first": "yes"})
    assert (first.status_code, second.status_code) == (422, 201)


async def test_a_first_try_that_never_ended_may_run_again_soon_and_makes_the_same_thing(
    service: Tiny, database: Database
) -> None:
    async with program(service) as client:
        first = await post(client, "k1")
        await database["idempotency"].update_many({}, {"$set": {"response": None}})
        assert (await post(client, "k1")).status_code == 409
        service.clock.move(timedelta(seconds=10))
        second = await post(client, "k1")
    assert second.status_code == 201
    assert len(service.made) == 2
    assert first.json()["id"] == second.json()["id"] is not None


async def test_a_first_try_by_a_clock_that_was_wrong_may_run_again(
    service: Tiny, database: Database
) -> None:
    async with program(service) as client:
        await post(client, "k1")
        await database["idempotency"].update_many({}, {"$set": {"response": None}})
        service.clock.move(timedelta(hours=-1))
        assert (await post(client, "k1")).status_code == 201


async def test_each_key_and_each_person_makes_things_of_their_own(service: Tiny) -> None:
    async with program(service, "a1") as one, program(service, "a2") as two:
        made = [await post(one, "k1"), await post(one, "k2"), await post(two, "k1")]
    assert len({answer.json()["id"] for answer in made}) == 3


async def test_without_a_key_nothing_follows_from_the_request(service: Tiny) -> None:
    async with program(service) as client:
        answer = await client.post("/tiny/api/v1/notes", json={})
    assert answer.json()["id"] is None


async def test_a_key_of_endless_length_is_refused(service: Tiny) -> None:
    async with program(service) as client:
        assert (await post(client, "k" * 201)).status_code == 422
