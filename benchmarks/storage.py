"""A database as it is in a district: with room in memory, and with what is old written down."""

from shared.mongo import Database

CACHE = "2G"
"""Compose leaves MongoDB half of the machine's memory; the servers of the tests are kept small."""


async def give_room(database: Database) -> None:
    """Let MongoDB keep `CACHE` in memory."""
    await database.client.admin.command(
        "setParameter", 1, wiredTigerEngineRuntimeConfig=f"cache_size={CACHE}"
    )


async def on_disk(database: Database) -> None:
    """What comes in over years has long been written; what came in a minute is written now."""
    await database.client.admin.command("fsync")
