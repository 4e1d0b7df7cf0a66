"""Separated parents are one family and two households: neither sees anything of the other."""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from embedded.sample import Guardian
from embedded.visitor import Shown, Visitor
from tests.journeys.cast import Cast
from tests.journeys.evenings import Evening, publish
from tests.journeys.letters import Letter
from tests.journeys.waiting import eventually
from tests.journeys.words import good_news

PARTY = "17"
"""So many people that the number is nobody's guess."""


@dataclass
class Apart:
    """One of the two, with their household, their letters and their browser."""

    guardian: Guardian
    household_id: str
    browser: Visitor
    invitation: Letter
    seen: list[str]

    @property
    def secrets(self) -> Sequence[str]:
        """What the other must never find."""
        own = self.guardian
        found = (own.given_name, own.email, own.phone, self.household_id)
        return [each.lower() for each in found if each]

    @property
    def link(self) -> str:
        """To the invitation; the letter's buttons press an answer in advance, this does not."""
        return self.invitation.link("/events/rsvp/").partition("?")[0]

    def open(self, address: str) -> Shown:
        """Look at a page, and remember everything on it."""
        shown = self.browser.open(address)
        self.seen.append(shown.html)
        return shown

    def keep(self, letter: Letter) -> Letter:
        """Read a letter, and remember everything in it."""
        self.seen.append(letter.whole)
        return letter

    def answer(self, **values: str) -> Shown:
        """Answer the invitation by its link."""
        page = self.open(self.link)
        thanks = self.browser.submit(page, "/events/rsvp/", values)
        self.seen.append(thanks.html)
        return thanks


@pytest.fixture(scope="module")
def evening(cast: Cast) -> Evening:
    return publish(cast)


@pytest.fixture(scope="module")
def parents(cast: Cast, evening: Evening) -> tuple[Apart, Apart]:
    """The two parents of the sample's separated family, both invited."""
    home = cast.home(cast.district.picks.separated)
    first, second = (_parent(cast, home.family_id, each, evening)
                     for each in home.family.guardian_ids)  # fmt: skip
    assert first.household_id != second.household_id
    return first, second


def _parent(cast: Cast, family_id: str, guardian_id: str, evening: Evening) -> Apart:
    guardian = cast.district.guardian[guardian_id]
    address = guardian.email.lower()
    household = next(
        each for each in cast.card(family_id)["households"]
        if (each["mailbox"] or "").lower() == address
    )  # fmt: skip
    parent = Apart(
        guardian,
        household["household_id"],
        cast.browser(),
        cast.letter(address, evening.title),
        [],
    )
    parent.keep(parent.invitation)
    return parent


def test_each_gets_a_letter_of_their_own_in_their_own_language(
    cast: Cast, parents: tuple[Apart, Apart]
) -> None:
    words = good_news()
    cast.log(cast.home(cast.district.picks.separated), words)
    for parent in parents:
        letter = parent.keep(cast.letter(parent.guardian.email.lower(), words))
        assert f'<html lang="{parent.guardian.language}"' in letter.html
        assert [letter.message["To"].addresses[0].addr_spec.lower()] == [
            parent.guardian.email.lower()
        ]
        assert letter.message["Cc"] is None
    assert parents[0].guardian.language != parents[1].guardian.language


def test_one_answers_and_the_other_is_still_asked(
    cast: Cast, evening: Evening, parents: tuple[Apart, Apart]
) -> None:
    first, second = parents
    thanks = first.answer(answer="yes", party_size=PARTY)
    assert PARTY in thanks.text
    first.keep(_confirmation(cast, first, evening))
    first.open(thanks.link("/calendar.ics"))

    page = second.open(second.link)
    form = page.form("/events/rsvp/")
    assert "answer" not in form.fields
    assert form.fields["party_size"] != [PARTY]

    second.answer(answer="no")
    second.keep(_confirmation(cast, second, evening))
    assert PARTY in first.open(first.link).text
    assert evening.counts(cast)["yes"] == {"households": 1, "people": int(PARTY)}
    assert evening.counts(cast)["no"]["households"] == 1


def test_a_link_names_only_its_own_household_and_opens_nothing_else(
    parents: tuple[Apart, Apart],
) -> None:
    tokens = [each.link.rpartition("/")[2] for each in parents]
    for token, own, other in zip(tokens, parents, reversed(parents), strict=True):
        assert own.household_id in _payload(token)
        assert other.household_id not in _payload(token)
    # One's words with the other's signature are nobody's.
    words, signature = tokens[0].rsplit(".", 1)[0], tokens[1].rsplit(".", 1)[1]
    link = parents[0].link.replace(tokens[0], f"{words}.{signature}")
    parents[0].browser.open(link, expect=410)


def test_nothing_that_either_ever_saw_tells_of_the_other(
    cast: Cast, parents: tuple[Apart, Apart]
) -> None:
    for own, other in (parents, parents[::-1]):
        own.open(own.invitation.link("/notifications/unsubscribe/"))
        page = own.open(own.invitation.link("/notifications/our-children/"))
        own.open(
            next(each for each in page.links if each.endswith(".ics") and each.startswith("http"))
        )
        for each in cast.letters(own.guardian.email.lower()):
            own.keep(each)
        everything = "\n".join(own.seen).lower()
        assert [secret for secret in other.secrets if secret in everything] == []


def _confirmation(cast: Cast, parent: Apart, evening: Evening) -> Letter:
    address = parent.guardian.email.lower()
    return eventually(
        lambda: [
            each
            for each in cast.letters(address, evening.title)
            if each.letter_id != parent.invitation.letter_id
        ]
    )[0]


def _payload(token: str) -> str:
    """What a token says to anybody who decodes it: it is signed, not secret."""
    text = token.rsplit(".", 1)[0]
    squeezed = text.startswith(".")
    raw = base64.urlsafe_b64decode(text.lstrip(".") + "=" * (-len(text.lstrip(".")) % 4))
    return (zlib.decompress(raw) if squeezed else raw).decode()
