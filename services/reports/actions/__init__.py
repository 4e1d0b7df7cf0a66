"""What can be done: take messages in, rebuild the figures, look at them, export them."""

from services.reports.actions.desk import Desk
from services.reports.actions.taking_in import take_in

__all__ = ["Desk", "take_in"]
