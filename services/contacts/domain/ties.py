"""Ties between students and adults: what the roster says, and what the contacts file adds to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.contacts.domain.kinship import may_be_written_to
from services.contacts.domain.people import relationship_of
from services.contacts.domain.roster import Link


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One line of the contacts file: what holds between one adult and one student.

    None means that the line does not say. A cell which was meant to restrict but can't be read is
    never None: it counts as "no". `email`, `phone` and the names are for adults whom the roster
    lacks.
    """

    guardian_id: str
    student_id: str
    relationship: str | None = None
    language: str | None = None
    interpreter: bool | None = None
    gets_mail: bool | None = None
    may_see_record: bool | None = None
    household_id: str | None = None
    order: int | None = None
    email: str | None = None
    phone: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Tie:
    """An adult and a student, with everything that is known about the two.

    `relationship` is one of the words that messages use. `is_guardian`: counts when families are
    formed; relatives and adults of unknown standing only once the contacts file names them.
    `gets_mail` is false wherever `may_see_record` is. `barred`: somebody wrote "may not see", as
    opposed to nobody having said anything; a mailbox that a barred adult reads gets no mail about
    the student, whoever else uses it.
    """

    student_id: str
    guardian_id: str
    relationship: str
    is_guardian: bool
    gets_mail: bool
    may_see_record: bool
    barred: bool = False
    household_ids: frozenset[str] = frozenset()
    order: int = 99


def tie_all(
    links: Iterable[Link], rows: Iterable[ContactRow] = (), joined: Mapping[str, str] | None = None
) -> list[Tie]:
    """One tie per student and adult. `joined` maps an adult's several ids to the one that is used.

    Where lines contradict each other, "no" wins: a restriction must never be lost.
    """
    same = joined or {}
    linked: dict[tuple[str, str], list[Link]] = {}
    told: dict[tuple[str, str], list[ContactRow]] = {}
    for link in links:
        adult = same.get(link.adult_id, link.adult_id)
        linked.setdefault((link.student_id, adult), []).append(link)
    for row in rows:
        adult = same.get(row.guardian_id, row.guardian_id)
        told.setdefault((row.student_id, adult), []).append(row)
    pairs = sorted(linked.keys() | told.keys())
    return [_tie(pair, linked.get(pair, []), told.get(pair, [])) for pair in pairs]


def _tie(pair: tuple[str, str], links: list[Link], rows: list[ContactRow]) -> Tie:
    by_roster = any(link.may_be_written_to for link in links)
    by_file = any(may_be_written_to(row.relationship or "") for row in rows)
    mail = _strictest(row.gets_mail for row in rows)
    see = _strictest(row.may_see_record for row in rows)
    parental = by_roster or by_file
    # "Gets mail: yes" about a child says that one may hear about it, unless the line denies that.
    may_see = see if see is not None else parental or mail is True
    # A relationship alone, without a yes, opens no mail to whom the roster calls a relative.
    gets_mail = mail if mail is not None else by_roster or (by_file and not links)
    return Tie(
        student_id=pair[0],
        guardian_id=pair[1],
        relationship=_relationship(links, rows),
        is_guardian=parental or mail is True or see is True,
        gets_mail=gets_mail and may_see,
        may_see_record=may_see,
        barred=see is False,
        household_ids=frozenset(row.household_id for row in rows if row.household_id),
        order=min((row.order for row in rows if row.order is not None), default=99),
    )


def _strictest(answers: Iterable[bool | None]) -> bool | None:
    said = {answer for answer in answers if answer is not None}
    return None if not said else False not in said


def _relationship(links: list[Link], rows: list[ContactRow]) -> str:
    words = sorted(row.relationship for row in rows if row.relationship)
    words += sorted(
        (link.relationship for link in links), key=lambda word: (not may_be_written_to(word), word)
    )
    return relationship_of(words[0]) if words else "other"
