"""Long lists, page by page."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Refused
from shared.web.paging import CursorIn, Value, decode, encode, paginate
from tests.shared.tiny import tiny

VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(-(10**12), 10**12),
    st.datetimes(timezones=st.just(UTC)),
)


async def test_following_the_cursor_shows_every_row_once() -> None:
    seen: list[int] = []
    async with tiny().client() as client:
        query: dict[str, str] = {"size": "25"}
        for _ in range(3):
            body = (await client.get("/tiny/rows", params=query)).json()
            seen += body["items"]
            query["after"] = body["next"] or ""
    assert seen == list(range(60))
    assert query["after"] == ""


def test_the_last_page_has_no_next() -> None:
    assert paginate([1, 2], CursorIn(None, 2), key=lambda row: (row,)).next is None
    assert paginate([1, 2, 3], CursorIn(None, 2), key=lambda row: (row,)).next is not None


@given(st.lists(VALUES, max_size=4))
def test_a_cursor_keeps_its_values(values: list[Value]) -> None:
    assert decode(encode(tuple(values))) == tuple(values)


@pytest.mark.parametrize(
    "value", [{"$gt": ""}, [1], None, True, {"t": "soon"}, {"t": {"$ne": 1}}, 1.5]
)
def test_no_query_operator_comes_in_by_a_cursor(value: object) -> None:
    broken = encode((value,))  # type: ignore[arg-type]
    with pytest.raises(Refused):
        decode(broken)


@given(st.text(max_size=60))
def test_any_other_text_is_refused_or_plain(text: str) -> None:
    try:
        values = decode(text)
    except Refused:
        return
    assert all(isinstance(value, str | int | datetime) for value in values)


async def test_a_broken_cursor_is_answered_not_crashed_on() -> None:
    async with tiny().client() as client:
        assert (await client.get("/tiny/rows?after=%F0%9F%A6%8A")).status_code == 422
        assert (await client.get("/tiny/rows?size=100000")).status_code == 422
