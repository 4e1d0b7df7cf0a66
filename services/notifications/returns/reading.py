"""What kind of mail came back. In doubt it is a reply, which does nothing to anybody's address."""

import re

from services.notifications.domain.returned import Kind, Report, Returned
from services.notifications.returns.delivery import (
    complaint,
    delivery_reports,
    reports_among_words,
)
from services.notifications.returns.opening import Opened, fields, opened
from services.notifications.returns.own_words import own_words
from services.notifications.returns.words import (
    from_a_machine,
    from_a_mail_system,
    reports_in_words,
)

_AWAY = re.compile(
    r"(?i)^\W*(?:auto(?:matic(?:ally)?|mated)?[- _:]?\s?(?:re(?:ply|spon\w+)|answer|:)|"
    r"out of (?:the )?office|away (?:from|until)|vacation|on leave|holiday|"
    r"respuesta autom|fuera de la oficina|r[ée]ponse automatique|absence du bureau|"
    r"resposta autom|automati\w+ (?:antw|svar|odpow|reply)|abwesen|tr[ảa] lời tự động|"
    r"автомат\w+ (?:ответ|відпов)|автоответ|自动(?:回复|答复)|自動(?:回覆|返信|応答)|"
    r".{0,20}رد تلقائي|jawaab toos|repons otomatik)"
)
"""Subjects of answers that a mailbox gives by itself, in languages of our letters and others."""
_REPLYING = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Auto-Response-From",
    "X-Apple-Action",
    "X-Mail-Autoreply",
)
_LISTS = ("List-Id", "List-Unsubscribe", "Feedback-ID")
_AGAIN = re.compile(r"(?i)^\s*(?:re|aw|fwd?|wg|sv|rif|tr|رد|回复|答复)\s*[:：]")
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,250})>")
_MOST_LETTERS = 20


def read(raw: bytes) -> Returned:
    """Read one mail. Never raises for anything that a mail may hold."""
    mail = opened(raw)
    if mail is None:
        return Returned("unreadable")
    kind, reports = _judged(mail)
    return Returned(
        kind=kind,
        reports=tuple(reports),
        letters=_letters(mail),
        message_id=mail.get("Message-ID").strip("<> ")[:250],
        subject=mail.get("Subject")[:200],
        sender=mail.get("From")[:200],
        words=own_words(mail) if kind == "reply" else None,
    )


def _judged(mail: Opened) -> tuple[Kind, list[Report]]:
    said = complaint(mail)
    if said is not None:
        return "complaint", [said]
    if "feedback" in mail.reports:
        return "other", []
    reports, found = delivery_reports(mail)
    if found:
        return _failed_or_waiting(reports)
    by_itself = _answers_by_itself(mail)
    # Some mail systems say of their bounces that they are replies (RFC 3834 would not have it so).
    machine = from_a_mail_system(mail) if by_itself else from_a_machine(mail)
    if machine and not _is_an_answer(mail):
        told = reports_among_words(mail) or reports_in_words(mail)
        if told:
            return _failed_or_waiting(told)
    if by_itself:
        return "auto_reply", []
    return ("other" if machine or _is_bulk(mail) else "reply"), []


def _failed_or_waiting(reports: list[Report]) -> tuple[Kind, list[Report]]:
    if not reports:
        return "other", []
    return ("bounce" if any(each.final for each in reports) else "delay"), reports


def _answers_by_itself(mail: Opened) -> bool:
    """RFC 3834, and what was used before it."""
    if mail.get("Auto-Submitted").lower().startswith("auto-replied"):
        return True
    if any(name in mail.head for name in _REPLYING):
        return True
    # Exchange calls its answers "auto-generated", and says that it wants none to them.
    if "X-Auto-Response-Suppress" in mail.head and "In-Reply-To" in mail.head:
        return True
    precedence = mail.get("Precedence").lower()
    return precedence == "auto_reply" or bool(_AWAY.search(mail.get("Subject")))


def _is_an_answer(mail: Opened) -> bool:
    """Written by a person in a mail program, even where the address looks like a machine's."""
    return bool(_AGAIN.search(mail.get("Subject"))) and (
        "In-Reply-To" in mail.head or "User-Agent" in mail.head or "X-Mailer" in mail.head
    )


def _is_bulk(mail: Opened) -> bool:
    machine = mail.get("Auto-Submitted").lower() not in {"", "no"}
    bulk = mail.get("Precedence").lower() in {"bulk", "list", "junk"}
    return machine or bulk or any(name in mail.head for name in _LISTS)


def _letters(mail: Opened) -> tuple[str, ...]:
    """The Message-IDs of letters that come with it, and of those that it refers to."""
    found: list[str] = []
    for letter in mail.returned:
        found += fields(letter.split("\n\n", 1)[0]).get("message-id", [])
    for text in mail.texts:
        found += re.findall(r"(?im)^message-id:\s*(<[^<>\s]{3,250}>)", text)
    found += [mail.get("In-Reply-To"), mail.get("References")]
    ids = [each for value in found for each in _MESSAGE_ID.findall(value)]
    return tuple(dict.fromkeys(ids))[:_MOST_LETTERS]
