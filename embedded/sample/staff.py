"""The people who work in the schools; some of them are parents of pupils too."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from embedded.sample.model import (
    PLACEHOLDER_ADDRESS,
    Educator,
    Guardian,
    Position,
    School,
    SchoolClass,
)
from embedded.sample.names import CULTURES
from embedded.sample.plans import Weights, staged, weighted
from embedded.sample.schools import Opening, staffed
from embedded.sample.town import Town

DOMAIN = "staff.example"
OF_A_SCHOOL = (Position.PRINCIPAL, Position.COORDINATOR, Position.OFFICE)
DISTRICT_OFFICE = 2
STAGED = len(staged())
EDUCATOR_WHO_IS_PARENT = 0.13
ORIGINS: Weights[str] = (
    ("en", 0.82),
    ("es", 0.11),
    ("ar", 0.02),
    ("zh", 0.03),
    ("vi", 0.02),
)


class Hiring:
    """Fills the posts one after the other."""

    def __init__(self, town: Town) -> None:
        """Parents who are hired are among the guardians of the town."""
        self.town = town
        self.educators: list[Educator] = []
        self._parents = _candidates(town)

    def hire(
        self, position: Position, school_id: str, *, parents_welcome: bool = False
    ) -> Educator:
        """Somebody for this post: now and then a parent, who then uses the school address."""
        rng = self.town.rng
        wanted = parents_welcome and rng.random() < EDUCATOR_WHO_IS_PARENT
        parent = next(self._parents, None) if wanted else None
        if parent is None:
            culture = CULTURES[weighted(rng, ORIGINS)]
            given = rng.choice(culture.women if rng.random() < 0.72 else culture.men).typed
            family, number = rng.choice(culture.families).typed, self.town.person_id()
        else:
            given, family, number = parent.given_name, parent.family_name, parent.id
        address = self.town.address(given, family, DOMAIN)
        if parent:
            self.town.guardians[number] = replace(parent, email=address)
        educator = Educator(number, given, family, address, position, school_id)
        self.educators.append(educator)
        return educator


def hire_all(
    town: Town, schools: tuple[School, ...], openings: Iterator[Opening]
) -> tuple[list[Educator], list[SchoolClass]]:
    """Everybody the district needs: teachers with their classes, offices, the district's own."""
    hiring, numbers = Hiring(town), count(1)
    classes: list[SchoolClass] = []
    for opening in openings:
        # The demo's teacher is nobody's parent: that story would need explaining.
        shown = any(town.students[0].id in room.student_ids for room in opening.rooms)
        teacher = hiring.hire(Position.TEACHER, opening.school_id, parents_welcome=not shown)
        classes += staffed(opening, teacher.id, teacher.family_name, numbers)
    for school in schools:
        for position in OF_A_SCHOOL:
            hiring.hire(position, school.id)
        if school.kind != "elementary":
            hiring.hire(Position.COUNSELOR, school.id)
    for _ in range(DISTRICT_OFFICE):
        hiring.hire(Position.DISTRICT, "")
    return hiring.educators, classes


def _candidates(town: Town) -> Iterator[Guardian]:
    """Parents who write English, with an address of their own and one entry on the roster."""
    shared = _shared_addresses(town)
    left_alone = {number for pair in town.doubles for number in pair}
    left_alone |= {number for family in town.families[:STAGED] for number in family.guardian_ids}
    fitting = [
        guardian
        for guardian in town.guardians.values()
        if guardian.role == "parent"
        and guardian.language == "en"
        and guardian.email not in shared
        and guardian.id not in left_alone
        and (guardian.given_name + guardian.family_name).isascii()
    ]
    town.rng.shuffle(fitting)
    return iter(fitting)


def _shared_addresses(town: Town) -> set[str]:
    seen: set[str] = set()
    shared = {"", PLACEHOLDER_ADDRESS}
    for guardian in town.guardians.values():
        (shared if guardian.email in seen else seen).add(guardian.email)
    return shared
