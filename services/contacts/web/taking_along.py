"""What an educator takes from the library for families: the options of the forms to log."""

from collections.abc import Sequence

from pydantic import ValidationError

from services.contacts.domain.resources import Readers, Resource
from services.contacts.web.at import Pair
from services.contacts.web.parents import CHOICES
from shared import web
from shared.i18n import N_
from shared.messages import SharedResource
from shared.web.templates import language_name

MOST_OFFERED = 200
"""More than these can't be looked through on a phone; the best fitting are kept."""


def chosen_id(value: str) -> str:
    """The id of what was chosen: only that is believed, the rest is read again where it is kept."""
    chosen = _read(value)
    return chosen.resource_id if chosen else value[:64]


def offers_for(
    page: web.PageContext, readers: Readers, found: Sequence[Resource], value: str
) -> list[tuple[str, list[Pair]]]:
    """What may go along, in groups: what fits the families first.

    The value of each holds all that a letter says of it, so that the preview, which is another
    service's, shows it as it will be. What was chosen before and is gone stays to be seen.
    """
    school = readers.school_ids[0] if readers.school_ids else ""
    chosen = _read(value)
    groups: dict[str, list[Pair]] = {N_("Chosen"): [], N_("Fits best"): [], N_("Others"): []}
    gone = chosen if chosen and chosen.resource_id not in {r.resource_id for r in found} else None
    if gone:
        groups["Chosen"].append((value, page._("%(title)s (no longer offered)", title=gone.title)))
    for each in found[:MOST_OFFERED]:
        same = chosen if chosen and chosen.resource_id == each.resource_id else None
        kept = value if same else each.attached(school).model_dump_json()
        group = "Fits best" if each.fits(readers.grades, readers.languages) else "Others"
        groups[group].append((kept, _label(page, each)))
    return [(page._(name), options) for name, options in groups.items() if options]


def _label(page: web.PageContext, each: Resource) -> str:
    language = language_name(page.language, each.language)
    return f"{each.title} · {page._(CHOICES[each.topic])} · {language}"


def _read(value: str) -> SharedResource | None:
    try:
        return SharedResource.model_validate_json(value) if value else None
    except ValidationError:
        return None
