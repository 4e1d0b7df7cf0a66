"""One contact with each of several families, such as after a class: each stands for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.contacts.actions.logging_contacts import log_contact
from services.contacts.domain.contact import Contact, ContactDraft
from services.contacts.store import Store
from shared.clock import id_from
from shared.errors import Forbidden, NotFound, Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.messages import FamilyChanged, StudentFacts
from shared.outbox import Units
from shared.sight import attends

MOST_FAMILIES = 100
"""At once; a class has fewer, and each is a transaction of its own."""


@dataclass
class Together:
    """What was logged, and why some families could not be, by their id."""

    logged: list[Contact] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Home:
    """A family of a class with those of its pupils who are in it."""

    family: FamilyChanged
    pupils: tuple[StudentFacts, ...]


async def homes_of_class(store: Store, class_id: str, viewer: Viewer, on: date) -> list[Home]:
    """The families of a class whom the viewer may see, in the order of their pupils' names.

    An educator's own classes only: who shares a pupil with a colleague does not see their class.
    """
    own = await store.directory.classes_of(viewer, on)
    if viewer.role == "educator" and class_id not in own:
        return []
    lines = await store.families.listed(
        seen_by=viewer, on=on, class_id=class_id, most=MOST_FAMILIES
    )
    ids = [line.family_id for line in lines]
    families = await store.families.seen_among(ids, seen_by=viewer, on=on)
    homes = [Home(each, pupils_in(each, class_id, on)) for each in families]
    return sorted((each for each in homes if each.pupils), key=_by_name)


def pupils_in(family: FamilyChanged, class_id: str, on: date) -> tuple[StudentFacts, ...]:
    """The family's pupils who are in a class on a day."""
    return tuple(student for student in family.students if attends(student, [class_id], on))


async def log_for_class(
    store: Store,
    units: Units,
    draft: ContactDraft,
    class_homes: Sequence[Home],
    family_ids: Sequence[str],
    by: Viewer,
    *,
    form_id: str,
) -> Together:
    """Log the same contact with each family of a class (`homes_of_class`), about its pupils there.

    `form_id` names the form that was filled in: when it is sent again with the same words, because
    nobody knows whether it arrived, no family has the contact twice.
    """
    if draft.tone == "concern":
        raise Refused(N_("A concern is for one family alone: log it on the family's page."))
    homes = {each.family.family_id: each for each in class_homes}
    found = Together()
    for family_id in dict.fromkeys(family_ids):
        if family_id not in homes:
            found.refused[family_id] = N_("This family is not in the class any more.")
            continue
        own = draft.model_copy(update=_about(homes[family_id]))
        contact_id = id_from(by.account_id, form_id, own.model_dump_json())
        try:
            found.logged.append(await log_contact(store, units, own, by, contact_id))
        except (Refused, NotFound, Forbidden) as wrong:
            found.refused[family_id] = str(wrong)
    return found


def _about(home: Home) -> Mapping[str, object]:
    pupils = tuple(each.student_id for each in home.pupils)
    return {"family_id": home.family.family_id, "student_ids": pupils}


def _by_name(home: Home) -> list[tuple[str, str]]:
    return [(each.family_name, each.given_name) for each in home.pupils]
