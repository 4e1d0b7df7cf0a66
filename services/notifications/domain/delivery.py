"""One notice to one household, or to one of the staff, and which way it may go."""

from datetime import datetime, timedelta
from typing import Literal

from services.notifications.domain import reasons
from services.notifications.domain.kinds import Kind, kind_of
from services.notifications.domain.rewording import Worded
from shared.errors import Conflict
from shared.messages import Category, Record

State = Literal[
    "held", "pending", "claimed", "handing", "accepted", "retry", "unknown", "dead", "suppressed",
    "merged", "to_print", "printed",
]  # fmt: skip
"""`to_print` and `printed` are for paper alone (ADR 31), which no mail sender looks at."""

WAITING: frozenset[State] = frozenset({"held", "pending", "retry"})
"""It will be looked at again when it is due."""
ON_PAPER: frozenset[State] = frozenset({"to_print", "printed"})
"""It waits for a person, who prints it or hands it out."""
STOPPABLE: frozenset[State] = WAITING | ON_PAPER | {"claimed"}
"""Nothing has been handed over, so it can still be stopped or re-worded."""
WRITTEN: frozenset[State] = frozenset({"handing", "accepted", "unknown", "merged"})
"""The household may have it, so a later letter has to speak of it as known."""
HAS_LEFT: frozenset[State] = WRITTEN | {"printed", "dead"}
"""Its words are there to be read: in a mailbox, on paper, or in what came back."""

_MAY_BECOME: dict[State, frozenset[State]] = {
    "held": frozenset({"pending", "claimed", "suppressed"}),
    "pending": frozenset({"held", "claimed", "suppressed"}),
    "retry": frozenset({"held", "pending", "claimed", "suppressed"}),
    "claimed": frozenset(
        {"held", "pending", "handing", "suppressed", "merged", "dead", "to_print"}
    ),
    "to_print": frozenset({"printed", "pending", "suppressed"}),
    "printed": frozenset({"printed", "to_print", "accepted", "pending", "suppressed"}),
    "handing": frozenset({"accepted", "retry", "pending", "unknown", "dead"}),
    "unknown": frozenset({"accepted", "dead", "pending"}),
    "accepted": frozenset({"dead", "printed"}),
    "dead": frozenset(),
    "suppressed": frozenset(),
    # In the hands of the mail service, within another letter, whose fate is its own.
    "merged": frozenset({"pending", "retry", "dead"}),
}

CLAIM_LASTS = timedelta(seconds=20)
"""How long a sender may prepare letters before another takes them up; it needs well under one."""
HANDING_LASTS = timedelta(seconds=90)
"""An exchange with the mail service (`mailer.EXCHANGE_LASTS`, 60 s), and 30 s to wait for a
connection; a letter that had to wait longer is not begun. So long after a sender was killed its
letters are shown as leaving, before they may not have arrived."""
LONGEST_LEASE = HANDING_LASTS + timedelta(minutes=1)
"""An end that is farther off was written by a clock that was wrong, and has passed."""
Pace = Literal["cut", "later", "full"]
_BACK_OFF_MINUTES: dict[Pace, tuple[int, ...]] = {
    "cut": (1, 5, 15, 30, 60, 120, 240),
    # Who greylists wants to see the same letter again after some minutes, most often five (RFC
    # 6647, 4.2); who is asked earlier may begin to count anew.
    "later": (6, 10, 20, 30, 60, 120, 240),
    "full": (60, 120, 240),
}
"""Until the next try: after a cut line, an answer that says later (4xx), a full mailbox."""
GIVE_UP_AFTER = timedelta(hours=24)


class Part(Record):
    """What a letter that carries others says of one of them."""

    delivery_id: str
    notice_id: str
    kind: str
    household_id: str
    family_ids: tuple[str, ...]
    school_id: str


