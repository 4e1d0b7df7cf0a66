"""Who is asking: the short-lived token that the gateway signs and every service verifies.

The private key is at the gateway only; services hold public keys, two live while they are changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.clock import Clock
from shared.errors import PartnersError

Role = Literal[
    "educator",
    "coordinator",
    "office",
    "principal",
    "district",
    "helper",
    "operator",
    "system",
]
"""`operator` is the `partners` command, `system` another program; both act by scopes."""

LIVES = timedelta(minutes=10)
MOST_KNOWN = 1000
"""So many verified tokens a process remembers."""
_ALGORITHM = "Ed25519"
_ISSUER = "partners"


class TokenRefused(PartnersError):
    """Not a token of ours, or not for us. HTTP 401."""


class TokenExpired(TokenRefused):
    """It was ours; the session may still be alive, so ask the gateway for a new one."""


class Viewer(BaseModel):
    """The person or program that asks, as the gateway knew it at most ten minutes ago."""

    model_config = ConfigDict(frozen=True)

    account_id: str
    role: Role
    educator_id: str | None = None
    school_ids: frozenset[str] = frozenset()
    language: str = "en"
    name: str = ""
    scopes: frozenset[str] = frozenset()
    system: str | None = None

    def sees_school(self, school_id: str) -> bool:
        """Whether this school's records may be shown: the district sees all, others their own."""
        return self.role == "district" or school_id in self.school_ids

    def may(self, scope: str) -> bool:
        """Whether a program's token carries this scope."""
        return scope in self.scopes


@dataclass(frozen=True)
class KeyPair:
    """An Ed25519 key pair as PEM text: the first for the gateway, the second for everyone."""

    private: str
    public: str


def new_key_pair() -> KeyPair:
    """A fresh pair, for `make secrets` and for tests."""
    key = OKPKey.generate_key("Ed25519")
    return KeyPair(key.as_pem(private=True).decode(), key.as_pem(private=False).decode())


class TokenIssuer:
    """Signs tokens; only the gateway has one."""

    def __init__(self, private_key: str, clock: Clock) -> None:
        """`private_key` is PEM text or the path of a file that holds it."""
        self._key = _read_key(private_key)
        self._clock = clock

    def issue(self, viewer: Viewer, session_id: str = "", lives: timedelta = LIVES) -> str:
        """A token for this viewer. `session_id` names the session, never its secret cookie."""
        now = self._clock.now()
        claims = {
            "iss": _ISSUER,
            "aud": _ISSUER,
            "sub": viewer.account_id,
            "sid": session_id,
            "iat": int(now.timestamp()),
            "exp": int((now + lives).timestamp()),
            "viewer": viewer.model_dump(mode="json", exclude={"account_id"}, exclude_defaults=True),
        }
        header = {"alg": _ALGORITHM, "kid": self._key.thumbprint()}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM])


class TokenReader:
    """Verifies tokens with the public keys that are live."""

    def __init__(self, public_keys: Iterable[str], clock: Clock) -> None:
        """Each key is PEM text or the path of a file that holds it."""
        keys = [_read_key(each) for each in public_keys]
        self._keys = {key.thumbprint(): key for key in keys}
        self._clock = clock
        # A token stays what it is, and comes with each request of its ten minutes; verifying it
        # takes a tenth of what a small request takes. Whether it has expired is asked each time.
        self._verified = lru_cache(MOST_KNOWN)(self._verify)

    def read(self, token: str) -> Viewer:
        """The viewer of a token. Raises `TokenExpired` or `TokenRefused`."""
        claims = self._verified(token)
        if claims.get("iss") != _ISSUER or claims.get("aud") != _ISSUER:
            raise TokenRefused("This token was made for something else.")
        try:
            expires = datetime.fromtimestamp(float(claims["exp"]), UTC)
            viewer = Viewer.model_validate({**claims["viewer"], "account_id": claims["sub"]})
        except (
            KeyError,
            TypeError,
            ValueError,
            OverflowError,
            ValidationError,
        ) as error:
            raise TokenRefused("This token lacks what a token of ours says.") from error
        if expires <= self._clock.now():
            raise TokenExpired("This token has expired. Sign in or ask for a new one.")
        return viewer

    def _verify(self, token: str) -> Mapping[str, Any]:
        try:
            return jwt.decode(token, self._key_of, algorithms=[_ALGORITHM]).claims
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise TokenRefused("This is not a token of this platform.") from error

    def _key_of(self, presented: Any) -> OKPKey:
        # A retired key is unknown here, and so everything that it signed is refused.
        return self._keys[str(presented.headers().get("kid", ""))]


def pem_blocks(text: str) -> list[str]:
    """The keys in a text of PEM blocks, one after the other."""
    end = "-----END PUBLIC KEY-----"
    return [block.strip() + f"\n{end}\n" for block in text.split(end) if block.strip()]


def _read_key(pem_or_path: str) -> OKPKey:
    text = pem_or_path
    if not text.lstrip().startswith("-----BEGIN"):
        text = Path(pem_or_path).read_text("ascii")
    return OKPKey.import_key(text)
