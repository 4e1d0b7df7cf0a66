"""HTML forms in, pydantic models out; or the same form again with a sentence at each field."""

import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, Union, get_args, get_origin

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData, UploadFile

from shared.i18n import N_, Words
from shared.web.csrf import FIELD
from shared.web.page import language_of
from shared.web.site import site_of

M = TypeVar("M", bound=BaseModel)

SENTENCES = {
    "missing": N_("Please fill this in."),
    "string_too_short": N_("Please write at least %(min_length)s characters."),
    "string_too_long": N_("Please write at most %(max_length)s characters."),
    "too_short": N_("Please choose at least %(min_length)s."),
    "too_long": N_("Please choose at most %(max_length)s."),
    "literal_error": N_("Please choose one of the answers."),
    "enum": N_("Please choose one of the answers."),
    "int_parsing": N_("Please write a whole number."),
    "float_parsing": N_("Please write a number."),
    "decimal_parsing": N_("Please write a number."),
    "greater_than_equal": N_("Please write %(ge)s or more."),
    "greater_than": N_("Please write more than %(gt)s."),
    "less_than_equal": N_("Please write %(le)s or less."),
    "less_than": N_("Please write less than %(lt)s."),
    "date_from_datetime_parsing": N_("Please write a date, such as 2026-09-01."),
    "date_parsing": N_("Please write a date, such as 2026-09-01."),
    "time_parsing": N_("Please write a time, such as 17:30."),
    "datetime_parsing": N_("Please write a date and a time."),
    "datetime_from_date_parsing": N_("Please write a date and a time."),
    "bool_parsing": N_("Please choose yes or no."),
    "url_parsing": N_("Please write a web address, such as https://school.example."),
    "email": N_("Please write an email address, such as name@school.example."),
    "string_pattern_mismatch": N_("This is not written as expected."),
}
"""What pydantic's error types mean to a person at a form."""

_OTHER = N_("This is not right. Please check it.")


@dataclass
class Form(Generic[M]):
    """What was typed, what is wrong with it, and the model when nothing is."""

    model: type[M]
    typed: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    _data: M | None = None

    @classmethod
    def blank(cls, model: type[M], **initial: object) -> "Form[M]":
        """For the first showing of the form, with values already in it."""
        return cls(model, {name: value for name, value in initial.items() if value is not None})

    @property
    def ok(self) -> bool:
        """Whether `data` may be used."""
        return self._data is not None and not self.errors

    @property
    def data(self) -> M:
        """The model; only when `ok`."""
        if self._data is None:
            raise ValueError("this form has errors; look at `ok` first")
        return self._data

    def fail(self, name: str, sentence: str) -> "Form[M]":
        """Say that a field (`""`: the whole form) is wrong by a rule that the model can't know."""
        self.errors.setdefault(name, sentence)
        return self

    def value(self, name: str) -> str:
        """What stands in a field."""
        value = self.typed.get(name, _default(self.model, name))
        if value is None or isinstance(value, UploadFile):
            return ""
        return value.isoformat() if hasattr(value, "isoformat") else str(value)

    def values(self, name: str) -> list[str]:
        """What is chosen in a field that takes several."""
        value = self.typed.get(name, _default(self.model, name))
        if isinstance(value, list | tuple | set | frozenset):
            return [str(each) for each in value]
        return [] if value is None else [str(value)]

    def checked(self, name: str) -> bool:
        """Whether a checkbox is on."""
        return self.value(name).lower() in {"true", "on", "1", "yes"}

    def error(self, name: str) -> str:
        """What is wrong with a field; empty when nothing is."""
        return self.errors.get(name, "")

    def label(self, name: str) -> str:
        """The field's `title` in the model, not yet translated."""
        known = self.model.model_fields.get(name)
        return (known.title if known and known.title else name.replace("_", " ").capitalize()) or ""

    def required(self, name: str) -> bool:
        """Whether the field must be filled in."""
        known = self.model.model_fields.get(name)
        return bool(known and known.is_required() and known.annotation is not bool)

    def limit(self, name: str) -> int | None:
        """The longest text that the field takes."""
        known = self.model.model_fields.get(name)
        lengths = [getattr(each, "max_length", None) for each in known.metadata] if known else []
        return next((length for length in lengths if isinstance(length, int)), None)


def form(model: type[M]) -> Any:
    """`form: Annotated[web.Form[Draft], web.form(Draft)]`; bad input gives errors, never raises."""

    async def read(request: Request) -> Form[M]:
        words = Words(site_of(request).catalogs.of(language_of(request)))
        return parse(model, await request.form(), words)

    return Depends(read)


def parse(model: type[M], sent: FormData, words: Words) -> Form[M]:
    """Judge what was sent. Empty fields count as not filled in; unknown ones are ignored."""
    typed = _typed(model, sent)
    result = Form(model, typed)
    present = {name: value for name, value in typed.items() if value not in ("", [])}
    try:
        result._data = model.model_validate(present)  # noqa: SLF001 - its own module
    except ValidationError as error:
        for each in error.errors():
            place = str(each["loc"][0]) if each["loc"] else ""
            result.fail(place, _sentence(each, words))
    return result


def _sentence(error: Any, words: Words) -> str:
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind == "value_error" and "reason" in context:  # EmailStr explains itself, in English
        return words.gettext(SENTENCES["email"])
    if kind == "value_error" and "error" in context:
        return words.gettext(str(context["error"]))
    text = SENTENCES.get(kind, _OTHER)
    return words.gettext(text, **context) if "%(" in text else words.gettext(text)


def _typed(model: type[BaseModel], sent: FormData) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name, known in model.model_fields.items():
        if name not in sent or name == FIELD:
            if known.annotation is bool:
                typed[name] = False  # an unchecked box sends nothing, whatever its default
            continue
        values = [each.strip() if isinstance(each, str) else each for each in sent.getlist(name)]
        typed[name] = values if _takes_several(known) else values[-1]
    return typed


def _takes_several(known: FieldInfo) -> bool:
    kinds: Sequence[Any] = [known.annotation]
    if get_origin(known.annotation) in {Union, types.UnionType}:
        kinds = get_args(known.annotation)
    return any((get_origin(kind) or kind) in {list, tuple, set, frozenset} for kind in kinds)


def _default(model: type[BaseModel], name: str) -> Any:
    known = model.model_fields.get(name)
    if known is None or known.is_required():
        return None
    return known.get_default(call_default_factory=True)
