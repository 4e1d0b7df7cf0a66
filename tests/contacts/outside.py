"""What a telephone system tells of calls, and how contacts hears it."""

from datetime import timedelta
from typing import Any

from embedded.sample import District
from services.contacts.handlers import handlers
from shared.envelope import Envelope
from shared.inbox import Inbox
from shared.messages import ExternalFactReceived, Message
from tests.contacts.conftest import NOW, Office


def fact(sample: District, **changes: object) -> ExternalFactReceived:
    family = sample.picks.good_news
    data: dict[str, Any] = {
        "student_sourced_id": family.student_ids[0],
        "guardian_sourced_id": family.guardian_ids[0],
        "educator_sourced_id": sample.picks.educator.id,
        "channel": "call",
        "tone": "good_news",
        "outcome": "reached",
        "occurred_at": (NOW - timedelta(hours=1)).isoformat(),
        **changes,
    }
    return ExternalFactReceived(
        receipt_id="r1",
        system="phones",
        fact="org.partners.family.contacted.v1",
        source_id="call-77",
        occurred_at=NOW,
        data=data,
    )


async def hear(office: Office, message: Message, name: str = "m1", version: int = 1) -> bool:
    envelope = Envelope.seal(message, id=name, source="/partners/x", time=NOW, sequence=version)
    handler = handlers(office.desk).by_type[message.TYPE]
    return await Inbox(office.desk.units).once(envelope, lambda work: handler(message, work))
