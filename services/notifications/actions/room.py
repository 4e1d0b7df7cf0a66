"""The mail room: everything that the actions of this service stand on."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from services.notifications.domain import reasons
from services.notifications.domain.codes import Codes
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.settings import MailSettings, SchoolDays
from services.notifications.domain.sight import Sight
from services.notifications.returns.address import ReturnAddress
from services.notifications.store import Store
from shared.directory import Directory
from shared.identity import Viewer
from shared.links import Links
from shared.messages import NoticeAccepted, NoticeBounced, NoticeNotSent, SchoolChanged
from shared.outbox import Units, Work


@dataclass(frozen=True)
class MailPlace:
    """Where the district's mail comes from, and who gets it before a school is live."""

    district_name: str
    mail_from: str
    public_url: str = ""
    """Where staff and families find the pages of this platform; no slash at its end."""
    allow_list: frozenset[str] = frozenset()
    returns: ReturnAddress | None = None
    """Where letters come back to. None: to `mail_from`, where nobody reads them for us."""

    @property
    def domain(self) -> str:
        """The domain of the district's mail."""
        return self.mail_from.rpartition("@")[2]

    def bounces_to(self, delivery_id: str) -> str:
        """The envelope's sender of one letter; "" for the usual one."""
        return self.returns.to(delivery_id) if self.returns else ""


@dataclass(frozen=True)
class MailRoom:
    """Passed to every action; holds no state but the bell."""

    units: Units
    store: Store
    directory: Directory
    place: MailPlace
    starting: MailSettings
    answer_links: Links
    stop_links: Links
    codes: Codes
    """The short codes on paper."""
    drafts_start_accepted: bool = False
    """Whether translations count as accepted until somebody judges them; not for real families."""
    due: asyncio.Event = field(default_factory=asyncio.Event)
    """The sender's bell: letters may have become due. The sender looks by itself, too."""

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.units.clock.now()

    async def settings(self) -> MailSettings:
        """What the district decided about mail."""
        return await self.store.choices.settings(self.starting)

    async def sight_of(self, viewer: Viewer) -> Sight:
        """Whose letters a viewer may see: the district's all, a school's own, own pupils'."""
        if viewer.role in {"district", "operator", "system"}:
            return Sight(everything=True)
        if viewer.role in {"coordinator", "office", "principal"}:
            return Sight(school_ids=viewer.school_ids, educator_id=viewer.educator_id)
        if viewer.role != "educator":
            return Sight()
        seen = await self.directory.family_ids_seen_by(viewer, self.now.date())
        return Sight(family_ids=frozenset(seen), educator_id=viewer.educator_id)


def school_days(school: SchoolChanged | None) -> SchoolDays:
    """When a school lives."""
    if school is None:
        return SchoolDays()
    return SchoolDays(time_zone=school.time_zone, no_school_days=frozenset(school.no_school_days))


def today_at(school: SchoolChanged | None, now: datetime) -> datetime:
    """The present moment on the school's own wall."""
    return now.astimezone(ZoneInfo(school_days(school).time_zone))


def tell_not_sent(delivery: Delivery, work: Work) -> None:
    """Let the other services know that a letter will not be sent, and why."""
    if delivery.to_staff:
        return  # the others ask what families were told
    said = NoticeNotSent(
        delivery_id=delivery.delivery_id,
        kind=delivery.kind,
        about=delivery.about,
        household_id=delivery.household_id,
        family_ids=delivery.family_ids,
        reason=delivery.reason,
        needs_a_person=delivery.reason in reasons.FOR_A_PERSON,
    )
    work.emit(said, sequence=delivery.version)


def tell_accepted(delivery: Delivery, work: Work) -> None:
    """Let the other services know that the mail service took a letter, or a child its paper."""
    if delivery.to_staff:
        return  # the others ask what families were told
    said = NoticeAccepted(
        delivery_id=delivery.delivery_id,
        kind=delivery.kind,
        about=delivery.about,
        household_id=delivery.household_id,
        family_ids=delivery.family_ids,
        student_ids=delivery.student_ids,
        channel=delivery.channel,
        language=delivery.language,
        good_news=delivery.good_news,
        accepted_at=delivery.handed_at or work.now,
    )
    work.emit(said, sequence=delivery.version)


def tell_bounced(delivery: Delivery, work: Work, *, permanent: bool) -> None:
    """Let the other services know that a letter came back; `permanent`: the address is no good."""
    if delivery.to_staff:
        return  # the others ask what families were told
    said = NoticeBounced(
        delivery_id=delivery.delivery_id,
        household_id=delivery.household_id,
        family_ids=delivery.family_ids,
        permanent=permanent,
        channel=delivery.channel,
        reason=delivery.reason,
        bounced_at=work.now,
    )
    work.emit(said, sequence=delivery.version)
