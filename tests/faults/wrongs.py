"""Every way in which a right world can be wrong: one thing broken by hand, and what it breaks."""

from collections.abc import Callable

from tests.faults.handmade import MAILBOX, MISSED, World, at, contact_facts, kept_contact
from tests.faults.righted import FAMILY

Break = Callable[[World], object]


def lose_a_contact(world: World) -> None:
    world.rows("contacts", "contacts").delete_one({"_id": "contact-a"})


def lose_what_reports_was_told(world: World) -> None:
    world.rows("reports", "ledger").delete_one({"about": "contact|contact-b"})


def store_a_contact_twice(world: World) -> None:
    facts = contact_facts("contact-z")
    world.rows("contacts", "contacts").insert_one(kept_contact(facts, note="R-000001"))


def store_what_nobody_meant(world: World) -> None:
    facts = contact_facts("contact-z")
    world.rows("contacts", "contacts").insert_one(kept_contact(facts))


def store_another_tone(world: World) -> None:
    world.rows("contacts", "contacts").update_one({"_id": "contact-b"}, {"$set": {"tone": "hello"}})


def forget_an_undoing(world: World) -> None:
    world.rows("contacts", "contacts").update_one(
        {"_id": "contact-c"}, {"$set": {"retraction": None}}
    )


def keep_the_first_answer(world: World) -> None:
    first = {"answer": "yes", "party_size": 3}
    world.rows("events", "rsvps").update_one({"_id": "v1|h1"}, {"$set": first})


def lose_a_message_on_its_way(world: World) -> None:
    world.rows("notifications", "inbox").delete_one({"_id": "notifications|/partners/contacts|m-a"})


def lose_a_fact_on_its_way(world: World) -> None:
    world.rows("notifications", "inbox").delete_one({"_id": {"$regex": "R-000010$"}})


def count_a_message_twice(world: World) -> None:
    ledger = world.rows("reports", "ledger")
    ledger.insert_one(ledger.find_one({"about": "contact|contact-a"}) | {"_id": "x", "place": 99})


def take_a_letter_twice(world: World) -> None:
    world.mail("d1")


def never_take_a_letter(world: World) -> None:
    (world.folder / "mail.jsonl").write_text("")


def send_what_nobody_promised(world: World) -> None:
    world.mail("d9", key=None)


def promise_twice(world: World) -> None:
    rows = world.rows("notifications", "deliveries")
    rows.insert_one(rows.find_one({"_id": "d1"}) | {"_id": "d2", "state": "suppressed"})


def promise_nothing(world: World) -> None:
    world.rows("notifications", "deliveries").delete_one({"_id": "d1"})


def promise_nothing_for_a_fact(world: World) -> None:
    world.rows("notifications", "deliveries").delete_one({"about": "R-000010"})


def suppress_what_a_fact_meant(world: World) -> None:
    gone = {"$set": {"state": "suppressed"}}
    world.rows("notifications", "deliveries").update_one({"about": "R-000010"}, gone)


def stay_in_handing(world: World) -> None:
    world.rows("notifications", "deliveries").update_one({}, {"$set": {"state": "handing"}})


def send_to_a_stranger(world: World) -> None:
    world.mail("d1", mailbox="stranger@families.example")


def send_in_spite_of_a_flag(world: World) -> None:
    flag = {"_id": 1, "guardian_id": "g1", "student_id": "p1", "custody": True,
            "do_not_contact": False, "applied": {"notifications": at("12:30")}}  # fmt: skip
    world.rows("contacts", "dir_flags").insert_one(flag)


def send_in_spite_of_a_stop(world: World) -> None:
    stop = {"mailbox": MAILBOX, "category": "good_news", "at": at("12:30")}
    world.rows("notifications", "stops").insert_one(stop)


def count_wrongly(world: World) -> None:
    world.rows("reports", "counts_1").update_one(
        {"_id": "2026-11-20|s1|"}, {"$inc": {f"n.{MISSED}": 1}}
    )


