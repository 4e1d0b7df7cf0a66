"""Everybody who lives in the district while it is being made; hands out ids, addresses, phones."""

from collections import Counter
from dataclasses import dataclass
from itertools import count
from random import Random

from embedded.sample.model import Family, Guardian, School, Shape, Student, Tie
from embedded.sample.names import CULTURES, Culture, Name, plain
from embedded.sample.plans import LANGUAGES, weighted

GROUP_HOME_SIZE = 10
"""More than 8, the most students that an adult of a family has."""


@dataclass(frozen=True, slots=True)
class Adult:
    """A guardian as one family has them."""

    guardian: Guardian
    relationship: str
    household_id: str
    gets_mail: bool = True
    may_see_record: bool = True
    listed: bool = True


class Town:
    """The people so far. Nothing in it depends on anything but the random source."""

    def __init__(self, rng: Random, schools: tuple[School, ...]) -> None:
        """`schools` are those that the children may attend."""
        self.rng = rng
        self.students: list[Student] = []
        self.guardians: dict[str, Guardian] = {}
        self.ties: list[Tie] = []
        self.families: list[Family] = []
        self.doubles: list[tuple[str, str]] = []
        self._addresses: Counter[str] = Counter()
        self._people = count(1)
        self._households = count(1)
        self._phones = count()
        self._schools: dict[str, list[str]] = {}
        for school in schools:
            for grade in school.grades:
                self._schools.setdefault(grade, []).append(school.id)

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades taught in the district."""
        return tuple(self._schools)

    def person_id(self) -> str:
        """A fresh id for an adult, guardian or staff."""
        return f"p{next(self._people):06d}"

    def household_id(self) -> str:
        """A fresh id for a household."""
        return f"h{next(self._households):06d}"

    def phone(self) -> str:
        """A number from the range kept for fiction, 555-0100 to 555-0199 in any area code."""
        number = next(self._phones)
        return f"+1{201 + number // 100 % 789}55501{number % 100:02d}"

    def address(self, given: str, family: str, domain: str) -> str:
        """A mail address that nobody has yet; names as typed, `domain` a reserved one."""
        words = (_letters(given), _letters(family.split(maxsplit=1)[0]))
        stem = ".".join(word for word in words if word)
        self._addresses[stem] += 1
        number = self._addresses[stem]
        return f"{stem}{number if number > 1 else ''}@{domain}"

    def enroll(
        self,
        culture: Culture,
        family_name: str,
        grade: str,
        zone: int,
        taken: frozenset[str],
    ) -> Student:
        """A new student at the school of that zone; not called like a brother or sister."""
        names = self.rng.choice((culture.women, culture.men))
        given = self.rng.choice([name.typed for name in names if name.typed not in taken])
        schools = self._schools[grade]
        number = f"st{len(self.students) + 1:06d}"
        child = Student(number, given, family_name, grade, schools[zone % len(schools)])
        self.students.append(child)
        return child

    def found_family(
        self, shape: Shape, language: str, children: list[Student], adults: list[Adult]
    ) -> None:
        """Write down that these children have exactly these guardians."""
        number = f"f{len(self.families) + 1:06d}"
        students = tuple(child.id for child in children)
        guardians = tuple(adult.guardian.id for adult in adults)
        self.families.append(Family(number, shape, language, students, guardians))

    def tie(self, adults: list[Adult], child: Student) -> None:
        """Let these adults be the child's guardians, in the order to try them."""
        for order, adult in enumerate(adults, start=1):
            self.ties.append(
                Tie(
                    adult.guardian.id,
                    child.id,
                    adult.relationship,
                    adult.household_id,
                    order,
                    adult.gets_mail,
                    adult.may_see_record,
                    adult.listed,
                )
            )

    def open_group_home(self) -> None:
        """One adult answers for more children than a family has; they are not kin."""
        name = self.rng.choice(CULTURES["en"].women).own
        address = "office.alder-house@families.example"
        number, phone = self.person_id(), self.phone()
        head = Guardian(number, name, "Alder House", address, phone, "guardian", "en", False)
        adult = Adult(head, "guardian", self.household_id())
        self.guardians[head.id] = head
        for _ in range(GROUP_HOME_SIZE):
            culture = CULTURES[weighted(self.rng, LANGUAGES)]
            family_name = self.rng.choice(culture.families).typed
            grade = self.rng.choice(self.grades)
            child = self.enroll(culture, family_name, grade, 0, frozenset())
            self.tie([adult], child)
            self.found_family(Shape.GROUP_HOME, "en", [child], [adult])


def both(first: Name, second: Name) -> Name:
    """Two family names as one, the father's first."""
    return Name(f"{first.own} {second.own}", f"{first.typed} {second.typed}")


def _letters(text: str) -> str:
    return "".join(mark for mark in plain(text).lower() if mark.isalnum())
