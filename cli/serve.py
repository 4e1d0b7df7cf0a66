"""`partners serve SERVICE`: one service in one process, as Compose runs it."""

import asyncio
import signal
from collections.abc import Callable
from importlib import import_module

import uvicorn
import uvloop
from pydantic import ValidationError

from cli.trouble import UNREADABLE, Trouble
from shared import telemetry
from shared.bus import topology
from shared.bus.rabbit import RabbitBus
from shared.interpreter import collect_rarely, give_way_soon
from shared.mongo import close, connect
from shared.service import Service
from shared.settings import Settings, from_environment

KEEP_ALIVE_SECONDS = 150
"""Longer than the front door keeps a connection that nobody uses (Caddy: two minutes): if we closed
it, a form that is sent just then would be lost on the way, and its sender told of a bad gateway."""


def serve(service: str) -> None:
    """Run one service until it is told to stop (SIGTERM, SIGINT)."""
    settings = settings_of(service)
    if settings.amqp_url is None:
        raise Trouble("Set PARTNERS_AMQP_URL, the address of RabbitMQ.", UNREADABLE)
    telemetry.setup(service=service, level=settings.log_level, otlp_endpoint=settings.otlp_endpoint)
    # Only the service that runs is imported, so that it starts fast and needs only its own secrets.
    build: Callable[..., Service] = import_module(f"services.{service}.app").build
    for each in (signal.SIGTERM, signal.SIGINT):
        # uvicorn catches these to stop, and sends them again when it has; then we are to finish.
        signal.signal(each, lambda *_: None)
    give_way_soon()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, build))


def settings_of(service: str) -> Settings:
    """The service's settings; `Trouble` names each that is missing or unsafe, never its value."""
    if service not in topology.SERVICES:
        raise Trouble(f"There is no service {service}; there are {', '.join(topology.SERVICES)}.")
    try:
        return from_environment(service)
    except ValidationError as wrong:
        faults = [
            f"{'PARTNERS_' if each['loc'] else ''}{'.'.join(map(str, each['loc'])).upper()} "
            f"{each['msg']}".strip()
            for each in wrong.errors(include_input=False, include_url=False)
        ]
        raise Trouble("; ".join(faults), UNREADABLE) from None
    except ValueError as wrong:
        raise Trouble(str(wrong), UNREADABLE) from None


async def _serve(settings: Settings, build: Callable[..., Service]) -> None:
    assert settings.amqp_url is not None
    database = connect(settings.mongo_uri.get_secret_value(), settings.database)
    bus = RabbitBus(settings.amqp_url.get_secret_value())
    service = build(settings, database, bus)
    collect_rarely()
    server = uvicorn.Server(
        uvicorn.Config(
            service.app,
            host=settings.host,
            port=settings.port,
            lifespan="off",
            access_log=False,  # paths hold links, and links are secrets
            log_config=None,
            server_header=False,
            # Only the front door reaches us, so its word on the client's address counts.
            proxy_headers=True,
            forwarded_allow_ips="*",
            timeout_graceful_shutdown=10,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
    )
    # It answers /healthz while it waits for its servers; /readyz says when it works.
    starting = asyncio.ensure_future(service.start())
    starting.add_done_callback(lambda task: _stop_if_broken(task, server))
    try:
        await server.serve()
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await service.stop()
        await bus.stop()
        close(database)
    if starting.done() and not starting.cancelled() and (error := starting.exception()):
        raise error


def _stop_if_broken(task: "asyncio.Future[None]", server: uvicorn.Server) -> None:
    if not task.cancelled() and (error := task.exception()):
        telemetry.logger("serve").error("can't start", reason=str(error))
        server.should_exit = True
