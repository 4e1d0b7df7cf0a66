"""Makes mail that comes back, as mail systems and people send it."""

from collections.abc import Mapping

ANA = "ana@family.example"
LETTER = "id-000001@schools.example"

_REPORT = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@relay.example>
To: school@schools.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <{message_id}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="mark"

--mark
Content-Type: text/plain; charset=us-ascii

This is the mail system at relay.example. About your message to <{recipient}>:

--mark
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--mark
Content-Type: message/rfc822

Message-ID: <{letter}>
Subject: Good news

Dear Ana

--mark--
"""


def bounce(
    recipient: str = ANA,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str | None = None,
    letter: str = LETTER,
    message_id: str = "bounce-1@relay.example",
) -> bytes:
    """A delivery status notification (RFC 3464)."""
    words = f"550 5.1.1 <{recipient}> No such user" if said is None else said
    return _REPORT.format(
        recipient=recipient,
        action=action,
        status=status,
        words=words,
        letter=letter,
        message_id=message_id,
    ).encode()


def in_words(
    words: str, *, letter: str = LETTER, message_id: str = "words-1@relay.example"
) -> bytes:
    """A bounce of a system that writes to people only."""
    return f"""\
From: Postmaster@old.example
To: school@schools.example
Subject: Delivery failure
Message-ID: <{message_id}>

Your message
{words}

----- Original message -----
Message-ID: <{letter}>
Subject: Good news to luis@family.example
""".encode()


def complaint(kind: str = "abuse", *, letter: str = LETTER) -> bytes:
    """A report in the abuse reporting format (RFC 5965)."""
    return f"""\
From: feedback@big.example
To: school@schools.example
Subject: complaint
Message-ID: <complaint-1@big.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="mark"

--mark
Content-Type: text/plain

This is an email abuse report.

--mark
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Big/1.0
Version: 1
Original-Rcpt-To: {ANA}

--mark
Content-Type: message/rfc822

Message-ID: <{letter}>
Subject: Good news

Dear Ana

--mark--
""".encode()


def person(
    words: str,
    *,
    subject: str = "Re: Good news",
    letter: str = LETTER,
    message_id: str = "reply-1@family.example",
) -> bytes:
    """What a person answers."""
    return f"""\
From: Ana Gomez <{ANA}>
To: school@schools.example
Subject: {subject}
In-Reply-To: <{letter}>
Message-ID: <{message_id}>
X-Mailer: A phone

{words}
""".encode()


def vacation(words: str, head: Mapping[str, str] | None = None) -> bytes:
    """What a mailbox answers by itself."""
    lines = {
        "Return-Path": "<>",
        "From": f"Ana Gomez <{ANA}>",
        "To": "school@schools.example",
        "Subject": "Thank you",
        "Message-ID": "<away-1@family.example>",
        "In-Reply-To": f"<{LETTER}>",
        **(head or {"Auto-Submitted": "auto-replied"}),
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return f"{text}\n{words}\n".encode()
