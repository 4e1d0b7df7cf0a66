"""Before letters leave: each passes the gates or is set aside with its reason, then is written."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.notifications.actions.composing import compose, envelop
from services.notifications.actions.gathering import in_order, take_along
from services.notifications.actions.papering import instead_of_mail
from services.notifications.actions.room import MailRoom, tell_not_sent
from services.notifications.actions.surroundings import Surroundings, look_around
from services.notifications.actions.translating import LOOK_AGAIN, know_words, wait_for_words
from services.notifications.actions.wording import asks_of, translations_for
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery, for_backpack
from services.notifications.domain.gates import Go, Hold, Stop, Together, Verdict, Wait, judge
from services.notifications.domain.gathering import carrying, is_ripe, parted
from services.notifications.domain.limits import Limit
from services.notifications.domain.post import Addressed
from services.notifications.domain.rewording import Worded
from shared import telemetry
from shared.errors import Refused
from shared.messages import HouseholdChanged
from shared.outbox import Work

Change = Callable[[Delivery, Work], Delivery]
LARGEST = 2_000_000
"""Bytes of a letter. A usual one has some 30,000; every mail service takes a good deal more."""
_LOST = frozenset({reasons.NO_ADDRESS, reasons.SUPPRESSED_ADDRESS})


@dataclass(frozen=True)
class Ready:
    """A delivery that may leave, with its letter."""

    delivery: Delivery
    letter: Addressed
    readers: tuple[HouseholdChanged, ...]
    """The households that it is for; none: it goes to a member of the staff."""
    language: str
    parts: tuple[Delivery, ...] = ()
    """What it carries."""
    worded: Worded | None = None
    translated: Mapping[str, str] = field(default_factory=dict)
    """By key of translations that it has, from which language."""
    counted: tuple[tuple[Limit, datetime], ...] = ()
    """The limits under which it was counted, and when."""


async def prepare(room: MailRoom, batch: Sequence[Delivery]) -> list[Ready]:
    """Judge a claimed batch and write its letters; what does not leave now is set aside."""
    rows = [*batch, *await take_along(room, batch)]
    around = await look_around(room, rows)
    await know_words(room, rows, around)
    desk = _Desk(room, around, await instead_of_mail(room, rows, around))
    ripe = {row.mailbox for row in rows if is_ripe(row, room.now)}
    waited: dict[str, list[Delivery]] = {}
    for row in rows:
        if row.mailbox and row.mailbox in ripe and row.gather_at is not None:
            waited.setdefault(row.mailbox, []).append(row)
    # What waited takes its room in the week before what is new.
    for together in waited.values():
        await asyncio.sleep(0)  # writing a letter takes milliseconds in which others want to answer
        desk.gather(together)
    done = {row.delivery_id for together in waited.values() for row in together}
    for row in rows:
        if row.delivery_id not in done:
            await asyncio.sleep(0)
            desk.settle(row, desk.verdict(row))
    if desk.aside:
        await set_aside(room, [row for row in rows if row.delivery_id in desk.aside], desk.aside)
    return desk.ready


@dataclass
class _Desk:
    """Where one batch becomes letters that may leave, and rows that are set aside."""

    room: MailRoom
    around: Surroundings
    on_paper: Mapping[str, str]
    """By letter that finds no mailbox: why not even paper may go, "" when it may."""
    ready: list[Ready] = field(default_factory=list)
    aside: dict[str, Change] = field(default_factory=dict)

    def verdict(self, row: Delivery) -> Verdict | Change:
        moved_to = self.around.moved_to(row)
        if moved_to:
            return _moved_to(moved_to)
        if moved_to == "":
            return Stop(reasons.NO_ADDRESS)
        return judge(row, self.around.of(row))

    def settle(self, row: Delivery, verdict: Verdict | Change) -> None:
        """Write it as a letter of its own, or set it aside."""
        if isinstance(verdict, Stop) and verdict.reason in _LOST:
            self.aside[row.delivery_id] = _not_by_mail(row, verdict.reason, self.on_paper)
            return
        if not isinstance(verdict, Go | Together):
            self.aside[row.delivery_id] = _set_aside_by(verdict)
            return
        if wait_for_words(self.room, row, self.around):
            self.aside[row.delivery_id] = _waits_for_words
            return
        outcome = _written(self.room, row, self.around)
        if isinstance(outcome, Ready):
            self._leaves(outcome)
        else:
            self.aside[row.delivery_id] = outcome

    def gather(self, rows: Sequence[Delivery]) -> None:
        """All that waits for one mailbox, in one letter for each who may see it."""
        verdicts = {row.delivery_id: self.verdict(row) for row in rows}
        on = any(isinstance(each, Together) for each in verdicts.values())
        along = [
            row
            for row in rows
            if on
            and _may_go_along(verdicts[row.delivery_id])
            # One that waits for its words comes by itself when it has them.
            and not wait_for_words(self.room, row, self.around)
        ]
        for row in rows:
            if row not in along:
                self.settle(row, verdicts[row.delivery_id])
        behind = self.around.behind.get(rows[0].mailbox or "", ())
        for group in parted(along, behind, self.around.flags):
            again = [self.verdict(row) for row in group]
            # After another household's letter the week may be full.
            if len(group) == 1 or not any(isinstance(each, Together) for each in again):
                for row, verdict in zip(group, again, strict=True):
                    self.settle(row, verdict)
            else:
                self._write_together(group)

    def _write_together(self, group: Sequence[Delivery]) -> None:
        parts = tuple(in_order(group, self.around.notices))
        digest = carrying(parts, self.room.units.mint(), self.around.now)
        letter = _written(self.room, digest, self.around)
        if isinstance(letter, Ready):
            said = {"language": letter.language, "worded": letter.worded}
            digest = digest.model_copy(update=said)
            words = [_translated(self.room, row, self.around) for row in parts]
            translated = {key: source for each in words for key, source in each.items()}
            self._leaves(replace(letter, delivery=digest, parts=parts, translated=translated))
            return
        # Each by itself, as far as the week has room, shows which of them can't be written.
        for row in group:
            self.settle(row, self.verdict(row))

    def _leaves(self, letter: Ready) -> None:
        self.around.count_routine(letter.delivery)
        self.ready.append(letter)


def _may_go_along(verdict: Verdict | Change) -> bool:
    if isinstance(verdict, Wait):
        return verdict.gathers
    return isinstance(verdict, Go | Together)


async def set_aside(room: MailRoom, rows: Sequence[Delivery], changes: dict[str, Change]) -> None:
    """Change rows that are still ours, and tell of those that will not be sent."""

    async def body(work: Work) -> None:
        mine = await room.store.deliveries.mine(rows, work)
        changed: dict[str, Delivery] = {}  # by key: two of them may follow to one address
        for before in mine.values():
            row = changes[before.delivery_id](before, work)
            row = await _unless_promised(room, before, row, changed.keys(), work)
            changed[row.key] = row
        await room.store.deliveries.put(list(changed.values()), work)
        for row in changed.values():
            if row.state in {"suppressed", "dead"}:
                tell_not_sent(row, work)

    await room.units.run(body)


def _moved_to(mailbox: str) -> Change:
    return lambda row, work: row.moved(
        "pending", reasons.READY, work.now, due_at=work.now
    ).model_copy(update={"mailbox": mailbox, "gather_at": None})


def _set_aside_by(verdict: Stop | Wait | Hold | Change) -> Change:
    match verdict:
        case Stop(reason):
            return _stopped(reason)
        case Wait(until, reason, gathers):
            return lambda row, work: _waits(row, until, reason, gathers, work)
        case Hold(until, reason):
            return lambda row, work: row.moved("held", reason, work.now, due_at=until)
        case change:
            return change


def _waits(row: Delivery, until: datetime, reason: str, gathers: bool, work: Work) -> Delivery:
    waits = row.moved("pending", reason, work.now, due_at=until)
    return waits.model_copy(update={"gather_at": until}) if gathers else waits


def _written(room: MailRoom, row: Delivery, around: Surroundings) -> Ready | Change:
    try:
        letter = compose(room, row, around)
        mail = envelop(room, row, letter, around)
    except Refused:
        return _stopped(reasons.UNUSABLE_ADDRESS)
    except Exception as error:  # noqa: BLE001 - one letter that can't be written costs no other
        telemetry.failed("notifications", error)
        return lambda row, work: row.moved("dead", reasons.UNWRITABLE, work.now)
    if len(mail.message) > LARGEST:
        return lambda row, work: row.moved("dead", reasons.TOO_LARGE, work.now)
    homes = dict.fromkeys([row.household_id, *(part.household_id for part in row.parts)])
    readers = tuple(around.households[each] for each in homes if each in around.households)
    return Ready(
        row,
        mail,
        readers,
        letter.language,
        worded=letter.worded,
        translated=_translated(room, row, around),
    )


def _translated(room: MailRoom, row: Delivery, around: Surroundings) -> dict[str, str]:
    used = {words for words, _ in translations_for(room, row, around)}
    asks = asks_of(room, row, around)
    return {ask.key: ask.source for words, ask in asks.items() if words in used}


def _waits_for_words(row: Delivery, work: Work) -> Delivery:
    due = work.now + LOOK_AGAIN
    waits = row.moved("pending", reasons.TRANSLATING, work.now, due_at=due)
    return waits.model_copy(update={"words_asked_at": row.words_asked_at or work.now})


def _not_by_mail(row: Delivery, reason: str, on_paper: Mapping[str, str]) -> Change:
    """On paper, or not at all, for the reason why not on paper either."""
    why_not = on_paper.get(row.delivery_id)
    if why_not == "":
        return lambda row, work: for_backpack(row, work.now)
    return _stopped(why_not or reason)


def _stopped(reason: str) -> Change:
    return lambda row, work: row.moved("suppressed", reason, work.now)


async def _unless_promised(
    room: MailRoom, before: Delivery, row: Delivery, taken: Collection[str], work: Work
) -> Delivery:
    # A letter that follows its household to a new address may find its like there already.
    if before.key == row.key:
        return row
    if row.key not in taken and not await room.store.deliveries.key_taken(row.key, work):
        return row
    gone = row.model_copy(
        update={"state": "claimed", "mailbox": before.mailbox, "channel": before.channel}
    )
    stopped = gone.moved("suppressed", reasons.NEWER_LETTER, work.now)
    return stopped.model_copy(update={"version": row.version})
