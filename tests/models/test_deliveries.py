"""Deliveries: no letter is handed over twice, none against a flag, none waits for ever."""

from collections import Counter
from datetime import timedelta

import pytest

from services.notifications.actions import handing
from services.notifications.domain import reasons
from services.notifications.domain.delivery import Delivery, State
from services.notifications.domain.notice import AnswerWords, EventWords
from services.notifications.domain.post import Outcome, Unclear
from services.notifications.domain.sight import barred
from shared import messages as m
from shared.outbox import OUTBOX, Work
from tests.models.ground import Ground
from tests.models.mailing import Mailing
from tests.models.post import all_rows
from tests.models.power import Fault
from tests.models.sayings import FAMILY_OF, HOMES

OPEN: frozenset[State] = frozenset({"held", "pending", "claimed", "handing", "retry"})
ENDED: frozenset[State] = frozenset({"dead", "suppressed"})
ROUNDS = 7
"""A history has at most thirty notices for four households each; a round takes twenty letters."""
TOLD: dict[type[m.Message], str] = {
    m.NoticeAccepted: "accepted",
    m.NoticeBounced: "bounced",
    m.NoticeNotSent: "not sent",
}


class Deliveries(Mailing):
    """What must hold of letters, whatever happens."""

    CI = 30
    MANY = 1200

    # --- when the mail service hears the end of a letter ------------------------------------------

    async def watch(self, delivery_id: str, *, slept: bool) -> None:
        """A letter that was heard to its end goes there again only if a person said so."""
        rows = await all_rows(self.database)
        letter = rows[delivery_id]
        self.must(not letter.parts or not self.service.heard[delivery_id], "carried twice")
        if not slept:
            await self.check_fresh(letter)
        for row in [rows[part.delivery_id] for part in letter.parts] or [letter]:
            times = self.times(row.delivery_id, rows) + 1
            again = self.again[row.delivery_id]
            self.must(times <= 1 + again, f"{row.key} was handed over twice")
            self.must(not self.barred(row), f"{row.key} left against a flag")
            if not slept:
                await self.check_words(row)

    def times(self, delivery_id: str, rows: dict[str, Delivery]) -> int:
        """How often the mail service heard it to its end, by itself or in a letter with others."""
        carriers = [
            each
            for each, row in rows.items()
            if any(part.delivery_id == delivery_id for part in row.parts)
        ]
        return sum(self.service.heard[each] for each in (delivery_id, *carriers))

    def barred(self, row: Delivery) -> bool:
        """By a flag that was applied before the letter was in the mail service's hands."""
        name = FAMILY_OF[row.household_id.removeprefix("household-")]
        home = row.household_id.removeprefix("household-")
        adults = {"ana", "luis"} if home == "gomez" else {home}
        flags = [flag for flag in self.sayings.flags if flag.number in self.in_hand]
        late = {n for n, rows in self.in_hand.items() if row.delivery_id in rows}
        return barred(
            [flag for flag in flags if flag.number not in late],
            {f"guardian-{name}-{adult}" for adult in adults},
            {f"student-{name}"},
        )

    async def check_fresh(self, row: Delivery) -> None:
        register = await self.database["dir_register"].find_one({"_id": "flags"})
        known = {each["_id"] async for each in self.database["dir_flags"].find()}
        assert register is not None
        whole = set(range(1, register["number"] + 1)) <= known
        new = self.clock.now() - register["as_of"] <= timedelta(minutes=5)
        self.must(whole and new, f"{row.key} left while the flags were not known to be all")

    async def check_words(self, row: Delivery) -> None:
        """It says what is so, as far as is known here."""
        notice = await self.processes[0].room.store.notices.get(row.notice_id)
        assert notice is not None
        self.must(not notice.withdrawn, f"{row.key} was taken back, and left")
        if not isinstance(notice.content, EventWords | AnswerWords):
            return
        known = await self.database["school_events"].find_one({"_id": "event-1"})
        assert known is not None
        if known["cancelled"]:
            self.must(row.kind == "cancelled", f"{row.key} left for a cancelled event")
        else:
            place = notice.content.facts.place
            self.must(place == known["facts"]["place"], f"{row.key} names an old place")

    # --- after each step --------------------------------------------------------------------------

    async def look(self) -> None:
        rows = await all_rows(self.database)
        assert self.before.keys() <= rows.keys(), "a promise vanished"
        keys = Counter(row.key for row in rows.values())
        assert max(keys.values(), default=1) == 1, "a promise was made twice"
        for each, row in rows.items():
            if before := self.before.get(each):
                self.check_move(before, row, rows)
            if row.state == "merged":
                carrier = rows[row.digest_id or ""]
                gone = carrier.state in {"handing", "accepted", "unknown"}
                assert gone, f"in a letter that is {carrier.state}"
        self.before = rows
        await self.check_told(rows)

    def check_move(self, before: Delivery, row: Delivery, rows: dict[str, Delivery]) -> None:
        """Nothing that ended goes on; what is unclear is only settled."""
        if before.state in ENDED:
            assert before == row.model_copy(update={"causes": before.causes}), (
                "it ended, and went on"
            )
        if before.state == "accepted":
            assert row.state == "accepted", "it was accepted, and went on by itself"
        if before.handed_at is not None:
            assert row.handed_at == before.handed_at, "it was told, and went on by itself"
        if before.state in {"unknown", "merged"} and row.state != before.state:
            # Its own sender came back with the answer, or was never heard at all.
            heard = self.times(row.delivery_id, rows) - self.again[row.delivery_id]
            settled = row.state in {"accepted", "dead"} or heard <= 0
            assert settled, "unclear, and on its way again by itself"

    async def check_told(self, rows: dict[str, Delivery]) -> None:
        """Each end is told once to the other services, and nothing that is not so."""
        said: dict[str, Counter[str]] = {each: Counter() for each in rows}
        for kind, name in TOLD.items():
            async for row in self.database[OUTBOX.name].find({"envelope.type": kind.TYPE}):
                said[row["envelope"]["data"]["delivery_id"]][name] += 1
        for each, delivery in rows.items():
            words = said[each]
            if delivery.parts:
                assert not words, "a letter that carries others was told of itself"
                continue
            assert max(words.values(), default=1) == 1, "the same end was told twice"
            assert words["accepted"] == (delivery.handed_at is not None), "accepted, and not told"
            came_back = delivery.reason == reasons.CAME_BACK
            assert words["bounced"] == came_back, "came back, and not told"
            ended = delivery.state in ENDED and not came_back
            assert words["not sent"] == ended, f"{delivery.state}, and not told"

    # --- at the end -------------------------------------------------------------------------------

    async def at_rest(self) -> None:
        for which in (0, 1):
            if not self.awake(which):
                await self._wake(which)
        self.service.does.clear()
        for place in range(len(self.sayings.said)):
            await self._hear(0, place, None)
        for days in (0, 0, 0, 1, 1, 3, 3, 8, 15):
            self.clock.move(timedelta(days=days, minutes=6))
            await self._hear(0, self.sayings.as_of(self.clock.now()), None)
            await self._spread(0)
            for _ in range(ROUNDS):
                await self._send(0)
            if not any(row.state in OPEN for row in self.before.values()):
                break
        open_ = {row.key: row.state for row in self.before.values() if row.state in OPEN}
        assert open_ == {}, f"waits for ever: {open_}"
        await self.check_promises()
        self.check_copies()

    async def check_promises(self) -> None:
        """Whoever was to be written to has a promise, whatever became of it."""
        households = {
            (row.about, row.household_id.removeprefix("household-")): row
            for row in self.before.values()
        }
        for home in FAMILY_OF:
            if self.sayings.of_event and not self.sayings.cancelled:
                assert ("event-1", home) in self.homes_of("invitation"), f"{home} is not invited"
        newest: dict[str, m.ContactLogged | None] = {}
        for envelope in self.sayings.said:
            said = envelope.open()
            if isinstance(said, m.ContactLogged):
                newest[said.contact_id] = said
            elif isinstance(said, m.ContactCorrected):
                newest[said.contact_id] = said.now
            elif isinstance(said, m.ContactRetracted):
                newest[said.contact_id] = None
        for contact_id, contact in newest.items():
            if contact is not None and contact.letter is not None:
                for home in HOMES[contact.family_id.removeprefix("family-")]:
                    shares = self.shares(home)
                    assert any((contact_id, each) in households for each in shares)

    def shares(self, home: str) -> set[str]:
        """The households that read, or read once, the address of this one: one letter is enough."""
        return set(FAMILY_OF) if self.sayings.homes else {home}

    def homes_of(self, kind: str) -> set[tuple[str, str]]:
        """For whom there is a letter of a kind, or who shares an address with them."""
        return {
            (row.about, each)
            for row in self.before.values()
            if row.kind == kind
            for each in self.shares(row.household_id.removeprefix("household-"))
        }

    def check_copies(self) -> None:
        for each, row in self.before.items():
            copies = self.service.copies[each] + self.service.copies[row.digest_id or ""]
            taken = row.state == "accepted" or (row.state == "merged" and row.handed_at)
            if taken and each not in self.arrived:
                assert copies, f"{row.key} is accepted, and nobody has it"
            if row.state == "suppressed" and not self.again[each]:
                assert not copies, f"{row.key} is not sent, and somebody has it"


