"""Reports of machines to machines: delivery status (RFC 3464) and complaints (RFC 5965)."""

import re
from collections.abc import Iterator, Sequence

from services.notifications.domain.returned import Report
from services.notifications.returns.codes import cause_of, enhanced, status_of
from services.notifications.returns.opening import Opened, fields

_ADDRESS = re.compile(
    r"[^\s<>\"'(),;:\[\]@]{1,128}@[^\s<>\"'(),;:\[\]@]{1,253}[^\s<>\"'(),;:\[\]@.]"
)
_FAILED, _WAITS = ("fail", "error", "expire"), ("delay",)
_OF_RECIPIENT = {"final-recipient", "original-recipient", "action"}
_LONGEST_SAID = 300
_MOST_SAID = 4_000
_MOST_BLOCKS = 100
COMPLAINTS = {"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "miscategorized"}
"""RFC 5965, 7.3. "not-spam" praises, and "auth-failure" is of a machine (RFC 6591)."""


def delivery_reports(mail: Opened) -> tuple[list[Report], bool]:
    """What became of each recipient; and whether any block was found that speaks of one."""
    return _reports(mail.reports.get("delivery", []), mail.text)


def reports_among_words(mail: Opened) -> list[Report]:
    """The same blocks where a broken mail has them in its text. Only for machines' mail."""
    return _reports(mail.texts, mail.text)[0] if "final-recipient:" in mail.text.lower() else []


def complaint(mail: Opened) -> Report | None:
    """Who complained, when the mail is a complaint."""
    for lines in mail.reports.get("feedback", []):
        about = fields(lines)
        kind = (about.get("feedback-type") or ["abuse"])[0].lower()
        if kind not in COMPLAINTS:
            continue
        named = about.get("original-rcpt-to", []) + about.get("removal-recipient", [])
        return Report(recipient=first_address(named) or "", said=kind, status="")
    # Hotmail's program sends the letter itself, with the recipient in a field of its own.
    for letter in mail.returned:
        told = fields(letter).get("x-hmxmroriginalrecipient")
        if told:
            return Report(recipient=first_address(told) or "", said="abuse", status="")
    return None


def by_recipient(text: str, named: Sequence[str]) -> dict[str, str]:
    """For each address the lines from it on, up to the next one's; "" where it stands nowhere."""
    lines: dict[str, list[str]] = {each: [] for each in named if each}
    current: list[str] | None = None
    for line in text.splitlines():
        low = line.lower()
        here = next((each for each in lines if each in low), None)
        current = lines[here] if here is not None else current
        if current is not None:
            current.append(line)
    return {each: "\n".join(found) for each, found in lines.items()}


def addresses(text: str) -> Iterator[str]:
    """Mail addresses in a text, lower case, in order."""
    for found in _ADDRESS.findall(text[:20_000]):
        yield found.lower().removeprefix("rfc822;").removeprefix("mailto:")


def first_address(texts: Sequence[str]) -> str | None:
    """The first address in some texts."""
    return next((each for text in texts for each in addresses(text)), None)


def _reports(texts: Sequence[str], explained: str) -> tuple[list[Report], bool]:
    blocks = [fields(block) for text in texts for block in _blocks(text)]
    about = [each for each in blocks if not each.keys().isdisjoint(_OF_RECIPIENT)][:_MOST_BLOCKS]
    words = by_recipient(explained, [_recipient(each) for each in about])
    reports = (_of_block(each, words.get(_recipient(each)) or explained[:2_000]) for each in about)
    return _merged([each for each in reports if each is not None]), bool(about)


def _of_block(about: dict[str, list[str]], explained: str) -> Report | None:
    action, told = _first(about, "action").lower(), _first(about, "status")
    if not action:
        # Where the action is missing, the class of the status tells (RFC 3463, 2).
        action = {"5": "failed", "4": "delayed"}.get(told[:1], "")
    final = action.startswith(_FAILED)
    if not final and not action.startswith(_WAITS):
        return None
    said = _without_kind(" ".join(about.get("diagnostic-code", [])))
    words = said if _says_something(said) else f"{said}\n{explained}"
    words = f"{words} {told}" if "(" in told else words
    words = words[:_MOST_SAID]
    status = status_of(said[:_MOST_SAID] or words, told[:_MOST_SAID], final=final)
    return Report(
        recipient=_recipient(about),
        formerly=first_address(about.get("original-recipient", [])) or "",
        final=final,
        status=status,
        cause=cause_of(words, status),
        said=(said or told)[:_LONGEST_SAID],
    )


def _says_something(said: str) -> bool:
    return len(re.findall(r"[a-z]{3,}", said, re.IGNORECASE)) >= 2


def _recipient(about: dict[str, list[str]]) -> str:
    named = about.get("final-recipient", []) + about.get("original-recipient", [])
    return first_address(named) or ""


def _without_kind(diagnostic: str) -> str:
    kind, semicolon, rest = diagnostic.partition(";")
    known = semicolon and len(kind) <= 30 and not enhanced(kind) and kind.lower() != "x-unix"
    return " ".join((rest if known else diagnostic).split())


def _blocks(lines: str) -> list[str]:
    return re.split(r"\n[ \t]*\n", lines)


def _first(about: dict[str, list[str]], name: str) -> str:
    return (about.get(name) or [""])[0]


def _merged(reports: list[Report]) -> list[Report]:
    """One per recipient; the first one that is final counts."""
    kept: dict[str, Report] = {}
    for report in reports:
        before = kept.get(report.recipient)
        if before is None or (report.final and not before.final):
            kept[report.recipient] = report
    return list(kept.values())
