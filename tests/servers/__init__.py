"""The servers that the tests run on: real ones, started by the test session itself."""

from tests.servers.broker import Broker, ServerMissing
from tests.servers.choice import Choice, choose
from tests.servers.local import LocalBroker

__all__ = ["Broker", "Choice", "LocalBroker", "ServerMissing", "choose"]
