"""Tokens: what the gateway signs, every service can read, and nobody else can make."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from shared.clock import SetClock
from shared.identity import (
    TokenExpired,
    TokenIssuer,
    TokenReader,
    TokenRefused,
    Viewer,
    new_key_pair,
    pem_blocks,
)

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
OLD, NEW = new_key_pair(), new_key_pair()
ANA = Viewer(
    account_id="a1",
    educator_id="e1",
    role="educator",
    school_ids=frozenset({"s1", "s2"}),
    language="es",
    name="Ana Ruiz",
)


def test_a_token_gives_back_the_viewer() -> None:
    clock = SetClock(NOW)
    token = TokenIssuer(NEW.private, clock).issue(ANA, "session 1")
    assert TokenReader([NEW.public], clock).read(token) == ANA


def test_a_program_keeps_its_scopes_and_its_name() -> None:
    clock = SetClock(NOW)
    sis = Viewer(account_id="c1", role="system", system="sis", scopes=frozenset({"messages:write"}))
    read = TokenReader([NEW.public], clock).read(TokenIssuer(NEW.private, clock).issue(sis))
    assert read == sis
    assert read.may("messages:write")
    assert not read.may("operator")


def test_a_token_lives_ten_minutes() -> None:
    clock = SetClock(NOW)
    token, reader = (
        TokenIssuer(NEW.private, clock).issue(ANA),
        TokenReader([NEW.public], clock),
    )
    clock.move(timedelta(minutes=9, seconds=59))
    assert reader.read(token) == ANA
    clock.move(timedelta(seconds=1))
    with pytest.raises(TokenExpired):
        reader.read(token)


def test_two_keys_are_live_while_they_change_and_a_retired_one_opens_nothing() -> None:
    clock = SetClock(NOW)
    old = TokenIssuer(OLD.private, clock).issue(ANA)
    new = TokenIssuer(NEW.private, clock).issue(ANA)
    both, only_new = TokenReader([OLD.public, NEW.public], clock), TokenReader([NEW.public], clock)
    assert both.read(old) == both.read(new) == ANA
    with pytest.raises(TokenRefused):
        only_new.read(old)


def test_keys_may_stand_in_files(tmp_path: Path) -> None:
    clock = SetClock(NOW)
    (tmp_path / "private.pem").write_text(NEW.private)
    (tmp_path / "public.pem").write_text(NEW.public)
    token = TokenIssuer(str(tmp_path / "private.pem"), clock).issue(ANA)
    assert TokenReader([str(tmp_path / "public.pem")], clock).read(token) == ANA


def test_several_keys_stand_in_one_text() -> None:
    blocks = pem_blocks(f"{OLD.public}\n{NEW.public}")
    assert [block.strip() for block in blocks] == [OLD.public.strip(), NEW.public.strip()]
    assert pem_blocks("") == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_changed_token_is_refused(place: int) -> None:
    clock = SetClock(NOW)
    parts = TokenIssuer(NEW.private, clock).issue(ANA).split(".")
    middle = len(parts[place]) // 2
    letter = "A" if parts[place][middle] != "A" else "B"
    parts[place] = parts[place][:middle] + letter + parts[place][middle + 1 :]
    with pytest.raises(TokenRefused):
        TokenReader([NEW.public], clock).read(".".join(parts))


@pytest.mark.parametrize(
    "text", ["", "x", "a.b.c", "ü.ü.ü", "." * 5, "eyJhbGciOiJub25lIn0..", "🦊"]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenRefused):
        TokenReader([NEW.public], SetClock(NOW)).read(text)


def test_our_public_key_does_not_serve_as_a_password() -> None:
    # The old trick: sign with HMAC and the public key as its secret.
    kid = OKPKey.import_key(NEW.public).thumbprint()
    claims = {"iss": "partners", "aud": "partners", "sub": "a1", "viewer": {"role": "district"}}
    claims["exp"] = int(NOW.timestamp()) + 600  # type: ignore[assignment]
    secret = OctKey.import_key(str(OKPKey.import_key(NEW.public).as_dict(private=False)["x"]))
    forged = jwt.encode({"alg": "HS256", "kid": kid}, claims, secret, algorithms=["HS256"])
    with pytest.raises(TokenRefused):
        TokenReader([NEW.public], SetClock(NOW)).read(forged)


def test_a_token_for_something_else_is_refused() -> None:
    key = OKPKey.import_key(NEW.private)
    claims = {"iss": "partners", "aud": "mail", "sub": "a1", "exp": int(NOW.timestamp()) + 60}
    header = {"alg": "Ed25519", "kid": key.thumbprint()}
    token = jwt.encode(header, claims, key, algorithms=["Ed25519"])
    with pytest.raises(TokenRefused):
        TokenReader([NEW.public], SetClock(NOW)).read(token)


@pytest.mark.parametrize(
    "viewer", [{}, {"role": "emperor"}, {"role": "district", "school_ids": 3}, [], None]
)
def test_a_signed_token_that_says_nonsense_is_refused(viewer: object) -> None:
    key = OKPKey.import_key(NEW.private)
    claims = {"iss": "partners", "aud": "partners", "sub": "a", "exp": int(NOW.timestamp()) + 60}
    header = {"alg": "Ed25519", "kid": key.thumbprint()}
    token = jwt.encode(header, {**claims, "viewer": viewer}, key, algorithms=["Ed25519"])
    with pytest.raises(TokenRefused):
        TokenReader([NEW.public], SetClock(NOW)).read(token)


def test_the_district_sees_all_schools_and_others_their_own() -> None:
    assert Viewer(account_id="d", role="district").sees_school("s9")
    assert ANA.sees_school("s2")
    assert not ANA.sees_school("s9")
