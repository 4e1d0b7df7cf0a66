"""Which servers a run takes, and what it says when they are not there."""

from pathlib import Path

import pytest

from tests.servers import ServerMissing, choose, local


def test_local_is_local_even_where_docker_is_ready() -> None:
    assert choose("local").where == "local"


def test_a_wrong_word_is_refused() -> None:
    with pytest.raises(ServerMissing, match="neither local nor docker"):
        choose("podman")


def test_docker_asked_for_but_not_installed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ServerMissing, match="not installed"):
        choose("docker")


def test_without_docker_the_default_is_local_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    choice = choose("")
    assert (choice.where, choice.why) == ("local", "the docker command is not installed")


async def test_a_missing_rabbitmq_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "SCRIPT_FOLDERS", (Path("/nowhere"),))
    servers = local.LocalServers()
    with pytest.raises(ServerMissing, match="apt-get install rabbitmq-server"):
        await servers.broker()
    await servers.close()
