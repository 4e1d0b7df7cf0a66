"""The commands that ask the front door, against a real one."""

import json
from pathlib import Path

import httpx2
import pytest

from services.gateway.actions.sign_in import sign_in
from shared.external import EXTERNAL
from tests.cli.conftest import Front, Partners, flat, run

BODY = b'{"specversion": "1.0", "id": "m1", "source": "/ext/phones"}'


async def test_an_account_is_created_and_its_link_works(front: Front, partners: Partners) -> None:
    done = await partners(
        "account", "create", "ofi@maple.example", "--name", "O", "--role", "educator",
        "--school", "maple",
    )  # fmt: skip
    assert done.exit_code == 1
    assert "schools is not known" in done.stderr
    done = await partners(
        "account", "create", "o@maple.example", "--name", "O", "--role", "district"
    )
    assert done.exit_code == 1
    assert "Only a district user" in done.stderr


async def test_a_client_is_created_listed_rotated_and_revoked(
    front: Front, partners: Partners
) -> None:
    made = await partners("client", "create", "Reader", "--scope", "reports:read", "--json")
    assert made.exit_code == 0, made.output
    client = json.loads(made.stdout)
    client_id, secret = client["client"]["client_id"], client["client_secret"]
    assert secret.startswith("ps_")
    listed = await partners("client", "list")
    assert "Reader" in listed.stdout
    assert secret not in listed.stdout
    assert "not shown again" in (await partners("client", "rotate", client_id)).stdout
    assert (await partners("client", "revoke", client_id)).exit_code == 0
    assert "shut out" in (await partners("client", "list")).stdout


async def test_an_operator_can_not_make_a_sender_of_messages(partners: Partners) -> None:
    done = await partners(
        "client", "create", "Phones", "--scope", "messages:write", "--system", "phones",
        "--type", next(iter(EXTERNAL)),
    )  # fmt: skip
    assert done.exit_code == 1
    assert "You can't grant what you do not hold: messages:write." in done.stderr


async def test_dead_letters_are_listed_shown_and_dropped(front: Front, partners: Partners) -> None:
    none = await partners("dead", "list", "--service", "gateway")
    assert none.stdout.strip() == "There are no dead letters."
    await front.dead.bury(BODY, {"x-error": "Permanent: no service knows it"}, "gateway")
    listed = await partners("dead", "list", "--service", "gateway", "--json")
    (letter,) = json.loads(listed.stdout)
    assert letter["reason"] == "Permanent: no service knows it"
    table = await partners("dead", "list", "--service", "gateway")
    assert letter["id"] in table.stdout
    shown = await partners("dead", "show", letter["id"], "--service", "gateway")
    assert '"id": "m1"' in shown.stdout
    refused = await partners("dead", "drop", letter["id"], "--service", "gateway", stdin="n\n")
    assert refused.exit_code == 1
    dropped = await partners("dead", "drop", letter["id"], "--service", "gateway", "--yes")
    assert dropped.exit_code == 0
    assert await front.dead.count() == 0


async def test_all_dead_letters_are_put_back(front: Front, partners: Partners) -> None:
    for number in range(3):
        await front.dead.bury(BODY + b" " * number, {"x-error": "Passing: later"}, "gateway")
    done = await partners("dead", "replay", "--all", "--service", "gateway")
    assert done.exit_code == 0, done.output
    assert done.stdout.count("put back (gateway)") == 3


async def test_dead_wants_ids_or_all(partners: Partners) -> None:
    assert "Give ids, or --all." in (await partners("dead", "replay")).stderr
    assert "Give ids, or --all." in (await partners("dead", "drop", "x", "--all", "--yes")).stderr
    unknown = await partners("dead", "show", "nothing", "--service", "gateway")
    assert unknown.exit_code == 1
    assert "There is no dead letter nothing." in unknown.stderr
    assert (
        "There is no service letters"
        in (await partners("dead", "list", "--service", "letters")).stderr
    )


async def test_what_a_letter_holds_can_not_play_with_the_terminal(
    front: Front, partners: Partners
) -> None:
    await front.dead.bury(b"\x1b[31mred", {"x-error": "bad \x1b[2J"}, "gateway")
    for word in ("list", "show"):
        letters = json.loads(
            (await partners("dead", "list", "--json", "--service", "gateway")).stdout
        )
        words = ("dead", word) + ((letters[0]["id"],) if word == "show" else ())
        assert "\x1b" not in (await partners(*words, "--service", "gateway")).stdout


async def test_without_credentials_the_command_says_what_to_set() -> None:
    done = await run("dead", "list")
    assert done.exit_code == 2
    assert "Set PARTNERS_URL, PARTNERS_CLIENT_ID, PARTNERS_CLIENT_SECRET" in done.stderr


async def test_a_server_that_does_not_answer_is_named() -> None:
    env = {
        "PARTNERS_URL": "http://127.0.0.1:9",
        "PARTNERS_CLIENT_ID": "a",
        "PARTNERS_CLIENT_SECRET": "b",
    }
    done = await run("dead", "list", env={**env})
    assert done.exit_code == 3
    assert "http://127.0.0.1:9 does not answer" in flat(done.stderr)
    assert "Traceback" not in done.output


async def test_a_wrong_secret_is_told(front: Front) -> None:
    done = await run("dead", "list", env={**front.environment, "PARTNERS_CLIENT_SECRET": "ps_no"})
    assert done.exit_code == 1
    assert "gave no token" in done.stderr
    assert "ps_no" not in done.output


async def test_credentials_may_stand_in_a_file_that_only_its_owner_reads(
    front: Front, tmp_path: Path
) -> None:
    profile = tmp_path / "profile.toml"
    lines = [f'{k.removeprefix("PARTNERS_").lower()} = "{v}"' for k, v in front.environment.items()]
    profile.write_text("\n".join(lines))
    profile.chmod(0o644)
    env = {"PARTNERS_PROFILE": str(profile)}
    refused = await run("dead", "list", "--service", "gateway", env={**env})
    assert refused.exit_code == 2
    assert "chmod 600" in refused.stderr
    profile.chmod(0o600)
    assert (await run("dead", "list", "--service", "gateway", env={**env})).exit_code == 0
    profile.write_text("url = ")
    broken = await run("dead", "list", env={**env})
    assert broken.exit_code == 2
    assert "can't be read" in broken.stderr


async def test_the_first_accounts_work(front: Front) -> None:
    signed_in = await sign_in(
        front.gate, "district@district.example", "three small rivers", "198.51.100.7"
    )
    assert signed_in.viewer.role == "district"
    async with httpx2.AsyncClient(base_url=front.url) as client:
        assert (await client.get("/readyz")).status_code == 200


@pytest.mark.parametrize("word", ["", "roster", "dead", "client", "account", "reports"])
async def test_help_answers(word: str) -> None:
    done = await run(*filter(None, [word]), "--help")
    assert done.exit_code == 0
