"""Settings say what is missing or unsafe before anything starts."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from shared.settings import Settings, from_environment

GOOD = "k" * 40


def test_production_refuses_placeholders_and_names_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERS_HOUSEHOLD_KEYS", "change-me-change-me-change-me")
    monkeypatch.setenv("PARTNERS_RSVP_KEYS", "short")
    monkeypatch.setenv("PARTNERS_AMQP_URL", "amqp://contacts:changeme@rabbitmq/")
    with pytest.raises(ValidationError) as refused:
        Settings(environment="production")
    words = str(refused.value)
    for name in ("PARTNERS_HOUSEHOLD_KEYS", "PARTNERS_RSVP_KEYS", "PARTNERS_AMQP_URL"):
        assert name in words
    assert "make secrets" in words


def test_production_takes_good_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERS_HOUSEHOLD_KEYS", GOOD)
    assert Settings(environment="production").keys("household") == (GOOD,)


def test_a_file_in_the_secrets_folder_is_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "partners_smtp_password").write_text(GOOD + "\n")
    (tmp_path / "partners_rsvp_keys").write_text(f"{GOOD}2\n{GOOD}1\n")
    monkeypatch.setenv("PARTNERS_SECRETS_DIR", str(tmp_path))
    settings = from_environment("events")
    assert settings.keys("rsvp") == (GOOD + "2", GOOD + "1")
    assert settings.smtp_password.get_secret_value() == GOOD
    assert settings.database == "events"


def test_a_secrets_folder_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERS_SECRETS_DIR", "/no/such/folder")
    with pytest.raises(ValueError, match="no folder"):
        from_environment("events")


def test_a_secret_is_not_printed() -> None:
    secret = SecretStr(GOOD)
    settings = Settings(environment="test", smtp_password=secret, rsvp_keys=(secret,))
    assert GOOD not in repr(settings)
