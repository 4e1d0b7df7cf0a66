"""A Celery worker that counts contacts: `celery -A benchmarks.with_celery worker`."""

import os
from typing import Any

from celery import Celery

from benchmarks.counting import BROKER, Counter

app = Celery("with_celery", broker=os.environ.get(BROKER, "amqp://127.0.0.1"))
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=4,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)
_counter = Counter()


@app.task(name="count_contact")
def count_contact(sent: dict[str, Any]) -> None:
    """One contact."""
    _counter.count(sent)
