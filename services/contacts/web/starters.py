"""Sentences to begin good news with, as options in the reader's language."""

from collections.abc import Sequence

from services.contacts.domain.contact import MOST_WORDS
from services.contacts.domain.resources import base_of
from services.contacts.web.at import AtDesk, Pair
from shared import web
from shared.errors import Refused
from shared.i18n import N_
from shared.identity import Viewer
from shared.starters import GROUPS, begun, praise, praises


def praises_for(page: web.PageContext, children: Sequence[str]) -> list[tuple[str, list[Pair]]]:
    """Each list by its name, with the sentences filled from it. No names: about "your child"."""
    about = ", ".join(children) or page._("your child")
    found: dict[str, list[Pair]] = {page._(name): [] for name in GROUPS.values()}
    for of, praise_id in praises():
        found[page._(GROUPS[of])].append((praise_id, praise(praise_id, about, page._)))
    return list(found.items())


def words_of(beginning: str, words: str) -> str:
    """What goes out: a sentence of the school and what was typed. `Refused` when it is too long."""
    if len(together := begun(beginning, words)) > MOST_WORDS:
        raise Refused(N_("With the sentence from our school the words are too long."))
    return together


async def beginnings_for(page: web.PageContext, desk: AtDesk, viewer: Viewer) -> list[Pair]:
    """Sentences that colleagues shared, in the language in which the page is written.

    Words go out as they are, in the language of the writer's page: others would be named wrongly.
    """
    found = await desk.store.ideas.starters_of(sorted(viewer.school_ids))
    own = [each for each in found if base_of(each.language) == base_of(page.language)]
    return [(each.words, f"{each.title}: {each.words}") for each in own]
