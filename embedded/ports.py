"""Free ports of this machine for servers that start in a moment, and may have to start again."""

import secrets
import socket

LOWEST, HIGHEST = 10_000, 32_000
TRIES = 200

_given: set[int] = set()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, and that this process never gave before.

    It lies below those that the kernel lends to outgoing connections: from those, it could be lent
    to a client before the server listens, or while a killed server is not back yet; and a client
    that calls again and again could even reach itself. `OSError` when none is found.
    """
    for _ in range(TRIES):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise OSError(f"no free port between {LOWEST} and {HIGHEST} on 127.0.0.1")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
