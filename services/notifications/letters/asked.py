"""Letters that another system asked for: our own sentences, with its values as labelled lines."""

from datetime import UTC, date, datetime, time

from services.notifications.domain.notice import SystemNotice
from services.notifications.letters.blocks import Block, Buttons, Facts, Paragraph
from services.notifications.letters.occasion import Occasion
from services.notifications.letters.tongue import Tongue


def asked(_: Tongue, occasion: Occasion, notice: SystemNotice) -> tuple[str, str, list[Block]]:
    """Subject, nobody who signs it beside the school, and what it says."""
    children = _.several(occasion.students) or _("your child")
    if notice.template == "library_due":
        subject = _.plain("Please bring this back to the school library")
        lead = _("The school library asks for this back. Borrowed by: %(children)s.",
                 children=children)  # fmt: skip
    elif notice.template == "form_due":
        subject = _.plain("Please fill in a form for school")
        lead = _("The school needs this form from you. It is about: %(children)s.",
                 children=children)  # fmt: skip
    else:
        subject = _.plain("The meal account at school")
        lead = _("There is little money left for meals at school. Account of: %(children)s.",
                 children=children)  # fmt: skip
    blocks: list[Block] = [Paragraph(lead), Facts(_facts(_, notice))]
    if link := notice.values.get("link"):
        blocks.append(Buttons(((_("Look at it here"), link),), public=True))
    if notice.template == "meal_balance":
        blocks.append(Paragraph(_("Do you need help to pay for meals? Ask the school office.")))
    return subject, "", blocks


def _facts(_: Tongue, notice: SystemNotice) -> tuple[tuple[str, str], ...]:
    values, rows = notice.values, []
    if what := values.get("item") or values.get("form"):
        rows.append((_("What"), what))
    if due := values.get("due"):
        noon = datetime.combine(date.fromisoformat(due), time(12), UTC)
        rows.append((_("By when"), _.day(noon, "UTC")))
    if balance := values.get("balance"):
        rows.append((_("Money left"), _.isolated(f"${balance}".replace("$-", "-$"))))
    return tuple(rows)
