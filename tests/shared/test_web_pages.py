"""Pages and errors as readers get them: in their language and direction, with their menu."""

import re

import pytest

from shared import web
from shared.i18n import Catalogs
from shared.web.templates import Templates, language_name
from tests.shared.tiny import BROWSER, TinySettings, tiny

# --- what went wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "status", "title"),
    [
        ("refused", 422, "That did not work"),
        ("missing", 404, "We can&#39;t find that"),
        ("conflict", 409, "Somebody else changed this first"),
        ("down", 503, "We need a moment"),
        ("link", 410, "This link no longer works"),
        ("bug", 500, "Something went wrong"),
    ],
)
async def test_people_get_a_page_that_says_what_to_do(how: str, status: int, title: str) -> None:
    async with tiny().browser() as client:
        answer = await client.get(f"/tiny/wrong/{how}")
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "Maria" not in answer.text


async def test_people_read_nothing_of_the_machinery_when_a_server_is_down() -> None:
    async with tiny().browser() as client:
        answer = await client.get("/tiny/wrong/down")
    assert "database" not in answer.text


@pytest.mark.parametrize(
    ("how", "status", "name"),
    [
        ("refused", 422, "refused"),
        ("missing", 404, "not-found"),
        ("conflict", 409, "conflict"),
        ("down", 503, "unavailable"),
        ("link", 410, "link-ended"),
        ("bug", 500, "mistake"),
    ],
)
async def test_programs_get_problem_details(how: str, status: int, name: str) -> None:
    async with tiny().client(headers=BROWSER) as client:
        answer = await client.get(f"/tiny/api/v1/wrong/{how}")
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"]) == (status, status)
    assert body["type"] == f"urn:partners:problem:{name}"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert "Maria" not in answer.text
    assert ("retry-after" in answer.headers) == (how == "down")


async def test_a_problem_names_the_place_and_not_the_value() -> None:
    service = tiny()
    headers = {"Authorization": f"Bearer {service.token('district')}"}
    async with service.client(headers=headers) as client:
        answer = await client.post("/tiny/api/v1/items", json={"name": "Maria Lopez"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"place": "body.name", "problem": "String should have at most 5 characters"}
    ]
    assert "Maria" not in answer.text


async def test_in_tests_a_mistake_also_reaches_the_test() -> None:
    async with tiny(TinySettings(environment="test")).browser() as client:
        with pytest.raises(RuntimeError, match="secret of Maria"):
            await client.get("/tiny/wrong/bug")


async def test_logs_of_a_mistake_hold_no_words_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    async with tiny().browser() as client:
        await client.get("/tiny/wrong/bug?name=Maria")
    written = "".join(capsys.readouterr())
    assert "RuntimeError" in written
    assert "Maria" not in written


async def test_an_unknown_address_is_told_kindly_and_a_wrong_method_too() -> None:
    async with tiny().browser() as client:
        assert "We can&#39;t find that" in (await client.get("/nowhere")).text
        assert (await client.get("/language")).status_code == 405


# --- language and direction -----------------------------------------------------------------------


async def test_the_reader_s_language_is_the_choice_then_the_browser_s_then_english() -> None:
    async with tiny().browser() as client:
        assert '<html lang="en" dir="ltr">' in (await client.get("/tiny/open")).text
        spanish = await client.get("/tiny/open", headers={"Accept-Language": "pt, es-MX;q=0.8"})
        assert '<html lang="es" dir="ltr">' in spanish.text
        assert spanish.headers["content-language"] == "es"
        chosen = await client.post("/language", data={"language": "ar", "next": "/tiny/open?a=1"})
        assert chosen.headers["location"] == "/tiny/open?a=1"
    async with tiny().browser() as client:
        client.cookies.set("partners_language", "ar")
        page = (await client.get("/tiny/open", headers={"Accept-Language": "es"})).text
        assert '<html lang="ar" dir="rtl">' in page
        assert "bootstrap.rtl.min.css" in page


