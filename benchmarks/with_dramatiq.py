"""A Dramatiq worker that counts contacts: `dramatiq benchmarks.with_dramatiq`."""

import os
from typing import Any

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from benchmarks.counting import BROKER, Counter

broker = RabbitmqBroker(url=os.environ.get(BROKER, "amqp://127.0.0.1"))
dramatiq.set_broker(broker)
_counter = Counter()


@dramatiq.actor(queue_name="contacts", max_retries=5)
def count_contact(sent: dict[str, Any]) -> None:
    """One contact."""
    _counter.count(sent)
