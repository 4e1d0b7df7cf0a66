"""Fills a hand-made world: what was meant, what became of it, and what reports shows of that."""

from typing import Any

from tests.faults.handmade import (
    MAILBOX,
    MISSED,
    NEW_YORK,
    REACHED,
    SPOKEN_AT,
    World,
    at,
    contact_facts,
    kept_contact,
)

TAUGHT = {"class_id": "c1", "begins": "2026-09-01", "ends": "2027-06-20"}
SCHOOL = {"school_id": "s1", "name": "Maple", "time_zone": NEW_YORK}
EDUCATOR = {"educator_id": "e1", "sourced_ids": ["T1"], "assignments": [TAUGHT]}
STUDENT = {
    "student_id": "p1",
    "sourced_ids": ["S1"],
    "given_name": "Zainab",
    "family_name": "Okafor",
    "school_id": "s1",
    "grade": "03",
    "enrollments": [TAUGHT],
}
GUARDIAN = {
    "guardian_id": "g1",
    "given_name": "Amina",
    "family_name": "Okafor",
    "language": "es",
}
FAMILY = {"family_id": "f1", "students": [STUDENT], "guardians": [GUARDIAN], "active": True}
HOUSEHOLD = {
    "household_id": "h1",
    "guardian_ids": ["g1"],
    "family_ids": ["f1"],
    "student_ids": ["p1"],
    "mailbox": MAILBOX,
}
DIRECTORY: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("school", "dir_schools", "s1", SCHOOL),
    ("educator", "dir_educators", "e1", EDUCATOR),
    ("family", "dir_families", "f1", FAMILY),
    ("household", "dir_households", "h1", HOUSEHOLD),
)
KEEPS = {
    "gateway": ("dir_schools", "dir_educators"),
    "contacts": ("dir_schools", "dir_educators", "dir_families", "dir_households"),
    "events": ("dir_schools", "dir_educators", "dir_families", "dir_households"),
    "notifications": ("dir_schools", "dir_educators", "dir_families", "dir_households"),
    "reports": ("dir_schools", "dir_educators", "dir_families"),
}


def fill(world: World) -> None:
    """Everything, as it should be at the end."""
    world.rows("reports", "ledger").create_index("about", name="about")
    for thing, name, number, data in DIRECTORY:
        world.tell("contacts", f"m-{thing}", f"{thing}.changed.v1", number, data, thing=thing)
        for service, kept in KEEPS.items():
            if name in kept:
                row = {"_id": number, "version": 1, **data}
                world.rows(service, name).insert_one(row)
    _contacts(world)
    _answer(world)
    _wish_and_thanks(world)
    _lunch(world)
    _poison(world)
    _figures(world)


def _contacts(world: World) -> None:
    meant: dict[str, Any] = {
        "family_id": "f1", "school_id": "s1", "student_ids": ["p1"], "educator_id": "e1",
        "channel": "call", "tone": "good_news", "outcome": "reached", "occurred_at": SPOKEN_AT,
    }  # fmt: skip
    world.intend("R-000001", "contact", way="http", letter=True, mailboxes=[MAILBOX], **meant)
    world.accepted("R-000001", "contact-a")
    written = contact_facts("contact-a")
    letter = {"words": "R-000001", "language": "en", "signed": "Ms. Rivera"}
    contacts = world.rows("contacts", "contacts")
    contacts.insert_one(kept_contact(written, letter=letter, note="R-000001"))
    told = written | {"letter": letter}
    world.tell("contacts", "m-a", "contact.logged.v1", "contact-a", told, thing="contact")
    _letter(world)
    _from_outside(world, meant)
    world.intend("R-000003", "contact", way="http", letter=False, **meant)
    world.accepted("R-000003", "contact-c")
    world.intend("R-000004", "undo", of="R-000003")
    world.accepted("R-000004", "contact-c")
    undone = contact_facts("contact-c")
    gone = {"version": 2, "retraction": {"at": at("13:02")}, "note": "R-000003"}
    contacts.insert_one(kept_contact(undone, **gone))
    world.tell("contacts", "m-c", "contact.logged.v1", "contact-c", undone, thing="contact")
    taken_back = {"contact_id": "contact-c"}
    world.tell("contacts", "m-c2", "contact.retracted.v1", "contact-c", taken_back,
               version=2, thing="contact")  # fmt: skip


def _letter(world: World) -> None:
    delivery = {
        "_id": "d1", "kind": "good_news", "about": "contact-a", "occasion": "", "channel": "mail",
        "mailbox": MAILBOX, "household_id": "h1", "family_ids": ["f1"], "student_ids": ["p1"],
        "state": "accepted", "reason": "", "good_news": True, "due_at": at("13:00"),
        "first_tried_at": at("13:01"), "handed_at": at("13:01"), "created_at": at("13:00"),
        "lease_until": None,
    }  # fmt: skip
    world.rows("notifications", "deliveries").insert_one(delivery)
    world.mail("d1")
    told = {"delivery_id": "d1", "family_ids": ["f1"], "good_news": True,
            "accepted_at": at("13:01").isoformat()}  # fmt: skip
    world.tell("notifications", "m-d", "notice.accepted.v1", "d1", told, thing="delivery")


