"""Letters to members of the staff. They say how many and where to look, and name no family."""

from services.notifications.domain.notice import Reminder
from services.notifications.letters.blocks import Block, Buttons, Facts, Letter, Paragraph
from services.notifications.letters.occasion import Occasion
from services.notifications.letters.tongue import Tongue


def write_to_staff(_: Tongue, occasion: Occasion, due: Reminder) -> Letter:
    """How many follow-ups are due this week, and the page on which they stand."""
    counted = ((_("Overdue"), due.overdue), (_("Due by Sunday"), due.this_week))
    blocks: list[Block] = [
        Paragraph(_("These are your follow-ups for this week.")),
        Facts(tuple((label, str(number)) for label, number in counted if number)),
        Paragraph(_("To keep them private, this mail does not say whom they are about.")),
        Buttons(((_("Open my follow-ups"), occasion.staff_url),)),
    ]
    count = due.overdue + due.this_week
    return Letter(
        language=_.language,
        direction="rtl" if _.right_to_left else "ltr",
        subject=_.plain("Your follow-ups this week: %(count)s", count=count),
        sender=occasion.school.name,
        greeting=_("Dear %(names)s,", names=_.several(occasion.household.greeting)),
        blocks=blocks,
        closing=[_("With kind regards,"), occasion.school.name],
        footer=[
            _("You get this mail because these follow-ups are yours to do. "
              "It comes once a week at most, and only when something is due."),
            _("Do you not want it? Switch it off on the page of your follow-ups."),
        ],
    )  # fmt: skip
