"""Passwords, hashed with argon2id in a thread, a few at a time, so that pages go on meanwhile."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

AT_ONCE = 2
"""Each takes 19 MiB and a core for some 30 ms."""


class Passwords:
    """Makes and compares hashes. Parameters: OWASP Password Storage, argon2id m=19456, t=2, p=1."""

    def __init__(self) -> None:
        """Makes one hash that fits no password, for names that nobody has."""
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
        self._nobody = self._hasher.hash("nobody has this password")
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, hashed: str | None) -> bool:
        """Whether the password is right; without a hash it takes as long, and is not."""
        async with self._turn:
            same = await asyncio.to_thread(self._same, password, hashed or self._nobody)
        return same and hashed is not None

    def _same(self, password: str, hashed: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError):
            return False
