"""Free ports of this machine for servers that start in a moment, and may have to start again."""

import secrets
import socket

LOWEST, HIGHEST = 10_000, 32_000
TRIES = 200

_given: set[int] = set()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, and that this function never gave before.

    It lies below those that the kernel lends to outgoing connections: from those, it could be lent
    to a client before the server listens, or while a killed server is not back yet; and a client
    that calls again and again could even reach itself. `OSError` when none is found.
    """
    for _ in range(TRIES):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        if port not in _given and _claim(port):
            _given.add(port)
            return port
    raise OSError(f"no free port between {LOWEST} and {HIGHEST} on 127.0.0.1")


def _claim(port: int) -> bool:
    """Whether nobody listens there and no other process was given it.

    Between the answer and the server's listening lie seconds, in which a process beside this one
    may ask too. Therefore the UDP port of the same number is held while this process lives: it
    disturbs no server, and no lock is left behind.
    """
    claim = socket.socket(type=socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", port))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    claim.detach()  # stays open, and is closed by the end of the process alone
    return True
