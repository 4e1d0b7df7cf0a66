"""The contacts service alone: `python -m benchmarks.contacts_alone URI DATABASE PORT`.

Its public key comes by standard input. No other service runs, so that only looking is measured.
"""

import sys

import uvicorn
import uvloop

from services.contacts.app import build
from shared import telemetry
from shared.bus.local import LocalBus
from shared.clock import SystemClock
from shared.interpreter import collect_rarely, give_way_soon
from shared.mongo import connect
from shared.settings import Settings


async def _serve(uri: str, name: str, port: int, public_keys: str) -> None:
    database = connect(uri, name)
    settings = Settings(environment="test", identity_public_keys=public_keys)
    bus = LocalBus(database.beside(f"{name}_bus"), SystemClock())
    service = build(settings, database, bus)
    collect_rarely()
    await service.start()
    config = uvicorn.Config(service.app, port=port, lifespan="off", log_config=None)
    await uvicorn.Server(config).serve()
    await service.stop()


if __name__ == "__main__":
    telemetry.setup(service="contacts", level="ERROR")
    give_way_soon()
    uri, name, port = sys.argv[1:4]
    uvloop.run(_serve(uri, name, int(port), sys.stdin.read()))
