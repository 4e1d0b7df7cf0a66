"""People of another school, programs and passers-by find nothing of a family, whatever they open.

Every page and API of every service is asked with the family's real ids.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import httpx2
import pytest

from embedded.load import make_account
from embedded.sample import Family, Position
from shared.identity import new_key_pair
from shared.mongo import close, connect
from tests.journeys.cast import Cast, Home
from tests.journeys.evenings import Evening, publish
from tests.journeys.outside import PhoneSystem
from tests.journeys.words import good_news
from tests.rules.routes import Route, build_apps, routes_of


@dataclass(frozen=True)
class Known:
    """One family's contact and invitation: their ids, and what nobody else may read."""

    ids: dict[str, str]
    secrets: Sequence[str]


@pytest.fixture(scope="module")
async def pages(mongo_uri: str) -> Sequence[Route]:
    """Every page and API that shows something."""
    database = connect(mongo_uri, "journeys_routes_")
    routes = routes_of(build_apps(database, new_key_pair()))
    close(database)
    return [each for each in routes if each.access.method == "GET" and each.service != "mailbox"]


@pytest.fixture(scope="module")
def known(cast: Cast) -> Known:
    home = cast.take(lambda family: _schools(cast, family) == {_own_school(cast)})
    words, evening = good_news(), publish(cast)
    contact_id = cast.log(home, words)
    cast.letter(home.mailboxes[0], words)
    cast.letter(home.mailboxes[0], evening.title)
    return Known(_ids(cast, home, contact_id, evening), (words, home.child, *home.mailboxes))


def _ids(cast: Cast, home: Home, contact_id: str, evening: Evening) -> dict[str, str]:
    card = cast.card(home.family_id)
    deliveries = cast.deliveries(about=contact_id)
    return {
        "family_id": home.family_id,
        "contact_id": contact_id,
        "event_id": evening.event_id,
        "household_id": card["households"][0]["household_id"],
        "delivery_id": deliveries[0]["delivery_id"],
        "school_id": card["family"]["students"][0]["school_id"],
        "mailbox": home.mailboxes[0],
    }


@pytest.fixture(scope="module")
def strangers(cast: Cast, phones: PhoneSystem) -> dict[str, httpx2.Client]:
    """Who has no business with the family."""
    found = {"passer-by": cast.browser().client}
    for position in (Position.TEACHER, Position.COORDINATOR, Position.PRINCIPAL, Position.OFFICE):
        person = next(
            each
            for each in cast.district.educators
            if each.position is position and each.school_id not in {"", _own_school(cast)}
        )
        with cast.house.open_door() as door:
            make_account(door, person, cast.house.password)
        found[f"{position} of another school"] = cast.signed_in(person.email).client
    program = cast.browser().client
    program.headers["Authorization"] = f"Bearer {phones.token()}"
    return found | {"program": program}


def test_the_familys_own_educator_finds_it(
    cast: Cast, known: Known, pages: Sequence[Route]
) -> None:
    # Else the journeys below would prove nothing.
    seen = _found(cast.educator.client, cast, known, pages)
    assert {secret for _, secret in seen} == set(known.secrets)


@pytest.mark.parametrize(
    "who",
    [
        "passer-by",
        "teacher of another school",
        "coordinator of another school",
        "principal of another school",
        "office of another school",
        "program",
    ],
)
def test_strangers_find_nothing_of_the_family(
    cast: Cast,
    known: Known,
    pages: Sequence[Route],
    strangers: dict[str, httpx2.Client],
    who: str,
) -> None:
    assert list(_found(strangers[who], cast, known, pages)) == []


def _found(
    client: httpx2.Client, cast: Cast, known: Known, pages: Sequence[Route]
) -> Iterator[tuple[str, str]]:
    for page in pages:
        for address in (page.address(**known.ids), f"{page.address(**known.ids)}{_asking(known)}"):
            answer = client.get(cast.house.url + address)
            assert answer.status_code < 500, f"{page}: {answer.status_code} {answer.text[:300]}"
            yield from ((str(page), each) for each in known.secrets if each in answer.text)


def _asking(known: Known) -> str:
    """The same page, asked by its filters for just this family."""
    wanted = ("family_id", "household_id", "school_id")
    filters = [f"{name}={known.ids[name]}" for name in wanted]
    return "?" + "&".join([*filters, f"about={known.ids['contact_id']}"])


def _own_school(cast: Cast) -> str:
    return cast.district.picks.coordinator.school_id


def _schools(cast: Cast, family: Family) -> set[str]:
    return {cast.district.student[each].school_id for each in family.student_ids}
