"""A school event: families are invited in their language, answer by a link, and are counted."""

import email
from email import policy

from icalendar import Calendar

from tests.journeys.cast import Cast
from tests.journeys.evenings import publish
from tests.journeys.waiting import eventually


async def test_a_family_answers_an_invitation_by_its_link_and_everybody_knows(cast: Cast) -> None:
    home = cast.home(cast.district.picks.arabic)
    before = cast.figures()["answers"].get("yes", 0)
    evening = publish(cast)

    invitation = cast.letter(home.mailboxes[0], evening.title)
    assert 'lang="ar" dir="rtl"' in invitation.html.replace("'", '"')
    link = invitation.link("/events/rsvp/")

    # Looking at it changes nothing, however often a mail program looks.
    family = cast.browser()
    assert family.open(link).html == family.open(link).html
    assert evening.counts(cast)["yes"]["households"] == 0

    page = family.open(link)
    assert evening.title in page.text
    thanks = family.submit(page, "/events/rsvp/", {"answer": "yes", "party_size": "3"})
    assert thanks.url.endswith("/thanks")

    # The organizer's counts.
    counts = evening.counts(cast)
    assert counts["yes"] == {"households": 1, "people": 3}
    assert counts["not_answered"] == counts["invited"] - 1

    # The confirmation brings the date for the calendar.
    confirmation = eventually(
        lambda: [
            each
            for each in cast.letters(home.mailboxes[0], evening.title)
            if each.letter_id != invitation.letter_id
        ]
    )[0]
    assert "text/calendar" in confirmation.kinds
    assert _calendar_entry(confirmation.raw)["SUMMARY"] == evening.title

    # The reports: an answer is a word from the family, so it is reached.
    eventually(lambda: cast.months(home)["reached"])
    eventually(lambda: cast.figures()["answers"].get("yes", 0) == before + 1)

    # A second answer replaces the first.
    family.submit(family.open(link), "/events/rsvp/", {"answer": "no"})
    counts = evening.counts(cast)
    assert (counts["yes"]["households"], counts["no"]["households"]) == (0, 1)
    eventually(lambda: cast.figures()["answers"].get("yes", 0) == before)


def _calendar_entry(raw: bytes) -> dict[str, str]:
    message = email.message_from_bytes(raw, policy=policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            (event,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
            return {name: str(value) for name, value in event.items()}
    raise LookupError("no calendar entry in the letter")
