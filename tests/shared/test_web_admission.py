"""Programs that send too much are told to wait, and people hardly notice them."""

import pytest
from starlette.types import Scope

from shared.web import admission
from shared.web.admission import Admission, is_program
from tests.shared.tiny import BROWSER, tiny

BEARER = {"Authorization": "Bearer whoever"}


def scope_of(path: str, method: str = "GET", bearer: str = "Bearer x") -> Scope:
    headers = [(b"authorization", bearer.encode())] if bearer else []
    return {"type": "http", "path": path, "method": method, "headers": headers}


@pytest.mark.parametrize(
    ("path", "bearer", "program"),
    [
        ("/contacts/api/v1/contacts", "Bearer x", True),
        ("/contacts/api/v1/contacts", "", False),
        ("/contacts/families/1", "Bearer x", False),
        ("/oauth/token", "Basic x", True),
        ("/api/v1/messages", "bearer x", True),
    ],
)
def test_who_brings_a_token_to_an_api_is_a_program(path: str, bearer: str, program: bool) -> None:
    assert is_program(scope_of(path, bearer=bearer)) is program


def test_programs_have_a_share_and_people_the_rest() -> None:
    door = Admission("tests", most=4, most_of_programs=2)
    program, person = scope_of("/tests/api/v1/x"), scope_of("/tests/page", bearer="")
    with door.inside(program):
        assert door.bars(program) == 0
        with door.inside(program):
            assert door.bars(program) == admission.RETRY_SECONDS
            assert door.bars(person) == 0
            with (
                door.inside(person),
                door.inside(person),
                pytest.raises(admission.Busy),
                door.inside(person),
            ):
                raise AssertionError
        assert door.bars(program) == 0


def test_what_is_asked_about_health_always_gets_in() -> None:
    door = Admission("tests", most=0)
    with door.inside(scope_of("/healthz", bearer="")), door.inside(scope_of("/metrics", bearer="")):
        pass


def test_while_much_waits_to_be_told_programs_read_but_do_not_add() -> None:
    door = Admission("tests", backlog=21, most_backlog=20)
    path = "/tests/api/v1/x"
    assert door.bars(scope_of(path, "POST")) == admission.BACKLOG_RETRY_SECONDS
    assert door.bars(scope_of(path)) == 0
    assert door.bars(scope_of("/tests/page", "POST", bearer="")) == 0
    door.backlog = 20
    assert door.bars(scope_of(path, "POST")) == 0


async def test_a_program_that_is_refused_reads_when_to_come_again() -> None:
    service = tiny()
    service.app.state.site.admission.most_of_programs = 0
    async with service.client() as client:
        answer = await client.post("/tiny/api/v1/items", headers=BEARER, json={"name": "a"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == str(admission.RETRY_SECONDS)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:partners:problem:busy"
    assert "Lakeside" not in answer.text


async def test_a_person_whom_even_the_rest_can_not_take_gets_a_page() -> None:
    service = tiny()
    service.app.state.site.admission.most = 0
    async with service.client() as client:
        answer = await client.get("/tiny/open", headers=BROWSER)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == str(admission.RETRY_SECONDS)
    assert "We need a moment" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_place_is_free_again_when_its_request_fails() -> None:
    service = tiny()
    service.app.state.site.admission.most = 1
    async with service.client() as client:
        for _ in range(3):
            assert (await client.get("/tiny/wrong/missing")).status_code == 404
