"""The mailbox as a process of its own, for the demo profile of Compose."""

import asyncio
import signal

import uvicorn

from embedded import mailbox
from shared import telemetry, web
from shared.clock import SystemClock, new_id
from shared.mongo import close, connect
from shared.settings import Settings, from_environment


def main() -> None:
    """Run until told to stop."""
    settings = from_environment("mailbox")
    telemetry.setup(service="mailbox", level=settings.log_level)
    for each in (signal.SIGTERM, signal.SIGINT):
        # uvicorn catches these to stop, and sends them again when it has.
        signal.signal(each, lambda *_: None)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    database = connect(settings.mongo_uri.get_secret_value(), settings.database)
    service = mailbox.build(
        settings,
        database,
        clock=SystemClock(),
        mint=new_id,
        host=settings.host,
        port=settings.smtp_port,
    )
    await service.start()
    # The front serves what belongs to a process: health and metrics.
    front = web.Front({"mailbox": service.app}, service.app, ready=[database.ping])
    config = uvicorn.Config(
        front, host=settings.host, port=settings.port, lifespan="off", access_log=False,
        log_config=None,
    )  # fmt: skip
    try:
        await uvicorn.Server(config).serve()
    finally:
        await service.stop()
        close(database)


if __name__ == "__main__":
    main()
