"""The mail room: everything that the actions of this service stand on."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from services.notifications.domain import reasons
from services.notifications.domain.codes import Codes
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.limits import Limits
from services.notifications.domain.replies import Reply, ReplySight
from services.notifications.domain.settings import MailSettings, SchoolDays
from services.notifications.domain.sight import Sight
from services.notifications.letters.signing import Signer
from services.notifications.returns.address import ReturnAddress
from services.notifications.store import Store
from services.notifications.translator import Translator
from shared.directory import Directory
from shared.identity import Viewer
from shared.links import Links
from shared.messages import (
    GuardianReplied,
    NoticeAccepted,
    NoticeBounced,
    NoticeNotSent,
    SchoolChanged,
)
from shared.outbox import Units, Work


@dataclass(frozen=True)
class MailPlace:
    """Where the district's mail comes from, and who gets it before a school is live."""

    district_name: str
    mail_from: str
    public_url: str = ""
    """Where staff and families find the pages of this platform; no slash at its end."""
    allow_list: frozenset[str] = frozenset()
    signer: Signer | None = None
    """Signs what leaves. None: the district's mail service does, or nobody."""
    returns: ReturnAddress | None = None
    """Where letters come back to. None: to `mail_from`, where nobody reads them for us."""

    @property
    def domain(self) -> str:
        """The domain of the district's mail."""
        return self.mail_from.rpartition("@")[2]

    def bounces_to(self, delivery_id: str) -> str:
        """The envelope's sender of one letter; "" for the usual one."""
        return self.returns.to(delivery_id) if self.returns else ""

    def answers_to(self, delivery_id: str) -> str:
        """Where a family answers one letter to; "" where answers are not read for us."""
        return self.returns.for_answers(delivery_id) if self.returns else ""


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
    address_links: Links
    page_links: Links
    """To the household's own page."""
    feed_links: Links
    """To its calendar, which other people's computers read."""
    codes: Codes
    """The short codes on paper."""
    drafts_start_accepted: bool = False
    """Whether translations count as accepted until somebody judges them; not for real families."""
    translator: Translator | None = None
    """Translates words that educators typed. None: they go out as they are."""
    limits: Limits = field(default_factory=Limits)
    """How many letters may leave in a time."""
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


def reply_sight_of(viewer: Viewer) -> ReplySight:
    """Whose answers by mail a viewer may read: the office, which keeps no notes, reads none."""
    if viewer.role == "district":
        return ReplySight(everything=True)
    if viewer.role in {"coordinator", "principal"}:
        return ReplySight(school_ids=viewer.school_ids, educator_id=viewer.educator_id)
    return ReplySight(educator_id=viewer.educator_id if viewer.role == "educator" else None)


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
    if not delivery.tells_families:
        return
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
    if not delivery.tells_families:
        return
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


def tell_replied(reply: Reply, educator_id: str | None, work: Work) -> None:
    """Let the other services know that somebody answered a letter; the words stay here."""
    said = GuardianReplied(
        reply_id=reply.reply_id,
        delivery_id=reply.delivery_id,
        kind=reply.kind,
        about=reply.about,
        household_id=reply.household_id,
        family_ids=reply.family_ids,
        student_ids=reply.student_ids,
        school_id=reply.school_id,
        educator_id=educator_id,
        replied_at=reply.at,
    )
    work.emit(said, sequence=1)


def tell_bounced(delivery: Delivery, work: Work, *, permanent: bool) -> None:
    """Let the other services know that a letter came back; `permanent`: the address is no good."""
    if not delivery.tells_families:
        return
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
