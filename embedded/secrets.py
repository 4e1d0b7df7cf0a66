"""Secrets of an embedded platform: made once, kept beside its data, never shipped."""

import json
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32


def kept_secrets(folder: Path) -> dict[str, str]:
    """The secrets of `folder`, made at the first call; only the owner can read the file.

    Those that a newer release needs are added to those that are there.
    """
    path = folder / "secrets.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    made = {**fresh_secrets(), **kept}
    if made != kept:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(made, indent=1))
    return made


def fresh_secrets() -> dict[str, str]:
    """New values for every secret that `Settings` names, and the passwords of the demo."""
    private, public = key_pair()
    return {
        "identity_private_key": private,
        "identity_public_keys": public,
        "rsvp_keys": secrets.token_urlsafe(KEY_BYTES),
        "unsubscribe_keys": secrets.token_urlsafe(KEY_BYTES),
        "household_keys": secrets.token_urlsafe(KEY_BYTES),
        "calendar_keys": secrets.token_urlsafe(KEY_BYTES),
        "return_keys": secrets.token_urlsafe(KEY_BYTES),
        "demo_password": f"demo-{secrets.token_hex(5)}",
        "operator_secret": f"ps_{secrets.token_urlsafe(KEY_BYTES)}",
    }


def key_pair() -> tuple[str, str]:
    """An Ed25519 key pair as PEM: private, public."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def for_settings(kept: dict[str, str]) -> dict[str, Any]:
    """Those of the secrets that `Settings` takes."""
    return {name: text for name, text in kept.items() if not name.startswith(("demo", "operator"))}
