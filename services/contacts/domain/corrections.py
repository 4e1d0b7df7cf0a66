"""What staff know better than the roster about an adult: language, interpreter, how to reach them.

The newest correction of an adult's field holds, also after the next import; the roster's own word
is kept beside it. Taking a correction back lets the roster speak again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from services.contacts.domain.people import is_address, is_placeholder, language_tag
from shared.errors import Refused
from shared.i18n import N_
from shared.identity import Role
from shared.messages import Record

What = Literal["language", "interpreter", "email", "phone", "best", "confidential"]
"""`best`: the best time and way to reach somebody, in a few words. `confidential`: address and
phone are shown to those alone who may correct them. No roster has these two."""
SPEECH: frozenset[What] = frozenset({"language", "interpreter", "best"})
"""What whoever sees the family may correct."""
REACH: frozenset[What] = frozenset({"email", "phone"})
"""Where letters and calls go: whoever could change that alone could read a family's mail."""
CORRECTS_REACH: frozenset[Role] = frozenset({"office", "coordinator", "principal", "district"})
"""They see confidential addresses, too: else they could not keep them right."""
DECIDES_CONFIDENTIAL: frozenset[Role] = frozenset({"principal", "district"})
OURS: frozenset[What] = frozenset({"best", "confidential"})
"""What no roster has, so that no family is formed anew for it."""
YES, NO = "yes", "no"
FAMILY = "family"
"""Instead of an account: the family said so itself, on a page behind a letter."""
MOST_BEST = 80
_FEWEST_DIGITS, _MOST_DIGITS = 5, 18


class Draft(Record):
    """How the fields of one adult should be. None: it is not said, and stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Annotated[str, Field(max_length=35)] | None = None
    interpreter: bool | None = None
    email: Annotated[str, Field(max_length=254)] | None = None
    """Empty: there is no address that may be used."""
    phone: Annotated[str, Field(max_length=40)] | None = None
    best: Annotated[str, Field(max_length=MOST_BEST)] | None = None
    confidential: bool | None = None
    reason: Annotated[str, Field(max_length=300)] = ""
    """How one knows, such as "said on the phone"."""

    def said(self) -> dict[What, str]:
        """The fields that it speaks of, each as it is kept. `Refused` where one can't be."""
        made: dict[What, Callable[[], str | None]] = {
            "language": lambda: _language(self.language),
            "interpreter": lambda: _yes_or_no(self.interpreter),
            "email": lambda: _address(self.email),
            "phone": lambda: _number(self.phone),
            "best": lambda: None if self.best is None else " ".join(self.best.split()),
            "confidential": lambda: _yes_or_no(self.confidential),
        }
        found = {what: make() for what, make in made.items()}
        return {what: value for what, value in found.items() if value is not None}


class Correction(Record):
    """One change of one field, kept for good."""

    correction_id: str
    guardian_id: str
    sourced_ids: tuple[str, ...]
    """All records of the adult at that time, so that it is found when another becomes the first."""
    what: What
    value: str
    """What holds now; nothing: there is none. Meaningless when `ended`."""
    before: str
    """What held until then."""
    ended: bool = False
    """The correction before was taken back, and the roster speaks again."""
    reason: str = ""
    family_id: str
    account_id: str
    name: str
    at: datetime


class Standing(Record):
    """One field of an adult as it stands, with the roster's word beside it."""

    what: What
    value: str
    roster: str
    correction: Correction | None = None
    """The one that holds; None: the roster's word does."""
    applied: bool = True
    """Whether letters and other services follow it already."""


def may_correct(what: What, role: Role) -> bool:
    """Of a family that one sees."""
    if what == "confidential":
        return role in DECIDES_CONFIDENTIAL
    return what in SPEECH or role in CORRECTS_REACH


def changes_of(said: Mapping[What, str], standing: Iterable[Standing]) -> list[Standing]:
    """The fields that would change, with their new value; `Refused` when nothing would.

    A value that the roster has, too, needs no correction: then the one that was made ends.
    """
    changed = [
        each.model_copy(update={"value": said[each.what]})
        for each in standing
        if each.what in said and _differs(each, said[each.what])
    ]
    if not changed:
        raise Refused(N_("It is like this already; nothing was changed."))
    return changed


def _differs(standing: Standing, said: str) -> bool:
    needless = standing.correction is not None and said == standing.roster
    return said != standing.value or needless


# --- laid over the roster when families are formed ------------------------------------------------

Holding = Mapping[str, Mapping[What, str]]
"""By guardian, and by field: the corrections that hold."""


def holding(
    corrections: Iterable[Correction], guardian_of: Mapping[str, str]
) -> dict[str, dict[What, str]]:
    """The corrections by whoever they are about now; of several the newest holds."""
    found: dict[str, dict[What, str]] = {}
    for each in sorted(corrections, key=lambda one: (one.at, one.correction_id)):
        for guardian in {guardian_of[one] for one in each.sourced_ids if one in guardian_of}:
            held = found.setdefault(guardian, {})
            if each.ended:
                held.pop(each.what, None)
            else:
                held[each.what] = each.value
    return found


def over_addresses(
    addresses: Mapping[str, tuple[str, ...]], held: Holding
) -> dict[str, tuple[str, ...]]:
    """Each guardian's usable addresses, the corrected one instead of what the roster has.

    Only after records were joined: whoever is corrected stays one adult.
    """
    corrected = {
        guardian: ((fields["email"],) if fields["email"] else ())
        for guardian, fields in held.items()
        if "email" in fields
    }
    return {**addresses, **corrected}


# --- what a person may write ----------------------------------------------------------------------


def _language(text: str | None) -> str | None:
    if text is None:
        return None
    tag = language_tag(text)
    if tag is None:
        raise Refused(N_("Choose a language from the list, or write its code, such as pt-BR."))
    return tag


def _yes_or_no(needed: bool | None) -> str | None:
    return None if needed is None else YES if needed else NO


def _address(text: str | None) -> str | None:
    address = text.strip() if text is not None else None
    if not address:
        return address
    if not is_address(address):
        raise Refused(N_("This is no mail address. Write it like name@example.org, or nothing."))
    if is_placeholder(address):
        raise Refused(N_("This address stands for “none”. Leave it empty instead."))
    return address


def _number(text: str | None) -> str | None:
    number = " ".join(text.split()) if text is not None else None
    if not number:
        return number
    digits = sum(each.isdecimal() for each in number)
    plain = all(each.isdecimal() or each in "+ ()-./#x" for each in number)
    if not plain or not _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
        raise Refused(N_("This is no phone number. Use digits, such as +1 555 0100."))
    return number


def standing_of(
    now: Mapping[What, str],
    roster: Mapping[str, str],
    applied: Sequence[str],
    corrections: Mapping[What, Correction],
) -> tuple[Standing, ...]:
    """Every field of one adult. `now`: as services know it; `roster`: the roster's own word where
    it differs; `applied`: the fields in which corrections are in place there.
    """
    found = []
    for what in ("language", "interpreter", "email", "phone", "best", "confidential"):
        held = corrections.get(what)
        in_force = held if held and not held.ended else None
        own = roster.get(what, now.get(what, ""))
        value = in_force.value if in_force else own
        in_place = (what in applied) == (in_force is not None) and now.get(what, "") == value
        done = what in OURS or in_place
        found.append(
            Standing(what=what, value=value, roster=own, correction=in_force, applied=done)
        )
    return tuple(found)
