"""Ports that stay ours while what listens there is dead."""

import secrets
import socket

LOWEST, HIGHEST = 10_000, 32_000
TRIES = 200


def steady_port() -> int:
    """A free port of five digits below those that the kernel lends to outgoing connections.

    From those, one that a killed server left could be lent to a client before the server is back,
    and a client that calls again and again could even reach itself.
    """
    for _ in range(TRIES):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError(f"no free port between {LOWEST} and {HIGHEST} on 127.0.0.1")
