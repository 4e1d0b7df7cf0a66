"""From adults and ties to families and households, in one step: what an import comes to."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from services.contacts.domain.corrections import YES, Correction, Holding, holding, over_addresses
from services.contacts.domain.families import FamilyAssignment, assign_family_ids, form_families
from services.contacts.domain.households import (
    Household,
    SharedWithBarred,
    assign_household_ids,
    form_households,
)
from services.contacts.domain.joining import Adult, Joined, JoinRules, join_adults
from services.contacts.domain.lasting_ids import Mint
from services.contacts.domain.roster import Link, Person
from services.contacts.domain.ties import ContactRow, Tie, tie_all


@dataclass(frozen=True)
class Previous:
    """What was settled by the import before: empty the first time."""

    families: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The students of each family."""
    households: tuple[Household, ...] = ()


@dataclass(frozen=True)
class Settlement:
    """`gone_households`: ids that live no longer, their links must end; `changed_links`: households
    whose link version rose.
    """

    joined: Joined
    ties: tuple[Tie, ...]
    families: FamilyAssignment
    households: tuple[Household, ...]
    new_households: tuple[str, ...] = ()
    gone_households: tuple[str, ...] = ()
    changed_links: tuple[str, ...] = ()
    shared_with_barred: tuple[SharedWithBarred, ...] = ()
    held: Holding = field(default_factory=dict)
    """What staff corrected, by guardian."""

    def household_of(self) -> dict[str, str]:
        """The household id of each guardian who is in one."""
        return {g: h.household_id for h in self.households for g in h.guardian_ids}


def settle(
    student_ids: Iterable[str],
    adults: Iterable[Adult],
    links: Iterable[Link],
    rows: Iterable[ContactRow],
    previous: Previous,
    rules: JoinRules,
    mint: Mint,
    corrections: Iterable[Correction] = (),
) -> Settlement:
    """The same input in any order gives the same result, apart from the ids that `mint` makes up.

    Adults whom only the contacts file names are made from its rows; where the roster lacks an
    address or a phone, the contacts file fills it in. Records are joined by what the roster says,
    before corrections are laid over it: whoever is corrected stays one adult.
    """
    students, told, pairs = frozenset(student_ids), list(rows), list(links)
    records = complete_adults(adults, told)
    joined = join_adults(records, _students_of(pairs, told), rules)
    held = holding(corrections, joined.guardian_of)
    joined = replace(joined, addresses=over_addresses(joined.addresses, held))
    ties = tuple(
        tie
        for tie in tie_all(pairs, told, joined.guardian_of)
        if tie.student_id in students and tie.guardian_id in joined.records
    )
    families = assign_family_ids(previous.families, form_families(students, ties), mint)
    formed, shared = form_households(ties, joined.addresses, families.families)
    households = assign_household_ids(previous.households, formed, mint, joined.guardian_of)
    before = {home.household_id: home.link_version for home in previous.households}
    versions = {home.household_id: home.link_version for home in households}
    return Settlement(
        joined=joined,
        ties=ties,
        families=families,
        households=households,
        new_households=tuple(home for home in versions if home not in before),
        gone_households=tuple(sorted(before.keys() - versions.keys())),
        changed_links=tuple(h for h, v in versions.items() if before.get(h, v) != v),
        shared_with_barred=shared,
        held=held,
    )


def adults_among(people: Iterable[Person], named: Container[str] = ()) -> Iterator[Adult]:
    """The people who may be somebody's guardian: by their role, or because a contacts file or a
    link names them, such as a teacher who is a parent too. A student is one only as a parent.
    """
    for person in people:
        if person.is_family_adult or (person.sourced_id in named and not person.is_student):
            yield Adult(
                person.sourced_id,
                person.given_name,
                person.family_name,
                person.email,
                person.phone,
            )


def complete_adults(adults: Iterable[Adult], rows: Iterable[ContactRow]) -> list[Adult]:
    """The roster's adults with gaps filled, and those whom only the contacts file names."""
    known = {adult.sourced_id: adult for adult in adults}
    for row in sorted(rows, key=lambda r: (r.guardian_id, r.line, r.student_id)):
        held = known.get(row.guardian_id)
        if held is None and not (row.given_name or row.family_name):
            continue
        known[row.guardian_id] = Adult(
            sourced_id=row.guardian_id,
            given_name=held.given_name if held else row.given_name or "",
            family_name=held.family_name if held else row.family_name or "",
            email=(held.email if held else None) or row.email,
            phone=(held.phone if held else None) or row.phone,
        )
    return list(known.values())


def _students_of(links: Iterable[Link], rows: Iterable[ContactRow]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for link in links:
        found.setdefault(link.adult_id, set()).add(link.student_id)
    for row in rows:
        found.setdefault(row.guardian_id, set()).add(row.student_id)
    return {adult: frozenset(students) for adult, students in found.items()}


@dataclass(frozen=True, slots=True)
class Voice:
    """In which language an adult is written to and spoken with. None: nobody has said."""

    language: str | None = None
    interpreter: bool = False


def corrected_voices(found: Mapping[str, Voice], held: Holding) -> dict[str, Voice]:
    """The same with what staff corrected."""
    corrected = dict(found)
    for guardian, fields in held.items():
        before = found.get(guardian, Voice())
        corrected[guardian] = Voice(
            fields.get("language", before.language),
            fields["interpreter"] == YES if "interpreter" in fields else before.interpreter,
        )
    return corrected


def voices(rows: Iterable[ContactRow], guardian_of: Mapping[str, str]) -> dict[str, Voice]:
    """Each guardian's language; where lines differ the one that most lines give, then by name."""
    languages: dict[str, list[str]] = {}
    interpreters: set[str] = set()
    guardians: set[str] = set()
    for row in rows:
        guardian = guardian_of.get(row.guardian_id, row.guardian_id)
        guardians.add(guardian)
        if row.language:
            languages.setdefault(guardian, []).append(row.language)
        if row.interpreter:
            interpreters.add(guardian)
    return {
        guardian: Voice(_commonest(languages.get(guardian, [])), guardian in interpreters)
        for guardian in guardians
    }


def _commonest(languages: list[str]) -> str | None:
    return min(languages, key=lambda tag: (-languages.count(tag), tag), default=None)
