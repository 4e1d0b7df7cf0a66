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


OF_A_MAILBOX = {"return_imap_host": "imap.example", "return_imap_username": "b"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"return_address": "bounces+x@mail.district.example"}, "plain address without a +"),
        ({"return_address": "much-too-long-a-name@mail.district.example"}, "at most 18"),
        ({"return_address": "bounces"}, "such as bounces@"),
        ({"translate_url": "http://user:key@translate:5000"}, "PARTNERS_TRANSLATE_API_KEY"),
        ({"return_listen": "8024", "return_address": "b@d.example"}, "host:port"),
        ({"return_listen": "0.0.0.0:8024"}, "PARTNERS_RETURN_ADDRESS, which is not set"),
        ({"return_imap_host": "imap.example"}, "PARTNERS_RETURN_IMAP_USERNAME"),
        (OF_A_MAILBOX, "PARTNERS_RETURN_IMAP_PASSWORD"),
        (
            {**OF_A_MAILBOX, "return_imap_token_url": "https://tokens.example"},
            "PARTNERS_RETURN_IMAP_CLIENT_ID",
        ),
        ({"return_imap_folder": 'a"b'}, "plain ASCII letters"),
        (
            {**OF_A_MAILBOX, "return_imap_password": "p", "return_imap_kept_folder": "INBOX"},
            "another folder",
        ),
        ({"dkim_selector": "p2026"}, "belong together"),
        ({"dkim_private_key": "a key"}, "belong together"),
        ({"mail_a_day": "-1"}, "greater than or equal to 0"),
    ],
)
def test_settings_of_mail_say_what_is_wrong(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"environment": "test", **wrong})
    assert said in str(refused.value)


def test_a_mailbox_of_others_may_have_a_short_password_in_production() -> None:
    settings = Settings.model_validate(
        {
            **OF_A_MAILBOX,
            "environment": "production",
            "return_address": "Bounces@Mail.District.example",
            "return_keys": GOOD,
            "return_listen": "0.0.0.0:8024",
            "return_imap_password": "short",
        }
    )
    assert settings.return_address == "bounces@mail.district.example"
    assert settings.keys("return") == (GOOD,)
