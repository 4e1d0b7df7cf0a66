"""The wording of letters through the front door: the district alone, preview, undo, and the API."""

import re
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from services.notifications.actions import languages
from services.notifications.actions.room import MailRoom
from services.notifications.domain.rewording import DISTRICT as ALL
from services.notifications.letters.catalogs import edition_of, sentences_of
from shared.identity import Viewer
from tests.notifications.conftest import Bench
from tests.notifications.making import contact
from tests.notifications.site import Site, fill_in
from tests.notifications.test_domain_rewording import PEOPLE, sentence
from tests.notifications.test_rewording import DEE, GOMEZ, IN_SPANISH, MAPLE, NEWS, REGARDS, said_to
from tests.notifications.test_web import OFFICE, TEACHER
from tests.notifications.test_web_languages import COORDINATOR, PRINCIPAL

PLACE = "/notifications/wording"
API = "/notifications/api/v1/wording"
COLLEAGUE = Viewer(account_id="a-7", role="district", name="Kit Moss")
HERE = f"{PLACE}/es/sentences/{REGARDS.key}"


async def _save(
    browser: httpx2.AsyncClient, *words: str, seen: int = 0, at: str = HERE, act: str = ""
) -> httpx2.Response:
    path, _, query = at.partition("?")
    to = f"{path}{act}?{query}" if query else f"{path}{act}"
    return await fill_in(browser, to, at, {"words": list(words), "seen": seen})


async def _again(browser: httpx2.AsyncClient, version: int, seen: int) -> httpx2.Response:
    return await fill_in(browser, f"{HERE}/again", HERE, {"version": version, "seen": seen})


# --- pages ----------------------------------------------------------------------------------------


async def test_the_district_finds_a_sentence_words_it_anew_and_letters_have_it(
    bench: Bench, site: Site
) -> None:
    async with site.browser(DEE) as browser:
        assert f'href="{PLACE}"' in (await browser.get("/notifications")).text
        assert "As it came with Partners" in (await browser.get(PLACE)).text
        found = (await browser.get(f"{PLACE}/es?q=kind+REGARDS")).text
        assert "1 sentence" in found
        assert HERE in found
        saved = await _save(browser, "Un abrazo,")
        assert saved.headers["location"] == HERE
        shown = (await browser.get(HERE)).text
        assert "Words of the district" in shown
        assert "Dee Ward" in shown
        assert "1 sentence with own words" in (await browser.get(PLACE)).text
        assert REGARDS.key in (await browser.get(f"{PLACE}/es?own=yes")).text
        following = re.findall(
            r'rel="next" href="([^"]+)"', (await browser.get(f"{PLACE}/es")).text
        )
        assert (await browser.get(f"{PLACE}/es{following[0]}")).status_code == 200
        assert "Un abrazo," in (await browser.get(f"{PLACE}/es/history")).text
    await bench.tell(contact("gomez"))
    await bench.settle()
    assert "Un abrazo," in said_to(bench, GOMEZ)


async def test_whole_letters_are_shown_with_the_new_words_and_nothing_is_kept(
    bench: Bench, site: Site
) -> None:
    async with site.browser(DEE) as browser:
        shown = await _save(browser, "Un abrazo,", act="/preview")
        assert shown.status_code == 200
        assert "<mark>Un abrazo,</mark>" in shown.text
        assert "Nothing has been saved yet." in shown.text
        assert "It stands in" in shown.text
        letter = await _save(browser, "Un abrazo,", act="/preview/html")
        assert "<html" in letter.text.partition("Un abrazo,")[0]
        beyond = await fill_in(
            browser, f"{HERE}/preview/html?letter=99", HERE, {"words": "Un abrazo,", "seen": 0}
        )
        assert beyond.status_code == 404
    assert await bench.room.store.rewordings.newest([ALL]) == []


async def test_a_school_has_words_of_its_own_and_says_so(bench: Bench, site: Site) -> None:
    own = f"{HERE}?school={MAPLE}"
    async with site.browser(DEE) as browser:
        await _save(browser, "Un abrazo,")
        assert "Un abrazo," in (await browser.get(own)).text
        saved = await _save(browser, "Hasta pronto,", at=own)
        assert saved.headers["location"] == own
        shown = (await browser.get(own)).text
        district = (await browser.get(HERE)).text
        missing = await browser.get(f"{HERE}?school=school-9")
    assert "Words of this school" in shown
    assert "Maple Elementary" in shown
    assert "Hasta pronto," not in district
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Please write words here."),
        ("Visit https://x.example", "Links and addresses"),
        ("{child}", "Nothing is filled in for {child} here."),
        ("Un\nabrazo,", "all on one line"),
        ("<i>Un abrazo</i>", "without &lt; and &gt;"),
    ],
)
async def test_wrong_words_come_back_with_what_is_wrong_and_nothing_is_lost(
    bench: Bench, site: Site, words: str, said: str
) -> None:
    async with site.browser(DEE) as browser:
        for act in ("", "/preview"):
            answer = await _save(browser, words, act=act)
            assert answer.status_code == 422
            assert said in answer.text
            assert 'href="#words-0"' in answer.text
    assert await bench.room.store.rewordings.newest([ALL]) == []


