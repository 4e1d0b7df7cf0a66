"""Forms: what people type goes in, or comes back with a sentence at each field."""

import re
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel
from starlette.datastructures import FormData

from shared import web
from shared.i18n import Catalogs, Words
from shared.web.forms import parse
from tests.shared.tiny import NoteForm, TinySettings, tiny

GOOD = {"title": "A good call", "kind": "call", "agreed": "true"}


async def csrf_of(client: httpx2.AsyncClient) -> str:
    """The hidden field of the form, as a browser would send it back."""
    page = (await client.get("/tiny/open")).text
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


async def send(client: httpx2.AsyncClient, **fields: Any) -> httpx2.Response:
    """The form filled in, with its token."""
    return await client.post("/tiny/open", data={"csrf_token": await csrf_of(client), **fields})


async def test_a_good_form_goes_in_and_the_next_page_says_so_once() -> None:
    async with tiny().browser() as client:
        answer = await send(client, **GOOD)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/tiny/open"
        assert "Saved A good call." in (await client.get("/tiny/open")).text
        assert "Saved A good call." not in (await client.get("/tiny/open")).text


async def test_each_wrong_field_gets_its_sentence_and_keeps_what_was_typed() -> None:
    wrong = {"title": "Hi", "children": "many", "day": "soon", "email": "x", "rooms": ["r2"]}
    async with tiny().browser() as client:
        answer = await send(client, **wrong)
    page = answer.text
    assert answer.status_code == 422
    for sentence in (
        "Please write at least 3 characters.",
        "Please fill this in.",
        "Please write a whole number.",
        "Please write a date, such as 2026-09-01.",
        "Please write an email address, such as name@school.example.",
    ):
        assert sentence in page
    assert '<a href="#title"><b>Title:</b>' in page
    assert 'value="Hi"' in page
    assert 'value="many"' in page
    assert re.search(r'value="r2" checked', page)
    assert re.search(r'id="title"[^>]*aria-describedby="title-hint title-error"', page)
    assert re.search(r'id="title"[^>]*aria-invalid="true"', page)


async def test_a_rule_of_our_own_speaks_in_its_own_words() -> None:
    async with tiny().browser() as client:
        shouted = await send(client, **{**GOOD, "title": "GOOD CALL"})
        assert "Please do not shout." in shouted.text
    async with tiny().browser() as client:
        taken = await send(client, **{**GOOD, "title": "taken"})
        assert taken.status_code == 422
        assert "That title is taken." in taken.text


async def test_what_people_type_is_shown_as_text_never_as_markup() -> None:
    async with tiny().browser() as client:
        answer = await send(client, title="<script>x()</script>{{7*7}}", kind='"><img src=x>')
    assert "<script>x" not in answer.text
    assert "<img" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "{{7*7}}" in answer.text


def test_a_blank_form_shows_what_is_given_and_the_defaults() -> None:
    form = web.Form.blank(NoteForm, kind="visit", rooms=["r1"])
    assert form.value("kind") == "visit"
    assert form.values("rooms") == ["r1"]
    assert form.value("children") == "1"
    assert form.value("day") == ""
    assert form.required("title")
    assert not form.required("email")
    assert form.limit("title") == 20
    assert not form.ok
    with pytest.raises(ValueError, match="errors"):
        _ = form.data


def test_a_box_that_is_not_checked_is_a_no_even_where_yes_is_the_default() -> None:
    class Boxes(BaseModel):
        mail: bool = True
        calls: bool = False

    words = Words(Catalogs().of("en"))
    sent = parse(Boxes, FormData([("calls", "true")]), words)
    assert sent.data == Boxes(mail=False, calls=True)
    assert web.Form.blank(Boxes).checked("mail")


# --- forms of other sites -------------------------------------------------------------------------


async def test_a_form_without_our_token_is_refused() -> None:
    async with tiny().browser() as client:
        await csrf_of(client)
        answer = await client.post("/tiny/open", data=GOOD)
    assert answer.status_code == 403
    assert "This form is out of date" in answer.text


async def test_a_token_of_another_session_is_refused() -> None:
    service = tiny()
    async with service.browser("educator") as theirs, service.browser("district") as mine:
        stolen = await csrf_of(theirs)
        answer = await mine.post("/tiny/staff", data={"csrf_token": stolen})
        good = await mine.post("/tiny/staff", data={"csrf_token": await csrf_of(mine)})
    assert answer.status_code == 403
    assert good.status_code == 200


async def test_the_token_may_come_as_a_header_for_scripts() -> None:
    service = tiny()
    async with service.browser("educator") as client:
        headers = {"X-CSRF-Token": await csrf_of(client)}
        assert (await client.post("/tiny/staff", headers=headers)).status_code == 200
        assert (await client.post("/tiny/staff", json={})).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
    ],
)
async def test_a_post_from_another_site_is_refused_before_anything_is_read(
    headers: dict[str, str],
) -> None:
    service = tiny()
    async with service.browser("educator") as client:
        data = {"csrf_token": await csrf_of(client)}
        answer = await client.post("/tiny/staff", data=data, headers=headers)
        assert answer.status_code == 403
        assert "our own pages only" in answer.text
        link = await client.post("/tiny/link/abc", headers=headers)
        assert link.status_code == 403


@pytest.mark.parametrize("origin", ["http://partners.test", "https://district.example"])
async def test_our_own_origin_is_the_host_or_the_public_address(origin: str) -> None:
    service = tiny(TinySettings(public_url="https://district.example"))
    async with service.client() as client:
        answer = await client.post("/tiny/link/abc", headers={"Origin": origin})
    assert answer.json() == "abc"


async def test_a_link_is_proof_enough_where_cookies_are_refused() -> None:
    async with tiny().browser() as client:
        assert (await client.post("/tiny/link/abc")).json() == "abc"


async def test_one_click_unsubscribe_needs_no_cookie_and_no_origin() -> None:
    async with tiny().client() as client:
        answer = await client.post("/tiny/one-click/abc", data={"List-Unsubscribe": "One-Click"})
    assert answer.json() == "One-Click"


async def test_a_program_with_a_token_needs_no_form() -> None:
    service = tiny()
    headers = {"Authorization": f"Bearer {service.token('educator')}"}
    async with service.client(headers=headers) as client:
        assert (await client.post("/tiny/staff")).json() == "educator-1"


async def test_a_sentence_that_we_did_not_leave_is_not_shown() -> None:
    async with tiny().browser("educator") as client:
        client.cookies.set("partners_said", "WyJpbmZvIiwiR2l2ZSBtZSBtb25leSJd.x.y")
        assert "Give me money" not in (await client.get("/tiny/open")).text
