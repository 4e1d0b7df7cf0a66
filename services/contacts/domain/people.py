"""What is true of names, addresses, roles, grades and languages, whatever file they came in."""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

MAX_TEXT = 200
"""Characters kept of a name or a title; longer text is a sign of a broken file."""


class RoleKind(StrEnum):
    """What a role means here: whether someone learns, is written to, or works at the school."""

    STUDENT = "student"
    GUARDIAN = "guardian"
    OTHER_ADULT = "other_adult"  # relative or unknown: kept, never written to until we are told so
    STAFF = "staff"


# OneRoster 1.1 and 1.2 vocabularies, then the words of School Data Sync.
_STAFF_ROLES = frozenset(
    [
        "administrator",
        "aide",
        "counselor",
        "districtadministrator",
        "principal",
        "proctor",
        "siteadministrator",
        "systemadministrator",
        "teacher",
        "professor",
        "lecturer",
        "faculty",
        "staff",
        "adminstaff",
        "admin",
        "assistant",
        "teachingassistant",
        "substitute",
        "substituteteacher",
        "adjunct",
        "librarian",
        "nurse",
        "coach",
        "advisor",
        "adviser",
        "headteacher",
        "tutor",
        "instructor",
        "paraprofessional",
        "specialist",
        "chair",
        "coordinator",
    ]
)
_GUARDIAN_ROLES = frozenset(
    [
        "parent",
        "guardian",
        "mother",
        "father",
        "stepparent",
        "stepmother",
        "stepfather",
        "fosterparent",
        "legalguardian",
        "caregiver",
    ]
)


@lru_cache(maxsize=512)
def plain_role(role: str) -> str:
    """The role in lower case without spaces, dashes or the `ext:` of an extended vocabulary."""
    word = role.strip().lower().removeprefix("ext:")
    return re.sub(r"[\s_-]+", "", word)


@lru_cache(maxsize=512)
def kind_of_role(role: str) -> RoleKind:
    """An unknown word is an adult of unknown standing: kept, given no access, not written to."""
    word = plain_role(role)
    if word in ("student", "learner", "pupil"):
        return RoleKind.STUDENT
    if word in _GUARDIAN_ROLES:
        return RoleKind.GUARDIAN
    if word in _STAFF_ROLES:
        return RoleKind.STAFF
    return RoleKind.OTHER_ADULT


def is_known_role(role: str) -> bool:
    word = plain_role(role)
    return kind_of_role(role) is not RoleKind.OTHER_ADULT or word in (
        "relative", "doctor", "child", "other", "aunt", "uncle", "grandparent", "sibling"
    )  # fmt: skip


def clean_text(text: str) -> str:
    """One line of visible text: NFC, no control or direction-changing characters, single spaces."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:MAX_TEXT]
    composed = unicodedata.normalize("NFC", text)
    # Zero-width joiners (Cf) are letters' business in Persian and Hindi, so they stay.
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in composed
        if c not in _DIRECTION_MARKS
    )
    return " ".join(kept.split())[:MAX_TEXT]


def shown(value: str) -> str:
    """A cell's text as a reason may quote it: short, on one line."""
    text = " ".join(value.split())
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def normal_name(given: str, family: str) -> str:
    """A name for comparing: no case, accents or punctuation. Empty when it has no letter."""
    return f"{_bare(given)}|{_bare(family)}" if _bare(given + family) else ""


@lru_cache(maxsize=65_536)
def _bare(name: str) -> str:
    if name.isascii() and name.isalnum():
        return name.lower()
    split = unicodedata.normalize("NFKD", name).casefold()
    letters = (c if c.isalnum() else " " for c in split if not _is_accent(c))
    return " ".join("".join(letters).split())


def _is_accent(c: str) -> bool:
    # Only the accents of Latin, Greek and Cyrillic: in Hindi or Thai a mark is half the letter.
    return "\u0300" <= c <= "\u036f" or c in "'’ʼ`´"


def normal_address(address: str | None) -> str:
    """A mail address for comparing. Case never tells two mailboxes apart in practice."""
    return address.strip().casefold() if address else ""


_ADDRESS = re.compile(
    r"[^\s@\"(),:;<>\[\]\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]"
)


@lru_cache(maxsize=1024)
def is_address(text: str) -> bool:
    """Whether mail could be handed over for this text; whether it arrives is another question."""
    local = text.partition("@")[0]
    dots_ok = not (local.startswith(".") or local.endswith(".") or ".." in local)
    return len(text) <= 254 and dots_ok and _ADDRESS.fullmatch(text) is not None


def addresses_in(cell: str) -> list[str]:
    """The usable mail addresses in a free-text cell, in their order."""
    if not cell:
        return []
    if is_address(cell):
        return [cell]
    parts = re.split(r"[\s,;|/<>()\"]+", cell.replace("mailto:", " "))
    return [part for part in parts if is_address(part)]


_PLACEHOLDER_LOCALS = frozenset(
    [
        "noemail",
        "nomail",
        "none",
        "na",
        "null",
        "nil",
        "unknown",
        "noemailaddress",
        "noaddress",
        "donotemail",
        "noreply",
        "donotreply",
        "noone",
        "nobody",
        "refused",
        "declined",
        "missing",
        "test",
        "asdf",
        "xxx",
    ]
)
_PLACEHOLDER_DOMAINS = frozenset(
    [
        "none.com",
        "none.org",
        "noemail.com",
        "noemail.org",
        "nomail.com",
        "na.com",
        "no.com",
        "no.email",
        "null.com",
        "unknown.com",
        "noone.com",
        "nobody.com",
        "test.com",
        "email.invalid",
    ]
)


