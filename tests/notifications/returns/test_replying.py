"""A guardian answers a letter: who gets to read it, what is said back, and what nobody is shown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.actions.reading_replies import open_reply, replies
from services.notifications.actions.returning import take_in
from services.notifications.actions.translating import LOOK_AGAIN, translate_asked
from services.notifications.domain.replies import MOST_A_DAY
from services.notifications.translator import Translator
from shared.messages import EventFacts, EventPublished, FamilyErased
from tests.notifications.libre import Libre, serving
from tests.notifications.making import FACTS, NOW, Adult, educator, family
from tests.notifications.returns.answering import (
    COLLEAGUE,
    LEAD,
    LEADERS,
    RIVERA,
    TEACHER,
    Answering,
    answer,
    person,
)
from tests.notifications.returns.conftest import GOMEZ, HOME, Returning
from tests.notifications.returns.mailing import vacation
from tests.notifications.site import Site, fill_in
from tests.notifications.test_actions_gathering import KIM, later, waiting


@pytest.fixture
def answering(returning: Returning) -> Answering:
    return Answering(returning)


async def test_a_letter_says_where_to_answer_and_the_answer_reaches_its_writer(
    answering: Answering,
) -> None:
    row = await answering.returning.write()
    [letter] = answering.bench.sink.letters_to(GOMEZ)
    to = HOME.for_answers(row.delivery_id)
    assert letter["Reply-To"] == f'"Ms. Rivera, Maple Elementary" <{to}>'
    assert answering.bench.sink.senders == [HOME.to(row.delivery_id)]
    assert await answering.gets(row) == "passed_on"
    [text] = answering.text_to(RIVERA)
    assert text.startswith("A family answered your letter\nDear Carla Rivera,")
    for words in ("¡Muchas gracias!", "Ana Test and Luis Test", "This family reads Spanish",
                  "/contacts/families/family-gomez/log", "/notifications/replies/"):  # fmt: skip
        assert words in text
    mail = answering.bench.sink.letters_to(RIVERA)[0]
    shown = f"{mail}{text}"
    assert GOMEZ not in shown
    assert to not in shown
    assert "Hola" not in text
    assert mail["Reply-To"] is None
    [said] = await answering.told()
    assert (said.kind, said.about, said.family_ids) == ("good_news", "contact-1", ("family-gomez",))
    assert said.educator_id == "educator-1"
    assert "gracias" not in said.model_dump_json()
    assert (await answering.returning.row(row)).replied_at == answering.bench.clock.now()
    assert [each.raw for each in await answering.returning.kept()] == [None]


async def test_it_counts_once_and_too_many_in_a_day_wait_for_the_district(
    answering: Answering,
) -> None:
    row = await answering.returning.write()
    assert await answering.gets(row) == "passed_on"
    assert await answering.gets(row) is None
    done = [await answering.gets(row, number=each) for each in range(2, MOST_A_DAY + 2)]
    assert done == ["passed_on"] * (MOST_A_DAY - 1) + ["noted"]
    assert len(answering.bench.sink.letters_to(RIVERA)) == MOST_A_DAY


async def test_without_its_own_mark_nothing_is_an_answer(answering: Answering) -> None:
    row = await answering.returning.write()
    guess = answer(In_Reply_To=f"<{row.delivery_id}@schools.example>")
    quoted = answer(f"see {HOME.for_answers(row.delivery_id)}", number=2)
    for raw in (guess, quoted):
        assert await take_in(answering.bench.room, raw, "imap") in {"noted", "nothing"}
    bounced = HOME.to(row.delivery_id)
    assert await take_in(answering.bench.room, answer(to=bounced, number=3), "imap") == "noted"
    assert not HOME.delivery_ids(HOME.for_answers(row.delivery_id))
    await answering.bench.settle()
    assert await answering.told() == []
    assert answering.bench.sink.letters_to(RIVERA) == []


async def test_another_address_with_the_mark_is_passed_on_and_said(answering: Answering) -> None:
    row = await answering.returning.write()
    await answering.gets(row, sender="tia@elsewhere.example")
    [text] = answering.text_to(RIVERA)
    assert "It came from another address" in text
    assert "tia@elsewhere.example" not in text


async def test_machines_and_our_own_letters_are_never_answered(answering: Answering) -> None:
    row = await answering.returning.write()
    to = HOME.for_answers(row.delivery_id)
    [own] = answering.bench.sink.letters_to(GOMEZ)
    machines = [
        vacation("I am away."),
        own.as_bytes(),
        answer("STOP", to=to, files=1, Auto_Submitted="auto-generated", number=2),
        answer("STOP", to=to, files=1, Precedence="bulk", number=3),
        answer("STOP", to=to, files=1, List_Id="<x.example>", number=4),
    ]
    for raw in machines:
        assert await answering.gets(row, raw) in {"noted", "nothing"}
    assert len(answering.bench.sink.taken) == 1
    assert await answering.told() == []


async def test_files_are_left_out_and_the_family_hears_so_once_a_day(answering: Answering) -> None:
    row = await answering.returning.write()
    for number in (1, 2):
        assert await answering.gets(row, files=number, number=number) == "passed_on"
    assert "2 attachments were left out" in answering.text_to(RIVERA)[1]
    _, back = answering.text_to(GOMEZ)
    assert back.startswith("Sobre su respuesta\n")
    rows = await answering.bench.rows(kind="reply_answer")
    assert len(rows) == 1
    # Who answers that letter is read by the same person.
    assert await answering.gets(rows[0], number=3) == "passed_on"
    assert len(answering.text_to(RIVERA)) == 3
    answering.bench.clock.move(timedelta(days=1))
    await answering.gets(row, files=1, number=4)
    assert len(await answering.bench.rows(kind="reply_answer")) == 2


async def test_one_word_stops_letters_of_that_kind_and_we_say_so(answering: Answering) -> None:
    row = await answering.returning.write()
    assert await answering.gets(row, words="Stop.") == "category_stopped"
    assert await answering.gets(row, words="STOP", number=2) == "category_stopped"
    stopped = await answering.bench.room.store.choices.stopped([GOMEZ])
    assert stopped == {GOMEZ: frozenset({"good_news"})}
    _, back = answering.text_to(GOMEZ)
    assert back.startswith("Estos mensajes se han detenido\n")
    assert "/notifications/unsubscribe/" in back
    assert answering.text_to(RIVERA) == []
    assert await answering.told() == []
    later = await answering.returning.write("contact-2")
    assert later.state == "suppressed"


async def test_what_a_machine_made_of_an_answer_stands_above_it_and_is_marked(
    answering: Answering, site: Site
) -> None:
    row, bench = await answering.returning.write(), answering.bench
    async with serving(Libre()) as libre:
        translator = Translator(libre.url, bench.clock, timeout_seconds=1)
        bench.room = bench.sender.room = replace(bench.room, translator=translator)
        await answering.gets(row, words="Gracias de Ana Test.")
        assert answering.text_to(RIVERA) == []
        await translate_asked(bench.room)
        bench.clock.move(LOOK_AGAIN)
        await bench.settle()
    [text] = answering.text_to(RIVERA)
    ours, marked = "[en] Gracias de Ana Test.", "A machine translated these words"
    assert text.index(ours) < text.index(marked) < text.index("    Gracias de Ana Test.")
    assert [each["q"] for each in libre.heard] == ["Gracias de ZQ1 ZQ2."]
    [listed] = await replies(bench.room, TEACHER, open_only=False, limit=9)
    async with site.browser(TEACHER) as browser:
        page = (await browser.get(f"/notifications/replies/{listed.reply.reply_id}")).text
    assert page.index(ours) < page.index(marked) < page.index('lang="es"')
    async with site.program(TEACHER) as program:
        said = await program.get(f"/notifications/api/v1/replies/{listed.reply.reply_id}")
    assert (said.json()["translated"], said.json()["words"]) == (ours, "Gracias de Ana Test.")
    assert len(libre.heard) == 1  # reading asks no machine


async def test_where_no_machine_is_asked_the_page_has_the_words_as_they_were_written(
    answering: Answering,
) -> None:
    await answering.gets(await answering.returning.write(), words="Gracias.")
    [listed] = await replies(answering.bench.room, TEACHER, open_only=False, limit=9)
    shown = await open_reply(answering.bench.room, listed.reply.reply_id, TEACHER)
    assert (shown.translated, shown.reply.words) == ("", "Gracias.")


async def test_a_letter_that_carries_others_is_answered_to_the_school_and_stops_all_it_brought(
    answering: Answering,
) -> None:
    await answering.choose_lead()
    await waiting(answering.bench)
    await later(answering.bench, days=7)
    [row] = await answering.bench.rows(kind="digest")
    letter = answering.bench.sink.letters_to(KIM)[-1]
    assert letter["Reply-To"].endswith(f"<{HOME.for_answers(row.delivery_id)}>")
    assert "Maple Elementary will read what you write" in answering.text_to(KIM)[-1]
    assert await answering.gets(row, words="See you there!") == "passed_on"
    assert len(answering.text_to(LEAD)) == 1
    assert answering.text_to(RIVERA) == []
    [said] = await answering.told()
    assert (said.kind, said.family_ids, said.educator_id) == ("digest", ("family-smith",), None)
    assert await answering.gets(row, words="STOP", number=2) == "category_stopped"
    stopped = await answering.bench.room.store.choices.stopped([KIM])
    assert stopped == {KIM: frozenset({"school"})}


@pytest.mark.parametrize("gone", [{"active": False}, {"email": None}])
async def test_where_the_writer_is_gone_others_of_the_school_get_it(
    answering: Answering, gone: dict[str, object]
) -> None:
    row = await answering.returning.write()
    await answering.choose_lead()
    await answering.bench.tell(educator().model_copy(update=gone), version=2)
    await answering.gets(row)
    assert len(answering.text_to(LEAD)) == 1
    assert answering.text_to(RIVERA) == []


async def test_another_language_goes_to_the_chosen_too_and_english_to_the_writer_alone(
    answering: Answering,
) -> None:
    await answering.choose_lead()
    await answering.gets(await answering.returning.write())
    assert len(answering.text_to(RIVERA)) == len(answering.text_to(LEAD)) == 1
    await answering.bench.tell(*family("hall", Adult("jo", "hall")))
    facts = EventFacts.model_validate({**FACTS.model_dump(), "organizer_id": "educator-1"})
    await answering.bench.tell(EventPublished(event_id="event-1", facts=facts))
    await answering.bench.settle()
    await answering.gets(
        await answering.bench.row("hall", kind="invitation"), number=2, sender="hall@family.example"
    )
    assert len(answering.text_to(RIVERA)) == 2
    assert len(answering.text_to(LEAD)) == 1
    assert [each.kind for each in await answering.told()] == ["good_news", "invitation"]


async def test_a_flag_keeps_an_answer_from_the_writer_and_from_the_timeline(
    answering: Answering, site: Site
) -> None:
    row = await answering.returning.write()
    await answering.choose_lead()
    await answering.flag()
    assert await answering.gets(row, files=1) == "passed_on"
    assert answering.text_to(RIVERA) == []
    [text] = answering.text_to(LEAD)
    assert "A custody or do-not-contact flag stands" in text
    assert len(answering.text_to(GOMEZ)) == 1  # nothing is said back
    assert await answering.told() == []
    async with site.program(TEACHER) as program:
        assert (await program.get("/notifications/api/v1/replies")).json()["items"] == []
    for leader in LEADERS:
        async with site.program(leader) as program:
            [item] = (await program.get("/notifications/api/v1/replies")).json()["items"]
        assert item["caution"] == "flagged"


async def test_who_may_read_it_sees_to_it_and_nobody_else_finds_it(
    answering: Answering, site: Site
) -> None:
    row = await answering.returning.write()
    await answering.gets(row, files=2, words="Gracias. Vivo en gomez@family.example")
    [said] = await answering.told()
    place = f"/notifications/replies/{said.reply_id}"
    found = {}
    for viewer in (TEACHER, COLLEAGUE, person("office"), *LEADERS):
        async with site.browser(viewer) as browser:
            page = await browser.get(place)
            listed = await browser.get("/notifications/replies?show=open")
            letter = await browser.get(f"/notifications/letters/{row.delivery_id}")
        found[viewer.account_id, viewer.educator_id] = (page.status_code, "Gracias" in listed.text)
        assert (place in letter.text) == (page.status_code == 200)
        assert GOMEZ not in page.text
    assert [each for each in found.values() if each == (200, True)] == [(200, True)] * 4
    assert found["account-educator", "educator-2"] == (404, False)
    assert found["account-office", None][0] == 403
    async with site.browser(TEACHER) as browser:
        assert "2 attachments were left out" in (await browser.get(place)).text
        sent = await fill_in(browser, f"{place}/handled", place, {"done": "true"})
        assert sent.status_code == 303
        assert "Seen to" in (await browser.get(place)).text
        assert "Gracias" not in (await browser.get("/notifications/replies?show=open")).text
    api = f"/notifications/api/v1/replies/{said.reply_id}"
    async with site.program(COLLEAGUE) as program:
        assert (await program.post(f"{api}/handled", json={"done": False})).status_code == 404
    async with site.program(LEADERS[0]) as program:
        back = (await program.post(f"{api}/handled", json={"done": False})).json()
    assert (back["handled_at"], back["words"]) == (None, "Gracias. Vivo en …")


async def test_leaders_choose_who_of_their_school_gets_the_rest(
    answering: Answering, site: Site
) -> None:
    place = "/notifications/replies/readers/school-1"
    async with site.browser(LEADERS[0]) as browser:
        assert "Carla Rivera" in (await browser.get(place)).text
        chosen = await fill_in(browser, place, place, {"educator_ids": "educator-1"})
        assert chosen.status_code == 303
        stranger = await fill_in(browser, place, place, {"educator_ids": "educator-77"})
        assert stranger.status_code == 422
        assert (await browser.get(f"{place}0")).status_code == 404
    assert await answering.bench.room.store.replies.readers("school-1") == ("educator-1",)


async def test_an_erased_familys_answers_are_forgotten(answering: Answering) -> None:
    await answering.gets(await answering.returning.write())
    await answering.bench.tell(
        FamilyErased(family_id="family-gomez", student_ids=("student-gomez",),
                     household_ids=("household-gomez",), contact_ids=("contact-1",), when=NOW)
    )  # fmt: skip
    database = answering.bench.room.store.database
    assert await database["replies"].count_documents({}) == 0
    kept = [await database[name].find().to_list(None) for name in ("notices", "returns")]
    assert "gracias" not in repr(kept)
    assert "Ana Test" not in repr(kept)


async def test_where_answers_are_not_read_for_us_they_go_to_the_writer_as_before(
    answering: Answering,
) -> None:
    bench = answering.bench
    bench.room = replace(bench.room, place=replace(bench.room.place, returns=None))
    bench.sender.room = bench.room
    await answering.returning.write()
    [letter] = bench.sink.letters_to(GOMEZ)
    assert letter["Reply-To"] == f'"Ms. Rivera, Maple Elementary" <{RIVERA}>'
