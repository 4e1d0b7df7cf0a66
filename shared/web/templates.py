"""Jinja2 for pages: an environment for each language, strict about missing values, escaping."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared import i18n

SHARED = Path(__file__).parent.parent
STATIC = SHARED / "static"


class Templates:
    """Finds a service's own templates first, then the shared ones."""

    def __init__(self, folders: Sequence[Path], catalogs: i18n.Catalogs) -> None:
        """`folders` hold `<service>/x.html`, so that names never collide."""
        self._loader = FileSystemLoader([*folders, SHARED / "templates"])
        self._catalogs = catalogs
        self._environments: dict[str, Environment] = {}

    def render(self, name: str, language: str, context: Mapping[str, Any]) -> str:
        """The page in that language. A missing value is an error, not an empty place, and so is one
        that hides what every page needs, such as the languages to choose from.
        """
        environment = self._environment(language)
        if hidden := environment.globals.keys() & context.keys():
            raise ValueError(f"{name}: find other names for {sorted(hidden)}")
        return environment.get_template(name).render(context)

    def _environment(self, language: str) -> Environment:
        if language not in self._environments:
            self._environments[language] = self._make(language)
        return self._environments[language]

    def _make(self, language: str) -> Environment:
        environment = Environment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        )
        environment.policies["ext.i18n.trimmed"] = True
        words = i18n.Words(self._catalogs.of(language))
        # Not Jinja's own "newstyle": it would take every sentence for safe HTML, and an error's
        # sentence may quote what somebody typed. `{% trans %}` escapes its values by itself.
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            words.gettext, words.ngettext, newstyle=False
        )
        environment.globals.update(
            _=words.gettext,
            language=language,
            direction=i18n.direction(language),
            languages=[(code, i18n.NAMES.get(code, code)) for code in self._catalogs.languages],
            url_static=url_static,
            format_date=partial(_date, language),
            format_datetime=partial(_datetime, language),
            format_time=partial(_time, language),
            weekday_names=i18n.weekday_names(language),
            language_name=partial(language_name, language),
            grade_name=lambda code: i18n.grade_name(code, words.gettext),
        )
        environment.filters["names"] = lambda names: i18n.format_names(names, language)
        return environment


@lru_cache
def url_static(name: str) -> str:
    """The address of a file in `shared/static`; it changes with the content."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def language_name(shown_in: str, language: str) -> str:
    """The name of a language in another, such as Spanish or español; if it has none, in English."""
    locale, reader = i18n.locale_of(language), i18n.locale_of(shown_in)
    base = language.split("-", maxsplit=1)[0].lower()
    if locale.language == base:
        return locale.get_display_name(reader) or language
    # Babel reads some codes as another language's, such as Tagalog's (tl) as Filipino's (fil).
    english = i18n.locale_of("en").languages.get(base, language)
    return str(reader.languages.get(base, english))


def _date(language: str, value: date, style: str = "medium") -> str:
    return i18n.format_date(value, language, style)


def _time(language: str, value: time) -> str:
    return i18n.format_time(value, language)


def _datetime(
    language: str, value: datetime, zone: str | tzinfo = "UTC", style: str = "medium"
) -> str:
    return i18n.format_datetime(value, language, zone, style)