def is_placeholder(address: str, district_list: frozenset[str] = frozenset()) -> bool:
    """Whether an address stands for "none given".

    `district_list` holds whole addresses or `@domain` entries, in any case.
    """
    plain = normal_address(address)
    local, _, domain = plain.rpartition("@")
    listed = {normal_address(entry) for entry in district_list} if district_list else ()
    if plain in listed or f"@{domain}" in listed:
        return True
    return re.sub(r"[^a-z]", "", local) in _PLACEHOLDER_LOCALS or domain in _PLACEHOLDER_DOMAINS


_GRADES = {
    "k": "KG", "kg": "KG", "kn": "KG", "kindergarten": "KG", "0": "KG", "00": "KG",
    "pk": "PK", "prek": "PK", "tk": "TK", "pr": "PR", "it": "IT", "ps": "PS", "ug": "UG",
    "other": "Other", "pskindergarten": "PK",
}  # fmt: skip


@lru_cache(maxsize=256)
def normal_grade(grade: str) -> str:
    """A grade as CEDS writes it (`KG`, `01` … `13`); a word we don't know stays as it is."""
    word = grade.strip().lower()
    bare = re.sub(r"(?<=\d)(st|nd|rd|th)\b|grade|year|[\s._-]", "", word)
    if bare in _GRADES:
        return _GRADES[bare]
    if bare.isdecimal() and 1 <= int(bare) <= 13:
        return f"{int(bare):02d}"
    return grade.strip()[:20]


_LANGUAGE_NAMES = {
    "english": "en", "spanish": "es", "español": "es", "espanol": "es", "castellano": "es",
    "arabic": "ar", "العربية": "ar", "chinese": "zh", "mandarin": "zh", "中文": "zh",
    "simplified chinese": "zh-Hans", "chinese (simplified)": "zh-Hans",
    "traditional chinese": "zh-Hant", "chinese (traditional)": "zh-Hant", "cantonese": "yue",
    "vietnamese": "vi", "tiếng việt": "vi", "somali": "so", "haitian creole": "ht",
    "haitian": "ht", "portuguese": "pt", "brazilian portuguese": "pt-BR", "french": "fr",
    "russian": "ru", "ukrainian": "uk", "korean": "ko", "japanese": "ja", "tagalog": "tl",
    "filipino": "fil", "hmong": "hmn", "hindi": "hi", "urdu": "ur", "punjabi": "pa",
    "bengali": "bn", "nepali": "ne", "dari": "prs", "pashto": "ps", "farsi": "fa",
    "persian": "fa", "amharic": "am", "tigrinya": "ti", "swahili": "sw", "kinyarwanda": "rw",
    "german": "de", "italian": "it", "polish": "pl", "burmese": "my", "karen": "kar",
    "khmer": "km", "lao": "lo", "thai": "th", "turkish": "tr", "gujarati": "gu",
    "telugu": "te", "tamil": "ta", "navajo": "nv", "marshallese": "mh", "chuukese": "chk",
    "armenian": "hy", "hebrew": "he", "greek": "el", "albanian": "sq", "bosnian": "bs",
    "romanian": "ro", "k'iche'": "quc", "mam": "mam", "american sign language": "ase",
}  # fmt: skip
LANGUAGES = tuple(sorted(set(_LANGUAGE_NAMES.values())))
"""Tags of the languages that are offered; others can be written as tags."""
# RFC 5646: language, then script, region and variants. Extensions don't occur in school data.
_LANGUAGE_TAG = re.compile(
    r"(?P<lang>[a-z]{2,3})(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|\d{3}))?"
    r"(-([a-z0-9]{5,8}|\d[a-z0-9]{3}))*",
    re.IGNORECASE,
)


@lru_cache(maxsize=512)
def language_tag(text: str) -> str | None:
    """A BCP 47 tag in its usual writing (`zh-Hant`, `pt-BR`), or None when it can't be one."""
    word = text.strip().replace("_", "-")
    named = _LANGUAGE_NAMES.get(word.casefold())
    if named:
        return named
    match = _LANGUAGE_TAG.fullmatch(word)
    if match is None:
        return None
    language = match["lang"].lower()
    script = f"-{match['script'].title()}" if match["script"] else ""
    region = f"-{match['region'].upper()}" if match["region"] else ""
    used = len(language) + len(script) + len(region)
    return language + script + region + word[used:].lower()


_RELATIONSHIPS = {
    "mother": "mother", "mom": "mother", "mum": "mother", "madre": "mother",
    "father": "father", "dad": "father", "padre": "father",
    "parent": "parent", "stepparent": "parent", "stepmother": "parent", "stepfather": "parent",
    "guardian": "guardian", "legalguardian": "guardian", "caregiver": "guardian",
    "grandparent": "grandparent", "grandmother": "grandparent", "grandfather": "grandparent",
    "foster": "foster", "fosterparent": "foster", "fostermother": "foster",
    "fosterfather": "foster", "relative": "relative", "aunt": "relative", "uncle": "relative",
    "sibling": "relative", "brother": "relative", "sister": "relative", "cousin": "relative",
}  # fmt: skip


def relationship_of(word: str) -> str:
    """One of the words that messages use for a tie (`mother` … `relative`), else `other`."""
    return _RELATIONSHIPS.get(plain_role(word), "other")
