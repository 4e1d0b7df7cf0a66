"""The languages of letters through the front door: drafts are off until people accept them."""

import re
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from services.notifications.actions import languages
from services.notifications.actions.room import MailRoom
from services.notifications.actions.sending import Sender
from services.notifications.domain.languages import Review
from services.notifications.letters.catalogs import sentences_of
from shared.identity import Viewer
from tests.notifications.conftest import Bench
from tests.notifications.making import NOW, contact
from tests.notifications.site import Site, fill_in
from tests.notifications.test_web import DISTRICT, GOMEZ, OFFICE, TEACHER

COORDINATOR = Viewer(
    account_id="a-9", role="coordinator", school_ids=frozenset({"school-1"}), name="Luz Ortiz"
)
PRINCIPAL = Viewer(account_id="a-8", role="principal", school_ids=frozenset({"school-1"}))
PLACE = "/notifications/languages"
API = "/notifications/api/v1/languages"
SPANISH = sentences_of("es")
FIRST = SPANISH[0]
UNREVIEWED = "This translation has not been reviewed yet. The letter in English is below."


@pytest.fixture
def real(bench: Bench, site: Site) -> MailRoom:
    """As with real families: every draft is off until it is accepted."""
    room = replace(bench.room, drafts_start_accepted=False)
    site.service.app.state.room = room
    return room


async def _judge(
    browser: httpx2.AsyncClient, decision: str, remark: str = "", fingerprint: str = ""
) -> httpx2.Response:
    path = f"{PLACE}/es/sentences/{FIRST.key}"
    fields = {"fingerprint": fingerprint or FIRST.fingerprint, "decision": decision}
    return await fill_in(browser, path, f"{PLACE}/es", {**fields, "remark": remark})


async def _accept_page(browser: httpx2.AsyncClient, query: str = "") -> httpx2.Response:
    shown = (await browser.get(f"{PLACE}/es{query}")).text
    sentences = re.findall(r'name="sentence" value="([^"]+)"', shown)
    (following,) = re.findall(r'name="following" value="([^"]*)"', shown)
    fields = {"sentence": sentences, "following": following}
    return await fill_in(browser, f"{PLACE}/es/accept", f"{PLACE}/es", fields)


async def _accept_all(browser: httpx2.AsyncClient, begin: str = "") -> httpx2.Response:
    """Page after page, as the answers lead."""
    answer = await _accept_page(browser, begin)
    while query := answer.headers["location"].partition("?")[2]:
        answer = await _accept_page(browser, f"?{query}")
    return answer


async def _spanish(site: Site) -> dict[str, Any]:
    async with site.program(DISTRICT) as program:
        listed = (await program.get(API)).json()
    (found,) = [each for each in listed if each["language"] == "es"]
    return dict(found)


# --- the pages ----------------------------------------------------------------------------------


async def test_the_list_says_of_each_language_whether_families_get_it(
    real: MailRoom, site: Site
) -> None:
    async with site.browser(COORDINATOR) as browser:
        shown = (await browser.get(PLACE)).text
        assert f'href="{PLACE}"' in (await browser.get("/notifications")).text
    for name in ("Spanish", "Vietnamese", "Haitian Creole", "Tagalog", "Somali"):
        assert name in shown
    assert f"0 of {len(SPANISH)} sentences accepted" in shown
    assert ">On<" not in shown


async def test_in_the_demo_every_draft_is_on(site: Site) -> None:
    async with site.browser(DISTRICT) as browser:
        shown = (await browser.get(PLACE)).text
    assert ">Off<" not in shown
    assert f"{len(SPANISH)} of {len(SPANISH)} sentences accepted" in shown


async def test_a_page_shows_both_languages_each_in_its_direction(
    real: MailRoom, site: Site
) -> None:
    async with site.browser(COORDINATOR) as browser:
        shown = (await browser.get(f"{PLACE}/ar")).text
        unknown = await browser.get(f"{PLACE}/ko")
        english = await browser.get(f"{PLACE}/en")
        broken = await browser.get(f"{PLACE}/ar?after=nonsense")
    assert 'lang="ar" dir="rtl"' in shown
    assert '<code dir="ltr">children</code>' in shown
    assert "Good news about" in shown
    assert (unknown.status_code, english.status_code, broken.status_code) == (404, 404, 422)


async def test_a_coordinator_accepts_a_sentence_and_it_is_kept_with_who_and_when(
    real: MailRoom, site: Site
) -> None:
    async with site.browser(COORDINATOR) as browser:
        done = await _judge(browser, "accept")
        assert done.headers["location"] == f"{PLACE}/es#s-{FIRST.key}"
        assert "Luz Ortiz" in (await browser.get(f"{PLACE}/es")).text
    kept = (await real.store.languages.judgements(["es"]))["es"][FIRST.key]
    assert (kept.accepted, kept.by, kept.by_name, kept.at) == (True, "a-9", "Luz Ortiz", NOW)
    assert (await _spanish(site))["accepted"] == 1


