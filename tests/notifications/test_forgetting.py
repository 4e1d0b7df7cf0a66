"""A family that is erased: its words and addresses go, what became of its letters stays."""

from shared.directory import HOUSEHOLDS
from shared.messages import ERASED_WORDS, FamilyErased
from tests.notifications.conftest import Bench
from tests.notifications.making import NOW, contact

GONE = FamilyErased(
    family_id="family-gomez",
    student_ids=("student-gomez",),
    guardian_ids=("gomez",),
    household_ids=("household-gomez",),
    contact_ids=("contact-gomez",),
    when=NOW,
)


async def test_words_and_address_are_gone_and_the_letter_still_counts(bench: Bench) -> None:
    said = contact("gomez")
    assert said.letter is not None
    words = said.letter.words
    await bench.tell(said)
    await bench.tell(contact("smith", "contact-2"))
    await bench.settle()
    before = await bench.row("gomez")
    assert before.mailbox is not None
    await bench.tell(GONE.model_copy(update={"household_ids": (before.household_id,)}))
    after = await bench.row("gomez")
    assert (after.state, after.handed_at) == (before.state, before.handed_at)
    assert (after.mailbox, after.detail) == (None, "")
    rows = await bench.room.store.database["deliveries"].find().to_list(None)
    assert before.mailbox not in repr(rows)
    assert {row["key"] for row in rows if row["_id"] == after.delivery_id} == {after.key}
    notices = await bench.room.store.database["notices"].find().to_list(None)
    own = [row for row in notices if row["content"]["family_id"] == "family-gomez"]
    assert {row["content"]["words"] for row in own} == {ERASED_WORDS}
    others = [row for row in notices if row["content"]["family_id"] != "family-gomez"]
    assert {row["content"]["words"] for row in others} == {words}


async def test_what_an_address_had_stopped_goes_unless_somebody_else_reads_there(
    bench: Bench,
) -> None:
    await bench.tell(contact("gomez"))
    await bench.settle()
    row = await bench.row("gomez")
    stops = bench.room.store.database["stops"]
    await stops.insert_one({"_id": "x", "mailbox": row.mailbox, "category": "news", "at": NOW})
    gone = GONE.model_copy(update={"household_ids": (row.household_id,)})
    await bench.tell(gone)  # the household is still there with its address
    assert await stops.count_documents({}) == 1
    homes = bench.room.store.database[HOUSEHOLDS]
    await homes.update_many({"_id": row.household_id}, {"$set": {"mailbox": None, "active": False}})
    await bench.room.store.database["deliveries"].update_many(
        {"_id": row.delivery_id}, {"$set": {"mailbox": row.mailbox}}
    )
    await bench.tell(gone, version=2)
    assert await stops.count_documents({}) == 0