async def test_a_family_s_page_is_in_its_language_unless_the_reader_chose_another() -> None:
    async with tiny().browser() as client:
        page = (await client.get("/tiny/family", headers={"Accept-Language": "es"})).text
        assert '<html lang="ar" dir="rtl">' in page
        assert "سبتمبر" in page
        client.cookies.set("partners_language", "es")
        assert "1 de septiembre de 2026" in (await client.get("/tiny/family")).text


async def test_words_and_values_on_a_page_are_never_taken_for_markup() -> None:
    async with tiny().browser() as client:
        client.cookies.set("partners_language", "en")
        page = (await client.get("/tiny/family")).text
    assert "<p>2 children</p>" in page
    assert "<p>Hello <i>&lt;b&gt;Ana&lt;/b&gt;</i></p>" in page
    assert "<p>&lt;u&gt;&lt;b&gt;Eva&lt;/b&gt;&lt;/u&gt;</p>" in page
    assert "<p>Somali</p>" in page


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil", "", "a\nb"])
async def test_no_redirect_leads_to_another_site(path: str) -> None:
    assert web.local_path(path) == "/"
    async with tiny().browser() as client:
        answer = await client.post("/language", data={"language": "es", "next": path})
    assert answer.headers["location"] == "/"


async def test_a_language_that_we_do_not_have_is_not_remembered() -> None:
    async with tiny().browser() as client:
        answer = await client.post("/language", data={"language": "<x>", "next": "/tiny/open"})
    assert "set-cookie" not in answer.headers


# --- the layout -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("educator", ["/contacts", "/events", "/notifications", "/reports"]),
        ("district", ["/contacts", "/events", "/notifications", "/reports", "/settings"]),
        ("helper", ["/events"]),
        (None, []),
    ],
)
async def test_the_menu_shows_what_the_role_may_open(role: str | None, seen: list[str]) -> None:
    async with tiny().browser(role) as client:  # type: ignore[arg-type]
        page = (await client.get("/tiny/open")).text
    menu = re.search(r'<nav class="site-menu".*?</nav>', page, re.DOTALL)
    assert re.findall(r'href="(/\w+)"', menu[0] if menu else "") == seen
    assert ("/sign-out" in page) == (role is not None)


async def test_a_page_has_no_inline_script_or_style_and_a_skip_link() -> None:
    async with tiny().browser("district") as client:
        for path in ("/tiny/open", "/tiny/family", "/nowhere"):
            page = (await client.get(path)).text
            assert not re.search(r"<style|<script>|\sstyle=|\son[a-z]+=|javascript:", page)
            assert '<a class="skip" href="#main">' in page
            assert page.count('id="main"') == 1


async def test_every_file_that_a_page_names_is_there_and_may_be_kept() -> None:
    async with tiny().browser("district") as client:
        page = (await client.get("/tiny/open")).text
        files = re.findall(r'"(/static/[^"]+)"', page)
        assert len(files) == 5
        for file in files:
            answer = await client.get(file)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
        for outside in ("/static/../settings.py", "/static/%2e%2e/settings.py", "/static/vendor"):
            assert (await client.get(outside)).status_code == 404


def test_a_language_without_a_name_in_the_readers_has_its_english_one() -> None:
    assert language_name("ar", "so") == "الصومالية"
    assert language_name("ar", "ase") == "American Sign Language"


def test_a_page_can_not_hide_what_every_page_needs() -> None:
    templates = Templates([], Catalogs())
    with pytest.raises(ValueError, match="languages"):
        templates.render("base.html", "en", {"languages": ["Arabic"]})


def test_every_catalog_of_the_pages_can_be_read() -> None:
    catalogs = Catalogs()
    assert set(catalogs.languages) >= {"en", "es", "ar", "zh"}
    for language in catalogs.languages:
        catalogs.of(language).gettext("Sign out")


async def test_a_letter_in_a_frame_may_have_style_and_nothing_else() -> None:
    policy = web.letter("<p style='color:red'>Hello</p>").headers["content-security-policy"]
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script" not in policy
