"""Accounts of the staff where the district has no single sign-on, and what is right for them."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, EmailStr, Field, field_validator

from shared.errors import Refused

StaffRole = Literal["educator", "coordinator", "office", "principal", "district", "operator"]
ROLES: tuple[StaffRole, ...] = (
    "educator", "coordinator", "office", "principal", "district", "operator",
)  # fmt: skip
NEEDS_A_SCHOOL: frozenset[str] = frozenset({"coordinator", "office", "principal"})
LANGUAGES = ("en", "es", "ar", "zh")
"""The languages of the staff pages."""

PASSWORD_SHORTEST = 12
PASSWORD_LONGEST = 200
INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=24)

_GUESSED_FIRST = (
    "password", "qwerty", "letmein", "welcome", "changeme", "partners", "school", "teacher",
    "iloveyou", "abc123", "admin", "12345", "sunshine",
)  # fmt: skip


class Account(BaseModel):
    """A member of the staff who may sign in. The password's hash is kept apart from this."""

    model_config = ConfigDict(frozen=True)

    account_id: str
    login: str
    """The mail address, in lower case; it is unique."""
    name: str
    role: StaffRole
    school_ids: tuple[str, ...] = ()
    educator_id: str | None = None
    language: str = "en"
    active: bool = True
    has_password: bool = False
    version: int = 1
    created_at: datetime
    last_sign_in: datetime | None = None


class AccountDraft(BaseModel):
    """What a district user fills in for an account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    login: EmailStr
    name: Annotated[str, Field(min_length=1, max_length=120)]
    role: StaffRole
    school_ids: tuple[str, ...] = ()
    educator_id: str | None = None
    language: Literal["en", "es", "ar", "zh"] = "en"

    @field_validator("login")
    @classmethod
    def _lower(cls, value: str) -> str:
        return login_of(value)

    @field_validator("name")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return " ".join(value.split())

    @field_validator("educator_id")
    @classmethod
    def _no_blank(cls, value: str | None) -> str | None:
        return value or None

    def check(self) -> None:
        """Refuse what can't be: a school's role without a school, an educator who is nobody."""
        if self.role in NEEDS_A_SCHOOL and not self.school_ids:
            raise Refused(f"The role {self.role} belongs to a school: choose one.")
        if self.role == "educator" and not (self.school_ids or self.educator_id):
            raise Refused("An educator needs a person of the roster or a school: choose one.")


def login_of(typed: str) -> str:
    """The one form in which a login is kept and looked up."""
    return typed.strip().casefold()


def check_password(password: str, login: str) -> None:
    """Refuse a password that is guessed first. Source: OWASP ASVS 5.0, 6.2 (length, not rules)."""
    if len(password) < PASSWORD_SHORTEST:
        raise Refused(
            "The password is too short: take 12 characters or more; a few words are fine."
        )
    if len(password) > PASSWORD_LONGEST:
        raise Refused(f"The password is too long: {PASSWORD_LONGEST} characters at most.")
    if _easily_guessed(password.casefold(), login):
        raise Refused("This password is too easy to guess: take words that do not belong to you.")


def _easily_guessed(password: str, login: str) -> bool:
    own = [part for part in (login, login.partition("@")[0]) if len(part) >= 4]
    rest = password
    for part in (*own, *_GUESSED_FIRST):
        rest = rest.replace(part, "")
    letters = [each for each in rest if not each.isdigit()]
    return len(set(password)) < 5 or len(letters) < 5


class Pass(BaseModel):
    """A one-time right to set a password, handed over as a link; only its digest is kept."""

    model_config = ConfigDict(frozen=True)

    digest: str
    account_id: str
    kind: Literal["invitation", "reset"]
    expires_at: datetime

    def good_at(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return now < self.expires_at


def pass_lasts(kind: Literal["invitation", "reset"]) -> timedelta:
    """How long a link to set a password may be used."""
    return INVITATION_LASTS if kind == "invitation" else RESET_LASTS
