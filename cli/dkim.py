"""`partners dkim`: the key that signs letters, and the DNS record with which others check it."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cli.secrets import FILE_MODE
from cli.show import say
from cli.trouble import UNREADABLE, Trouble
from services.notifications.letters.signing import signer

FILE = "dkim_private_key"
BITS = 2048
_TEXT = 200
"""Characters of one string of a TXT record; it takes 255 (RFC 1035, 3.3.14)."""


def make_known(folder: Path, domain: str, selector: str) -> None:
    """Make the key where there is none, and print what has to be set and published."""
    path = folder / FILE
    chosen = selector or f"partners{datetime.now(UTC):%Y}"
    try:
        if not path.exists() or not path.read_text().strip():
            _write(path)
            say(f"Wrote a new key to {path}. Keep a copy safe.")
        found = signer(domain, chosen, path.read_text())
    except (OSError, ValueError) as wrong:
        raise Trouble(f"{path}: {wrong}", UNREADABLE) from wrong
    record = found.dns_record
    texts = [record[at : at + _TEXT] for at in range(0, len(record), _TEXT)]
    say("Publish this in the DNS of your domain, as one TXT record:")
    quoted = " ".join(f'"{each}"' for each in texts)
    print(f"{found.dns_name}. IN TXT ( {quoted} )")
    say("Then set these for notifications, and restart it:")
    print(f"PARTNERS_DKIM_SELECTOR={chosen}\nPARTNERS_DKIM_DOMAIN={found.domain}")


def _write(path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(pem)
    path.chmod(FILE_MODE)
