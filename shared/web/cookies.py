"""The cookies: their names, and how they are kept from scripts and from other sites."""

from dataclasses import dataclass
from http.cookies import SimpleCookie


@dataclass(frozen=True)
class Cookies:
    """All on one origin, Path=/, HttpOnly, SameSite=Lax; Secure and `__Host-` behind TLS."""

    https: bool

    @property
    def session(self) -> str:
        """The gateway's opaque session."""
        return self._name("partners_session")

    @property
    def token(self) -> str:
        """The ten-minute token."""
        return self._name("partners_token")

    @property
    def visit(self) -> str:
        """A random value for people who are not signed in; forms are bound to it."""
        return self._name("partners_visit")

    @property
    def said(self) -> str:
        """A sentence to show on the next page, signed."""
        return self._name("partners_said")

    @property
    def language(self) -> str:
        """The language that the reader chose."""
        return self._name("partners_language")

    def header(self, name: str, value: str, seconds: int | None = None) -> tuple[bytes, bytes]:
        """A Set-Cookie header. `seconds`: None until the browser closes, 0 forgets it."""
        morsel: SimpleCookie = SimpleCookie({name: value})
        attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if self.https else "")
        if seconds is not None:
            attributes += f"; Max-Age={seconds}"
        return b"set-cookie", (morsel[name].OutputString() + attributes).encode("latin-1")

    def _name(self, plain: str) -> str:
        return f"__Host-{plain}" if self.https else plain