def test_no_letter_is_handed_over_twice_and_none_waits_for_ever(ground: Ground) -> None:
    ground.holds(Deliveries)


def test_a_sender_that_sends_the_unclear_again_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_it_is = handing._after

    def after(row: Delivery, outcome: Outcome, work: Work) -> Delivery | None:
        if isinstance(outcome, Unclear) and row.state == "handing":
            return row.again(work.now, "perhaps it was not taken", "cut")
        return as_it_is(row, outcome, work)

    monkeypatch.setattr(handing, "_after", after)
    ground.finds_in(Deliveries, _cut_and_tried_again, "handed over twice")


def test_a_sender_that_does_not_look_at_flags_again_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*_: object) -> set[str]:
        return set()

    monkeypatch.setattr(handing, "_barred", nobody)
    monkeypatch.setattr("services.notifications.actions.flagging._barred_rows", _none)
    ground.finds_in(Deliveries, _flagged_and_sent, "against a flag")


def test_a_process_that_ends_anywhere_while_letters_come_together_loses_and_doubles_none(
    ground: Ground,
) -> None:
    history = Deliveries(ground.shelf(Deliveries))
    for steps in range(0, 44, 4):
        _waits_for_a_week(history)
        history.send(0, Fault("cut" if steps % 8 else "lost", steps))
        history.wait(130, fresh=True)
        history.send(1, None)
    assert any(row.parts for row in history.before.values())
    history.teardown()


