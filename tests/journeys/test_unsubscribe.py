"""A family stops good-news letters with one click in its mail program (RFC 8058)."""

import httpx2

from tests.journeys.cast import Cast, Home
from tests.journeys.evenings import publish
from tests.journeys.letters import Letter
from tests.journeys.waiting import eventually
from tests.journeys.words import good_news


def test_after_one_click_the_next_letter_is_not_sent_and_staff_see_why(cast: Cast) -> None:
    home = cast.take()
    mailbox, household_id = home.mailboxes[0], _household_id(cast, home)
    letter = _letter(cast, home)

    # A mail program that only looks at the link stops nothing.
    cast.browser().open(letter.unsubscribe_link)
    again = _letter(cast, home)

    _one_click(again)
    words = good_news("sang a song")
    contact_id = cast.log(home, words)
    fate = ("suppressed", "The family asked us to stop letters of this kind.")
    eventually(lambda: cast.fates(about=contact_id, household_id=household_id) == [fate])
    page = cast.educator.open(f"/notifications/contacts/{contact_id}")
    assert "The family asked us to stop letters of this kind." in page.text
    assert cast.letters(mailbox, words) == []

    # Invitations are another kind, and still come.
    evening = publish(cast)
    cast.letter(mailbox, evening.title)
    assert cast.letters(mailbox, words) == []

    # The same link lets them begin again.
    family = cast.browser()
    family.submit(
        family.open(letter.unsubscribe_link), "/notifications/unsubscribe/", {"choice": "again"}
    )
    _letter(cast, home)


def _household_id(cast: Cast, home: Home) -> str:
    households = cast.card(home.family_id)["households"]
    return next(
        str(each["household_id"]) for each in households if each["mailbox"] == home.mailboxes[0]
    )


def _letter(cast: Cast, home: Home) -> Letter:
    words = good_news()
    cast.log(home, words)
    return cast.letter(home.mailboxes[0], words)


def _one_click(letter: Letter) -> None:
    """As a mail program posts by itself: no cookies, no page, no origin."""
    assert letter.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    answer = httpx2.post(
        letter.unsubscribe_link, data={"List-Unsubscribe": "One-Click"}, follow_redirects=False
    )
    assert answer.status_code == 200, answer.text
