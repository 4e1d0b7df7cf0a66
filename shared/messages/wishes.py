"""What families ask for on the signed pages behind their letters."""

from datetime import datetime
from typing import Literal

from pydantic import EmailStr

from shared.messages.base import Language, Message


class LanguageWished(Message):
    """A household asked for its letters in another language. Sent by notifications."""

    TYPE = "org.partners.language.wished.v1"
    OWNER = "notifications"
    ABOUT = "wish_id"

    wish_id: str
    household_id: str
    language: Language
    wished_at: datetime


class AddressConfirmed(Message):
    """A household's letters are to go to an address at which the wish was confirmed.

    Where the school had to look at it first, `approved_by` is the account that approved it. Sent
    by notifications.
    """

    TYPE = "org.partners.address.confirmed.v1"
    OWNER = "notifications"
    ABOUT = "request_id"

    request_id: str
    household_id: str
    guardian_ids: tuple[str, ...]
    """The adults whose address it is; others who read the old one keep it."""
    before: EmailStr | Literal[""] = ""
    """What it was; "" where the household had none that is known."""
    mailbox: EmailStr
    confirmed_at: datetime
    approved_by: str = ""
    approved_by_name: str = ""
