"""A school event for the educator's class, planned and published by the coordinator's page."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.cast import Cast


@dataclass(frozen=True)
class Evening:
    """A published event."""

    event_id: str
    title: str

    def counts(self, cast: Cast) -> dict[str, Any]:
        """The organizer's figures."""
        shown: Any = cast.coordinator.json(f"/events/api/v1/events/{self.event_id}")
        counts: dict[str, Any] = shown["counts"]
        return counts


def publish(cast: Cast) -> Evening:
    """Fill in the form and publish; the families of the class are invited."""
    title = f"Reading evening {uuid.uuid4().hex[:8]}"
    day = (datetime.now(UTC) + timedelta(days=21)).date()
    saved = cast.coordinator.submit(
        cast.coordinator.open("/events/new"),
        "/events/new",
        {
            "title": title,
            "audience": "classes",
            "class_ids": [_class_id(cast)],
            "day": day.isoformat(),
            "starts": "18:00",
            "ends": "20:00",
            "place": "Library",
            "description": "Bring a book that you like.",
            "language": "en",
            "act": "publish",
        },
    )
    assert title in saved.text, saved.text
    return Evening(saved.url.rpartition("/")[2], title)


def _class_id(cast: Cast) -> str:
    (room,) = cast.district.classes_of[cast.district.picks.educator.id]
    shown: Any = cast.coordinator.json("/contacts/api/v1/schools")
    for school in shown["items"]:
        for each in school["classes"]:
            if each["title"] == room.title:
                return str(each["class_id"])
    raise LookupError(f"no class {room.title} on the platform")
