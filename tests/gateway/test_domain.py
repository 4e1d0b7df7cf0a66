"""What is true of accounts, sessions and API clients."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.gateway.domain.accounts import AccountDraft, check_password
from services.gateway.domain.clients import Client, ClientDraft, new_secret
from services.gateway.domain.sessions import Session, digest_of, sign_in_limits
from shared.errors import Forbidden, Refused
from shared.external import EXTERNAL

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TYPES = tuple(EXTERNAL)


def client(**changes: object) -> Client:
    secret = new_secret("ps_first", NOW)
    return Client.model_validate(
        {
            "client_id": "phones",
            "name": "Phones",
            "scopes": ("messages:write",),
            "system": "phones",
            "types": TYPES,
            "secrets": (secret,),
            "created_at": NOW,
            **changes,
        }
    )


def test_a_login_is_kept_in_one_form() -> None:
    draft = AccountDraft(login="Ana.Rivera@Maple.Example", name=" Ana  Rivera ", role="district")
    assert draft.login == "ana.rivera@maple.example"
    assert draft.name == "Ana Rivera"


@pytest.mark.parametrize("role", ["coordinator", "office", "principal"])
def test_a_role_of_one_school_needs_a_school(role: str) -> None:
    draft = AccountDraft.model_validate({"login": "a@maple.example", "name": "A", "role": role})
    with pytest.raises(Refused, match="belongs to a school"):
        draft.check()


def test_an_educator_may_be_a_person_of_the_roster_without_a_school() -> None:
    AccountDraft(login="a@maple.example", name="A", role="educator", educator_id="e1").check()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short words", "too short"),
        ("x" * 201, "too long"),
        ("password12345", "easy to guess"),
        ("rivera@maple.example", "easy to guess"),
        ("aaaaaaaaaaaaaaa", "easy to guess"),
        ("2026112420261124", "easy to guess"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        check_password(password, "rivera@maple.example")


@pytest.mark.parametrize("password", ["three small rivers", "مدرسة القيقب الجميلة", "kT9#vmQ2xLpe"])
def test_a_few_words_are_a_password(password: str) -> None:
    check_password(password, "rivera@maple.example")


def test_a_session_ends_after_eight_idle_hours_and_after_a_day() -> None:
    fresh = Session(digest="d", account_id="a", began_at=NOW, seen_at=NOW)
    assert fresh.good_at(NOW + timedelta(hours=8) - timedelta(seconds=1))
    assert not fresh.good_at(NOW + timedelta(hours=8))
    busy = fresh.model_copy(update={"seen_at": NOW + timedelta(hours=23)})
    assert busy.good_at(NOW + timedelta(hours=24) - timedelta(seconds=1))
    assert not busy.good_at(NOW + timedelta(hours=24))


def test_the_counters_of_tries_hold_no_names() -> None:
    keys = [key for key, _ in sign_in_limits("ana@maple.example", "198.51.100.7")]
    assert len(set(keys)) == 3
    assert not any("ana" in key or "198" in key for key in keys)


def test_a_live_secret_opens_and_others_do_not() -> None:
    assert client().admits("ps_first", NOW)
    assert not client().admits("ps_second", NOW)
    assert not client().admits("ps_first", NOW + timedelta(days=366))
    assert not client(active=False).admits("ps_first", NOW)
    assert digest_of("ps_first") == client().secrets[0].digest
    assert "ps_first" not in client().model_dump_json().replace(client().secrets[0].prefix, "")


def test_two_secrets_are_live_while_a_program_changes_over() -> None:
    both = client().with_secret(new_secret("ps_other_one", NOW), NOW)
    assert both.admits("ps_first", NOW)
    assert both.admits("ps_other_one", NOW)
    with pytest.raises(Refused, match="Two secrets"):
        both.with_secret(new_secret("ps_third_one", NOW), NOW)
    rest = both.without_secret(both.secrets[0].prefix)
    assert not rest.admits("ps_first", NOW)
    assert rest.admits("ps_other_one", NOW)


def test_a_revoked_client_keeps_no_secret() -> None:
    assert client().revoked().secrets == ()
    assert not client().revoked().admits("ps_first", NOW)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"scopes": ("everything",)}, "no scope 'everything'"),
        ({"types": ("org.partners.unknown.v1",)}, "no message type"),
        ({"system": None}, "name the system"),
        ({"types": ()}, "choose the types"),
        ({"system": "a.b"}, "lower-case letters, digits and hyphens"),
        ({"system": "partners"}, "is our own"),
    ],
)
def test_a_client_that_could_not_work_is_refused(changes: dict[str, object], why: str) -> None:
    draft = {"name": "P", "scopes": ("messages:write",), "system": "phones", "types": TYPES}
    with pytest.raises(Refused, match=why):
        ClientDraft.model_validate(draft | changes).check()


def test_a_program_grants_only_what_it_holds() -> None:
    draft = ClientDraft(name="P", scopes=("dead:read", "dead:write"))
    draft.check_granted_by(None)
    draft.check_granted_by({"dead:read", "dead:write", "clients:write"})
    with pytest.raises(Forbidden, match="dead:write"):
        draft.check_granted_by({"dead:read"})


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError):
        ClientDraft.model_validate({"name": "P", "scopes": ("dead:read",), "admin": True})
