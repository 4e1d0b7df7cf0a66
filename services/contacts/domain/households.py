"""Households: guardians who are invited, written to and answer as one, and see the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter

from services.contacts.domain.families import Family
from services.contacts.domain.joining import root_of
from services.contacts.domain.lasting_ids import Mint, keep_ids
from services.contacts.domain.people import normal_address
from services.contacts.domain.ties import Tie


@dataclass(frozen=True, slots=True)
class Member:
    """`address` is None when there is none that may be used. `mail_about`: the students about whom
    mail may go to that address.
    """

    guardian_id: str
    address: str | None
    mail_about: frozenset[str]
    order: int = 99


@dataclass(frozen=True, slots=True)
class Flag:
    """What holds between one member and one student, kept to notice when it changes."""

    guardian_id: str
    student_id: str
    gets_mail: bool
    may_see_record: bool


@dataclass(frozen=True, slots=True)
class Household:
    """All members may see the record of exactly the students in `student_ids`, never empty.

    `members` stand in the order in which they are greeted. `link_version` rises by one whenever
    every signed link of the household must end: a flag, join, split or address change.
    """

    household_id: str
    members: tuple[Member, ...]
    student_ids: frozenset[str]
    family_ids: frozenset[str] = frozenset()
    link_version: int = 1
    flags: frozenset[Flag] = field(default=frozenset())

    @property
    def guardian_ids(self) -> frozenset[str]:
        return frozenset(member.guardian_id for member in self.members)

    @property
    def writes_to(self) -> Member | None:
        """The member whose address gets the mail: about most students, then in order."""
        able = [member for member in self.members if member.address and member.mail_about]
        return max(able, key=lambda member: len(member.mail_about), default=None)

    @property
    def mailbox(self) -> str | None:
        chosen = self.writes_to
        return chosen.address if chosen else None

    @property
    def mail_about(self) -> frozenset[str]:
        """The students about whom the household is written to; empty without a mailbox."""
        chosen = self.writes_to
        return chosen.mail_about if chosen else frozenset()


@dataclass(frozen=True, slots=True)
class SharedWithBarred:
    """An address which gets no mail about a student, because an adult who may not see that
    student's record uses it too. For a person to settle.
    """

    address: str
    student_id: str
    barred_guardian_id: str
    guardian_ids: tuple[str, ...]


@dataclass
class _Adult:
    """One guardian while households are formed."""

    ties: list[Tie] = field(default_factory=list)
    addresses: tuple[str, ...] = ()

    @property
    def visible(self) -> frozenset[str]:
        return frozenset(tie.student_id for tie in self.ties if tie.may_see_record)


def form_households(
    ties: Iterable[Tie], addresses: Mapping[str, tuple[str, ...]], families: Iterable[Family]
) -> tuple[list[Household], tuple[SharedWithBarred, ...]]:
    """Households without ids, in a fixed order. `addresses`: each guardian's usable ones.

    Guardians who may see no student's record are in no household.
    """
    every = list(ties)
    adults = _adults(every, addresses)
    shared = _shared_with_barred(adults, every, addresses)
    closed = {(entry.address, entry.student_id) for entry in shared}
    family_of = {s: family.family_id for family in families for s in family.student_ids}
    found = []
    for ids in _grouped(adults):
        visible = adults[ids[0]].visible
        members = tuple(
            sorted(
                (_member(guardian, adults[guardian], closed) for guardian in ids),
                key=lambda member: (member.order, member.guardian_id),
            )
        )
        family_ids = frozenset(family_of[s] for s in visible if s in family_of)
        flags = frozenset(_flag(tie) for guardian in ids for tie in adults[guardian].ties)
        found.append(Household("", members, visible, family_ids, 1, flags))
    return sorted(found, key=lambda h: min(h.guardian_ids)), shared


def _adults(ties: Iterable[Tie], addresses: Mapping[str, tuple[str, ...]]) -> dict[str, _Adult]:
    adults: dict[str, _Adult] = {}
    for tie in ties:
        if tie.is_guardian:
            adult = adults.setdefault(tie.guardian_id, _Adult())
            adult.ties.append(tie)
            adult.addresses = addresses.get(tie.guardian_id, ())
    return adults


def _grouped(adults: Mapping[str, _Adult]) -> list[list[str]]:
    """Guardians who share an address or a household id, among those who see the same students."""
    seeing = sorted(guardian for guardian, adult in adults.items() if adult.visible)
    parent = {guardian: guardian for guardian in seeing}
    first: dict[tuple[frozenset[str], str], str] = {}
    for guardian in seeing:
        adult = adults[guardian]
        keys = [f"mail:{normal_address(address)}" for address in adult.addresses]
        keys += [f"home:{home}" for tie in adult.ties for home in tie.household_ids]
        for key in keys:
            other = first.setdefault((adult.visible, key), guardian)
            one, two = root_of(parent, guardian), root_of(parent, other)
            parent[max(one, two)] = min(one, two)
    groups: dict[str, list[str]] = {}
    for guardian in seeing:
        groups.setdefault(root_of(parent, guardian), []).append(guardian)
    return list(groups.values())


def _member(guardian: str, adult: _Adult, closed: set[tuple[str, str]]) -> Member:
    """With several addresses the one that may be used for most students, else the first."""
    wanted = frozenset(t.student_id for t in adult.ties if t.gets_mail and t.may_see_record)
    order = min(tie.order for tie in adult.ties)
    choices = [
        (address, frozenset(s for s in wanted if (normal_address(address), s) not in closed))
        for address in adult.addresses
    ]
    if not choices:
        return Member(guardian, None, frozenset(), order)
    address, about = max(choices, key=lambda choice: len(choice[1]))
    return Member(guardian, address, about, order)


def _flag(tie: Tie) -> Flag:
    return Flag(tie.guardian_id, tie.student_id, tie.gets_mail, tie.may_see_record)


def _shared_with_barred(
    adults: Mapping[str, _Adult], ties: Iterable[Tie], addresses: Mapping[str, tuple[str, ...]]
) -> tuple[SharedWithBarred, ...]:
    """A barred adult counts here even when no guardian, such as a mother's former partner."""
    users: dict[str, list[str]] = {}
    for guardian in sorted(adults):
        for address in adults[guardian].addresses:
            users.setdefault(normal_address(address), []).append(guardian)
    found = set()
    for tie in ties:
        for address in addresses.get(tie.guardian_id, ()) if tie.barred else ():
            plain = normal_address(address)
            others = tuple(g for g in users.get(plain, ()) if tie.student_id in adults[g].visible)
            if others:
                found.add(SharedWithBarred(plain, tie.student_id, tie.guardian_id, others))
    key = attrgetter("address", "student_id", "barred_guardian_id")
    return tuple(sorted(found, key=key))


