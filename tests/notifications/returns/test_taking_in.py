"""What returned mail does to letters and addresses, and what it must never do."""

from dataclasses import replace
from datetime import timedelta

from services.notifications.actions.resolving import trust_again
from services.notifications.domain import reasons
from shared.messages import NoticeBounced
from tests.notifications.returns.conftest import GOMEZ, HOME, Returning
from tests.notifications.returns.mailing import (
    bounce,
    complaint,
    in_words,
    person,
    vacation,
)

FULL = {"status": "5.2.2", "said": "552 5.2.2 mailbox full"}
DOMAIN = "schools.example"


async def test_each_letter_comes_back_to_an_address_of_its_own(returning: Returning) -> None:
    first, second = await returning.write(), await returning.write("contact-2")
    senders = returning.bench.sink.senders
    assert senders == [HOME.to(first.delivery_id), HOME.to(second.delivery_id)]
    assert all(HOME.takes(each) for each in senders)


async def test_a_bounce_ends_its_letter_and_shuts_the_address(returning: Returning) -> None:
    row = await returning.write()
    assert await returning.comes_back(bounce(GOMEZ), row) == "stopped_writing"
    after = await returning.row(row)
    assert (after.state, after.reason) == ("dead", reasons.CAME_BACK)
    assert after.detail.startswith("550 5.1.1")
    (shut,) = await returning.shut()
    assert (shut.mailbox, shut.until) == (GOMEZ, None)
    said = (await returning.bench.told())[-1].open()
    assert isinstance(said, NoticeBounced)
    assert (said.delivery_id, said.permanent) == (row.delivery_id, True)
    later = await returning.write("contact-2")
    assert (later.channel, later.reason) == ("paper", reasons.TO_PRINT)


async def test_a_mail_counts_once_however_often_and_by_whatever_way_it_comes(
    returning: Returning,
) -> None:
    row = await returning.write()
    assert await returning.comes_back(bounce(GOMEZ), row) == "stopped_writing"
    again = b"Received: from elsewhere\r\n" + bounce(GOMEZ).replace(b"\n", b"\r\n")
    assert await returning.comes_back(again, row) is None
    assert len(await returning.kept()) == 1
    assert (await returning.bench.told_types()).count("notice.bounced") == 1


async def test_a_letter_that_may_not_have_arrived_is_settled_by_its_bounce(
    returning: Returning,
) -> None:
    returning.bench.sink.cut_after_dot = {GOMEZ}
    row = await returning.write()
    assert row.state == "unknown"
    await returning.comes_back(bounce(GOMEZ), row)
    assert (await returning.row(row)).state == "dead"
    assert await returning.bench.told_types() == ["notice.bounced"]


async def test_a_bounce_that_comes_before_the_answer_to_the_letter_counts(
    returning: Returning,
) -> None:
    row = await returning.write()
    deliveries = returning.bench.room.store.database["deliveries"]
    await deliveries.update_one({"_id": row.delivery_id}, {"$set": {"state": "handing"}})
    await returning.comes_back(bounce(GOMEZ), row)
    assert (await returning.row(row)).state == "dead"


# --- nobody shuts an address by inventing a bounce ------------------------------------------------


async def test_an_invented_bounce_changes_nothing(returning: Returning) -> None:
    row = await returning.write()
    invented = HOME.to(row.delivery_id).replace("bounces+", "bounces+a")
    for number, raw in enumerate(
        (
            bounce(GOMEZ, message_id="a"),
            bounce(GOMEZ, letter=f"guessed@{DOMAIN}", message_id="b"),
            in_words(f"was not delivered to {GOMEZ}: no such user. {invented}"),
            complaint(),
        )
    ):
        assert await returning.comes_back(raw) == "no_letter", number
    assert (await returning.row(row)).state == "accepted"
    assert await returning.shut() == []
    assert await returning.bench.room.store.choices.stopped([GOMEZ]) == {}
    assert "notice.bounced" not in await returning.bench.told_types()


async def test_who_knows_a_message_id_ends_that_letter_and_shuts_no_address(
    returning: Returning,
) -> None:
    # People of a school can see the ids of letters; marks are seen by mail systems only.
    row = await returning.write()
    raw = bounce(GOMEZ, letter=f"{row.delivery_id}@{DOMAIN}")
    assert await returning.comes_back(raw) == "counted"
    assert (await returning.row(row)).reason == reasons.CAME_BACK_THIS_TIME
    assert await returning.shut() == []


async def test_a_message_id_alone_must_come_with_the_address(returning: Returning) -> None:
    row = await returning.write()
    raw = bounce("li@family.example", letter=f"{row.delivery_id}@{DOMAIN}")
    assert await returning.comes_back(raw) == "no_letter"
    assert (await returning.row(row)).state == "accepted"


async def test_without_a_return_address_the_message_id_is_the_proof(returning: Returning) -> None:
    bench = returning.bench
    bench.room = replace(bench.room, place=replace(bench.room.place, returns=None))
    bench.sender.room = bench.room
    row = await returning.write()
    assert bench.sink.senders == ["school@schools.example"]
    raw = bounce(GOMEZ, letter=f"{row.delivery_id}@{DOMAIN}")
    assert await returning.comes_back(raw) == "stopped_writing"
    assert [each.mailbox for each in await returning.shut()] == [GOMEZ]


