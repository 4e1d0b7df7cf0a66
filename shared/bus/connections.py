"""Connections to RabbitMQ that close themselves when they can't be opened.

aio-pika leaves that to the garbage collector, which may come when no loop runs any more; then the
closing is lost, and Python warns that nobody waited for it.
"""

from aio_pika import Connection, RobustConnection
from aio_pika.abc import TimeoutType


class PlainConnection(Connection):
    """Opened once."""

    async def connect(self, timeout: TimeoutType = None) -> None:  # noqa: ASYNC109 - aio-pika's
        """Open; closed again when that fails."""
        try:
            await super().connect(timeout)
        except BaseException:
            await self.close()
            raise


class LastingConnection(RobustConnection):
    """Opened again whenever it is lost."""

    async def connect(self, timeout: TimeoutType = None) -> None:  # noqa: ASYNC109 - aio-pika's
        """Open; closed again when the first try fails."""
        try:
            await super().connect(timeout)
        except BaseException:
            await self.close()
            raise