def _from_outside(world: World, meant: dict[str, Any]) -> None:
    said = meant | {"tone": "information", "outcome": "no_answer", "student_ids": None,
                    "student_sourced_id": "S1", "educator_sourced_id": "T1",
                    "occurred_at": at("15:00").isoformat()}  # fmt: skip
    world.intend("R-000002", "family_contacted", way="amqp", letter=False, **said)
    world.accepted("R-000002")
    heard = {"receipt_id": "r-b", "source_id": "R-000002"}
    world.tell("gateway", "m-b0", "external.received.v1", "r-b", heard)
    facts = contact_facts(
        "contact-b", tone="information", outcome="no_answer", origin="/ext/phones",
        occurred_at=at("15:00").isoformat(),
    )  # fmt: skip
    world.rows("contacts", "contacts").insert_one(kept_contact(facts))
    world.tell("contacts", "m-b", "contact.logged.v1", "contact-b", facts,
               cause="m-b0", thing="contact")  # fmt: skip


def _answer(world: World) -> None:
    event = {"event_id": "v1", "school_id": "s1", "class_ids": ["c1"], "time_zone": NEW_YORK}
    starts = at("23:30", day=30)
    row = {"_id": "v1", "state": "published", "starts_at": starts, **event}
    world.rows("events", "school_events").insert_one(row)
    told = {"event_id": "v1", "facts": event | {"starts_at": starts.isoformat()}}
    world.tell("events", "m-v", "event.published.v1", "v1", told, thing="event")
    for number, answer, adults, minute in ((5, "yes", 2, "13:10"), (6, "no", 0, "13:20")):
        key = f"R-00000{number}"
        said = {"answer": answer, "adults": adults, "children": 1}
        world.intend(key, "rsvp", minute, way="link", event_id="v1", household_id="h1", **said)
        world.accepted(key, minute=minute)
    kept = {"school_id": "s1", "family_ids": ["f1"], "origin": "/partners/events"}
    answers = ((1, "yes", 3, "13:10"), (2, "no", 0, "13:20"))
    for version, answer, party, minute in answers:
        facts = {**kept, "answer": answer, "party_size": party,
                 "answered_at": at(minute).isoformat()}  # fmt: skip
        world.tell("events", f"m-r{version}", "event.rsvpd.v1", "v1|h1", facts,
                   version=version, thing="rsvp")  # fmt: skip
    last = {"_id": "v1|h1", "version": 2, "answer": "no", "party_size": 0, **kept}
    world.rows("events", "rsvps").insert_one(last | {"answered_at": at("13:20")})


def _wish_and_thanks(world: World) -> None:
    wished = {"school_id": "s1", "family_ids": ["f1"], "household_id": "h1"}
    row = {"_id": "w1", "asked_at": at("13:30"), **wished}
    world.rows("notifications", "household_asks").insert_one(row)
    told = {"asked_id": "w1", "asked_at": at("13:30").isoformat(), **wished}
    world.tell("notifications", "m-w", "family.asked.v1", "w1", told, thing="asked")
    thanked = {"school_id": "s1", "family_ids": ["f1"], "kind": "good_news", "delivery_id": "d1"}
    row = {"_id": "t1", "at": at("13:40"), **thanked}
    world.rows("notifications", "replies").insert_one(row)
    told = {"reply_id": "t1", "replied_at": at("13:40").isoformat(), **thanked}
    world.tell("notifications", "m-t", "guardian.replied.v1", "t1", told, thing="reply")


def _lunch(world: World) -> None:
    world.intend("R-000010", "fact", way="bus", letter=True, mailboxes=[MAILBOX],
                 service="events", type="org.partners.lunch.changed.v1")  # fmt: skip
    world.accepted("R-000010")
    arrived = {"_id": "notifications|/partners/events|R-000010", "at": at("13:00")}
    world.rows("notifications", "inbox").insert_one(arrived)
    letter = {
        "_id": "d3", "kind": "lunch_drawn", "about": "R-000010", "occasion": "1", "channel": "mail",
        "mailbox": MAILBOX, "household_id": "h1", "family_ids": ["f1"], "student_ids": ["p1"],
        "state": "unknown", "reason": "", "good_news": False, "due_at": at("13:00"),
        "first_tried_at": at("13:01"), "handed_at": None, "created_at": at("13:00"),
        "lease_until": None,
    }  # fmt: skip
    world.rows("notifications", "deliveries").insert_one(letter)


def _poison(world: World) -> None:
    world.intend("R-000007", "poison", way="amqp", services=["gateway"], reason="not JSON")
    world.accepted("R-000007")
    dead = {"_id": "x1", "message_id": "", "type": "", "reason": "Permanent: not JSON", "tries": 1,
            "queue": "gateway.ingress", "body": b"{R-000007", "replayed_at": None}  # fmt: skip
    world.rows("gateway", "dead_letters").insert_one(dead)


def _figures(world: World) -> None:
    world.rows("reports", "head").insert_one({"_id": "head", "place": 12, "generation": 1})
    answered = {"answer|no|/partners/events": 1, "reply|good_news": 1}
    places = (
        ("2026-11-19", {REACHED: 1}, ("", "s1", "s1|c1")),
        ("2026-11-20", {MISSED: 1, **answered}, ("", "s1")),
        ("2026-11-20", {MISSED: 1}, ("s1|c1",)),
        ("2026-11-30", {"event": 1}, ("", "s1", "s1|c1")),
    )
    for day, cells, wheres in places:
        for where in wheres:
            school, _, room = where.partition("|")
            row = {"_id": f"{day}|{school}|{room}", "day": day, "school": school, "class": room}
            world.rows("reports", "counts_1").insert_one(row | {"n": cells})
    # Told by the call and by the letter; reached by the call, the answer, the wish and the thanks.
    family = {
        "_id": "f1",
        "m": {"2026-11": {"told": 2, "good": 2, "reached": 4}},
        "active": True,
        "schools": ["s1"],
        "grades": [{"school": "s1", "grade": "03"}],
        "languages": ["es"],
        "stamp": "0000000000000001|0|x",
        "zone": NEW_YORK,
    }
    world.rows("reports", "families_1").insert_one(family)
