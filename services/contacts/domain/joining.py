"""The same adult under several ids: joined when name and address agree, otherwise asked about.

A district's records hold a mother once per child and school. Two records are one person when the
normalised name and the mail address are the same. Everything weaker (a nickname, one address for
two similar names, a shared phone) is listed for a person to decide, never joined by itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from services.contacts.domain.people import is_placeholder, normal_address, normal_name

MOST_ADULTS_PER_ADDRESS = 4
"""An address of more adults is no family's: a school office, a shelter, "ask@district"."""
MOST_RECORDS_PER_ADULT = 8
"""More records with one name and address are a filler ("Parent Unknown"), not one person."""


@dataclass(frozen=True, slots=True)
class Adult:
    """An adult's record as the roster has it."""

    sourced_id: str
    given_name: str
    family_name: str
    email: str | None = None
    phone: str | None = None


class AddressFault(StrEnum):
    PLACEHOLDER = "placeholder"
    TOO_MANY_ADULTS = "too-many-adults"


@dataclass(frozen=True, slots=True)
class AddressAside:
    """An address that counts as missing, and the records that have it."""

    address: str
    fault: AddressFault
    adult_ids: tuple[str, ...]


class Likeness(StrEnum):
    SAME_ADDRESS = "same-address"  # and similar names
    SAME_NAME_AND_PHONE = "same-name-and-phone"
    SAME_NAME_AND_STUDENT = "same-name-and-student"


@dataclass(frozen=True, slots=True)
class NearMatch:
    """Two records that may be one adult. `one` < `other`."""

    one: str
    other: str
    why: Likeness


@dataclass(frozen=True, slots=True)
class Joined:
    """`guardian_of` gives every record's guardian id: one of the ids of the records joined.

    `addresses` holds each guardian's usable mail addresses, as written, the first to be used first.
    """

    guardian_of: dict[str, str]
    records: dict[str, tuple[str, ...]]
    addresses: dict[str, tuple[str, ...]]
    near: tuple[NearMatch, ...] = ()
    aside: tuple[AddressAside, ...] = ()


@dataclass(frozen=True)
class JoinRules:
    """`same` and `different`: pairs that a person has decided; `previous`: guardian ids so far.

    `placeholders`: the district's own list of addresses or `@domain` entries that mean "none".
    """

    placeholders: frozenset[str] = frozenset()
    same: frozenset[tuple[str, str]] = frozenset()
    different: frozenset[tuple[str, str]] = frozenset()
    previous: Mapping[str, str] = field(default_factory=dict)


def join_adults(
    adults: Iterable[Adult], students_of: Mapping[str, frozenset[str]], rules: JoinRules
) -> Joined:
    """`students_of` gives the students each record is tied to, for near matches only."""
    people = {adult.sourced_id: adult for adult in sorted(adults, key=lambda a: a.sourced_id)}
    names = {i: normal_name(a.given_name, a.family_name) for i, a in people.items()}
    aside = _set_aside(people.values(), names, rules.placeholders)
    unusable = {entry.address for entry in aside}
    usable = {
        adult_id: address
        for adult_id, adult in people.items()
        if (address := normal_address(adult.email)) and address not in unusable
    }
    apart = {frozenset(pair) for pair in rules.different}
    parent = {adult_id: adult_id for adult_id in people}
    for group in _buckets(((names[i], usable[i]), i) for i in usable if names[i]):
        _unite(parent, group, apart)
    for one, other in sorted(rules.same):
        if one in parent and other in parent:
            _unite(parent, [one, other], set())
    records = _records(parent, rules.previous)
    guardian_of = {record: guardian for guardian, held in records.items() for record in held}
    addresses = {guardian: _addresses(held, people, usable) for guardian, held in records.items()}
    near = _near_matches(people, names, usable, students_of, guardian_of, apart)
    return Joined(guardian_of, records, addresses, near, aside)


def _set_aside(
    adults: Iterable[Adult], names: Mapping[str, str], placeholders: frozenset[str]
) -> tuple[AddressAside, ...]:
    by_address: dict[str, list[Adult]] = {}
    for adult in adults:
        if adult.email:
            by_address.setdefault(normal_address(adult.email), []).append(adult)
    found = []
    for address, users in by_address.items():
        ids = tuple(adult.sourced_id for adult in users)
        if is_placeholder(address, placeholders):
            found.append(AddressAside(address, AddressFault.PLACEHOLDER, ids))
        elif _too_many(users, names):
            found.append(AddressAside(address, AddressFault.TOO_MANY_ADULTS, ids))
    return tuple(sorted(found, key=lambda entry: entry.address))


