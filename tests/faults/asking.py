"""The words by which another program asks the broker of the tests, as `run.json` has them."""

import os

from tests.servers import Broker
from tests.servers.docker import DockerBroker
from tests.servers.local import LocalBroker


def words_of(broker: Broker) -> list[str]:
    """A command that needs no shell, no folder and no variable of ours."""
    if isinstance(broker, DockerBroker):
        return ["docker", "exec", str(broker.container.id), "rabbitmqctl"]
    assert isinstance(broker, LocalBroker)
    given = broker._environment.items()
    own = [f"{name}={text}" for name, text in given if os.environ.get(name) != text]
    return ["env", *own, str(broker._scripts / "rabbitmqctl")]
