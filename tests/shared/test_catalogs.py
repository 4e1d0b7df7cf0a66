"""Every sentence of the pages stands in every catalog, translated and whole; read from the code."""

import gettext
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from shared.i18n import NAMES, PAGES

ROOT = Path(__file__).parents[2]
FOLDERS = ("shared", "services", "embedded")
"""As in the Makefile's `messages`."""
TRANSLATED = tuple(code for code in NAMES if code != "en")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
TAG = re.compile(r"</?\w+>")
OF_NUMBERS = frozenset({"num", "count"})

Forms = tuple[str, ...]
"""A sentence; or one form for each kind of number, such as "one child" and "many children"."""


@cache
def in_code() -> dict[Forms, str]:
    """Each sentence of the code, with the first place where it stands."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]
    found: dict[Forms, str] = {}
    for folder in FOLDERS:
        for name, line, said, _, _ in extract_from_dir(ROOT / folder, methods, options):
            found.setdefault(_forms(said), f"{folder}/{name}:{line}")
    return found


@cache
def catalog_of(language: str) -> Catalog:
    with (PAGES / language / "LC_MESSAGES" / "partners.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@cache
def in_catalog(language: str) -> dict[Forms, Forms]:
    """The translation of each English sentence; one that nobody has confirmed counts as none."""
    messages = [message for message in catalog_of(language) if message.id]
    return {_forms(each.id): () if each.fuzzy else _forms(each.string) for each in messages}


def _forms(said: object) -> Forms:
    return tuple(said) if isinstance(said, list | tuple) else (str(said),)


def _numbers_of(catalog: Catalog) -> dict[int, list[int]]:
    """The numbers that each plural form speaks of."""
    form_of = gettext.c2py(catalog.plural_expr)
    numbers: dict[int, list[int]] = {}
    for number in range(400):
        numbers.setdefault(form_of(number), []).append(number)
    return numbers


def _lists(faults: list[str]) -> str:
    return "\n" + "\n".join(faults)


def test_no_sentence_of_the_code_is_blank() -> None:
    blank = [place for said, place in in_code().items() if not all(form.strip() for form in said)]
    assert not blank, _lists(blank)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_of_the_code_is_translated(language: str) -> None:
    catalog = in_catalog(language)
    missing = [
        f"{place}: {said[0]}"
        for said, place in in_code().items()
        if not catalog.get(said) or not all(catalog[said])
    ]
    assert not missing, f"run `make messages`, then translate in {language}:{_lists(missing)}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_is_left_over(language: str) -> None:
    left = [said[0] for said in in_catalog(language) if said not in in_code()]
    assert not left, f"run `make messages`:{_lists(left)}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_form_of_number_is_there(language: str) -> None:
    catalog = catalog_of(language)
    assert (catalog.num_plurals, catalog.plural_expr) == get_plural(language)[:2]
    short = [
        said[0]
        for said, translated in in_catalog(language).items()
        if len(translated) != (catalog.num_plurals if len(said) > 1 else 1)
    ]
    assert not short, _lists(short)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_placeholder_is_lost_or_invented(language: str) -> None:
    numbers = _numbers_of(catalog_of(language))
    faults = [
        f"{said[0]} → {form}"
        for said, translated in in_catalog(language).items()
        for index, form in enumerate(translated)
        if _differ(said, form, one_number=len(said) > 1 and len(numbers[index]) == 1)
    ]
    assert not faults, _lists(faults)


def _differ(said: Forms, form: str, *, one_number: bool) -> bool:
    # "Two children" may be a word of its own, which holds the number already.
    wanted, given = sorted(PLACEHOLDER.findall(said[-1])), sorted(PLACEHOLDER.findall(form))
    without = [name for name in wanted if name not in OF_NUMBERS]
    stray = PLACEHOLDER.sub("", form).count("%") != PLACEHOLDER.sub("", said[-1]).count("%")
    return stray or (given != wanted and not (one_number and given == without))


@pytest.mark.parametrize("language", TRANSLATED)
def test_spaces_at_the_ends_lines_and_tags_stay(language: str) -> None:
    faults = [
        f"{said[0]!r} → {form!r}"
        for said, translated in in_catalog(language).items()
        for form in translated
        if _shape(said[-1]) != _shape(form)
    ]
    assert not faults, _lists(faults)


def _shape(text: str) -> tuple[object, ...]:
    return text[:1].isspace(), text[-1:].isspace(), text.count("\n"), sorted(TAG.findall(text))