def test_letters_that_do_not_share_the_fate_of_the_one_that_carries_them_are_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgets(*_: object) -> None:
        """The letters that were carried stay as they are."""

    monkeypatch.setattr(handing, "let_follow", forgets)
    ground.finds_in(Deliveries, _busy_together, "in a letter that is dead")


def _waits_for_a_week(history: Mailing) -> None:
    history.wait(650_000, fresh=True)
    history.decide(0, live=True, budget=1)
    for _ in range(3):
        history.announce(now=True)
    history.send(1, None)
    history.wait(650_000, fresh=True)


def _busy_together(history: Mailing) -> None:
    _waits_for_a_week(history)
    history.let_the_mail_service("gomez@family.example", "busy")
    history.send(0, None)


def _cut_and_tried_again(history: Mailing) -> None:
    history.let_the_mail_service("gomez@family.example", "cut_taken")
    history.log("gomez", "Great day!", now=True)
    history.send(0, None)
    history.wait(310, fresh=True)
    history.send(1, None)


def _flagged_and_sent(history: Mailing) -> None:
    # The flag comes while the sender sleeps, before each of its steps in turn.
    for steps in range(40):
        history.flag("gomez", 0, now=True)
        history.wait(1, fresh=True)
        history.log("gomez", "Great day!", now=True)
        history.send(1, Fault("asleep", steps))
        history.flag("gomez", 1, now=True)
        if not history.awake(1):
            history.wake(1)


async def _none(*_: object) -> list[Delivery]:
    return []
