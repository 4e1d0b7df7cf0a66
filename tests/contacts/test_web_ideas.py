"""Ideas on their pages: shared, offered, copied, reported, taken back, and used in the form."""

import re
from typing import Any

from shared.identity import Viewer
from shared.messages import FamilyChanged
from tests.contacts.conftest import staff_viewer
from tests.contacts.site import ContactsSite, fill_in, text_of

PATH = "/contacts/ideas"
WORDS = "Your child began the day with a smile."
FIELDS = {"kind": "starter", "title": "A glad morning", "words": WORDS, "topic": "health",
          "language": "en"}  # fmt: skip


async def share(site: ContactsSite, viewer: Viewer, school_id: str, **fields: str) -> str:
    """Share one; gives its path."""
    sent: dict[str, Any] = {"place": school_id, **FIELDS, **fields}
    answer = await fill_in(site.browser(viewer), f"{PATH}/new", **sent)
    assert answer.status_code == 303, answer.text
    [newest, *_] = await site.desk.store.ideas.starters_of([school_id])
    return f"{PATH}/{newest.idea_id}"


async def press(site: ContactsSite, viewer: Viewer, path: str, **fields: str) -> int:
    answer = await fill_in(site.browser(viewer), path, form_at=PATH, **fields)
    return answer.status_code


async def test_colleagues_see_it_and_begin_their_letter_with_it(
    site: ContactsSite, teacher: Viewer, school_id: str, family: FamilyChanged
) -> None:
    assert "Nothing here yet" in await text_of(site, PATH, teacher)
    await share(site, teacher, school_id)
    await share(site, teacher, school_id, title="Una mañana", words="¡Qué día!", language="es")
    assert WORDS in await text_of(site, PATH, staff_viewer("educator", school_id))
    log = f"/contacts/families/{family.family_id}/log"
    form = await text_of(site, log, teacher)
    assert f'<option value="{WORDS}">A glad morning: {WORDS}</option>' in form
    assert "¡Qué día!" not in form
    sent = {"beginning": WORDS, "words": "And with a song."}
    saved = await fill_in(site.browser(teacher), log, **sent)
    entry = await text_of(site, saved.headers["location"], teacher)
    assert f"{WORDS}\n\nAnd with a song." in entry
    long = await fill_in(site.browser(teacher), log, beginning=WORDS, words="x" * 1990)
    assert long.status_code == 422
    assert "the words are too long" in long.text


async def test_a_name_of_the_school_is_warned_of_until_nobody_is_meant(
    site: ContactsSite, teacher: Viewer, school_id: str, family: FamilyChanged
) -> None:
    name = family.students[0].given_name
    sent = {"place": school_id, **FIELDS, "words": f"We are proud of {name} today."}
    browser = site.browser(teacher)
    warned = await fill_in(browser, f"{PATH}/new", **sent)
    assert warned.status_code == 422
    assert f"may be in your words: {name}" in warned.text
    assert f"We are proud of {name} today." in warned.text
    assert "We are proud of" not in await text_of(site, PATH, teacher)
    assert (await fill_in(browser, f"{PATH}/new", **sent, nobody="true")).status_code == 303


async def test_another_school_copies_what_the_coordinator_offers_and_it_keeps_its_origin(
    site: ContactsSite, teacher: Viewer, coordinator: Viewer, school_id: str
) -> None:
    path = await share(site, teacher, school_id)
    schools = await site.desk.store.directory.schools()
    other = next(each.school_id for each in schools if each.school_id != school_id)
    [first] = [each.name for each in schools if each.school_id == school_id]
    neighbour = staff_viewer("educator", other)
    elsewhere = f"{PATH}/elsewhere"
    assert "No other school offers" in await text_of(site, elsewhere, neighbour)
    assert await press(site, neighbour, f"{path}/copy", place=other) == 404
    assert await press(site, teacher, f"{path}/offer", offered="true") == 403
    assert await press(site, coordinator, f"{path}/offer", offered="true") == 303
    assert WORDS in await text_of(site, elsewhere, neighbour)
    assert await press(site, neighbour, f"{path}/copy", place=school_id) == 403
    assert await press(site, neighbour, f"{path}/copy", place=other) == 303
    mine = await text_of(site, PATH, neighbour)
    assert f"first shared at {first}" in mine
    assert await press(site, teacher, f"{path}/take-back") == 303
    assert WORDS not in await text_of(site, PATH, teacher)
    assert WORDS in await text_of(site, PATH, neighbour)


async def test_what_is_reported_is_in_no_form_until_the_coordinator_leaves_it(
    site: ContactsSite, teacher: Viewer, coordinator: Viewer, school_id: str, family: FamilyChanged
) -> None:
    path = await share(site, coordinator, school_id)
    log = f"/contacts/families/{family.family_id}/log"
    assert await press(site, teacher, f"{path}/report", reason="Sounds cold.") == 303
    assert "Sounds cold." in await text_of(site, PATH, coordinator)
    assert "Sounds cold." not in await text_of(site, PATH, teacher)
    assert WORDS not in await text_of(site, log, teacher)
    assert await press(site, teacher, f"{path}/leave") == 403
    assert await press(site, coordinator, f"{path}/leave") == 303
    assert WORDS in await text_of(site, log, teacher)


async def test_it_is_edited_by_its_author_and_hidden_from_other_schools(
    site: ContactsSite, teacher: Viewer, school_id: str
) -> None:
    path = await share(site, teacher, school_id)
    sent = {"place": school_id, **FIELDS, "title": "A bright morning"}
    browser = site.browser(teacher)
    assert (await fill_in(browser, f"{path}/edit", **sent)).status_code == 303
    assert "A bright morning" in await text_of(site, PATH, teacher)
    colleague = staff_viewer("educator", school_id)
    assert (await site.browser(colleague).get(f"{path}/edit")).status_code == 404
    assert await press(site, colleague, f"{path}/take-back") == 403
    stranger = staff_viewer("principal", "elsewhere")
    assert await press(site, stranger, f"{path}/take-back") == 404
    assert "A bright morning" not in await text_of(site, PATH, stranger)


async def test_more_than_a_page_of_them_goes_on_and_can_be_narrowed(
    site: ContactsSite, teacher: Viewer, school_id: str
) -> None:
    for number in range(3):
        await share(site, teacher, school_id, title=f"Morning {number}")
    await share(site, teacher, school_id, title="Numbers", topic="math")
    page = await text_of(site, f"{PATH}?size=2&topic=health", teacher)
    assert "Numbers" not in page
    onward = re.search(r'href="(\?[^"]*after=[^"]+)"', page)
    assert onward
    rest = await text_of(site, PATH + onward.group(1).replace("&amp;", "&"), teacher)
    assert "Numbers" not in rest
    found = re.findall(r"<bdi lang=\"en\">Morning (\d)</bdi>", page + rest)
    assert sorted(found) == ["0", "1", "2"]