def assign_household_ids(
    previous: Iterable[Household],
    formed: Iterable[Household],
    mint: Mint,
    guardian_of: Mapping[str, str] | None = None,
) -> tuple[Household, ...]:
    """Ids and link versions for the households of now.

    `guardian_of` says under which id a guardian of before is known now, after records were joined.
    """
    same = guardian_of or {}
    before = {household.household_id: household for household in previous}
    groups = {household.guardian_ids: household for household in formed}
    # Two earlier guardians may be one now; each counts for the household that is met first by id.
    members: dict[str, frozenset[str]] = {}
    taken: set[str] = set()
    for old_id in sorted(before):
        held = frozenset(same.get(g, g) for g in before[old_id].guardian_ids) - taken
        members[old_id] = held
        taken |= held
    ids = keep_ids(members, groups, mint)
    return tuple(
        replace(
            groups[guardians],
            household_id=household_id,
            link_version=_version(before.get(household_id), groups[guardians]),
        )
        for guardians, household_id in ids.items()
    )


def _version(old: Household | None, new: Household) -> int:
    if old is None:
        return 1
    return old.link_version + 1 if links_must_end(old, new) else old.link_version


def links_must_end(old: Household, new: Household) -> bool:
    """A flag, join, split or address change ends every link; a new brother or sister does not."""
    if old.guardian_ids != new.guardian_ids or _mailboxes(old) != _mailboxes(new):
        return True
    if not old.flags <= new.flags:
        return True
    return any(not (flag.gets_mail and flag.may_see_record) for flag in new.flags - old.flags)


def _mailboxes(household: Household) -> set[tuple[str, str]]:
    return {(m.guardian_id, normal_address(m.address)) for m in household.members}
