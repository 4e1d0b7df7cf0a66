"""Named points at which a test lets a process end as in a power cut; without the variable, nothing.

`PARTNERS_CRASH_AT` is `point`, `point:detail` (a message type, a service, a kind of letter), or
`point:detail:2` for the second time that the point is reached so; the detail may be empty.
"""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass

EXIT = 9
VARIABLE = "PARTNERS_CRASH_AT"
POINTS = {
    "message.received": "a message is there, and nothing was done about it",
    "work.uncommitted": "all is written in a transaction, which is not committed",
    "work.committed": "the transaction is committed, and nobody knows it yet",
    "message.handled": "a message had its effect, and is not acknowledged",
    "message.aside": "a message was put on a rung or among the dead, and is not acknowledged",
    "message.acknowledged": "a batch is acknowledged, and the next not begun",
    "dead.kept": "a dead letter is kept, and is not acknowledged",
    "intake.kept": "what another system sent is kept, and is not acknowledged",
    "outbox.read": "the relay has read what waits, and published nothing of it",
    "outbox.published": "the bus has confirmed messages, and they are not marked as sent",
    "outbox.marked": "messages are marked as sent",
    "lease.held": "the right to act was taken or renewed, and nothing done with it",
    "letter.claimed": "a sender has claimed letters, and written none of them",
    "letter.handing": "letters are marked as leaving, and not one word was said of them",
    "letter.data": "the mail service is about to hear a letter",
    "letter.dot": "the mail service has heard the end of a letter, and its answer is not read",
    "letter.answered": "the mail service has answered, and it is not written down",
    "letter.kept": "what the mail service answered is written down",
}
"""Where a process may end, and what is so at that moment."""


@dataclass
class _Armed:
    point: str = ""
    detail: str = ""
    turns: int = 1

    def pass_by(self, details: Iterable[str]) -> None:
        if self.detail and self.detail not in details:
            return
        self.turns -= 1
        if self.turns == 0:
            os._exit(EXIT)


_ARMED = _Armed()


def configure() -> None:
    """Read the variable again: in a forked process it is another than at import."""
    _ARMED.point, _, rest = os.environ.get(VARIABLE, "").partition(":")
    _ARMED.detail, _, turn = rest.partition(":")
    _ARMED.turns = int(turn or 1)


def reach(point: str, details: Iterable[str] = ()) -> None:
    """End this process here and now, nothing flushed or given back, if the variable names it."""
    if point == _ARMED.point:
        _ARMED.pass_by(details)


def reach_soon(point: str) -> None:
    """As `reach`, once whoever calls waits for something: then what it said has left."""
    if point == _ARMED.point:
        asyncio.get_running_loop().call_soon(reach, point)


configure()
