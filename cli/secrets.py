"""`partners secrets FOLDER`: random passwords and keys for a Compose installation.

Compose hands each file to its service as a bind mount, with the file's own mode and owner, and our
services run as another user: so the files can be read by everyone and the folder only by its owner.
"""

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cli.show import say
from cli.trouble import UNREADABLE, Trouble
from shared.bus.definitions import ADMINISTRATOR, definitions
from shared.bus.topology import SERVICES
from shared.identity import new_key_pair

FOLDER_MODE = 0o700
FILE_MODE = 0o444
BYTES = 32
KEYFILE_BYTES = 756
"""MongoDB takes 6 to 1,024 characters of plain Base64, without the letters of its URL form."""
MONGO = "mongo:27017"
RABBITMQ = "rabbitmq:5672"
WITH_DATABASE = (*SERVICES, "mailbox")
"""The mailbox is the demonstration's; its password is of no use while it does not run."""

LINK_KEYS = ("rsvp_keys", "unsubscribe_keys", "household_keys", "calendar_keys", "return_keys")
"""One list for each purpose of links."""
BY_HAND = (
    "smtp_password",
    "return_imap_password",
    "return_imap_client_secret",
    "return_imap_refresh_token",
    "translate_api_key",
    "dkim_private_key",
)


@dataclass
class Filling:
    """A folder while it is filled; a file that is there is read and never written."""

    folder: Path
    written: list[str] = field(default_factory=list)

    def keep(self, name: str, make: Callable[[], str]) -> str:
        """The text of a file, made where there is none."""
        path = self.folder / name
        if path.exists():
            return path.read_text()
        text = make()
        path.touch(mode=0o600)
        path.write_text(text)
        path.chmod(FILE_MODE)
        self.written.append(name)
        return text


def fill(folder: Path, systems: tuple[str, ...] = ()) -> None:
    """Write what is missing and say what it was."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)
        filling = Filling(folder)
        _keys(filling)
        _databases(filling)
        _broker(filling, systems)
    except OSError as error:
        raise Trouble(f"{folder} can't be filled: {error.strerror}", UNREADABLE) from error
    if not filling.written:
        say(f"{folder} has everything; nothing was changed.")
        return
    say(f"Wrote {len(filling.written)} files to {folder}; only you can open it. Keep a copy safe.")
    if "first_district_password" in filling.written:
        say(f"The first district user's password is in {folder / 'first_district_password'}.")


def _keys(filling: Filling) -> None:
    private, public = filling.folder / "identity_private_key", "identity_public_keys"
    if private.exists() != (filling.folder / public).exists():
        raise Trouble(f"{private} and {public} belong together: one is missing.", UNREADABLE)
    pair = new_key_pair()
    filling.keep("identity_private_key", lambda: pair.private)
    filling.keep("identity_public_keys", lambda: pair.public)
    for name in LINK_KEYS:
        filling.keep(name, _random)
    filling.keep("operator_secret", lambda: f"ps_{_random()}")
    filling.keep("first_district_password", lambda: secrets.token_urlsafe(18))
    # Fill them in by hand when the mail service, or the mailbox of what came back, asks for one.
    for name in BY_HAND:
        filling.keep(name, str)


def _databases(filling: Filling) -> None:
    root = filling.keep("mongo_root_password", _random)
    filling.keep("mongo_keyfile", _keyfile)
    filling.keep(
        "setup_mongo_uri",
        lambda: f"mongodb://root:{root}@{MONGO}/?authSource=admin&directConnection=true",
    )
    passwords = {name: filling.keep(f"mongo_password_{name}", _random) for name in WITH_DATABASE}
    filling.keep("mongo_passwords", lambda: json.dumps(passwords))
    for name, password in passwords.items():
        filling.keep(f"{name}_mongo_uri", _mongo_uri(name, password))


def _mongo_uri(name: str, password: str) -> Callable[[], str]:
    return lambda: f"mongodb://{name}:{password}@{MONGO}/{name}?authSource={name}&replicaSet=rs0"


def _broker(filling: Filling, systems: tuple[str, ...]) -> None:
    users = (*SERVICES, ADMINISTRATOR)
    passwords = {name: filling.keep(f"rabbitmq_password_{name}", _random) for name in users}
    for name, password in passwords.items():
        file = "setup_amqp_url" if name == ADMINISTRATOR else f"{name}_amqp_url"
        filling.keep(file, _amqp_url(name, password))
    others = _systems(filling, systems)
    before = len(filling.written)
    filling.keep(
        "rabbitmq_definitions", lambda: json.dumps(definitions(passwords, others), indent=1)
    )
    new = any(f"rabbitmq_password_ext_{name}" in filling.written for name in systems)
    if new and len(filling.written) == before:
        say("rabbitmq_definitions is older than the new system: delete it, run this again, and")
        say("restart RabbitMQ.")


def _systems(filling: Filling, asked: tuple[str, ...]) -> Mapping[str, str]:
    prefix = "rabbitmq_password_ext_"
    known = {path.name.removeprefix(prefix) for path in filling.folder.glob(f"{prefix}*")}
    for name in asked:
        if not name.replace("-", "").isalnum() or not name.islower() or name in SERVICES:
            raise Trouble(f"{name} is no name for a system: lower-case letters, digits, hyphens.")
    return {name: filling.keep(prefix + name, _random) for name in sorted(known | set(asked))}


def _amqp_url(name: str, password: str) -> Callable[[], str]:
    return lambda: f"amqp://{name}:{password}@{RABBITMQ}/"


def _keyfile() -> str:
    return base64.b64encode(secrets.token_bytes(KEYFILE_BYTES // 4 * 3)).decode()


def _random() -> str:
    return secrets.token_urlsafe(BYTES)
