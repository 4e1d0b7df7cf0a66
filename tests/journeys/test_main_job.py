"""The main job: a good-news call is logged, the family gets a letter, the reports count it.

By the page, by HTTP and by AMQP: the same fact has the same effect.
"""

from typing import Any

from embedded.sample import Family
from tests.journeys.cast import Cast, Home
from tests.journeys.outside import PhoneSystem, contacted
from tests.journeys.waiting import eventually
from tests.journeys.words import good_news


def test_a_good_news_call_is_written_to_the_family_and_counted(cast: Cast) -> None:
    home = cast.home(cast.district.picks.good_news)
    words = good_news()
    before = cast.figures()

    # She sees who would get it and how it reads, before anything is sent.
    preview = cast.preview(home, words)
    assert preview.text.count("Gets it") == len(home.mailboxes)
    # A translation that nobody has reviewed has the English below it.
    assert preview.text.count(words) == 2 * len(home.mailboxes)

    contact_id = cast.log(home, words)

    for mailbox in home.mailboxes:
        letter = cast.letter(mailbox, words)
        assert f'lang="{home.family.language}"' in letter.html
        assert letter.unsubscribe_link.startswith(f"{cast.house.url}/notifications/unsubscribe/")
        assert letter.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert {state for state, _ in cast.fates(about=contact_id)} == {"accepted"}

    eventually(lambda: all(cast.months(home).values()), otherwise=lambda: str(cast.months(home)))
    cast.reports_say(contacts=before["total"] + 1)
    after = cast.figures()
    assert after["by_tone"]["good_news"] == before["by_tone"].get("good_news", 0) + 1
    assert after["families"]["told_good_news"] == before["families"]["told_good_news"] + 1
    assert after["families"]["reached"] == before["families"]["reached"] + 1

    entry = cast.educator.open(f"/contacts/entries/{contact_id}")
    assert words in entry.text


def test_a_voicemail_tells_a_family_but_does_not_reach_it(cast: Cast) -> None:
    home = cast.take()
    before = cast.figures()
    cast.log(home, "", outcome="voicemail")

    cast.reports_say(contacts=before["total"] + 1)
    assert cast.months(home) == {"told_good_news": True, "told": True, "reached": False}


async def test_the_same_fact_by_page_http_and_amqp_has_the_same_effect(
    cast: Cast, phones: PhoneSystem
) -> None:
    homes = [cast.take(_alone) for _ in range(3)]
    words = [good_news() for _ in homes]
    before = cast.figures()["total"]

    by_page, by_http, by_amqp = homes
    cast.log(by_page, words[0])
    (result,) = phones.post(contacted(cast, by_http, words[1]))
    assert result["result"] == "accepted"
    await phones.publish(contacted(cast, by_amqp, words[2]))

    effects = [_effect(cast, home, said) for home, said in zip(homes, words, strict=True)]
    assert effects[1] == effects[0]
    assert effects[2] == effects[0]
    cast.reports_say(contacts=before + 3)


async def test_the_same_message_by_http_and_amqp_again_has_one_effect(
    cast: Cast, phones: PhoneSystem
) -> None:
    home = cast.take()
    words = good_news()
    message = contacted(cast, home, words)
    before = cast.figures()["total"]

    assert [each["result"] for each in phones.post(message)] == ["accepted"]
    assert [each["result"] for each in phones.post(message)] == ["duplicate"]
    await phones.publish(message)
    cast.letter(home.mailboxes[0], words)
    await cast.house.quiet()

    assert len(cast.letters(home.mailboxes[0], words)) == 1
    assert len(cast.card(home.family_id)["contacts"]) == 1
    cast.reports_say(contacts=before + 1)


def _alone(family: Family) -> bool:
    return len(family.guardian_ids) == 1


def _effect(cast: Cast, home: Home, words: str) -> dict[str, Any]:
    """What a fact did that must not depend on the way it came."""
    letter = cast.letter(home.mailboxes[0], words)
    eventually(lambda: all(cast.months(home).values()))
    card = cast.card(home.family_id)
    (contact,) = card["contacts"]
    facts = ("channel", "direction", "tone", "outcome", "school_id", "class_ids", "retraction")
    return {
        "contact": {name: contact[name] for name in facts},
        "letters": len(cast.letters(home.mailboxes[0], words)),
        "parts": letter.kinds,
        "sender": letter.message["From"],
        "reports": cast.months(home),
    }
