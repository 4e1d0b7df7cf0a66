"""Makes the bytes that go to the mail service: headers, text, HTML and the calendar part."""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import format_datetime
from hashlib import sha256

from services.notifications.domain.post import Addressed
from services.notifications.letters.blocks import Letter
from services.notifications.letters.headers import address_field, field, one_line, text_field
from services.notifications.letters.layout import as_html, as_text
from services.notifications.letters.parts import file_part, multipart, text_part
from shared.errors import Refused

_LONGEST_NAME = 120
_LONGEST_SUBJECT = 200


def addressed(
    letter: Letter, *, delivery_id: str, mailbox: str, mail_from: str, bounces_to: str, at: datetime
) -> Addressed:
    """The letter as bytes. `Refused` when the address can't be used in plain SMTP.

    The Message-ID comes from the delivery alone, so that a copy can be recognised anywhere.
    """
    recipient, own = usable(mailbox), usable(mail_from)
    head = [
        address_field("From", own, one_line(letter.sender, _LONGEST_NAME)),
        address_field("To", recipient),
        text_field("Subject", one_line(letter.subject, _LONGEST_SUBJECT)),
        field("Date", format_datetime(at)),
        field("Message-ID", message_id(delivery_id, own)),
        field("MIME-Version", "1.0"),
        field("Content-Language", letter.language),
        field("Auto-Submitted", "auto-generated"),
        field("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ]
    if letter.reply_to:
        shown = one_line(letter.sender, _LONGEST_NAME)
        head.append(address_field("Reply-To", usable(letter.reply_to), shown))
    if letter.stop:
        head.append(field("List-Unsubscribe", f"<{letter.stop[1]}>"))
        head.append(field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    message = "".join(head).encode("ascii") + _body(letter, delivery_id)
    return Addressed(delivery_id, bounces_to or own, recipient, message)


def _body(letter: Letter, delivery_id: str) -> bytes:
    # Encoded text never holds "=_", so no line of it can be taken for the boundary.
    mark = f"=_{sha256(delivery_id.encode()).hexdigest()[:24]}"
    choices = [text_part("plain", as_text(letter)), text_part("html", as_html(letter))]
    if not letter.calendar:
        return multipart("alternative", f"{mark}-a", choices)
    # The date twice, as mail programs expect it: one to act on, one to save.
    method = f'; method="{letter.calendar_method}"'
    choices.append(text_part("calendar", letter.calendar.decode(), method))
    attached = file_part(f"text/calendar{method}", letter.calendar, "invitation.ics")
    return multipart(
        "mixed", f"{mark}-m", [multipart("alternative", f"{mark}-a", choices), attached]
    )


def message_id(delivery_id: str, mail_from: str) -> str:
    """The fixed Message-ID of a delivery."""
    return f"<{delivery_id}@{mail_from.rpartition('@')[2]}>"


def usable(address: str) -> str:
    """The address in ASCII; `Refused` when it has no such form or would not be one address."""
    local, _, domain = address.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        local.encode("ascii")
        found = Address(addr_spec=f"{local}@{ascii_domain}").addr_spec
    except (UnicodeError, ValueError, IndexError, MessageError) as wrong:
        raise Refused("the mail address can't be used as it is written") from wrong
    if not local or not ascii_domain or any(not "!" <= c <= "~" or c in "<>,;" for c in found):
        raise Refused("the mail address can't be used as it is written")
    return found
