"""Bounces in words only: what mail systems write to people, each in its own way."""

import re

from services.notifications.domain.returned import Report
from services.notifications.returns.codes import cause_of, status_of
from services.notifications.returns.delivery import addresses, by_recipient
from services.notifications.returns.opening import Opened

_MACHINE = re.compile(
    r"(?i)(mailer-?daemon|post ?master|mail[ ._]?delivery|delivery[ ._](?:sub)?system|mdaemon|"
    r"system[ _]administrator|mail[ _](?:system|service|administrator)|\bndr@|\bimss@|"
    r"anti-?virus|smtp_?gateway|^\s*(?:\S+ )?<>\s*$)"
)
_SUBJECT = re.compile(
    r"(?i)\b(undeliver|not (?:be )?deliver|non[- ]?deliver|returned (?:mail|to sender|message)|"
    r"returning message|deliver\w* (?:status|failure|problem|report|warning)|(?:failure|failed) "
    r"(?:notice|delivery|mail)|mail(?: \S+)? fail|failure notice|delayed|rejected mail|"
    r"processing error|mail system error|has not yet been delivered)"
)
_SURE = re.compile(
    r"(?i)(?:undeliver|non-?deliver|delivery (?:failure|status notif)|returned mail|failure notice|"
    r"mail delivery fail)"
)
_FAILS = re.compile(
    r"(?i)((?:could|can|was|were|has|have|is)(?: ?not|n't)(?: yet)? (?:been |be |able to )?"
    r"(?:deliver|reach|sen[td])|unable to (?:deliver|send|contact)|undeliver|not deliver|"
    r"non-?deliver|fatal error|permanent error|delivery (?:errors?|problems?|failed|failure|"
    r"has failed)|delevery|did not (?:reach|receive)|(?:not|n't) able to deliver|failed recipient|"
    r"failure reason|delivery failed|unknown user|user unknown|no such user|"
    r"invalid final delivery|been returned because|"
    r"has been (?:delayed|returned|postponed|rejected)|"
    r"automatically rejected|transcript of session|was rejected by|error delivering|"
    r"error has occurred while attempting to deliver|error was detected while processing|"
    r"not (?:be )?delivered|failed because|did not exactly match|pas pu|no pudo ser entregado|"
    r"mailbox is full|no such user here|duplicated message-id|don't have permission|"
    r"permissions? (?:necessary|to post)|an error occurred while trying)"
)
_WAITS = re.compile(
    r"(?i)(not yet been delivered|warning message only|has been (?:delayed|postponed)|"
    r"will (?:be retried|continue to (?:try|attempt))|delivery attempts will continue|"
    r"still being (?:tried|retried)|no action is required|you do not need to (?:resend|take any)|"
    r"advisory-only)"
)
_COPY = re.compile(
    r"(?i)^\W*(?:(?:(?:this|below|enclosed|included|here|attachment) is)? ?(?:a )?copy of|"
    r"(?:the )?(?:original|returned|unsent|undelivered|forwarded) (?:message|mail)\b|"
    r"message (?:headers?|text)s? follow|(?:the )?headers? of the (?:original )?message|"
    r"below (?:this|the next) line|the headers? and top|end of message|start of returned|"
    r"your message reads|the first \d+ lines|mensaje original|a copy of|message headers? removed|"
    r"a summary of the undelivered|old message|original mail)"
)
_HEAD = re.compile(r"^(?:return-path|received|dkim-signature|x-received): ?\S", re.IGNORECASE)
_BEFORE = re.compile(
    r"[\s>*\-|\"'<\[]{0,60}(?:[45]\d\d[ -])?"
    r"(?:\w{1,20}[ -]?(?:to|recipients?|address|user|userid|for):?\s{0,9})?(?:smtp:)?"
    r"[\s<\"'\[]{0,9}"
)
"""What may stand on a line before the address of which a report speaks."""
_NOT_RECIPIENTS = re.compile(
    r"(?i)^(?:post-?master|mailer-daemon|support|abuse|help(?:desk)?|mdaemon)@"
)
_LISTED = re.compile(r"(?m)^<[^<>@\s]+@[^<>\s]+>:\s*$")
"""As qmail lists recipients, in whatever language it speaks besides."""
_LONGEST_MARK = 90
_MOST_RECIPIENTS = 50
_LONGEST_SAID = 300
_MOST_SAID = 4_000
_FOR_US = re.compile(r"(?im)^(?:original message details:|\* from:|from:|sent:|sender:).*$")


