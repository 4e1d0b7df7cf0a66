"""Sentences to begin good news with: praise for one concrete thing, and what the family can do.

In a trial one sentence a week from the teacher lowered failed courses from 15.8 to 9.3 percent,
most where it said what the pupil could do (Kraft and Rogers 2015). The sentences are chosen from
lists, so that each household reads them in its own language and no translator is needed. They are
built so that nothing in them is inflected: what is praised stands after a colon.
"""

from collections.abc import Callable, Iterator
from typing import Literal

from shared.i18n import N_

List = Literal["subject", "skill", "habit"]

PATTERNS: dict[str, tuple[List, str]] = {
    "work": ("subject", N_("Great work by %(children)s! Subject: %(about)s.")),
    "progress": ("subject", N_("We see much progress by %(children)s. Subject: %(about)s.")),
    "strength": ("skill", N_("A new strength of %(children)s: %(about)s.")),
    "habit": ("habit", N_("We love this about %(children)s: %(about)s.")),
}
"""How praise is said, and from which list it is filled."""

LISTS: dict[List, dict[str, str]] = {
    "subject": {
        "reading": N_("reading"),
        "writing": N_("writing"),
        "math": N_("math"),
        "science": N_("science"),
        "social_studies": N_("social studies"),
        "art": N_("art"),
        "music": N_("music"),
        "sports": N_("sports"),
    },
    "skill": {
        "read_aloud": N_("reading aloud"),
        "explain": N_("explaining how to find the answer"),
        "ask": N_("asking good questions"),
        "listen": N_("listening to others"),
        "team": N_("working in a team"),
        "problems": N_("solving hard problems"),
        "stories": N_("telling stories"),
        "new_language": N_("speaking a new language"),
    },
    "habit": {
        "kind": N_("being kind to classmates"),
        "again": N_("trying again after a mistake"),
        "ready": N_("coming to class ready to learn"),
        "help": N_("helping without being asked"),
        "careful": N_("careful work"),
        "speak_up": N_("the courage to speak up"),
        "cheerful": N_("a cheerful start to the day"),
        "patient": N_("patience"),
    },
}
"""What praise is about."""

AT_HOME: dict[str, str] = {
    "ask": N_("At home you can ask: What was the best thing that you learned today?"),
    "read": N_("At home your child can read to you for ten minutes, in any language."),
    "count": N_("At home you can cook or shop together, and your child does the numbers."),
    "explain": N_("At home your child can explain to you how it works."),
    "proud": N_("Tell your child today that you heard this from us."),
    "tell": N_("At home you can tell a story of your own childhood, in your own language."),
    "show": N_("At home you can put your child's work where all can see it."),
    "thank": N_("At home you can thank your child for one small thing each day."),
}
"""One thing that the family can do."""

GROUPS: dict[List, str] = {
    "subject": N_("A subject"),
    "skill": N_("Something the child can do"),
    "habit": N_("A good habit"),
}
SEPARATOR = ":"


def praises() -> Iterator[tuple[List, str]]:
    """The ids of all praise, such as `work:math`, with the list that each is filled from."""
    for pattern, (of, _) in PATTERNS.items():
        for about in LISTS[of]:
            yield of, f"{pattern}{SEPARATOR}{about}"


def praise(praise_id: str, children: str, translate: Callable[..., str]) -> str:
    """The sentence of praise about these children. `KeyError` for an id that there is not."""
    pattern, _, about = praise_id.partition(SEPARATOR)
    of, sentence = PATTERNS[pattern]
    return translate(sentence, children=children, about=translate(LISTS[of][about]))


def begun(beginning: str, words: str) -> str:
    """A sentence of the school's own, and under it what was typed; either may be empty."""
    return "\n\n".join(part for part in (beginning.strip(), words.strip()) if part)


def in_english(praise_id: str, at_home: str) -> str:
    """What was chosen, for those who know no lists; "" when nothing was."""

    def translate(sentence: str, **values: object) -> str:
        return sentence % values if values else sentence

    parts = [praise(praise_id, "your child", translate)] if praise_id else []
    return " ".join([*parts, *([AT_HOME[at_home]] if at_home else [])])


def is_praise(praise_id: str) -> bool:
    """Whether there is such praise."""
    pattern, _, about = praise_id.partition(SEPARATOR)
    return pattern in PATTERNS and about in LISTS[PATTERNS[pattern][0]]