async def test_saving_over_somebody_elses_newer_words_is_refused_and_shows_both(
    bench: Bench, site: Site
) -> None:
    async with site.browser(DEE) as browser, site.browser(COLLEAGUE) as colleague:
        await _save(colleague, "Hasta pronto,")
        late = await _save(browser, "Un abrazo,")
        assert late.status_code == 409
        assert "Somebody else changed this sentence after you opened it." in late.text
        assert "Kit Moss" in late.text
        assert "Hasta pronto," in late.text
        assert ">Un abrazo,</textarea>" in late.text
        assert 'name="seen" value="1"' in late.text
        assert (await _save(browser, "Un abrazo,", seen=1)).status_code == 303
        stale = await _again(browser, 0, 1)
        assert stale.status_code == 409
    assert len(await bench.room.store.rewordings.history(ALL, "es", limit=9)) == 2


async def test_a_change_is_undone_and_own_words_are_taken_away(bench: Bench, site: Site) -> None:
    async with site.browser(DEE) as browser:
        await _save(browser, "Un abrazo,")
        await _save(browser, "Hasta pronto,", seen=1)
        shown = (await browser.get(HERE)).text
        (undo, *_) = re.findall(r'name="version" value="(\d+)"', shown)
        assert undo == "1"
        await _again(browser, 1, 2)
        assert "took version 1 again" in (await browser.get(HERE)).text
        await _again(browser, 0, 3)
        shown = (await browser.get(HERE)).text
    assert "As it came with Partners" in shown
    assert "Own words were taken away." in shown
    assert shown.count("Take these words again") == 3


async def test_the_english_form_hints_at_the_reading_level(site: Site) -> None:
    at = f"{PLACE}/en/sentences/{REGARDS.key}"
    hard = "Extracurricular participation opportunities abound, accordingly,"
    async with site.browser(DEE) as browser:
        assert "Reading level: grade" in (await browser.get(at)).text
        tried = await _save(browser, hard, at=at, act="/preview")
        assert "Many families read more easily" in tried.text
        assert (await _save(browser, hard, at=at)).status_code == 303
        assert "Reading level" not in (await browser.get(HERE)).text


async def test_arabic_has_six_forms_each_with_its_own_field(bench: Bench, site: Site) -> None:
    people = sentence(*PEOPLE, language="ar")
    at = f"{PLACE}/ar/sentences/{people.key}"
    async with site.browser(DEE) as browser:
        shown = (await browser.get(at)).text
        assert shown.count('name="words"') == 6
        assert 'dir="rtl"' in shown
        five = [f"{{count}} {form}" for form in range(5)]
        short = await _save(browser, *five, "", at=at)
        assert 'href="#words-5"' in short.text
        assert (await _save(browser, *five, "{count} 5", at=at)).status_code == 303
    (newest,) = await bench.room.store.rewordings.newest([ALL])
    assert (newest.language, newest.version) == ("ar", 1)


async def test_a_letter_says_on_its_page_and_in_the_table_with_which_version_it_was_sent(
    bench: Bench, site: Site
) -> None:
    async with site.browser(DEE) as browser:
        await _save(browser, "Un abrazo,")
        await _save(browser, "Hasta pronto,", at=f"{HERE}?school={MAPLE}")
        await bench.tell(contact("gomez"))
        await bench.settle()
        await _save(browser, "Saludos,", seen=1)
        row = await bench.row("gomez")
        letter = f"/notifications/letters/{row.delivery_id}"
        shown = (await browser.get(letter)).text
        table = (await browser.get("/notifications/export.csv")).text
        assert "Hasta pronto," in (await browser.get(f"{letter}/html")).text
    async with site.browser(TEACHER) as browser:
        to_teacher = (await browser.get(letter)).text
    async with site.program(DEE) as program:
        (listed,) = (await program.get("/notifications/api/v1/deliveries")).json()["items"]
    assert edition_of("es") in shown
    assert f"{PLACE}/es/history?school={MAPLE}#v-1" in shown
    assert "Words of the district · Spanish · version 1" in shown
    assert PLACE not in to_teacher
    assert "Words of the school · Spanish · version 1" in to_teacher
    assert f"{edition_of('es')}; {MAPLE} es 1; district es 1" in table
    assert listed["worded"]["catalog"] == edition_of("es")
    assert [each["version"] for each in listed["worded"]["editions"]] == [1, 1]


# --- drafts ---------------------------------------------------------------------------------------


@pytest.fixture
def real(bench: Bench, site: Site) -> MailRoom:
    """As with real families: every draft is off until it is accepted."""
    room = replace(bench.room, drafts_start_accepted=False)
    site.service.app.state.room = room
    return room


async def _accepted(room: MailRoom) -> int:
    (spanish,) = [each for each in await languages.standings(room) if each.language == "es"]
    return spanish.accepted


