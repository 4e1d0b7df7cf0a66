"""Return addresses: each names its letter, and none can be made by anybody else."""

import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.letters.mail import usable
from services.notifications.returns.address import ReturnAddress
from shared.clock import new_id

KEY, OLD = "k" * 40, "o" * 40
HOME = ReturnAddress("bounces@mail.district.example", [KEY])
IDS = st.uuids().map(str) | st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True)


@settings(deadline=None)
@given(IDS)
def test_an_address_says_which_letter_it_is_of(delivery_id: str) -> None:
    address = HOME.to(delivery_id)
    assert HOME.delivery_ids(address) == (delivery_id,)
    assert HOME.delivery_ids(f"for <{address.upper()}>; and <{address}>") == (delivery_id,)
    assert len(address.partition("@")[0]) <= 64
    assert usable(address) == address


def test_the_longest_mailbox_leaves_room_for_the_mark() -> None:
    longest = ReturnAddress(f"{'b' * 18}@mail.district.example", [KEY])
    assert len(longest.to(new_id()).partition("@")[0]) <= 64


@settings(deadline=None)
@given(IDS, st.integers(0, 200), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_mark_names_nothing(delivery_id: str, place: int, other: str) -> None:
    local, _, domain = HOME.to(delivery_id).partition("@")
    start = len("bounces+")
    place = start + place % (len(local) - start)
    changed = local[:place] + other + local[place + 1 :]
    named = HOME.delivery_ids(f"{changed}@{domain}")
    # The last letter may hold bits that mean nothing.
    assert named in {(), (delivery_id,)}
    if local[place] != other and place < len(local) - 1:
        assert named == ()


def test_another_key_makes_no_mark_and_an_old_one_still_counts() -> None:
    delivery_id = str(uuid.uuid4())
    foreign = ReturnAddress("bounces@mail.district.example", [OLD]).to(delivery_id)
    assert HOME.delivery_ids(foreign) == ()
    assert not HOME.takes(foreign)
    both = ReturnAddress("bounces@mail.district.example", [KEY, OLD])
    assert both.delivery_ids(foreign) == (delivery_id,)
    assert both.to(delivery_id) == HOME.to(delivery_id)


def test_only_our_own_addresses_are_taken() -> None:
    assert HOME.takes("Bounces@mail.district.example")
    assert HOME.takes(HOME.to(new_id()))
    assert not HOME.takes("bounces+nonsense@mail.district.example")
    assert not HOME.takes("other@mail.district.example")
    assert not HOME.takes(HOME.to(new_id()).replace("district", "elsewhere"))


def test_without_a_key_it_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="make secrets"):
        ReturnAddress("bounces@mail.district.example", [])


def test_an_id_that_fits_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="no return address"):
        HOME.to("x" * 60)