def _too_many(users: list[Adult], names: Mapping[str, str]) -> bool:
    """Counts adults, not records: a mother of six may have six records."""
    if len(users) <= MOST_ADULTS_PER_ADDRESS:
        return False
    named = Counter(names[adult.sourced_id] or adult.sourced_id for adult in users)
    crowd = max(named.values()) > MOST_RECORDS_PER_ADULT
    return crowd or len(named) > MOST_ADULTS_PER_ADDRESS


def _unite(parent: dict[str, str], group: list[str], apart: set[frozenset[str]]) -> None:
    """Join all of a group, unless a person said of two in it that they are different people."""
    if apart and any(frozenset(pair) in apart for pair in combinations(group, 2)):
        return
    for other in group[1:]:
        one_root, other_root = root_of(parent, group[0]), root_of(parent, other)
        parent[max(one_root, other_root)] = min(one_root, other_root)


def root_of(parent: dict[str, str], item: str) -> str:
    """The representative of an item's set, with path halving."""
    while parent[item] != item:
        parent[item] = parent[parent[item]]
        item = parent[item]
    return item


def _records(parent: dict[str, str], previous: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Each guardian's records. An id used before is kept: letters and notes point to it."""
    sets: dict[str, list[str]] = {}
    for record in sorted(parent):
        sets.setdefault(root_of(parent, record), []).append(record)
    found: dict[str, tuple[str, ...]] = {}
    for held in sets.values():
        before = sorted(r for r in held if previous.get(r) == r)
        found[before[0] if before else held[0]] = tuple(held)
    return found


def _addresses(
    held: Iterable[str], people: Mapping[str, Adult], usable: Mapping[str, str]
) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for record in held:
        if record in usable:
            kept.setdefault(usable[record], people[record].email or "")
    return tuple(kept.values())


def _near_matches(
    people: Mapping[str, Adult],
    names: Mapping[str, str],
    usable: Mapping[str, str],
    students_of: Mapping[str, frozenset[str]],
    guardian_of: Mapping[str, str],
    apart: set[frozenset[str]],
) -> tuple[NearMatch, ...]:
    found: dict[tuple[str, str], Likeness] = {}

    def consider(group: list[str], why: Likeness) -> None:
        for one, other in combinations(sorted(group), 2):
            if guardian_of[one] == guardian_of[other] or frozenset((one, other)) in apart:
                continue
            if why is not Likeness.SAME_ADDRESS or _similar(names[one], names[other]):
                found.setdefault((one, other), why)

    named = [adult_id for adult_id in people if names[adult_id]]
    phones = {i: digits for i in named if (digits := _digits(people[i]))}
    children = ((i, student) for i in named for student in students_of.get(i, ()))
    for group in _buckets((usable[i], i) for i in usable):
        consider(group, Likeness.SAME_ADDRESS)
    for group in _buckets(((names[i], phones[i]), i) for i in phones):
        consider(group, Likeness.SAME_NAME_AND_PHONE)
    for group in _buckets(((names[i], student), i) for i, student in children):
        consider(group, Likeness.SAME_NAME_AND_STUDENT)
    return tuple(NearMatch(one, other, why) for (one, other), why in sorted(found.items()))


def _buckets(keyed: Iterable[tuple[object, str]]) -> list[list[str]]:
    """Groups of 2 to 8: larger ones are a filler value, and asking about them helps nobody."""
    groups: dict[object, list[str]] = {}
    for key, item in keyed:
        groups.setdefault(key, []).append(item)
    return [g for g in groups.values() if 1 < len(g) <= MOST_RECORDS_PER_ADULT]


def _digits(adult: Adult) -> str:
    digits = "".join(c for c in adult.phone or "" if c.isdecimal())
    return digits[-10:] if len(digits) >= 7 else ""


def _similar(first: str, second: str) -> bool:
    """Two spouses at one address are not similar; Bob and Bobby Smith, or swapped names, are."""
    if not first or not second:
        return False
    (given, _, family), (given2, _, family2) = first.partition("|"), second.partition("|")
    if (given, family) == (family2, given2):
        return True
    if family == family2:
        return given.startswith(given2) or given2.startswith(given) or _one_letter(given, given2)
    return given == given2 and (
        family.startswith(family2) or family2.startswith(family) or _one_letter(family, family2)
    )


def _one_letter(one: str, other: str) -> bool:
    """Whether one changed, missing or swapped letter lies between two words."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 3:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]
