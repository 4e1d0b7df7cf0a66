"""The form to log a contact: sentences to begin with, and a form that is sent twice."""

import re

from shared.identity import Viewer
from shared.messages import FamilyChanged
from tests.contacts.site import ContactsSite, fill_in


async def test_a_sentence_is_chosen_about_the_own_child_and_stays_chosen_when_corrected(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    path = f"/contacts/families/{family.family_id}/log"
    form = (await browser.get(path)).text
    assert f"Great work by {family.students[0].given_name}" in form
    saved = await fill_in(browser, path, praise="work:math", at_home="read")
    entry = saved.headers["location"]
    assert "Great work by your child! Subject: math." in (await browser.get(entry)).text
    again = (await browser.get(f"{entry}/correct")).text
    assert 'value="work:math" selected' in again
    assert 'value="read" selected' in again
    corrected = await fill_in(
        browser, f"{entry}/correct", praise="habit:kind", words="So kind!", version="1"
    )
    assert corrected.status_code == 303
    page = (await browser.get(entry)).text
    assert "being kind to classmates" in page
    assert "So kind!" in page


async def test_a_form_that_is_sent_again_is_one_contact_and_with_other_words_another(
    site: ContactsSite, family: FamilyChanged, teacher: Viewer
) -> None:
    browser = site.browser(teacher)
    path = f"/contacts/families/{family.family_id}/log"
    sent = {"form_id": "a-form-of-its-own", "words": "Well done."}
    first = await fill_in(browser, path, **sent)
    again = await fill_in(browser, path, **sent)
    other = await fill_in(browser, path, **{**sent, "words": "Well done!"})
    assert first.headers["location"] == again.headers["location"]
    assert other.headers["location"] != first.headers["location"]
    assert re.search(r'name="form_id" value="[^"]{8,}"', (await browser.get(path)).text)
