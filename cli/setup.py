"""`partners setup`: once before the services start, broker, database and the first accounts.

Compose runs it as its own short-lived container; it may run again and then changes nothing.
"""

import asyncio
import json
import os
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cli.show import say
from cli.trouble import UNREADABLE, Trouble
from services.gateway.actions import Gate
from services.gateway.actions.first_steps import first_steps
from services.gateway.passwords import Passwords
from services.gateway.store import KEPT
from shared import mongo_setup
from shared.bus.setup import declare
from shared.clock import SystemClock, new_id
from shared.directory import KEPT as DIRECTORY
from shared.identity import TokenIssuer, new_key_pair
from shared.mongo import close, connect
from shared.outbox import OUTBOX, Units


class SetupSettings(BaseSettings):
    """What only the set-up knows: administrators' addresses and the first people."""

    model_config = SettingsConfigDict(env_prefix="PARTNERS_", extra="ignore", frozen=True)

    setup_mongo_uri: SecretStr
    setup_mongo_host: str = "mongo:27017"
    setup_amqp_url: SecretStr
    mongo_passwords: SecretStr
    """JSON: the password of each service's database user, by service."""
    gateway_mongo_uri: SecretStr
    gateway_database: str = "gateway"
    first_district_login: str = "district@district.example"
    first_district_name: str = "District office"
    first_district_password: Annotated[SecretStr, Field(min_length=12)]
    operator_secret: Annotated[SecretStr, Field(min_length=32)]


def setup() -> None:
    """Prepare everything; says each step."""
    asyncio.run(_setup(_settings()))


def _settings() -> SetupSettings:
    try:
        return SetupSettings(_secrets_dir=os.environ.get("PARTNERS_SECRETS_DIR"))
    except ValidationError as wrong:
        names = ", ".join(f"PARTNERS_{each['loc'][0]!s}".upper() for each in wrong.errors())
        raise Trouble(f"Set these, or run `partners secrets`: {names}", UNREADABLE) from None


async def _setup(settings: SetupSettings) -> None:
    passwords = json.loads(settings.mongo_passwords.get_secret_value())
    await mongo_setup.prepare(
        settings.setup_mongo_uri.get_secret_value(), settings.setup_mongo_host, passwords
    )
    say("The database has its users.")
    try:
        await declare(settings.setup_amqp_url.get_secret_value())
    except OSError as error:
        raise Trouble(f"RabbitMQ does not answer ({type(error).__name__}).", 3) from error
    say("The broker has its queues.")
    for line in await _first_people(settings):
        say(line)


async def _first_people(settings: SetupSettings) -> list[str]:
    database = connect(settings.gateway_mongo_uri.get_secret_value(), settings.gateway_database)
    clock = SystemClock()
    try:
        await database.ping()
        await database.ensure(OUTBOX, *DIRECTORY, *KEPT)
        # The set-up signs nothing, so it needs no key of ours.
        issuer = TokenIssuer(new_key_pair().private, clock)
        units = Units(database, "gateway", clock, new_id)
        gate = Gate(database, units, issuer, clock, new_id, Passwords())
        return await first_steps(
            gate,
            login=settings.first_district_login,
            name=settings.first_district_name,
            password=settings.first_district_password.get_secret_value(),
            operator_secret=settings.operator_secret.get_secret_value(),
        )
    finally:
        close(database)
