"""What goes along with a contact: which comes first, and what is kept of it."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contacts.domain.contact import Contact
from services.contacts.domain.resources import Readers, Resource, by_fit
from services.contacts.web.taking_along import chosen_id
from shared.errors import Conflict
from tests.contacts.test_contact import NOW, PLACE, RIVERA, draft


def resource(**over: object) -> Resource:
    facts = {
        "resource_id": "r1",
        "school_id": "maple",
        "title": "Read together",
        "topic": "reading",
        "language": "en",
        "account_id": "a",
        "author": "Ms. Rivera",
        "changed_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return Resource.model_validate({**facts, **over})


def readers(grades: Iterable[str], languages: Iterable[str]) -> Readers:
    return Readers(("maple",), frozenset(grades), frozenset(languages))


READING = resource().attached("maple")


def test_the_childs_grade_and_the_familys_language_come_first_then_the_grade() -> None:
    found = [
        resource(resource_id="other grade", grades=("08",), language="es"),
        resource(resource_id="grade", grades=("03",)),
        resource(resource_id="fits", grades=("03",), language="es-MX"),
        resource(resource_id="for all", language="es"),
    ]
    ordered = [each.resource_id for each in by_fit(found, readers({"03"}, {"es"}))]
    assert ordered == ["fits", "for all", "grade", "other grade"]


LANGUAGES = st.sampled_from(["en", "es", "es-MX", "ar"])
GRADES = st.lists(st.sampled_from(["KG", "03", "08"]), max_size=2, unique=True)


@given(st.lists(st.tuples(LANGUAGES, GRADES), max_size=12), GRADES, st.sets(LANGUAGES))
def test_nothing_is_lost_and_what_fits_is_never_behind_what_does_not(
    made: list[tuple[str, list[str]]], grades: list[str], languages: set[str]
) -> None:
    found = [
        resource(resource_id=str(place), language=language, grades=tuple(of))
        for place, (language, of) in enumerate(made)
    ]
    ordered = by_fit(found, readers(grades, languages))
    assert sorted(each.resource_id for each in ordered) == sorted(r.resource_id for r in found)
    fits = [each.fits(grades, languages) for each in ordered]
    assert fits == sorted(fits, reverse=True)


def test_a_link_goes_along_itself_and_a_text_by_the_page_of_the_school() -> None:
    assert READING.link == "/contacts/parents/maple#r-r1"
    assert resource(link="https://read.example/").attached("maple").link == "https://read.example/"
    assert resource(school_id=None).attached("oak").link == "/contacts/parents/oak#r-r1"


def test_it_is_kept_without_a_letter_also_for_a_concern() -> None:
    contact = Contact.logged("c1", draft(tone="concern"), PLACE, RIVERA, NOW, resource=READING)
    assert contact.letter is None
    assert contact.told().resource == READING


def test_once_the_letter_has_left_what_it_names_stays() -> None:
    contact = Contact.logged("c1", draft(words="Well done!"), PLACE, RIVERA, NOW, resource=READING)
    same = contact.corrected(
        draft(words="Well done!", channel="text", outcome="sent"), PLACE, RIVERA, NOW,
        posted=True, resource=READING,
    )  # fmt: skip
    assert same.resource == READING
    with pytest.raises(Conflict, match="handed to the mail service"):
        contact.corrected(draft(words="Well done!"), PLACE, RIVERA, NOW, posted=True)


@pytest.mark.parametrize(
    ("value", "chosen"), [("", ""), (READING.model_dump_json(), "r1"), ("nonsense", "nonsense")]
)
def test_only_the_id_of_what_the_form_says_is_believed(value: str, chosen: str) -> None:
    assert chosen_id(value) == chosen
