"""What reports keeps: the ledger of messages, the figures, a replica of who is who, rebuilds."""

from services.reports.store.figures import Generation
from services.reports.store.jobs import JOBS, Jobs
from services.reports.store.ledger import HEAD, LEDGER, Head, Ledger
from services.reports.store.reading import Reading
from services.reports.store.replica import Replica
from shared.directory import KEPT as DIRECTORY_KEPT

KEPT = (LEDGER, HEAD, JOBS, *DIRECTORY_KEPT)

__all__ = ["KEPT", "Generation", "Head", "Jobs", "Ledger", "Reading", "Replica"]
