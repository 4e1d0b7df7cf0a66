"""Mail that came back is kept once, and does to letters and addresses what it proves: no more.

Proof is a mark in the return address that only we can have written (`returns/address.py`). A
Message-ID of ours in the mail shows which letter is meant, but people of a school can read those,
so that it may end the letter and count against the address, and never shuts the address by itself;
only where the district has no return address, and so no letter a mark, does it count as proof.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.notifications.actions.gathering import let_follow
from services.notifications.actions.papering import follow_on_paper
from services.notifications.actions.refusing import count_against
from services.notifications.actions.replying import take_reply
from services.notifications.actions.room import MailRoom, tell_bounced
from services.notifications.domain import reasons
from services.notifications.domain.delivery import WRITTEN, Delivery
from services.notifications.domain.returned import (
    COUNTS_FOR,
    NOT_THE_ADDRESS,
    Report,
    Returned,
)
from services.notifications.domain.sight import Stop
from services.notifications.returns.reading import read
from services.notifications.store.returns import Done, ReturnedMail
from shared import telemetry
from shared.outbox import Work

MOST_KEPT = 100_000
"""Bytes of a mail that are kept where nothing is known of it."""
_MOST_READ = 400_000
"""Characters in which marks are looked for."""
_LONGEST_DETAIL = 200
_WEIGHT: tuple[Done, ...] = (
    "stopped_writing",
    "rests",
    "counted",
    "noted",
    "too_late",
    "no_letter",
)


@dataclass(frozen=True)
class Known:
    """A letter of ours that a mail speaks of. `proven`: by a mark that only we can have written."""

    row: Delivery
    proven: bool


@dataclass
class _Found:
    read: Returned
    marked: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    """The letters whose address for answers it came to."""
    done: Done = "nothing"
    row: Delivery | None = None
    report: Report | None = None
    counted_for: str | None = None
    letters: list[Known] = field(default_factory=list)


async def take_in(room: MailRoom, raw: bytes, came_by: str, envelope_to: str = "") -> Done | None:
    """Keep one mail and do what follows from it, in one transaction; None when it is known.

    Whoever handed it in may forget it after this. `DependencyDown` while the database is away: then
    nothing is kept, and it has to be handed in again.
    """
    # Large mails take many milliseconds, in which others want to answer.
    found = await asyncio.to_thread(_look_at, room, raw, envelope_to)
    return_id = _identity(raw, found.read)

    async def body(work: Work) -> Done | None:
        if await room.store.returns.known(return_id, work):
            return None
        judged = replace(found, letters=await _letters(room, found, work))
        await _act(room, judged, work)
        await room.store.returns.keep(_kept(return_id, raw, judged, came_by, work), work)
        return judged.done

    done = await room.units.run(body)
    if done is not None:
        telemetry.RETURNED.labels("notifications", found.read.kind, done).inc()
    return done


def _look_at(room: MailRoom, raw: bytes, envelope_to: str) -> _Found:
    try:
        mail = read(raw)
    except Exception as error:  # noqa: BLE001 - kept and listed, so that a person may read it
        telemetry.failed("notifications", error)
        mail = Returned("unreadable")
    if room.place.returns is None:
        return _Found(mail)
    # Whom the mail system names as its recipient comes first, then what stands in the mail.
    text = f"{envelope_to}\n{raw[:_MOST_READ].decode('latin-1')}"
    # What an answer quotes, or sends on, is no answer to that.
    head = text.replace("\r\n", "\n").partition("\n\n")[0]
    answered = room.place.returns.answered(head) if mail.kind == "reply" else ()
    return _Found(mail, room.place.returns.delivery_ids(text), answered)


async def _letters(room: MailRoom, found: _Found, work: Work) -> list[Known]:
    """The letters it speaks of, those that are proven first."""
    own = room.place.domain.lower()
    parts = [each.rpartition("@") for each in found.read.letters]
    named = [delivery_id for delivery_id, _, domain in parts if domain.lower() == own]
    wanted = dict.fromkeys((*found.marked, *named))
    letters = []
    for delivery_id in wanted:
        row = await room.store.deliveries.get(delivery_id, work)
        if row is not None and row.mailbox:
            proven = delivery_id in found.marked or room.place.returns is None
            letters.append(Known(row, proven))
    return letters


async def _act(room: MailRoom, found: _Found, work: Work) -> None:
    """Do what the mail proves, and note in `found` what was done."""
    if found.read.kind == "complaint":
        await _heed_complaint(room, found, work)
    elif found.read.kind in {"bounce", "delay"}:
        for report in found.read.reports:
            done, known = await _heed_report(room, found, report, work)
            if found.report is None or _WEIGHT.index(done) < _WEIGHT.index(found.done):
                found.done, found.report = done, report
                found.row = known.row if known else None
    elif found.answered:
        found.done = await take_reply(room, found.read, found.answered[0], work)
        if found.done in {"passed_on", "category_stopped"}:
            found.row = await room.store.deliveries.get(found.answered[0], work)
    elif found.letters:
        # An answer changes nothing about letters or addresses; that it came is all there is.
        found.row, found.done = found.letters[0].row, "noted"


async def _heed_report(
    room: MailRoom, found: _Found, report: Report, work: Work
) -> tuple[Done, Known | None]:
    known = _meant(found.letters, report)
    if known is None:
        return "no_letter", None
    if (known.row.handed_at or known.row.changed_at) < work.now - COUNTS_FOR:
        return "too_late", known
    if not report.final:
        return "noted", known
    hopeless = report.hopeless and known.proven and report.names(known.row.mailbox or "")
    await _end(room, known.row, report, work, hopeless=hopeless)
    if hopeless:
        detail = report.said[:_LONGEST_DETAIL]
        await room.store.choices.suppress(
            known.row.mailbox or "", reasons.CAME_BACK, work, detail=detail
        )
        return "stopped_writing", known
    if report.cause in NOT_THE_ADDRESS:
        return "noted", known
    found.counted_for = known.row.mailbox
    return await count_against(room, known.row, report.said[:_LONGEST_DETAIL], work), known


def _meant(letters: Sequence[Known], report: Report) -> Known | None:
    """The letter that a report is about: one to that address, else the one of the return address.

    A mailbox may send on what it gets, and the report then names where to. What is not proven has
    to name the address.
    """
    named = report.recipient or report.formerly
    for known in letters:
        if named and report.names(known.row.mailbox or ""):
            return known
    return next((known for known in letters if known.proven), None)


async def _end(
    room: MailRoom, row: Delivery, report: Report, work: Work, *, hopeless: bool
) -> None:
    """The letter did not arrive, unless that is known already."""
    now = await room.store.deliveries.get(row.delivery_id, work)
    if now is None or now.state not in WRITTEN:
        return
    reason = reasons.CAME_BACK if hopeless else reasons.CAME_BACK_THIS_TIME
    after = now.moved("dead", reason, work.now, detail=report.said[:_LONGEST_DETAIL])
    await room.store.deliveries.put([after], work)
    carried = await let_follow(room, [after], work)
    tell_bounced(after, work, permanent=hopeless)
    for each in (after, *carried) if hopeless else ():
        await follow_on_paper(room, each, work)


async def _heed_complaint(room: MailRoom, found: _Found, work: Work) -> None:
    """Whoever called a letter unwanted gets no more of its kind; other kinds still come."""
    found.report = found.read.reports[0]
    known = next((each for each in found.letters if each.proven), None)
    if known is None:
        found.done = "no_letter"
        return
    found.row, found.done = known.row, "category_stopped"
    for category in known.row.categories:
        stop = Stop(mailbox=known.row.mailbox or "", category=category, how="complaint")
        await room.store.choices.stop(stop, work)


def _identity(raw: bytes, mail: Returned) -> str:
    """The same for the same mail, whatever servers wrote above it on its way."""
    whole = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip()
    head, _, below = whole.partition(b"\n\n")
    what = mail.message_id.encode() + b"\n\n" + below if mail.message_id else head + below
    return hashlib.sha256(what).hexdigest()


def _kept(return_id: str, raw: bytes, found: _Found, came_by: str, work: Work) -> ReturnedMail:
    # What a machine reported about a letter that we know is said in a few words; the rest may hold
    # words of people, or be what nobody has understood yet.
    # Who may read an answer is said where answers are kept.
    settled = found.row is not None and (
        bool(found.answered) or found.read.kind in {"bounce", "delay", "complaint"}
    )
    report = found.report
    return ReturnedMail(
        return_id=return_id,
        kind=found.read.kind,
        done=found.done,
        came_by=came_by,
        at=work.now,
        delivery_id=found.row.delivery_id if found.row else None,
        status=report.status if report else "",
        said=report.said if report else "",
        subject="" if found.done == "passed_on" else found.read.subject,
        sender=found.read.sender,
        counted_for=found.counted_for,
        size=len(raw),
        raw=None if settled else raw[:MOST_KEPT],
    )