async def test_a_mailbox_that_sends_on_to_a_dead_one_is_not_shut_at_once(
    returning: Returning,
) -> None:
    row = await returning.write()
    assert await returning.comes_back(bounce("elsewhere@other.example"), row) == "counted"
    assert (await returning.row(row)).state == "dead"
    assert await returning.shut() == []


async def test_a_mark_that_comes_long_after_its_letter_counts_no_more(
    returning: Returning,
) -> None:
    row = await returning.write()
    returning.bench.clock.move(timedelta(days=31))
    assert await returning.comes_back(bounce(GOMEZ), row) == "too_late"
    assert (await returning.row(row)).state == "accepted"
    assert await returning.shut() == []


async def test_answers_and_delays_change_nothing(returning: Returning) -> None:
    row = await returning.write()
    late = bounce(GOMEZ, action="delayed", status="4.4.1", said="451 4.4.1 no answer yet")
    for raw in (person("Thank you! user unknown 550 5.1.1"), vacation("mailbox full"), late):
        assert await returning.comes_back(raw, row) == "noted"
    assert (await returning.row(row)).state == "accepted"
    assert await returning.shut() == []
    assert [each.kind for each in await returning.kept()].count("delay") == 1


# --- what may be different the next time ----------------------------------------------------------


async def _comes_back_full(returning: Returning, number: int) -> str | None:
    row = await returning.write(f"contact-{number}")
    raw = bounce(GOMEZ, message_id=f"full-{number}", **FULL)
    return await returning.comes_back(raw, row)


async def test_after_some_letters_that_came_back_for_now_the_address_rests(
    returning: Returning,
) -> None:
    done = [await _comes_back_full(returning, number) for number in range(5)]
    assert done == [*["counted"] * 4, "rests"]
    (shut,) = await returning.shut()
    assert (shut.mailbox, shut.reason) == (GOMEZ, reasons.COMES_BACK_OFTEN)
    assert shut.until == returning.bench.clock.now() + timedelta(days=30)
    on_paper = await returning.write("contact-6")
    assert (on_paper.channel, on_paper.reason) == ("paper", reasons.TO_PRINT)
    # It ends by itself.
    returning.bench.clock.move(timedelta(days=30, seconds=1))
    assert await returning.shut() == []
    assert await returning.bench.room.store.choices.suppressed([GOMEZ], shut.until) == frozenset()
    assert await _comes_back_full(returning, 7) == "counted"


async def test_one_letter_counts_once_and_old_ones_no_more(returning: Returning) -> None:
    row = await returning.write()
    for number in range(6):
        raw = bounce(GOMEZ, message_id=f"again-{number}", **FULL)
        assert await returning.comes_back(raw, row) == "counted"
    for number in range(1, 5):
        returning.bench.clock.move(timedelta(days=5))
        assert await _comes_back_full(returning, number) == "counted"
    assert await returning.shut() == []


async def test_whoever_says_that_the_address_works_begins_to_count_anew(
    returning: Returning,
) -> None:
    for number in range(5):
        await _comes_back_full(returning, number)
    await trust_again(returning.bench.room, GOMEZ)
    assert await returning.shut() == []
    assert await _comes_back_full(returning, 6) == "counted"


async def test_an_address_that_is_no_good_stays_shut_when_it_would_only_rest(
    returning: Returning,
) -> None:
    rows = [await returning.write(f"contact-{number}") for number in range(6)]
    for number, row in enumerate(rows[:5]):
        raw = bounce(GOMEZ, message_id=f"full-{number}", **FULL)
        await returning.comes_back(raw, row)
    assert (await returning.shut())[0].until is not None
    await returning.comes_back(bounce(GOMEZ), rows[5])
    assert (await returning.shut())[0].until is None
    again = bounce(GOMEZ, message_id="again", **FULL)
    assert await returning.comes_back(again, rows[5]) == "rests"
    assert (await returning.shut())[0].until is None


# --- complaints, and what nobody understands ------------------------------------------------------


async def test_a_complaint_stops_its_category_and_nothing_else(returning: Returning) -> None:
    row = await returning.write()
    assert await returning.comes_back(complaint(), row) == "category_stopped"
    stopped = await returning.bench.room.store.choices.stopped([GOMEZ])
    assert stopped == {GOMEZ: frozenset({"good_news"})}
    assert await returning.shut() == []
    assert (await returning.row(row)).state == "accepted"


async def test_what_nobody_can_read_is_kept_and_listed(returning: Returning) -> None:
    assert await returning.comes_back(b"\xff\x00 nonsense") == "nothing"
    (kept,) = await returning.kept()
    assert (kept.kind, kept.size) == ("unreadable", 11)
    raw = await returning.bench.room.store.returns.raw(kept.return_id)
    assert raw == b"\xff\x00 nonsense"


async def test_of_what_is_understood_no_words_are_kept(returning: Returning) -> None:
    row = await returning.write()
    await returning.comes_back(bounce(GOMEZ), row)
    (kept,) = await returning.kept()
    assert (kept.delivery_id, kept.raw) == (row.delivery_id, None)
    await returning.comes_back(person("Thank you!"), row)
    assert (await returning.kept())[0].raw is not None
