"""What a person fills in about a school event, and what must be mended before it can be kept."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Self

from services.events.domain import times
from services.events.domain.faults import Fault, Wrong
from shared.i18n import N_
from shared.messages import Language, Record

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 4000
LONGEST_PLACE = 200
LONGEST_ORGANIZER = 120
LONGEST_EVENT = timedelta(days=31)
FARTHEST = timedelta(days=730)


class EventDraft(Record):
    """As typed. Times without a zone are the school's wall clock; with one they are a moment.

    Empty `class_ids` invite the whole school. `reply_by` as a date lasts until that day ends.
    """

    school_id: str
    class_ids: tuple[str, ...] = ()
    title: str
    description: str = ""
    place: str = ""
    starts: datetime
    ends: datetime
    reply_by: date | datetime | None = None
    organizer: str = ""
    language: Language = "en"

    def tidy(self) -> Self:
        """The same without spaces around, control characters inside, or a class named twice."""
        return self.model_copy(
            update={
                "title": " ".join(_visible(self.title).split()),
                "description": _visible(self.description).strip(),
                "place": " ".join(_visible(self.place).split()),
                "organizer": " ".join(_visible(self.organizer).split()),
                "class_ids": tuple(dict.fromkeys(self.class_ids)),
            }
        )


class Hours(Record):
    """When it is, and until when families may answer, as moments in UTC."""

    starts_at: datetime
    ends_at: datetime
    reply_by: datetime | None
    time_zone: str


def hours_of(draft: EventDraft, zone: str, now: datetime) -> Hours:
    """Read the times on the school's clock; `Wrong` has every fault of time and of words."""
    faults = [*_faults_of_words(draft)]
    hours = None
    try:
        hours = _hours(draft, zone)
    except Wrong as wrong:
        faults += wrong.faults
    if hours is not None:
        faults += _faults_of_hours(hours, now)
    if hours is None or faults:
        raise Wrong(faults)
    return hours


def _hours(draft: EventDraft, zone: str) -> Hours:
    starts_at = times.moment_of(draft.starts, zone, field="starts")
    ends_at = times.moment_of(draft.ends, zone, field="ends")
    if ends_at <= starts_at and draft.ends.tzinfo is None:
        # From 1:45 to 1:15 makes sense in one night of the year, when that hour comes twice.
        ends_at = times.second_moment_of(draft.ends, zone)
    return Hours(
        starts_at=starts_at,
        ends_at=ends_at,
        reply_by=_reply_by(draft, zone, starts_at),
        time_zone=zone,
    )


def _reply_by(draft: EventDraft, zone: str, starts_at: datetime) -> datetime | None:
    if draft.reply_by is None:
        return None
    if isinstance(draft.reply_by, datetime):
        return times.moment_of(draft.reply_by, zone, field="reply_by")
    if draft.reply_by == times.day_of(starts_at, zone):
        return starts_at
    return times.end_of(draft.reply_by, zone)


def _faults_of_words(draft: EventDraft) -> Iterator[Fault]:
    if not draft.title:
        yield Fault(field="title", says=N_("Please give the event a name."))
    longest = {
        "title": LONGEST_TITLE,
        "description": LONGEST_DESCRIPTION,
        "place": LONGEST_PLACE,
        "organizer": LONGEST_ORGANIZER,
    }
    for field, most in longest.items():
        if len(getattr(draft, field)) > most:
            yield Fault(
                field=field,
                says=N_("This is too long: at most %(most)s characters."),
                values={"most": str(most)},
            )


def _faults_of_hours(hours: Hours, now: datetime) -> Iterator[Fault]:
    if hours.starts_at <= now:
        yield Fault(field="starts", says=N_("This is in the past. Please choose a later time."))
    if hours.starts_at > now + FARTHEST:
        yield Fault(field="starts", says=N_("This is more than two years away."))
    if hours.ends_at <= hours.starts_at:
        yield Fault(field="ends", says=N_("The event must end after it starts."))
    elif hours.ends_at - hours.starts_at > LONGEST_EVENT:
        yield Fault(field="ends", says=N_("An event may last 31 days at most."))
    if hours.reply_by is not None and hours.reply_by > hours.starts_at:
        yield Fault(field="reply_by", says=N_("Families must be able to answer before it starts."))
    elif hours.reply_by is not None and hours.reply_by <= now:
        yield Fault(field="reply_by", says=N_("This day is over. Please choose a later one."))


def _visible(text: str) -> str:
    # Direction marks could turn a title around in a letter; line ends belong to descriptions only.
    bare = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in bare if c in {"\n", "\t"} or _shows(c))


def _shows(character: str) -> bool:
    code = ord(character)
    control = code < 0x20 or 0x7F <= code < 0xA0
    turns = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    return not (control or turns or 0xD800 <= code <= 0xDFFF)
