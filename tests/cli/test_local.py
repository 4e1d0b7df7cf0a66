"""The commands that need no front door: secrets, set-up, serving one service, checking a roster."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx2
import pytest

from embedded.ports import free_port
from services.gateway.store import KEPT
from services.notifications.letters.signing import signer
from shared.bus.definitions import password_hash
from shared.bus.setup import declare
from shared.bus.topology import SERVICES
from shared.clock import SystemClock
from shared.identity import TokenIssuer, TokenReader, Viewer, new_key_pair
from shared.mongo import close, connect
from shared.settings import Settings
from tests.cli.conftest import flat, run
from tests.contacts.rosters import DATA

# --- secrets --------------------------------------------------------------------------------------


async def test_secrets_fills_a_folder_once(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    done = await run("secrets", str(folder))
    assert done.exit_code == 0, done.output
    first = {path.name: path.read_text() for path in folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}
    again = await run("secrets", str(folder))
    assert "nothing was changed" in again.stdout
    assert {path.name: path.read_text() for path in folder.iterdir()} == first
    assert not any(len(text) > 20 and text in done.stdout for text in first.values())


async def test_secrets_never_overwrites_and_fills_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "mongo_root_password").write_text("mine")
    await run("secrets", str(tmp_path))
    assert (tmp_path / "mongo_root_password").read_text() == "mine"
    assert "root:mine@mongo" in (tmp_path / "setup_mongo_uri").read_text()
    kept = (tmp_path / "contacts_amqp_url").read_text()
    (tmp_path / "contacts_amqp_url").unlink()
    await run("secrets", str(tmp_path))
    assert (tmp_path / "contacts_amqp_url").read_text() == kept


async def test_dkim_makes_a_key_once_and_prints_the_record_for_the_dns(tmp_path: Path) -> None:
    await run("secrets", str(tmp_path))
    words = ("dkim", "Schools.example", "--folder", str(tmp_path), "--selector", "p2026")
    first, again = await run(*words), await run(*words)
    assert first.exit_code == again.exit_code == 0, first.output
    key = tmp_path / "dkim_private_key"
    assert key.stat().st_mode & 0o777 == 0o444
    (line,) = [each for each in again.stdout.splitlines() if "IN TXT" in each]
    assert line in first.stdout
    assert line.startswith("p2026._domainkey.schools.example. IN TXT (")
    made = signer("schools.example", "p2026", key.read_text())
    assert "".join(line.split('"')[1::2]) == made.dns_record
    assert "PARTNERS_DKIM_SELECTOR=p2026\nPARTNERS_DKIM_DOMAIN=schools.example" in first.stdout
    key.chmod(0o600)
    key.write_text("no key")
    assert (await run(*words)).exit_code == 2


async def test_the_secrets_fit_together(tmp_path: Path) -> None:
    await run("secrets", str(tmp_path), "--system", "phones")
    text = {path.name: path.read_text() for path in tmp_path.iterdir()}
    clock = SystemClock()
    token = TokenIssuer(text["identity_private_key"], clock).issue(
        Viewer(account_id="a", role="office")
    )
    assert TokenReader([text["identity_public_keys"]], clock).read(token).account_id == "a"
    broker = json.loads(text["rabbitmq_definitions"])
    users = {user["name"]: user["password_hash"] for user in broker["users"]}
    assert set(users) == {*SERVICES, "partners-setup", "phones"}
    for name in SERVICES:
        password = text[f"rabbitmq_password_{name}"]
        assert f"{name}:{password}@rabbitmq:5672" in text[f"{name}_amqp_url"]
        salt = base64.b64decode(users[name])[:4]
        assert users[name] == password_hash(password, salt)
        assert json.loads(text["mongo_passwords"])[name] in text[f"{name}_mongo_uri"]
    assert 6 <= len(text["mongo_keyfile"]) <= 1024


async def test_the_secrets_pass_as_settings_of_production(tmp_path: Path) -> None:
    await run("secrets", str(tmp_path / "all"))
    mounted = tmp_path / "run-secrets"
    mounted.mkdir()
    shared_by_all = ("calendar_keys", "identity_public_keys", "rsvp_keys", "unsubscribe_keys")
    for name in (*shared_by_all, "household_keys", "identity_private_key", "smtp_password"):
        (mounted / f"partners_{name}").write_text((tmp_path / "all" / name).read_text())
    for name in ("mongo_uri", "amqp_url"):
        text = (tmp_path / "all" / f"gateway_{name}").read_text()
        (mounted / f"partners_{name}").write_text(text)
    settings = Settings(_secrets_dir=str(mounted), service="gateway", environment="production")
    assert settings.mongo_uri.get_secret_value().startswith("mongodb://gateway:")


async def test_half_a_key_pair_is_refused(tmp_path: Path) -> None:
    (tmp_path / "identity_private_key").write_text(new_key_pair().private)
    done = await run("secrets", str(tmp_path))
    assert done.exit_code == 2
    assert "belong together" in done.stderr


async def test_a_new_system_asks_to_write_the_definitions_anew(tmp_path: Path) -> None:
    await run("secrets", str(tmp_path))
    late = await run("secrets", str(tmp_path), "--system", "phones")
    assert "rabbitmq_definitions is older" in late.stdout
    (tmp_path / "rabbitmq_definitions").unlink()
    await run("secrets", str(tmp_path))
    assert '"phones"' in (tmp_path / "rabbitmq_definitions").read_text()
    for wrong in ("Phones", "a.b", "gateway"):
        done = await run("secrets", str(tmp_path), "--system", wrong)
        assert done.exit_code == 1
        assert "is no name for a system" in done.stderr


# --- set-up ---------------------------------------------------------------------------------------


async def test_setup_prepares_all_once_and_again(
    mongo_uri: str, database_name: str, amqp_url: str
) -> None:
    name = f"{database_name}_gateway"
    env = {
        "PARTNERS_SETUP_MONGO_URI": mongo_uri,
        "PARTNERS_SETUP_AMQP_URL": amqp_url,
        "PARTNERS_MONGO_PASSWORDS": json.dumps({name: "a password of a test"}),
        "PARTNERS_GATEWAY_MONGO_URI": mongo_uri,
        "PARTNERS_GATEWAY_DATABASE": name,
        "PARTNERS_FIRST_DISTRICT_PASSWORD": "three small rivers",
        "PARTNERS_OPERATOR_SECRET": "ps_" + "x" * 40,
    }
    done = await run("setup", env={**env})
    assert done.exit_code == 0, done.output
    assert "The first district user is district@district.example." in done.stdout
    env["PARTNERS_OPERATOR_SECRET"] = "ps_" + "y" * 40
    again = await run("setup", env={**env})
    assert "The operator's secret was changed." in again.stdout
    assert "There is" not in (await run("setup", env={**env})).output
    database = connect(mongo_uri, name)
    assert await database["accounts"].count_documents({"role": "district"}) == 1
    indexes = await database["accounts"].index_information()
    assert indexes["login"]["unique"]
    for each in KEPT:
        assert len(await database[each.name].index_information()) == len(each.indexes) + 1
    close(database)


async def test_setup_names_what_is_missing() -> None:
    done = await run("setup", env={"PARTNERS_SETUP_MONGO_URI": "mongodb://x"})
    assert done.exit_code == 2
    assert "PARTNERS_OPERATOR_SECRET" in flat(done.stderr)
    assert "PARTNERS_SETUP_MONGO_URI" not in flat(done.stderr)


# --- serving --------------------------------------------------------------------------------------


async def test_serve_names_unsafe_settings_and_never_their_values() -> None:
    env = {"PARTNERS_ENVIRONMENT": "production", "PARTNERS_RSVP_KEYS": "change-me-please-1234"}
    done = await run("serve", "gateway", env={**env})
    assert done.exit_code == 2
    assert "PARTNERS_RSVP_KEYS" in done.stderr
    assert "change-me" not in done.output
    assert "There is no service letters" in (await run("serve", "letters")).stderr


async def test_a_service_serves_until_it_is_told_to_stop(
    mongo_uri: str, database_name: str, amqp_url: str
) -> None:
    await declare(amqp_url, rest=0)
    keys, port = new_key_pair(), free_port()
    env = os.environ | {
        "PARTNERS_ENVIRONMENT": "test",
        "PARTNERS_PORT": str(port),
        "PARTNERS_MONGO_URI": mongo_uri,
        "PARTNERS_MONGO_DATABASE": f"{database_name}_gateway",
        "PARTNERS_AMQP_URL": amqp_url,
        "PARTNERS_IDENTITY_PRIVATE_KEY": keys.private,
        "PARTNERS_IDENTITY_PUBLIC_KEYS": keys.public,
    }
    words = [sys.executable, "-m", "cli.main", "serve", "gateway"]
    process = subprocess.Popen(words, env=env, stderr=subprocess.PIPE, text=True)
    try:
        await _until_ready(f"http://127.0.0.1:{port}/readyz", process)
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.to_thread(process.communicate, timeout=20)
        assert process.returncode == 0, said
        assert "Traceback" not in said
    finally:
        process.kill()
        process.wait()


async def _until_ready(url: str, process: "subprocess.Popen[str]") -> None:
    async with httpx2.AsyncClient() as client:
        for _ in range(300):
            assert process.poll() is None, process.communicate()
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.1)
    pytest.fail("not ready in 30 seconds")


# --- checking a roster ----------------------------------------------------------------------------


async def test_a_good_roster_would_be_imported() -> None:
    done = await run("roster", "check", str(DATA / "oneroster" / "lepo-roster-hub"))
    assert done.exit_code == 0
    assert done.stdout.count("would be imported") == 4
    assert "20 people" in done.stdout


async def test_a_check_speaks_json() -> None:
    done = await run("roster", "check", str(DATA / "oneroster" / "oat-sa"), "--json")
    (summary,) = json.loads(done.stdout)
    assert summary["exit_code"] == done.exit_code == 0


async def test_what_can_not_be_read_ends_with_two(tmp_path: Path) -> None:
    assert (await run("roster", "check", str(tmp_path / "none"))).exit_code == 2
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 no zip")
    assert (await run("roster", "check", str(tmp_path / "broken.zip"))).exit_code == 2
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "no roster")
    done = await run("roster", "check", str(tmp_path / "other.zip"))
    assert done.exit_code in {1, 2}
    assert done.stdout
