"""A family opens its own page from a letter, asks for a call, and its educator has to do it."""

from embedded.sample import Family
from tests.journeys.cast import Cast
from tests.journeys.waiting import eventually
from tests.journeys.words import good_news

WORDS = "Please call me about the field trip."


def test_a_family_asks_on_its_page_and_the_educator_answers_in_two_school_days(cast: Cast) -> None:
    home = cast.take(_one_child)
    words = good_news()
    cast.log(home, words, outcome="voicemail")
    assert cast.months(home)["reached"] is False
    link = cast.letter(home.mailboxes[0], words).link("/notifications/our-children/")

    family = cast.browser()
    page = family.open(link)
    assert home.child.split()[0] in page.text
    family.submit(page, "#ask", {"what": "call", "words": WORDS})

    eventually(lambda: WORDS in cast.educator.open("/contacts/follow-ups").text)
    name = cast.district.picks.educator.family_name
    eventually(lambda: f"{name} will answer by" in family.open(link).text)
    eventually(lambda: cast.months(home)["reached"] is True)
    address = next(each for each in family.open(link).links if each.endswith("calendar.ics")
                   and each.startswith("http"))  # fmt: skip
    calendar = family.client.get(address)
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert home.child.split()[0] not in calendar.text


def _one_child(family: Family) -> bool:
    return len(family.student_ids) == 1 and family.language == "en"