async def test_a_rejection_needs_a_remark_which_others_then_read(
    real: MailRoom, site: Site
) -> None:
    async with site.browser(COORDINATOR) as browser:
        silent = await _judge(browser, "reject")
        assert silent.status_code == 422
        assert "Please write what is wrong" in silent.text
        assert await real.store.languages.judgements(["es"]) == {}
        await _judge(browser, "reject", "Too stiff for a mother.")
        shown = (await browser.get(f"{PLACE}/es")).text
        neither = await _judge(browser, "perhaps", "Hm.")
    assert "Too stiff for a mother." in shown
    assert ">Rejected<" in shown
    assert neither.status_code == 422
    assert (await _spanish(site))["rejected"] == 1


async def test_one_rejected_sentence_turns_a_language_off_and_its_acceptance_on_again(
    bench: Bench, site: Site
) -> None:
    async with site.browser(DISTRICT) as browser:
        await _judge(browser, "reject", "Wrong word.")
        assert not (await _spanish(site))["on"]
        assert await languages.languages_off(bench.room, ["es-MX", "ar", "ko"], {}) == {"es"}
        await _judge(browser, "accept")
    assert (await _spanish(site))["on"]


async def test_whole_pages_are_accepted_until_the_language_is_on(
    real: MailRoom, site: Site
) -> None:
    async with site.browser(DISTRICT) as browser:
        first = await _accept_page(browser)
        assert first.headers["location"].startswith(f"{PLACE}/es?after=")
        assert (await _spanish(site))["accepted"] == 25
        last = await _accept_all(browser, "?" + first.headers["location"].partition("?")[2])
        assert last.headers["location"] == PLACE
        assert "Every sentence is accepted" in (await browser.get(PLACE)).text
    assert (await _spanish(site))["on"]


async def test_accepting_a_page_leaves_what_a_colleague_rejected_meanwhile(
    real: MailRoom, site: Site
) -> None:
    async with site.browser(DISTRICT) as browser, site.browser(COORDINATOR) as colleague:
        shown = (await browser.get(f"{PLACE}/es")).text
        sentences = re.findall(r'name="sentence" value="([^"]+)"', shown)
        await _judge(colleague, "reject", "Wrong word.")
        await fill_in(
            browser, f"{PLACE}/es/accept", f"{PLACE}/es", {"sentence": sentences, "following": ""}
        )
    now = await _spanish(site)
    assert (now["accepted"], now["rejected"]) == (24, 1)


# --- bound to the words ---------------------------------------------------------------------------


