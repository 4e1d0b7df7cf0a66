"""Sentences to begin good news with, as options in the reader's language."""

from collections.abc import Sequence

from services.contacts.web.at import Pair
from shared import web
from shared.starters import GROUPS, praise, praises


def praises_for(page: web.PageContext, children: Sequence[str]) -> list[tuple[str, list[Pair]]]:
    """Each list by its name, with the sentences filled from it. No names: about "your child"."""
    about = ", ".join(children) or page._("your child")
    found: dict[str, list[Pair]] = {page._(name): [] for name in GROUPS.values()}
    for of, praise_id in praises():
        found[page._(GROUPS[of])].append((praise_id, praise(praise_id, about, page._)))
    return list(found.items())