def from_a_mail_system(mail: Opened) -> bool:
    """Whether it says of itself that a mail system sent it."""
    return (
        bool(_MACHINE.search(mail.get("From")))
        or "X-Failed-Recipients" in mail.head
        or mail.head.get_content_type() == "multipart/report"
    )


def from_a_machine(mail: Opened) -> bool:
    """The same; or nobody to answer to, or nobody who asked, and a subject that tells of failure.

    A person's mailbox that answers by itself has no sender in its envelope, either, and may well
    say that somebody "has moved", or that a letter "was not sent on".
    """
    subject = mail.get("Subject")
    nobody = not mail.get("From") or mail.get("Return-Path") == "<>"
    unasked = "In-Reply-To" not in mail.head and bool(_SURE.match(subject))
    return from_a_mail_system(mail) or unasked or (nobody and bool(_SUBJECT.search(subject)))


def reports_in_words(mail: Opened) -> list[Report]:
    """What it says of each recipient; empty when it says of no failure. Only for machines' mail."""
    subject, text = mail.get("Subject"), _explanation(mail)
    failed = mail.get("X-Failed-Recipients")
    listed = _MACHINE.search(mail.get("From")) and _LISTED.search(text)
    if not (failed or _SUBJECT.search(subject) or _FAILS.search(text) or listed):
        return []
    final = not (_WAITS.search(text) or re.search(r"(?i)\bdelay", subject))
    named = list(dict.fromkeys(addresses(failed))) or _named(mail, text)
    if len(named) < 2:
        return [_report("".join(named), text, subject, final=final)]
    split = by_recipient(text, named)
    return [_report(each, about or text, subject, final=final) for each, about in split.items()]


def _report(recipient: str, about: str, subject: str, *, final: bool) -> Report:
    said = " ".join(about.split())[:_MOST_SAID]
    status = status_of(about[:_MOST_SAID], final=final)
    cause = cause_of(said, status)
    if cause == "unclear":
        cause = cause_of(subject, status)
    return Report(recipient, "", final, status, cause, said[:_LONGEST_SAID])


def _explanation(mail: Opened) -> str:
    """The words to people without the copy of the letter below them."""
    kept: list[str] = []
    begun = False
    for text in mail.texts:
        for line in text.splitlines():
            if begun and (_HEAD.match(line) or _marks_a_copy(line)):
                return "\n".join(kept)
            begun = begun or bool(line.strip())
            kept.append(line)
    return "\n".join(kept)


def _marks_a_copy(line: str) -> bool:
    return len(line) <= _LONGEST_MARK and bool(_COPY.search(line))


def _named(mail: Opened, text: str) -> list[str]:
    own = {*addresses(mail.get("To")), *addresses(mail.get("From")), *addresses(mail.get("Cc"))}
    lines = _FOR_US.sub("", text)
    found = [
        each
        for each in dict.fromkeys(addresses(lines))
        if each not in own and not _NOT_RECIPIENTS.match(each)
    ]
    low = lines.lower().splitlines()
    strong = [each for each in found if _stands_out(each, low)]
    return (strong or found)[:_MOST_RECIPIENTS]


def _stands_out(address: str, lines: list[str]) -> bool:
    """Alone on a line or at its beginning, or after "to:" and its like: not in running text."""
    places = ((line, line.find(address)) for line in lines)
    return any(place >= 0 and _BEFORE.fullmatch(line[:place]) for line, place in places)
