"""One name in two scripts: Омар, عمر and Omar are found by each other.

Cyrillic letters stand for sounds one by one, so that a name has one or two Latin spellings
(BGN/PCGN for Russian and for Ukrainian, without apostrophes). Arabic leaves most vowels out, and
Latin spellings of one name differ in theirs: there the consonants alone are compared, and only
between the scripts, since among Latin names they would find too many.
"""

from itertools import groupby

_BOTH = {
    "а": "a", "б": "b", "в": "v", "ґ": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "і": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ъ": "",
    "ы": "y", "э": "e",
}  # fmt: skip
_RUSSIAN = {**_BOTH, "г": "g", "и": "i", "ю": "yu", "я": "ya", "є": "e"}
_UKRAINIAN = {**_BOTH, "г": "h", "и": "y", "ю": "iu", "я": "ia", "є": "ie"}

_ARABIC = {
    "ب": "b", "ت": "t", "ث": "t", "ج": "j", "ح": "h", "خ": "x", "د": "d", "ذ": "d", "ر": "r",
    "ز": "z", "س": "s", "ش": "c", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "غ": "g", "ف": "f",
    "ق": "k", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "پ": "p", "چ": "c", "گ": "g",
}  # fmt: skip
"""Long vowels (ا و ي) and ع are left out: Latin spellings write them in many ways, or not."""
_PAIRS = {"sh": "c", "ch": "c", "kh": "x", "gh": "g", "th": "t", "dh": "d", "ph": "f"}
_ALIKE = {"q": "k", "c": "k", "v": "f"}
_LEFT_OUT = frozenset("aeiouyw")
_FEWEST = 2
"""Consonants by which a name can be known."""
FROM_ARABIC, FROM_LATIN = "~a:", "~l:"


def is_cyrillic(word: str) -> bool:
    """Whether a folded word is written in Cyrillic letters."""
    return any("\u0400" <= c <= "\u04ff" for c in word)


def is_arabic(word: str) -> bool:
    """Whether a folded word is written in Arabic letters."""
    return any("\u0600" <= c <= "\u06ff" for c in word)


def romanized(word: str) -> tuple[str, ...]:
    """The Latin spellings of a folded Cyrillic word; none for any other."""
    if not is_cyrillic(word):
        return ()
    spelled = ("".join(table.get(c, c) for c in word) for table in (_RUSSIAN, _UKRAINIAN))
    return tuple(dict.fromkeys(spelled))


def keys_of(word: str) -> tuple[str, ...]:
    """What a word of a name is kept under beside itself, for those who type another script."""
    if is_arabic(word):
        return _key(FROM_ARABIC, _consonants_of_arabic(word))
    if word.isascii():
        return _key(FROM_LATIN, _consonants_of_latin(word))
    return romanized(word)


def ways_of(word: str) -> tuple[str, ...]:
    """What the kept words of a name may begin with when somebody typed this folded word."""
    if is_arabic(word):
        return (word, *_key(FROM_LATIN, _consonants_of_arabic(word)))
    if word.isascii():
        return (word, *_key(FROM_ARABIC, _consonants_of_latin(word)))
    return (word, *romanized(word))


def _key(mark: str, consonants: str) -> tuple[str, ...]:
    # The full stop ends it, so that what begins so is all of it.
    return (f"{mark}{consonants}.",) if len(consonants) >= _FEWEST else ()


def _consonants_of_arabic(word: str) -> str:
    # A final ha is mostly the ending of a woman's name, which Latin spells with a vowel.
    bare = word.removesuffix("ه")
    return _once("".join(_ARABIC.get(c, "") for c in bare))


def _consonants_of_latin(word: str) -> str:
    for pair, one in _PAIRS.items():
        word = word.replace(pair, one.upper())
    bare = word.removesuffix("h")
    kept = (_ALIKE.get(c, c) for c in bare if c not in _LEFT_OUT)
    return _once("".join(kept).lower())


def _once(letters: str) -> str:
    return "".join(letter for letter, _ in groupby(letters))
