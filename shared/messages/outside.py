"""What other systems said."""

from datetime import datetime
from typing import Any

from shared.messages.base import Message


class ExternalFactReceived(Message):
    """Another system said something that we could read. The service that owns it makes its own
    fact.

    `system` is authenticated; `fact` and `data` are as the other system sent them, checked against
    the schema of `shared.external`.
    """

    TYPE = "org.partners.external.received.v1"
    OWNER = "gateway"
    ABOUT = "receipt_id"

    receipt_id: str
    system: str
    fact: str
    source_id: str
    occurred_at: datetime
    data: dict[str, Any]