def count_the_day_of_london(world: World) -> None:
    rows = world.rows("reports", "counts_1")
    for row in list(rows.find({"day": "2026-11-19"})):
        rows.delete_one({"_id": row["_id"]})
        rows.insert_one(row | {"_id": row["_id"] + "x", "day": "2026-11-20"})


def mark_a_family_wrongly(world: World) -> None:
    world.rows("reports", "families_1").update_one({}, {"$set": {"m.2026-11.told": 1}})


def forget_who_speaks_what(world: World) -> None:
    world.rows("reports", "families_1").update_one({}, {"$set": {"languages": ["en"]}})


def keep_an_old_replica(world: World) -> None:
    newer = FAMILY | {"active": False}
    world.tell("contacts", "m-f2", "family.changed.v1", "f1", newer, version=2, thing="family")


def forget_a_wish(world: World) -> None:
    world.rows("notifications", "household_asks").delete_one({"_id": "w1"})


def forget_thanks(world: World) -> None:
    world.rows("notifications", "replies").delete_one({"_id": "t1"})


def leave_a_message_unsent(world: World) -> None:
    world.rows("contacts", "outbox").update_one({"_id": "m-a"}, {"$set": {"sent_at": None}})


def leave_a_letter_claimed(world: World) -> None:
    world.rows("notifications", "deliveries").update_one({}, {"$set": {"state": "claimed"}})


def wait_silently(world: World) -> None:
    world.rows("notifications", "deliveries").update_one({}, {"$set": {"state": "pending"}})


def drop_the_poison(world: World) -> None:
    world.rows("gateway", "dead_letters").delete_many({})


def kill_an_innocent(world: World) -> None:
    rows = world.rows("reports", "dead_letters")
    poison = world.rows("gateway", "dead_letters").find_one()
    rows.insert_one(poison | {"message_id": "m-a", "body": b"{}"})


def give_no_reason(world: World) -> None:
    world.rows("gateway", "dead_letters").update_one({}, {"$set": {"reason": ""}})


def log_a_name(world: World) -> None:
    world.log("contacts", '{"event": "could not greet Amina Okafor"}')


def log_an_address(world: World) -> None:
    world.log("notifications", f"refused: <{MAILBOX}>")


WRONGS: tuple[tuple[str, Break], ...] = (
    ("I1", lose_a_contact),
    ("I1", lose_what_reports_was_told),
    ("I1", store_a_contact_twice),
    ("I1", store_what_nobody_meant),
    ("I1", store_another_tone),
    ("I1", forget_an_undoing),
    ("I1", keep_the_first_answer),
    ("I1", lose_a_message_on_its_way),
    ("I1", lose_a_fact_on_its_way),
    ("I1", count_a_message_twice),
    ("I2", take_a_letter_twice),
    ("I2", never_take_a_letter),
    ("I2", send_what_nobody_promised),
    ("I2", promise_twice),
    ("I2", promise_nothing),
    ("I2", promise_nothing_for_a_fact),
    ("I2", suppress_what_a_fact_meant),
    ("I2", stay_in_handing),
    ("I2", send_to_a_stranger),
    ("I2", send_in_spite_of_a_flag),
    ("I2", send_in_spite_of_a_stop),
    ("I3", count_wrongly),
    ("I3", count_the_day_of_london),
    ("I3", mark_a_family_wrongly),
    ("I3", forget_who_speaks_what),
    ("I3", keep_an_old_replica),
    ("I3", forget_a_wish),
    ("I3", forget_thanks),
    ("I4", leave_a_message_unsent),
    ("I4", leave_a_letter_claimed),
    ("I4", wait_silently),
    ("I5", drop_the_poison),
    ("I5", kill_an_innocent),
    ("I5", give_no_reason),
    ("privacy", log_a_name),
    ("privacy", log_an_address),
)