async def test_a_sentence_that_changes_has_to_be_accepted_again_and_only_that(
    real: MailRoom, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site.browser(DISTRICT) as browser:
        await _accept_all(browser)
        mended = (replace(FIRST, words=("No recibir más cartas así",)), *SPANISH[1:])
        monkeypatch.setattr(languages, "sentences_of", lambda _: mended)
        now = await _spanish(site)
        assert (now["on"], now["accepted"]) == (False, len(SPANISH) - 1)
        assert (
            "It has changed since somebody looked at it." in (await browser.get(f"{PLACE}/es")).text
        )
        stale = await _judge(browser, "accept")
        assert stale.status_code == 409
        await _judge(browser, "accept", fingerprint=mended[0].fingerprint)
    assert (await _spanish(site))["on"]


async def test_a_reviewed_language_is_on_and_has_nothing_to_accept(
    real: MailRoom, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = Review("Ana Pérez", NOW.date())
    monkeypatch.setattr(languages, "review_of", lambda _: review)
    async with site.browser(DISTRICT) as browser:
        assert "Reviewed by Ana Pérez on Nov 24, 2026" in (await browser.get(PLACE)).text
        shown = (await browser.get(f"{PLACE}/es")).text
        assert "decision" not in shown
        assert (await _judge(browser, "accept")).status_code == 409
    now = await _spanish(site)
    assert (now["on"], now["draft"], now["reviewed_by"]) == (True, False, "Ana Pérez")


# --- what families get ----------------------------------------------------------------------------


def _text(bench: Bench, place: int = -1) -> str:
    (part, *_) = bench.sink.letters_to(GOMEZ)[place].iter_parts()
    return str(part.get_content())


async def test_families_get_english_until_the_language_is_accepted_and_then_both(
    bench: Bench, real: MailRoom, site: Site
) -> None:
    bench.room, bench.sender = real, Sender(real, bench.sender.mailer)
    await bench.tell(contact("gomez"))
    await bench.settle()
    text = _text(bench)
    assert text.startswith("¿Necesita un intérprete?")
    assert "Good news from school!" in text
    assert "Buenas noticias" not in text
    assert (await bench.row("gomez")).language == "en"
    (told,) = [each for each in await bench.told() if each.type.endswith("notice.accepted.v1")]
    assert told.data["language"] == "en"

    async with site.browser(DISTRICT) as browser:
        await _accept_all(browser)
        sent = await browser.get(f"/notifications/letters/{(await bench.row('gomez')).delivery_id}")
        assert "¿Necesita un intérprete?" in sent.text
        assert "Buenas noticias" not in sent.text
    await bench.tell(contact("gomez", "contact-2"))
    await bench.settle()
    text = _text(bench)
    assert text.index("¡Buenas noticias de la escuela!") < text.index("Good news from school!")
    assert UNREVIEWED in text
    (row,) = await bench.rows(about="contact-2")
    assert row.language == "es"


async def test_the_preview_shows_what_families_will_get(real: MailRoom, site: Site) -> None:
    body = {"family_id": "family-gomez", "words": "Well done!", "tone": "good_news"}
    page, line = "/notifications/preview", "In English, with a line in their own language"
    async with site.program(OFFICE) as program:
        (off,) = (await program.post("/notifications/api/v1/preview", json=body)).json()
    async with site.browser(DISTRICT) as browser:
        assert line in (await fill_in(browser, page, PLACE, body)).text
        await _accept_all(browser)
        assert line not in (await fill_in(browser, page, PLACE, body)).text
    async with site.program(OFFICE) as program:
        (on,) = (await program.post("/notifications/api/v1/preview", json=body)).json()
    assert (off["language"], on["language"]) == ("en", "es")
    assert UNREVIEWED not in off["text"]
    assert UNREVIEWED in on["text"]


# --- the JSON API ---------------------------------------------------------------------------------


async def test_languages_and_their_sentences_by_api(real: MailRoom, site: Site) -> None:
    async with site.program(COORDINATOR) as program:
        listed = (await program.get(API)).json()
        first = (await program.get(f"{API}/ru?size=90")).json()
        more = {"size": 100, "after": first["next"]}
        rest = (await program.get(f"{API}/ru", params=more)).json()
        judgement = {"fingerprint": first["items"][0]["fingerprint"], "accepted": True}
        place = f"{API}/ru/sentences/{first['items'][0]['key']}"
        after = (await program.post(place, json=judgement)).json()
        again = (await program.get(f"{API}/ru?size=1")).json()["items"][0]
    assert [each["language"] for each in listed] == list(languages.TRANSLATED)
    assert len(first["items"]) + len(rest["items"]) == len(sentences_of("ru"))
    assert rest["next"] is None
    (plural,) = [each for each in first["items"] if len(each["english"]) == 2]
    assert len(plural["words"]) == 3
    assert (after["accepted"], after["on"], after["draft"]) == (1, False, True)
    assert (again["verdict"], again["judged_by"]) == ("accepted", "a-9")


@pytest.mark.parametrize(
    ("path", "over", "status", "said"),
    [
        (f"es/sentences/{FIRST.key}", {"fingerprint": "old"}, 409, "read it again"),
        (f"es/sentences/{FIRST.key}", {"accepted": False}, 422, "what is wrong"),
        (f"es/sentences/{FIRST.key}", {"accepted": False, "remark": " "}, 422, "what is wrong"),
        (f"es/sentences/{FIRST.key}", {"remark": "x" * 501}, 422, "remark"),
        (f"es/sentences/{FIRST.key}", {"accepted": "perhaps"}, 422, "accepted"),
        ("es/sentences/none", {}, 404, "no such sentence"),
        (f"en/sentences/{FIRST.key}", {}, 404, "no translated letters"),
        (f"ko/sentences/{FIRST.key}", {}, 404, "no translated letters"),
    ],
)
async def test_a_wrong_judgement_is_refused_with_its_reason_and_changes_nothing(
    real: MailRoom, site: Site, path: str, over: dict[str, Any], status: int, said: str
) -> None:
    body = {"fingerprint": FIRST.fingerprint, "accepted": True, **over}
    async with site.program(DISTRICT) as program:
        answer = await program.post(f"{API}/{path}", json=body)
    assert answer.status_code == status
    assert said in answer.text
    assert await real.store.languages.judgements(languages.TRANSLATED) == {}


@pytest.mark.parametrize("viewer", [TEACHER, OFFICE, PRINCIPAL], ids=lambda each: each.role)
async def test_only_coordinators_and_the_district_judge_translations(
    real: MailRoom, site: Site, viewer: Viewer
) -> None:
    judgement = {"fingerprint": FIRST.fingerprint, "accepted": True}
    async with site.program(viewer) as program:
        for path in (API, f"{API}/es", PLACE, f"{PLACE}/es"):
            assert (await program.get(path)).status_code == 403
        answer = await program.post(f"{API}/es/sentences/{FIRST.key}", json=judgement)
    async with site.browser(viewer) as browser:
        assert (await _judge(browser, "accept")).status_code == 403
        assert f'href="{PLACE}"' not in (await browser.get("/notifications")).text
    assert answer.status_code == 403
    assert await real.store.languages.judgements(["es"]) == {}