async def test_words_for_the_whole_district_count_as_accepted_until_they_are_rejected(
    real: MailRoom, site: Site
) -> None:
    async with site.browser(DEE) as browser:
        await _save(browser, "Un abrazo,")
        assert await _accepted(real) == 1
        listed = (await browser.get("/notifications/languages/es?after=")).text
        assert "Word it anew" in listed
        _, judged = await languages.read_language(real, "es")
        (own,) = [row for row in judged if row.sentence.own]
        assert own.sentence.words == ("Un abrazo,",)
        read = languages.Read(own.sentence.key, own.sentence.fingerprint)
        await languages.judge(real, "es", read, COORDINATOR, accepted=False, remark="Too warm.")
        assert await _accepted(real) == 0
        await _save(browser, "Saludos,", seen=1)
        assert await _accepted(real) == 1
        await _again(browser, 0, 2)
    assert await _accepted(real) == 0


async def test_words_for_one_school_turn_no_language_on(real: MailRoom, site: Site) -> None:
    async with site.browser(DEE) as browser:
        shown = (await browser.get(f"{HERE}?school={MAPLE}")).text
        await _save(browser, "Un abrazo,", at=f"{HERE}?school={MAPLE}")
    assert "Words for one school do not turn it on." in shown
    assert await _accepted(real) == 0


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "viewer", [TEACHER, OFFICE, PRINCIPAL, COORDINATOR], ids=lambda each: each.role
)
async def test_only_the_district_words_letters(bench: Bench, site: Site, viewer: Viewer) -> None:
    change = {"words": ["Un abrazo,"], "seen": 0}
    api = f"{API}/es/sentences/{REGARDS.key}"
    async with site.program(viewer) as program:
        for path in (PLACE, f"{PLACE}/es", HERE, f"{PLACE}/es/history", f"{API}/es", api):
            assert (await program.get(path)).status_code == 403
        assert (await program.put(api, json=change)).status_code == 403
        again = {"version": 0, "seen": 0}
        assert (await program.post(f"{api}/again", json=again)).status_code == 403
        assert (await program.post(f"{api}/preview", json=change)).status_code == 403
    async with site.browser(viewer) as browser:
        for act in ("", "/preview", "/preview/html"):
            sent = await fill_in(browser, f"{HERE}{act}", "/notifications", change)
            assert sent.status_code == 403
        assert f'href="{PLACE}"' not in (await browser.get("/notifications")).text
    assert await bench.room.store.rewordings.newest([ALL, MAPLE]) == []


# --- the JSON API ---------------------------------------------------------------------------------


async def test_sentences_are_read_worded_and_undone_by_api(bench: Bench, site: Site) -> None:
    at, school = f"{API}/es/sentences/{NEWS.key}", {"school_id": MAPLE}
    async with site.program(DEE) as program:
        first = (await program.get(f"{API}/es", params={"size": 90, **school})).json()
        rest = {"size": 100, "after": first["next"]}
        more = (await program.get(f"{API}/es", params={**rest, **school})).json()
        saved = await program.put(at, json={"words": [IN_SPANISH], "seen": 0}, params=school)
        late = await program.put(at, json={"words": ["{person} {children}"]}, params=school)
        tried = await program.post(f"{at}/preview", json={"words": ["{children}: {person}"]})
        own = (await program.get(f"{API}/es", params={"own": True, **school})).json()["items"]
        again = await program.post(f"{at}/again", json={"version": 0, "seen": 1}, params=school)
        history = (await program.get(f"{API}/es/history", params=school)).json()["items"]
    assert len(first["items"]) + len(more["items"]) == len(sentences_of("es"))
    assert saved.json()["words"] == [IN_SPANISH]
    assert (saved.json()["source"], saved.json()["seen"]) == ("school", 1)
    assert late.status_code == 409
    assert tried.json()[0]["kind"] == "good_news"
    assert "Maya: Ms. Rivera" in tried.json()[0]["text"]
    assert [each["key"] for each in own] == [NEWS.key]
    assert (again.json()["source"], again.json()["seen"]) == ("catalog", 2)
    assert [(each["version"], each["again"], each["by"]) for each in history] == [
        (2, 0, "a-1"), (1, None, "a-1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "over", "status", "said"),
    [
        (f"es/sentences/{NEWS.key}", {"words": ["¡Hola!"]}, 422, "missing"),
        (f"es/sentences/{NEWS.key}", {"words": []}, 422, "Each form needs its own"),
        (f"es/sentences/{NEWS.key}", {"words": ["x" * 2001]}, 422, "words"),
        (f"es/sentences/{NEWS.key}", {"seen": -1}, 422, "seen"),
        (f"es/sentences/{NEWS.key}?school_id=nowhere", {}, 404, "no such school"),
        ("es/sentences/none", {}, 404, "no such sentence"),
        (f"ko/sentences/{NEWS.key}", {}, 404, "no letters in this language"),
    ],
)
async def test_a_wrong_change_is_refused_with_its_reason(
    bench: Bench, site: Site, path: str, over: dict[str, Any], status: int, said: str
) -> None:
    body = {"words": [IN_SPANISH], "seen": 0, **over}
    async with site.program(DEE) as program:
        answer = await program.put(f"{API}/{path}", json=body)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert await bench.room.store.rewordings.newest([ALL]) == []
