"""Days, months and languages in Haitian Creole: CLDR has none, and Babel would give French ones.

Days and months are those of glibc's locale `ht_HT` (LC_TIME); the names of languages are ours. A
language that is not here keeps its French name from CLDR, which readers of Creole know.
"""

from collections.abc import Sequence
from datetime import date

CREOLE = "ht"
_DAYS = ("lendi", "madi", "mèkredi", "jedi", "vandredi", "samdi", "dimanch")
_MONTHS = (
    "janvye", "fevriye", "mas", "avril", "me", "jen", "jiyè", "out", "septanm", "oktòb",
    "novanm", "desanm",
)  # fmt: skip
LANGUAGES = {
    "en": "angle",
    "es": "panyòl",
    "ar": "arab",
    "zh": "chinwa",
    "vi": "vyetnamyen",
    "pt": "pòtigè",
    "ru": "ris",
    "fr": "franse",
    "ht": "kreyòl ayisyen",
    "so": "somali",
    "uk": "ikrenyen",
    "tl": "tagalòg",
}


def full_date(day: date) -> str:
    """Such as "jedi 3 desanm 2026"."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def listed(names: Sequence[str]) -> str:
    """Such as "Ana, Luis ak Kim"."""
    *first, last = names or ("",)
    return f"{', '.join(first)} ak {last}" if first else last
