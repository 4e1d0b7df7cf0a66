"""Which servers a run uses: containers where an engine has the images, else this machine's."""

import os
import shutil
import subprocess
from dataclasses import dataclass

from tests.servers.broker import ServerMissing
from tests.servers.docker import MONGO_IMAGE, RABBITMQ_IMAGE, DockerServers
from tests.servers.local import LocalServers


@dataclass(frozen=True)
class Choice:
    """`local` or `docker`, and why, for the header of the run."""

    where: str
    why: str

    def servers(self) -> DockerServers | LocalServers:
        """The servers of this choice, none of them started yet."""
        return DockerServers() if self.where == "docker" else LocalServers()


def choose(wanted: str) -> Choice:
    """Follow `SERVERS` if it is given (`local` or `docker`), else take Docker where it is ready."""
    trouble = _trouble_with_docker() if wanted != "local" else ""
    if wanted == "local":
        return Choice("local", "as SERVERS says")
    if wanted == "docker":
        if trouble:
            message = f"SERVERS=docker, but {trouble}"
            raise ServerMissing(message)
        return Choice("docker", "as SERVERS says")
    if wanted:
        message = f"SERVERS={wanted} is neither local nor docker"
        raise ServerMissing(message)
    if trouble:
        return Choice("local", trouble)
    return Choice("docker", f"an engine answers and has {RABBITMQ_IMAGE} and {MONGO_IMAGE}")


def _trouble_with_docker() -> str:
    docker = shutil.which("docker")
    if docker is None:
        return "the docker command is not installed"
    try:
        if _fails(docker, "version"):
            return "no Docker engine answers"
        missing = [name for name in (RABBITMQ_IMAGE, MONGO_IMAGE) if _fails(docker, "image", name)]
    except subprocess.TimeoutExpired:
        return "the Docker engine does not answer in time"
    return f"these images are absent: {', '.join(missing)} (docker pull)" if missing else ""


def _fails(docker: str, *words: str) -> bool:
    command = [docker, "image", "inspect", words[1]] if words[0] == "image" else [docker, *words]
    done = subprocess.run(command, capture_output=True, timeout=10, check=False, env=os.environ)
    return done.returncode != 0
