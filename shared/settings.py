"""Every setting, typed: `PARTNERS_*` variables, or files of the same names in a secrets folder."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PLACEHOLDERS = (
    "change-me",
    "changeme",
    "password",
    "secret",
    "example",
    "placeholder",
    "todo",
)
SHORTEST_SECRET = 16
Purpose = Literal["rsvp", "unsubscribe", "household", "calendar", "return"]
Keys = Annotated[tuple[SecretStr, ...], NoDecode]
"""Newest first; separated by white space in a variable or a file, so that two can be live."""
_OF_OTHERS = (
    "return_imap_password",
    "return_imap_client_secret",
    "return_imap_refresh_token",
    "translate_api_key",
    "dkim_private_key",
)
"""Whoever runs that system decides how long they are; empty where they are not needed."""
_LONGEST_RETURN_NAME = 18
"""What stands before the @ may have 64 characters (RFC 5321, 4.5.3.1.1), our mark in it 45."""
_RETURN_ADDRESS = re.compile(rf"[a-z0-9._-]{{1,{_LONGEST_RETURN_NAME}}}@[a-z0-9-]+(\.[a-z0-9-]+)+")
_SERVER = re.compile(r"https?://[^\s/?#@]+(/[^\s?#@]*)?")
_LISTEN = re.compile(r"(\S+):(\d{1,5})")


class Settings(BaseSettings):
    """What one process needs to know. The same names embedded and in Compose."""

    model_config = SettingsConfigDict(
        env_prefix="PARTNERS_",
        secrets_dir=os.environ.get("PARTNERS_SECRETS_DIR"),
        extra="ignore",
        frozen=True,
    )

    environment: Literal["production", "demo", "test"] = "production"
    service: str = ""
    district_name: str = "Our School District"
    public_url: str = "http://127.0.0.1:8000"
    """Where browsers and mail readers find the front door; links in letters begin with it."""
    gateway_url: str = "http://gateway:8000"
    """Where other services refresh a signed-in person's token."""
    host: str = "127.0.0.1"
    port: int = 8000

    mongo_uri: SecretStr = SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0")
    mongo_database: str = ""
    """Empty: the service's name."""
    amqp_url: SecretStr | None = None

    identity_private_key: SecretStr | None = None
    """Ed25519, PEM; at the gateway only."""
    identity_public_keys: str = ""
    """PEM blocks, one after the other; two may be live."""
    rsvp_keys: Keys = ()
    unsubscribe_keys: Keys = ()
    household_keys: Keys = ()
    calendar_keys: Keys = ()
    return_keys: Keys = ()

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    mail_from: str = "school@partners.example"
    mail_allow_list: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses that may receive before a school is switched live."""

    mail_a_day: Annotated[int, Field(ge=0)] = 0
    """Letters in any 24 hours that the mail service takes of us; 0: as many as there are."""
    mail_domain_limits: str = ""
    """Letters a minute, and at once, to a recipient's mail domain: `gmail.com=100/5 *=300`."""
    dkim_selector: str = ""
    """Under which name the DNS of the domain has our public key. Empty: we sign nothing."""
    dkim_domain: str = ""
    """Empty: that of `mail_from`."""
    dkim_private_key: SecretStr = SecretStr("")
    """RSA, PEM."""

    return_address: str = ""
    """What can't be delivered comes back to `name+mark@domain`. Empty: to `mail_from`, unread."""
    return_listen: str = ""
    """`host:port` on which the district's mail server hands us what came back, by LMTP or SMTP."""
    return_imap_host: str = ""
    """Where a mailbox is looked into for what came back. Empty: nowhere."""
    return_imap_port: int = 993
    return_imap_tls: Literal["none", "starttls", "tls"] = "tls"
    return_imap_username: str = ""
    return_imap_password: SecretStr = SecretStr("")
    return_imap_folder: str = "INBOX"
    return_imap_kept_folder: str = "Partners"
    """Where mail is moved once it is kept."""
    return_imap_token_url: str = ""
    """Where a token is fetched (OAuth 2), to sign in by XOAUTH2. Empty: by password."""
    return_imap_client_id: str = ""
    return_imap_client_secret: SecretStr = SecretStr("")
    return_imap_refresh_token: SecretStr = SecretStr("")
    """Empty: the program asks for itself (client credentials)."""
    return_imap_scope: str = ""

    notice_link_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts to which links in notices of other systems may lead. Empty: to none."""
    translate_url: str = ""
    """A server that speaks LibreTranslate's protocol. Empty: typed words go out as they are."""
    translate_api_key: SecretStr = SecretStr("")

    otlp_endpoint: str = ""
    log_level: str = "INFO"

    @field_validator(
        "rsvp_keys",
        "unsubscribe_keys",
        "household_keys",
        "calendar_keys",
        "return_keys",
        mode="before",
    )
    @classmethod
    def _split_keys(cls, value: Any) -> Any:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("mail_allow_list", "notice_link_hosts", mode="before")
    @classmethod
    def _split_list(cls, value: Any) -> Any:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("return_address")
    @classmethod
    def _a_return_address(cls, value: str) -> str:
        low = value.strip().lower()
        if low and not _RETURN_ADDRESS.fullmatch(low):
            raise ValueError(
                "PARTNERS_RETURN_ADDRESS has to be one plain address without a + such as "
                f"bounces@mail.district.example, with at most {_LONGEST_RETURN_NAME} letters, "
                "digits, dots or hyphens before the @"
            )
        return low

    @field_validator("return_listen")
    @classmethod
    def _a_place_to_listen(cls, value: str) -> str:
        found = _LISTEN.fullmatch(value)
        if value and (found is None or int(found[2]) > 65_535):
            raise ValueError("PARTNERS_RETURN_LISTEN has to be host:port, such as 0.0.0.0:8024")
        return value

    @field_validator("translate_url")
    @classmethod
    def _a_server(cls, value: str) -> str:
        if value and not _SERVER.fullmatch(value):
            raise ValueError(
                "PARTNERS_TRANSLATE_URL has to be an address such as http://translate:5000, "
                "without a user or a query; the key goes into PARTNERS_TRANSLATE_API_KEY"
            )
        return value.rstrip("/")

    @field_validator("return_imap_folder", "return_imap_kept_folder")
    @classmethod
    def _a_folder(cls, value: str) -> str:
        if not value.isascii() or not value.isprintable() or not value or set(value) & set('"\\'):
            raise ValueError("a folder of the return mailbox needs a name in plain ASCII letters")
        return value

    @model_validator(mode="after")
    def _returns_belong_together(self) -> Self:
        if self.return_listen and not self.return_address:
            raise ValueError(
                "PARTNERS_RETURN_LISTEN takes mail for PARTNERS_RETURN_ADDRESS, which is not set"
            )
        if self.return_imap_host and self.return_imap_folder == self.return_imap_kept_folder:
            raise ValueError("PARTNERS_RETURN_IMAP_KEPT_FOLDER has to be another folder")
        if self.return_imap_host and not self.return_imap_username:
            raise ValueError("PARTNERS_RETURN_IMAP_HOST needs PARTNERS_RETURN_IMAP_USERNAME")
        by_token = bool(self.return_imap_token_url)
        needed = "CLIENT_ID" if by_token else "PASSWORD"
        password = self.return_imap_password.get_secret_value()
        if self.return_imap_host and not (self.return_imap_client_id if by_token else password):
            raise ValueError(f"PARTNERS_RETURN_IMAP_HOST needs PARTNERS_RETURN_IMAP_{needed}")
        return self

    @model_validator(mode="after")
    def _a_selector_has_a_key(self) -> Self:
        if bool(self.dkim_selector) != bool(self.dkim_private_key.get_secret_value().strip()):
            raise ValueError(
                "PARTNERS_DKIM_SELECTOR and the key in secrets/dkim_private_key belong together: "
                "set both, or neither; `partners dkim` makes a key"
            )
        return self

    @model_validator(mode="after")
    def _refuse_placeholders(self) -> Self:
        if self.environment != "production":
            return self
        wrong = sorted(name for name, text in self._secrets() if _is_placeholder(text))
        if wrong:
            names = ", ".join(f"PARTNERS_{name.upper()}" for name in wrong)
            message = f"not safe for production: {names}. `make secrets` writes good values"
            raise ValueError(message)
        return self

    def _secrets(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for name, value in self:
            values = value if isinstance(value, tuple) else (value,)
            found += [(name, v.get_secret_value()) for v in values if isinstance(v, SecretStr)]
        optional = {*_OF_OTHERS, *(() if self.smtp_username else ("smtp_password",))}
        return [(name, text) for name, text in found if name not in optional]

    @property
    def https(self) -> bool:
        """Whether browsers reach us by TLS, so that cookies are `Secure` and `__Host-`."""
        return self.public_url.startswith("https://")

    def keys(self, purpose: Purpose) -> tuple[str, ...]:
        """The signing keys of one purpose of links, newest first."""
        keys: tuple[SecretStr, ...] = getattr(self, f"{purpose}_keys")
        return tuple(key.get_secret_value() for key in keys)

    def for_service(self, name: str) -> Self:
        """The same settings, as that service sees them."""
        return self.model_copy(update={"service": name})

    @property
    def database(self) -> str:
        """The name of the service's own database."""
        return self.mongo_database or self.service


def _is_placeholder(text: str) -> bool:
    low = text.lower()
    if "://" in low:
        return any(f":{word}@" in low for word in PLACEHOLDERS)
    return len(text) < SHORTEST_SECRET or any(low.startswith(word) for word in PLACEHOLDERS)


def from_environment(service: str) -> Settings:
    """Read the settings of one service; `ValueError` names each that is missing or unsafe."""
    folder = os.environ.get("PARTNERS_SECRETS_DIR")
    if folder and not Path(folder).is_dir():
        raise ValueError(f"PARTNERS_SECRETS_DIR is {folder}, which is no folder")
    return Settings(_secrets_dir=folder, service=service)
