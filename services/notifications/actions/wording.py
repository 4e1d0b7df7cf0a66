"""In which language and whose words a letter speaks, and which typed words it needs."""

from collections.abc import Mapping
from dataclasses import replace

from services.notifications.actions.room import MailRoom
from services.notifications.actions.surroundings import Surroundings
from services.notifications.domain.delivery import WRITTEN, Delivery
from services.notifications.domain.notice import EducatorsNote, FamilyReply, Notice
from services.notifications.domain.replies import STAFF_READS
from services.notifications.domain.rewording import DISTRICT, Held, Layer
from services.notifications.domain.translation import (
    Ask,
    mask,
    names_in_signature,
    signed_by,
    typed_in,
)
from services.notifications.letters.catalogs import ORIGINAL
from services.notifications.letters.occasion import Household
from services.notifications.letters.reworded import OwnWords
from services.notifications.letters.tongue import base_of, tongue


def reader(
    row: Delivery, greeting: tuple[str, ...], language: str, around: Surroundings
) -> Household:
    """Whom a letter greets; what has left is shown in the language in which it left."""
    if row.state not in WRITTEN:
        return Household(greeting, language, base_of(language) in around.languages_off)
    if row.language == ORIGINAL:
        return Household(greeting, language, off=True)
    return Household(greeting, row.language)


def own_words(row: Delivery, around: Surroundings) -> OwnWords:
    """The own words of its school and the district: the newest, or those in which it has left."""
    if row.state in WRITTEN or row.left_in:
        left_in = row.left_in.editions if row.left_in else ()
        return holding(replace(around.held, newest=left_in), row.school_id)
    return holding(around.held, row.school_id)


def holding(held: Held, school_id: str) -> OwnWords:
    """Those of a school and of the district, the school's before the district's."""
    own = [each for each in held.newest if each.school_id in {DISTRICT, school_id}]
    own.sort(key=lambda each: each.school_id == DISTRICT)
    found: dict[str, tuple[Layer, ...]] = {}
    for each in own:
        found[each.language] = (*found.get(each.language, ()), held.layers[each])
    return OwnWords(found, tuple(own))


def asks_of(room: MailRoom, row: Delivery, around: Surroundings) -> dict[str, Ask]:
    """By typed words what a machine would have to translate for this letter; {} for none."""
    notice = around.notices.get(row.notice_id)
    target = _target(row, around)
    if notice is None or target is None:
        return {}
    names, family = _names(room, row, notice, around), _family(notice)
    asks: dict[str, Ask] = {}
    for words, language in typed_in(notice.content, notice.kind):
        masked = mask(words, names) if base_of(language) != target else None
        if masked is not None:
            asks[words] = Ask(masked, base_of(language), target, family)
    return asks


def translations_for(
    room: MailRoom, row: Delivery, around: Surroundings
) -> Mapping[tuple[str, str], str]:
    """By typed words and language what a machine made of them, where that is known."""
    if not around.translations or (row.state in WRITTEN and not row.translated_from):
        return {}
    found: dict[tuple[str, str], str] = {}
    for words, ask in asks_of(room, row, around).items():
        said = around.translations.get(ask.key)
        filled = ask.masked.filled(said) if said is not None else None
        if filled is not None:
            found[words, ask.target] = filled
    return found


def _target(row: Delivery, around: Surroundings) -> str | None:
    """The language in which it is written; None where nobody is known who reads it."""
    if row.to_staff:
        return STAFF_READS
    household = around.households.get(row.household_id)
    if household is None:
        return None
    home = reader(row, household.greeting, household.language, around)
    return tongue(home.language, off=home.off).language


def _family(notice: Notice) -> str:
    """The family about which it is, or that wrote it; "" for words to many."""
    match notice.content:
        case EducatorsNote(family_id=family_id):
            return family_id
        case FamilyReply(family_ids=(family_id, *_)):
            return family_id
    return ""


def _names(room: MailRoom, row: Delivery, notice: Notice, around: Surroundings) -> list[str]:
    """Who and what may be named in it. Words to many have the same placeholders for all."""
    school = around.schools.get(row.school_id)
    names = [room.place.district_name, *([school.name] if school else [])]
    content = notice.content
    names += names_in_signature(signed_by(content))
    if isinstance(content, FamilyReply):
        names += [part for name in (*content.names, *content.children) for part in name.split()]
    if about := _family(notice):
        for family in around.families.values():
            if family.family_id == about:
                names += [each.given_name for each in family.students]
                names += [each.family_name for each in family.students]
                names += [each.given_name for each in family.guardians]
                names += [each.family_name for each in family.guardians]
    writer = around.educators.get(row.sender_id or "")
    return names + ([writer.given_name, writer.family_name] if writer else [])
