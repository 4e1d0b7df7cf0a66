"""What people decided: the district its settings, families wishes; and addresses that fail."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.notifications.domain.settings import MailSettings, SchoolHours
from services.notifications.domain.sight import Stop
from services.notifications.domain.wishes import Wish, Wishes
from shared.messages import Category, Record
from shared.mongo import Database, Document, Kept, answering
from shared.outbox import Work

SETTINGS = "settings"
STOPS = "stops"
PAUSES = "pauses"
SUPPRESSIONS = "suppressions"
KEPT = (
    Kept(SETTINGS),
    Kept(STOPS, (IndexModel([("mailbox", ASCENDING)], name="mailbox"),)),
    Kept(PAUSES, (IndexModel([("until", ASCENDING)], name="forget", expireAfterSeconds=0),)),
    Kept(
        SUPPRESSIONS,
        (
            IndexModel([("at", DESCENDING)], name="newest"),
            # Long after it ended by itself; one without an end stays.
            IndexModel([("until", ASCENDING)], name="forget", expireAfterSeconds=30 * 86_400),
        ),
    ),
)


class Suppression(Record):
    """An address to which we no longer write, and why."""

    mailbox: str
    reason: str
    at: datetime
    detail: str = ""
    """What a mail system said."""
    until: datetime | None = None
    """When it ends by itself. None: when somebody says that the address works."""


@dataclass(frozen=True)
class Choices:
    """Settings, stops and suppressions."""

    database: Database

    async def settings(self, starting: MailSettings) -> MailSettings:
        """What the district decided, else what holds at the start."""
        async with answering():
            row = await self.database[SETTINGS].find_one({"_id": "mail"})
        return MailSettings.model_validate_json(row["settings"]) if row else starting

    async def keep_settings(self, settings: MailSettings, by: str, work: Work) -> None:
        """Decide; `by` is the account that did."""
        row = {"settings": settings.model_dump_json(), "by": by, "at": work.now}
        await self.database[SETTINGS].update_one(
            {"_id": "mail"}, {"$set": row}, upsert=True, session=work.session
        )

    async def hours(self, school_ids: Collection[str]) -> dict[str, SchoolHours]:
        """When mail of these schools may leave, of those that decided it themselves."""
        ids = [_hours_id(each) for each in sorted(school_ids)]
        async with answering():
            found = self.database[SETTINGS].find({"_id": {"$in": ids}})
            return {
                row["school_id"]: SchoolHours.model_validate_json(row["hours"])
                async for row in found
            }

    async def keep_hours(
        self, school_id: str, hours: SchoolHours | None, by: str, work: Work
    ) -> None:
        """A school decides; None: as the district has it. `by` is the account that did."""
        settings, place = self.database[SETTINGS], {"_id": _hours_id(school_id)}
        if hours is None:
            await settings.delete_one(place, session=work.session)
            return
        row = {"school_id": school_id, "hours": hours.model_dump_json(), "by": by, "at": work.now}
        await settings.update_one(place, {"$set": row}, upsert=True, session=work.session)

    async def stop(self, stop: Stop, work: Work) -> None:
        """No more letters of this category to this mailbox."""
        await self.wish(stop.mailbox, stop.category, "never", stop.how, work)

    async def resume(self, mailbox: str, category: Category, work: Work) -> None:
        """Letters of this category again."""
        await self.wish(mailbox, category, "at_once", "page", work)

    async def wish(
        self, mailbox: str, category: Category, wish: Wish, how: str, work: Work
    ) -> None:
        """What the readers of this mailbox want; at once is what holds without a row."""
        place = {"_id": _stop_id(mailbox, category)}
        if wish == "at_once":
            await self.database[STOPS].delete_one(place, session=work.session)
            return
        row = {"mailbox": mailbox, "category": category, "wish": wish, "how": how, "at": work.now}
        await self.database[STOPS].replace_one(place, row, upsert=True, session=work.session)

    async def pause(self, mailbox: str, until: datetime | None, work: Work) -> None:
        """No letters until then but those that were asked for; None ends a pause."""
        pauses = self.database[PAUSES]
        if until is None:
            await pauses.delete_one({"_id": mailbox}, session=work.session)
            return
        row = {"until": until, "at": work.now}
        await pauses.replace_one({"_id": mailbox}, row, upsert=True, session=work.session)

    async def carry_over(self, before: str, mailbox: str, work: Work) -> None:
        """What was wished at an address holds at the next, where nothing was wished there."""
        async for row in self.database[STOPS].find({"mailbox": before}, session=work.session):
            place = {"_id": _stop_id(mailbox, row["category"])}
            same = {**row, "mailbox": mailbox}
            del same["_id"]
            await self.database[STOPS].update_one(
                place, {"$setOnInsert": same}, upsert=True, session=work.session
            )
        paused = await self.database[PAUSES].find_one({"_id": before}, session=work.session)
        if paused:
            same = {"until": paused["until"], "at": paused["at"]}
            await self.database[PAUSES].update_one(
                {"_id": mailbox}, {"$setOnInsert": same}, upsert=True, session=work.session
            )

    async def wishes(self, mailboxes: Collection[str], now: datetime) -> dict[str, Wishes]:
        """What is wished at each mailbox where anything is."""
        wished: dict[str, dict[Category, Wish]] = {}
        async with answering():
            async for row in self.database[STOPS].find({"mailbox": {"$in": sorted(mailboxes)}}):
                # A row without a wish is a stop of the time when there was nothing else.
                wished.setdefault(row["mailbox"], {})[row["category"]] = row.get("wish", "never")
            paused = {"_id": {"$in": sorted(mailboxes)}, "until": {"$gt": now}}
            until = {row["_id"]: row["until"] async for row in self.database[PAUSES].find(paused)}
        return {
            each: Wishes(of=wished.get(each, {}), paused_until=until.get(each))
            for each in wished.keys() | until.keys()
        }

    async def stopped(self, mailboxes: Collection[str]) -> dict[str, frozenset[str]]:
        """The stopped categories of each mailbox that stopped any."""
        stopped: dict[str, frozenset[str]] = {}
        query = {"mailbox": {"$in": sorted(mailboxes)}, "wish": {"$in": [None, "never"]}}
        async with answering():
            async for row in self.database[STOPS].find(query):
                stopped[row["mailbox"]] = stopped.get(row["mailbox"], frozenset()) | {
                    row["category"]
                }
        return stopped

    async def suppress(
        self,
        mailbox: str,
        reason: str,
        work: Work,
        *,
        detail: str = "",
        until: datetime | None = None,
    ) -> None:
        """Write to this address no more, or not before a moment; the longer of two counts."""
        held = await self.database[SUPPRESSIONS].find_one({"_id": mailbox}, session=work.session)
        if held is not None and _lasts(held, work.now):
            end = held.get("until")
            if end is None or (until is not None and until <= end):
                return
        row = {"reason": reason, "at": work.now, "detail": detail}
        if until is not None:
            row["until"] = until
        await self.database[SUPPRESSIONS].replace_one(
            {"_id": mailbox}, row, upsert=True, session=work.session
        )

    async def trust_again(self, mailbox: str, work: Work) -> bool:
        """Write to this address again; False when it was not suppressed."""
        result = await self.database[SUPPRESSIONS].delete_one(
            {"_id": mailbox}, session=work.session
        )
        return result.deleted_count == 1

    async def suppressed(self, mailboxes: Collection[str], now: datetime) -> frozenset[str]:
        """Those of the addresses to which we do not write now."""
        query = {"_id": {"$in": sorted(mailboxes)}, **_lasting(now)}
        async with answering():
            return frozenset(
                [row["_id"] async for row in self.database[SUPPRESSIONS].find(query, {"_id": 1})]
            )

    async def suppressions(
        self, now: datetime, *, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Suppression]:
        """All of them that last, the newest first. For those who may see every family."""
        query: Document = {"$and": [_lasting(now)]}
        if after:
            at, last = after
            older = [{"at": {"$lt": at}}, {"at": at, "_id": {"$gt": last}}]
            query["$and"].append({"$or": older})
        async with answering():
            found = self.database[SUPPRESSIONS].find(query)
            found = found.sort([("at", DESCENDING), ("_id", ASCENDING)]).limit(limit)
            return [
                Suppression.model_validate({**row, "mailbox": row["_id"]}) async for row in found
            ]


def _lasting(now: datetime) -> Document:
    return {"$or": [{"until": None}, {"until": {"$gt": now}}]}


def _lasts(row: Document, now: datetime) -> bool:
    end = row.get("until")
    return end is None or end > now


def _hours_id(school_id: str) -> str:
    return f"hours|{school_id}"


def _stop_id(mailbox: str, category: str) -> str:
    return f"{category}|{mailbox}"
