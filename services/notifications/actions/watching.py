"""What somebody has to know about letters in time: they don't leave, or may not have arrived."""

from services.notifications.actions.limiting import begun_lately
from services.notifications.actions.room import MailRoom
from services.notifications.actions.sending import Sender
from services.notifications.domain import reasons
from shared import telemetry
from shared.watch import Look, age

MOST_COUNTED = 10_000
SERVICE = "notifications"
_LIMITS = {reasons.DAILY_LIMIT: "day", reasons.DOMAIN_LIMIT: "domain"}


async def _look_at_limits(room: MailRoom) -> None:
    waits = await room.store.backlog.waits_because(list(_LIMITS), MOST_COUNTED)
    for reason, number in waits.items():
        telemetry.LETTERS_OVER_LIMIT.labels(SERVICE, _LIMITS[reason]).set(number)
    if room.limits.day:
        used = await begun_lately(room, room.limits.day)
        telemetry.LETTERS_A_DAY.labels(SERVICE).set(used)


def letters_look(room: MailRoom, sender: Sender) -> Look:
    """How many letters are overdue, since when, how many are in doubt, whether mail is taken."""

    async def look() -> None:
        telemetry.DEPENDENCY.labels(SERVICE, "mail").set(sender.mail_answers)
        deliveries, now = room.store.deliveries, room.now
        overdue, oldest = await deliveries.overdue(now, MOST_COUNTED)
        telemetry.LETTERS_OVERDUE.labels(SERVICE).set(overdue)
        since = age(room.units.clock, oldest) if oldest else 0.0
        telemetry.LETTERS_OVERDUE_AGE.labels(SERVICE).set(since)
        telemetry.LETTERS_UNKNOWN.labels(SERVICE).set(await deliveries.unknown(MOST_COUNTED))
        if room.limits.any:
            await _look_at_limits(room)

    return look