class Delivery(Record):
    """A promise: unique on kind, about, occasion, mailbox, channel. `version` counts changes.

    One to a member of the staff has `educator_id`, no household and no families.
    """

    delivery_id: str
    notice_id: str
    kind: str
    about: str
    occasion: str
    channel: Literal["mail", "paper"] = "mail"
    mailbox: str | None
    household_id: str
    educator_id: str | None = None
    family_ids: tuple[str, ...]
    student_ids: tuple[str, ...] = ()
    school_id: str
    sender_id: str | None = None
    language: str
    translated_from: str = ""
    """The language of typed words that a machine translated for it; "" where none did."""
    worded: Worded | None = None
    """The wording in which it left, was printed or was tried last; see `left_in`."""
    words_asked_at: datetime | None = None
    """Since when the letter waits for a translation."""
    good_news: bool = False
    state: State = "pending"
    reason: str
    detail: str = ""
    """What the mail service answered, or what a person wrote."""
    not_before: datetime
    due_at: datetime
    use_by: datetime | None = None
    tries: int = 0
    version: int = 1
    gather_at: datetime | None = None
    """From when on it may come in one letter with others; None: nobody found so yet."""
    digest_id: str | None = None
    """The letter that carries it or carried it last."""
    parts: tuple[Part, ...] = ()
    """What it carries: only a `digest` does. It is handed over once: what was not taken goes
    back to its parts."""
    causes: tuple[str, ...] = ()
    claim: str | None = None
    lease_until: datetime | None = None
    created_at: datetime
    changed_at: datetime
    first_tried_at: datetime | None = None
    handed_at: datetime | None = None
    replied_at: datetime | None = None
    """When somebody answered it by mail; of several answers the last."""

    @property
    def key(self) -> str:
        """What makes it unique. Without an address each household or person counts for itself."""
        nobody = (
            f"educator:{self.educator_id}" if self.to_staff else f"household:{self.household_id}"
        )
        to = self.mailbox or nobody
        return f"{self.kind}|{self.about}|{self.occasion}|{to}|{self.channel}"

    @property
    def to_staff(self) -> bool:
        """Whether it goes to a member of the staff."""
        return self.educator_id is not None

    @property
    def tells_families(self) -> bool:
        """Whether the other services hear of it: they ask what families were told.

        Of a letter that carries others its parts are told.
        """
        return not (self.to_staff or self.parts or self.manners.fixed_address)

    @property
    def on_paper(self) -> bool:
        """Whether it goes by a pupil's backpack."""
        return self.channel == "paper"

    @property
    def left_in(self) -> Worded | None:
        """The wording that somebody may have before them; None: nobody has, or it was not kept."""
        return self.worded if self.state in HAS_LEFT else None

    @property
    def afresh(self) -> State:
        """Where it waits after its words changed: what is prepared or printed is void."""
        return {"claimed": "pending", "printed": "to_print"}.get(self.state, self.state)  # type: ignore[return-value]

    @property
    def manners(self) -> Kind:
        """What holds for letters of its kind."""
        return kind_of(self.kind)

    @property
    def categories(self) -> tuple[Category, ...]:
        """What is stopped by the link at its foot: the categories of all that it carries."""
        kinds = [kind_of(part.kind) for part in self.parts] or [self.manners]
        return tuple(sorted({kind.category for kind in kinds}))

    def moved(
        self,
        to: State,
        reason: str,
        now: datetime,
        *,
        due_at: datetime | None = None,
        detail: str = "",
    ) -> "Delivery":
        """The same delivery in another state; `Conflict` when it can't go there from here."""
        if to not in _MAY_BECOME[self.state]:
            raise Conflict(f"a letter that is {self.state} can't become {to}")
        keeps_claim = to in {"claimed", "handing", "unknown"}
        return self.model_copy(
            update={
                "state": to,
                "reason": reason,
                "detail": detail,
                "due_at": due_at or self.due_at,
                "changed_at": now,
                "version": self.version + 1,
                "claim": self.claim if keeps_claim else None,
                "lease_until": self.lease_until if keeps_claim else None,
            }
        )

    def merged(self, digest: "Delivery", now: datetime) -> "Delivery":
        """Handed over within another letter, in the language and the wording of that one."""
        moved = self.moved("merged", reasons.TOGETHER, now)
        return moved.model_copy(
            update={
                "digest_id": digest.delivery_id,
                "language": digest.language,
                "worded": digest.worded and digest.worded.of_school(self.school_id),
                "tries": self.tries + 1,
                "first_tried_at": self.first_tried_at or now,
            }
        )

    def handing(self, now: datetime) -> "Delivery":
        """About to be said to the mail service; from here on it is never resent by itself."""
        moved = self.moved("handing", reasons.LEAVING, now)
        first = self.first_tried_at or now
        return moved.model_copy(
            update={
                "tries": self.tries + 1,
                "first_tried_at": first,
                "lease_until": now + HANDING_LASTS,
            }
        )

    def accepted(
        self, now: datetime, *, reason: str = reasons.ACCEPTED, detail: str = ""
    ) -> "Delivery":
        """Taken by the mail service."""
        moved = self.moved("accepted", reason, now, detail=detail)
        return moved.model_copy(update={"handed_at": now})

    def again(self, now: datetime, detail: str, pace: Pace = "later") -> "Delivery":
        """Refused for now: another try later, or dead after a day or past its use."""
        minutes = _BACK_OFF_MINUTES[pace]
        due = now + timedelta(minutes=minutes[min(self.tries, len(minutes)) - 1])
        too_late = due - (self.first_tried_at or now) > GIVE_UP_AFTER
        if too_late or (self.use_by is not None and due >= self.use_by):
            return self.moved("dead", reasons.GAVE_UP, now, detail=detail)
        return self.moved("retry", reasons.MAIL_SERVICE_BUSY, now, due_at=due, detail=detail)


def replied(delivery: Delivery, now: datetime) -> Delivery:
    """The same delivery after somebody answered it; its state is not touched by that."""
    return delivery.model_copy(update={"replied_at": now, "version": delivery.version + 1})


def for_backpack(delivery: Delivery, now: datetime) -> Delivery:
    """A letter that found no mailbox, as paper; it keeps its own id."""
    moved = delivery.moved("to_print", reasons.TO_PRINT, now, due_at=delivery.not_before)
    return moved.model_copy(update={"channel": "paper", "mailbox": None})


def by_mail_after_all(delivery: Delivery, mailbox: str, now: datetime) -> Delivery:
    """Paper that nobody was handed, as a letter to an address that works."""
    moved = delivery.moved("pending", reasons.READY, now, due_at=max(now, delivery.not_before))
    return moved.model_copy(update={"channel": "mail", "mailbox": mailbox})


def lapsed(delivery: Delivery, now: datetime) -> Delivery | None:
    """What becomes of a letter whose sender stopped in the middle; None while its time runs."""
    if delivery.lease_until is None or now < delivery.lease_until <= now + LONGEST_LEASE:
        return None
    if delivery.state == "claimed":
        return delivery.moved("pending", reasons.TAKEN_UP_AGAIN, now, due_at=now)
    if delivery.state == "handing":
        return delivery.moved("unknown", reasons.MAY_NOT_HAVE_ARRIVED, now)
    return None
